//! The syntax of UN/EDIFACT: service characters (UNA or the usual ones), segments, elements, components, release.
//!
//! Line breaks between segments are allowed. A released character is itself, whatever it is. Source: ISO 9735.

use std::borrow::Cow;

use crate::Error;
use crate::text::Text;

/// Most segments of one interchange.
const MOST_SEGMENTS: usize = 20_000;

/// The segments of a body, and how its numbers are written.
pub(super) struct Interchange<'a> {
    pub(super) segments: Vec<Segment<'a>>,
    pub(super) decimal_mark: char,
}

/// One segment.
pub(super) struct Segment<'a> {
    pub(super) tag: &'a str,
    /// Offset in the text.
    pub(super) at: usize,
    elements: Vec<Vec<Cow<'a, str>>>,
}

impl Segment<'_> {
    /// Returns a component of an element behind the tag, both counted from 0, trimmed; empty when it is not there.
    pub(super) fn component(&self, element: usize, component: usize) -> &str {
        self.elements
            .get(element)
            .and_then(|components| components.get(component))
            .map_or("", |text| text.trim())
    }

    /// Returns the elements' first components that a component of another text qualifies, such as `...:146`.
    pub(super) fn qualified(&self, qualifier: &str) -> Option<&str> {
        let mut elements = self.elements.iter();
        let found =
            elements.find(|components| components.get(1).is_some_and(|text| text == qualifier))?;
        found.first().map(|text| text.trim())
    }
}

struct Marks {
    component: char,
    element: char,
    decimal: char,
    release: char,
    end: char,
}

/// Cuts the text into segments.
///
/// # Errors
/// `edifact.syntax` with the place: a tag that is none, a segment that does not end, too many segments.
pub(super) fn segments(text: Text<'_>) -> Result<Interchange<'_>, Error> {
    let error = |at: usize, problem: &str| {
        Error::new("edifact.syntax", format!("{problem} at {}", text.place(at)))
    };
    let start = text.text.len() - text.text.trim_start().len();
    let (marks, mut at) = marks(&text.text[start..]).map_or_else(
        || {
            (
                Marks {
                    component: ':',
                    element: '+',
                    decimal: '.',
                    release: '?',
                    end: '\'',
                },
                start,
            )
        },
        |(marks, length)| (marks, start + length),
    );
    let mut segments = Vec::new();
    loop {
        at += text.text[at..].len()
            - text.text[at..]
                .trim_start_matches(|c: char| c.is_whitespace() && c != marks.end)
                .len();
        let rest = &text.text[at..];
        if rest.is_empty() {
            break;
        }
        let end = end(rest, &marks).ok_or_else(|| error(at, "the segment does not end"))?;
        let segment = segment(&rest[..end], at, &marks);
        let is_tag = segment.tag.len() == 3
            && segment
                .tag
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if !is_tag {
            return Err(error(at, "the segment has no tag of three letters"));
        }
        if segments.len() >= MOST_SEGMENTS {
            return Err(error(at, "more than 20000 segments"));
        }
        segments.push(segment);
        at += end + marks.end.len_utf8();
    }
    Ok(Interchange {
        segments,
        decimal_mark: marks.decimal,
    })
}

/// Reads the service string advice, and how many bytes it takes.
fn marks(text: &str) -> Option<(Marks, usize)> {
    let rest = text.strip_prefix("UNA")?;
    let mut characters = rest.chars();
    let mut next = || characters.next();
    let (component, element, decimal, release) = (next()?, next()?, next()?, next()?);
    let (_reserved, end) = (next()?, next()?);
    let length = text.len() - characters.as_str().len();
    Some((
        Marks {
            component,
            element,
            decimal,
            release,
            end,
        },
        length,
    ))
}

/// Finds the segment's end, not a released one; a blank release character releases nothing.
fn end(text: &str, marks: &Marks) -> Option<usize> {
    let mut is_released = false;
    for (at, character) in text.char_indices() {
        match character {
            _ if is_released => is_released = false,
            _ if character == marks.release && character != ' ' => is_released = true,
            _ if character == marks.end => return Some(at),
            _ => {}
        }
    }
    None
}

fn segment<'a>(text: &'a str, at: usize, marks: &Marks) -> Segment<'a> {
    let mut parts = split(text, marks.element, marks.release).into_iter();
    let head = parts.next().unwrap_or_default();
    let tag = head
        .split(marks.component)
        .next()
        .unwrap_or_default()
        .trim();
    let elements = parts
        .map(|element| {
            let components = split(element, marks.component, marks.release).into_iter();
            components
                .map(|component| unreleased(component, marks.release))
                .collect()
        })
        .collect();
    Segment { tag, at, elements }
}

fn split(text: &str, mark: char, release: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut is_released) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if is_released => is_released = false,
            _ if character == release && character != ' ' => is_released = true,
            _ if character == mark => {
                parts.push(&text[from..at]);
                from = at + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

fn unreleased(text: &str, release: char) -> Cow<'_, str> {
    if release == ' ' || !text.contains(release) {
        return Cow::Borrowed(text);
    }
    let mut characters = text.chars();
    let mut plain = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        plain.extend(if character == release {
            characters.next()
        } else {
            Some(character)
        });
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_characters_and_releases_are_honoured() {
        for (text, expected) in [
            ("SEL+A?'B?+C:CA'", "A'B+C"),
            ("UNA:+.? 'SEL+A?'B?+C:CA'", "A'B+C"),
            ("UNA|*,\\ ~\r\nSEL*A\\~B:+C|CA~\r\n", "A~B:+C"),
        ] {
            let interchange = segments(Text { text, offset: 0 }).expect(text);
            assert_eq!(interchange.segments[0].component(0, 0), expected);
            assert_eq!(interchange.segments[0].component(0, 1), "CA");
        }
    }

    #[test]
    fn what_is_no_segment_is_named_with_its_place() {
        for (text, detail) in [
            (
                "UNH+1'\nBGM+34",
                "the segment does not end at byte 7, line 2, column 1",
            ),
            (
                "hello'",
                "the segment has no tag of three letters at byte 0, line 1, column 1",
            ),
        ] {
            let error = segments(Text { text, offset: 0 }).err().expect(text);
            assert_eq!(error.detail(), detail);
        }
    }
}
