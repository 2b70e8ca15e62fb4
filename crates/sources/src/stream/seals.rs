//! One record per message of an electronic seal (`jt701-p45`): from `(` to `)`; and the answer that makes the seal stop
//! repeating it. Source: formats.md, E-seal, Jointech JT701 text.

use super::{Cut, add_noise};
use crate::formats::jt701_p45::FIELDS;

/// Longest message in bytes, several times that of a full one.
const LONGEST: usize = 1024;
/// Longest running index that is answered, in digits.
const LONGEST_INDEX: usize = 10;

/// The stream of one connection.
#[derive(Clone, Debug, Default)]
pub struct SealReports {
    /// The begin of a message.
    unfinished: Vec<u8>,
}

impl SealReports {
    /// Takes the next bytes and returns what is complete with them.
    ///
    /// A `(` within a message begins another: the one before was cut short. Space between messages is no noise.
    #[must_use]
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Cut> {
        let mut cuts = Vec::new();
        for &byte in bytes {
            match byte {
                b'(' => {
                    add_noise(&mut cuts, self.unfinished.len());
                    self.unfinished.clear();
                    self.unfinished.push(byte);
                }
                _ if self.unfinished.is_empty() => {
                    add_noise(&mut cuts, usize::from(!byte.is_ascii_whitespace()));
                }
                b')' => {
                    self.unfinished.push(byte);
                    cuts.push(Cut::Record(std::mem::take(&mut self.unfinished)));
                }
                _ => {
                    self.unfinished.push(byte);
                    if self.unfinished.len() > LONGEST {
                        add_noise(&mut cuts, self.unfinished.len());
                        self.unfinished.clear();
                    }
                }
            }
        }
        cuts
    }

    /// Returns how many bytes of a message were begun; at the end of the connection they are lost, and the seal, which
    /// got no answer, sends it again.
    #[must_use]
    pub fn unfinished_bytes(&self) -> usize {
        self.unfinished.len()
    }
}

/// Returns what is answered to a message once it is kept: `(P69,0,index)`; `None` for one that awaits no answer, or
/// whose index cannot be read.
#[must_use]
pub fn answer(message: &[u8]) -> Option<Vec<u8>> {
    let inside = message.strip_prefix(b"(")?.strip_suffix(b")")?;
    let fields: Vec<&[u8]> = inside
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .collect();
    if !fields.get(1)?.eq_ignore_ascii_case(b"P45") {
        return None;
    }
    let index = *fields.get(FIELDS - 1)?;
    let is_number =
        (1..=LONGEST_INDEX).contains(&index.len()) && index.iter().all(u8::is_ascii_digit);
    is_number.then(|| [b"(P69,0,", index, b")"].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const REPORT: &str =
        "(7591225008,P45,161126,045820,21.97,N,106.69,E,A,0,0,1,0,0013953759,0,0,27)";

    #[test]
    fn a_record_is_a_message_in_its_brackets_and_the_rest_is_counted() {
        for (stream, expected) in [
            ("(a)", vec![Cut::Record(b"(a)".to_vec())]),
            (
                "(a)\r\n (b)",
                vec![Cut::Record(b"(a)".to_vec()), Cut::Record(b"(b)".to_vec())],
            ),
            ("xy(a)", vec![Cut::Noise(2), Cut::Record(b"(a)".to_vec())]),
            ("(ab(c)", vec![Cut::Noise(3), Cut::Record(b"(c)".to_vec())]),
            ("a)b", vec![Cut::Noise(3)]),
            ("(a", vec![]),
        ] {
            assert_eq!(
                SealReports::default().push(stream.as_bytes()),
                expected,
                "{stream}"
            );
        }
    }

    #[test]
    fn a_message_without_an_end_is_given_up() {
        let mut seals = SealReports::default();
        let cuts = seals.push(&[b"(".as_slice(), &[b'a'; 2 * LONGEST]].concat());
        assert_eq!(cuts, [Cut::Noise(2 * LONGEST + 1)]);
        assert_eq!(seals.unfinished_bytes(), 0);
    }

    #[test]
    fn only_a_report_with_a_readable_index_is_answered() {
        let longer = REPORT.replace(",27)", ",27,3.6)");
        for (message, expected) in [
            (REPORT, Some("(P69,0,27)")),
            (&longer, Some("(P69,0,27)")),
            (&REPORT.replace("P45", "p45"), Some("(P69,0,27)")),
            (&REPORT.replace("P45", "P22"), None),
            (&REPORT.replace(",27)", ")"), None),
            (&REPORT.replace(",27)", ",27a)"), None),
            ("()", None),
            ("", None),
        ] {
            let answered = answer(message.as_bytes());
            assert_eq!(
                answered.as_deref(),
                expected.map(str::as_bytes),
                "{message}"
            );
        }
    }

    proptest! {
        #[test]
        fn how_the_stream_was_split_changes_nothing(
            stream in "([()a, \\r]|\\(7,P45,1\\)){0,200}",
            lengths in prop::collection::vec(1_usize..9, 1..20),
        ) {
            let mut at_once = SealReports::default();
            let whole = at_once.push(stream.as_bytes());
            let mut by_chunks = SealReports::default();
            let (mut rest, mut cuts) = (stream.as_bytes(), Vec::new());
            for length in lengths.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, after) = rest.split_at((*length).min(rest.len()));
                for cut in by_chunks.push(chunk) {
                    match cut {
                        Cut::Noise(bytes) => add_noise(&mut cuts, bytes),
                        record => cuts.push(record),
                    }
                }
                rest = after;
            }
            prop_assert_eq!(cuts, whole);
            prop_assert_eq!(by_chunks.unfinished_bytes(), at_once.unfinished_bytes());
        }
    }
}
