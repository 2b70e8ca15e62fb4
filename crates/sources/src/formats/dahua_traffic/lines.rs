//! The text carriers: `Events[0].Path.To.Field=value` lines, and `Code=X;action=Y;index=0;data={json}` blocks.

use std::collections::BTreeMap;

use crate::text::Text;

/// Most events told apart in one text.
const MOST_EVENTS: u16 = 256;

/// The fields of one numbered event, by their paths.
pub(super) struct Lines<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Lines<'a> {
    /// Returns the events of a text in the order of their numbers; lines of any other shape are left out.
    pub(super) fn split(text: &'a str) -> Vec<Self> {
        let mut events: BTreeMap<u16, BTreeMap<&'a str, &'a str>> = BTreeMap::new();
        for (number, path, value) in text.lines().filter_map(field) {
            events.entry(number).or_default().insert(path, value);
        }
        events.into_values().map(Self).collect()
    }

    /// Returns the event's code, such as `TrafficJunction`.
    pub(super) fn code(&self) -> Option<&'a str> {
        let code = self
            .value("EventBaseInfo.Code")
            .or_else(|| self.value("Code"));
        code.or_else(|| self.value("TrafficCar.Event"))
    }

    /// Returns the value at a path; `None` when it is not there, empty or the text `null`.
    pub(super) fn value(&self, path: &str) -> Option<&'a str> {
        let value = self.0.get(path).map(|value| value.trim());
        value.filter(|value| !value.is_empty() && *value != "null")
    }

    /// Tells whether any field lies below a path.
    pub(super) fn has_below(&self, path: &str) -> bool {
        let next = self.0.range(path..).find(|(name, _)| **name != path);
        next.is_some_and(|(name, _)| {
            name.strip_prefix(path)
                .is_some_and(|rest| rest.starts_with('.'))
        })
    }
}

/// Reads a line `Events[n].Path=value` or `ReturnEvents[n].Path=value`.
fn field(line: &str) -> Option<(u16, &str, &str)> {
    let line = line.trim();
    let line = line.strip_prefix("Return").unwrap_or(line);
    let (number, rest) = line.strip_prefix("Events[")?.split_once(']')?;
    let number = number.parse().ok().filter(|&number| number < MOST_EVENTS)?;
    let (path, value) = rest.strip_prefix('.')?.split_once('=')?;
    Some((number, path.trim(), value))
}

/// One `Code=` block.
pub(super) struct CodeBlock<'a> {
    /// The event's code.
    pub(super) code: &'a str,
    /// The text after `data=`, which should be JSON; `None` when there is none.
    pub(super) data: Option<Text<'a>>,
}

/// Returns the blocks of a text, each from a line that starts with `Code=` to the next such line.
pub(super) fn code_blocks(text: Text<'_>) -> impl Iterator<Item = CodeBlock<'_>> {
    let whole = text.text;
    let starts: Vec<usize> = memchr::memmem::find_iter(whole.as_bytes(), b"Code=")
        .filter(|&at| at == 0 || matches!(whole.as_bytes()[at - 1], b'\n' | b'\r'))
        .collect();
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .copied()
        .chain([whole.len()])
        .collect();
    starts.into_iter().zip(ends).map(move |(start, end)| {
        let block = whole[start..end].trim_end();
        let code = &block["Code=".len()..];
        let code = &code[..code.find([';', '\r', '\n']).unwrap_or(code.len())];
        let data = block
            .find(";data=")
            .or_else(|| block.find("; data="))
            .and_then(|at| {
                let data = &block[at..];
                let from = at + data.find('=')? + 1;
                let skipped = block[from..].len() - block[from..].trim_start().len();
                Some(Text {
                    text: &block[from + skipped..],
                    offset: text.offset + start + from + skipped,
                })
            });
        CodeBlock {
            code: code.trim(),
            data: data.filter(|data| !data.text.is_empty()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_apart_by_the_event_number() {
        let text = "Content-Length: 9\r\n\r\nEvents[1].A.B=2\r\nEvents[0].A.B= 1\r\nEvents[0].C=null\nEvents[x].D=3\nReturnEvents[0].E=5";
        let events = Lines::split(text);
        assert_eq!(events.len(), 2);
        assert_eq!(
            (events[0].value("A.B"), events[1].value("A.B")),
            (Some("1"), Some("2"))
        );
        assert_eq!(
            (events[0].value("C"), events[0].value("E")),
            (None, Some("5"))
        );
        assert!(events[0].has_below("A") && !events[0].has_below("C"));
    }

    #[test]
    fn code_blocks_keep_the_place_of_their_data() {
        let text = "Code=A;action=Pulse;index=0;data={\n \"x\": 1\n}\r\nCode=Heartbeat\r\n";
        let blocks: Vec<_> = code_blocks(Text { text, offset: 100 }).collect();
        assert_eq!((blocks[0].code, blocks[1].code), ("A", "Heartbeat"));
        let data = blocks[0].data.expect("the first has data");
        assert_eq!((data.text, data.offset), ("{\n \"x\": 1\n}", 133));
        assert!(blocks[1].data.is_none());
    }
}
