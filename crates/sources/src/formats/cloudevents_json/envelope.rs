//! The CloudEvents attributes that matter here, from either mode.

use std::borrow::Cow;

use bordergate_model::Occurred;

use crate::json::{Fields, named};
use crate::text::bounded;
use crate::{Context, Error};

/// Longest attribute, in bytes.
const LONGEST: usize = 512;
/// Ids of sources and events up to this length stay readable; longer pairs are hashed, in bytes.
const LONGEST_EVENT_ID: usize = 200;

/// The attributes that are read; all but the last must be given.
const CONTEXT: [&str; 5] = ["specversion", "id", "source", "type", "time"];

/// The attributes of one event.
#[derive(Debug, PartialEq)]
pub(super) struct Envelope<'a> {
    id: &'a str,
    source: &'a str,
    /// The attribute `type`.
    pub(super) kind: &'a str,
    /// Empty when it is not given.
    time: &'a str,
}

/// The attributes of [`CONTEXT`] as the headers of a binary event give them.
pub(super) struct Headers([String; 5]);

impl Headers {
    /// Reads the headers; values are percent-decoded (HTTP protocol binding, 3.1.3.2).
    pub(super) fn of(headers: &[(String, String)]) -> Result<Self, Error> {
        let mut attributes = [const { String::new() }; 5];
        for (name, attribute) in CONTEXT.iter().zip(&mut attributes) {
            let is_it = |(header, _): &&(String, String)| header.strip_prefix("ce-") == Some(name);
            if let Some((_, value)) = headers.iter().find(is_it) {
                *attribute = percent_decoded(name, value)?;
            }
        }
        Ok(Self(attributes))
    }
}

/// Tells whether the attributes are in `ce-*` headers: some are, and the body is no structured event.
pub(super) fn is_binary(content_type: &str, headers: &[(String, String)]) -> bool {
    let mut names = headers.iter().map(|(name, _)| name.as_str());
    names.any(|name| matches!(name, "ce-type" | "ce-specversion" | "ce-id"))
        && !is_structured(content_type)
}

fn is_structured(content_type: &str) -> bool {
    const STRUCTURED: &str = "application/cloudevents";
    let start = content_type.trim_ascii_start().get(..STRUCTURED.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(STRUCTURED))
}

impl<'a> Envelope<'a> {
    /// Reads a structured event; returns its data besides, if it has any.
    pub(super) fn of_fields(event: &Fields<'a>) -> Result<(Self, Option<Fields<'a>>), Error> {
        named!(
            event,
            "specversion" => specversion,
            "id" => id,
            "source" => source,
            "type" => kind,
            "time" => time,
            "data" => data,
            "data_base64" => data_base64,
        );
        if data_base64.value().is_some() {
            return Err(data_base64.error(
                "cloudevents.data",
                "is not read; give the data as JSON in data",
            ));
        }
        let mut attributes = [""; 5];
        let fields = [specversion, id, source, kind, time];
        for (attribute, field) in attributes.iter_mut().zip(fields) {
            *attribute = field.string_or_empty()?;
        }
        Ok((Self::checked(attributes)?, data.fields()))
    }

    /// Takes the attributes of a binary event.
    pub(super) fn of_headers(headers: &'a Headers) -> Result<Self, Error> {
        Self::checked(headers.0.each_ref().map(String::as_str))
    }

    /// Takes the attributes of [`CONTEXT`]; an empty one is none.
    fn checked(attributes: [&'a str; 5]) -> Result<Self, Error> {
        for (attribute, name) in attributes.iter().zip(CONTEXT) {
            if !is_plain(attribute, LONGEST) {
                let detail =
                    format!("{name} must be at most {LONGEST} bytes without control characters");
                return Err(Error::new("cloudevents.attribute", detail));
            }
        }
        let [version, id, source, kind, time] = attributes;
        if !matches!(version, "1.0" | "") {
            return Err(Error::new("cloudevents.version", "specversion must be 1.0"));
        }
        let required = [version, id, source, kind];
        if let Some(missing) = required.iter().position(|text| text.is_empty()) {
            let detail = format!("{} must be given", CONTEXT[missing]);
            return Err(Error::new("cloudevents.missing", detail));
        }
        Ok(Self {
            id,
            source,
            kind,
            time,
        })
    }

    /// Returns the event id: `source` and `id` together, since only the pair is unique.
    pub(super) fn event_id(&self) -> String {
        self.event_id_of(self.id)
    }

    /// Returns the event id of another event of the same `source`.
    ///
    /// The first blank ends the source, in which blanks are escaped, so that no two pairs look alike.
    pub(super) fn event_id_of(&self, id: &str) -> String {
        let source = match memchr::memchr2(b'%', b' ', self.source.as_bytes()) {
            Some(_) => Cow::Owned(self.source.replace('%', "%25").replace(' ', "%20")),
            None => Cow::Borrowed(self.source),
        };
        if source.len() + 1 + id.len() > LONGEST_EVENT_ID {
            return crate::event_id::derived(&[self.source, id]);
        }
        let mut pair = String::with_capacity(source.len() + 1 + id.len());
        pair.push_str(&source);
        pair.push(' ');
        pair.push_str(id);
        pair
    }

    /// Dates by `time`, else by reception.
    pub(super) fn occurred(&self, context: &Context<'_>) -> Result<Occurred, Error> {
        if self.time.is_empty() {
            return Ok(context.received(None));
        }
        let occurred = context.iso(self.time)?;
        occurred
            .ok_or_else(|| Error::new("cloudevents.time", "time must be an RFC 3339 date and time"))
    }
}

/// Tells whether a text has at most `longest` bytes, and no control characters.
pub(super) fn is_plain(text: &str, longest: usize) -> bool {
    text.len() <= longest && (is_printable(text.as_bytes()) || !text.chars().any(char::is_control))
}

/// Tells whether all bytes are printable ASCII; looks at eight together.
fn is_printable(text: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    let (words, rest) = text.as_chunks::<8>();
    // The highest bit of a byte: of one below the blank, above the tilde, or both by what the one before it borrowed or
    // carried, which then is none itself.
    let others = |word: u64| (word.wrapping_sub(ONES * 0x20) | word.wrapping_add(ONES)) | word;
    let found = words
        .iter()
        .fold(0, |found, word| found | others(u64::from_le_bytes(*word)));
    found & (ONES * 0x80) == 0 && rest.iter().all(|byte| matches!(byte, b' '..=b'~'))
}

fn percent_decoded(name: &str, value: &str) -> Result<String, Error> {
    let wrong = || {
        Error::new(
            "cloudevents.attribute",
            format!("ce-{} is not percent-encoded UTF-8", bounded(name, 40)),
        )
    };
    if value.len() > 3 * LONGEST {
        return Err(wrong());
    }
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'%', [high, low, after @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                hex::decode([*high, *low])
                    .map_err(|_| wrong())?
                    .first()
                    .into_iter()
                    .for_each(|&byte| bytes.push(byte));
                after
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8(bytes).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn header_values_are_percent_decoded() {
        assert_eq!(
            percent_decoded("source", "c%E1%BB%ADa%20100%"),
            Ok("cửa 100%".to_owned())
        );
        assert!(percent_decoded("source", "%FF").is_err());
    }

    #[test]
    fn pairs_of_source_and_id_never_look_alike() {
        let envelope = |source: &str, id: &str| {
            let attributes = [
                ("ce-specversion", "1.0"),
                ("ce-type", "t"),
                ("ce-source", source),
                ("ce-id", id),
            ];
            let headers = Headers::of(&headers(&attributes)).expect("percent-encoded");
            Envelope::of_headers(&headers).expect("complete").event_id()
        };
        assert_eq!(envelope("/yard", "7"), "/yard 7");
        assert_ne!(envelope("/yard 7", "8"), envelope("/yard", "7 8"));
        assert_ne!(envelope("/yard%2520", "8"), envelope("/yard%20", "8"));
    }

    #[test]
    fn missing_and_wrong_attributes_are_named() {
        for (pairs, code, detail) in [
            (
                &[("ce-id", "1")][..],
                "cloudevents.missing",
                "specversion must be given",
            ),
            (
                &[("ce-specversion", "0.3")],
                "cloudevents.version",
                "specversion must be 1.0",
            ),
            (
                &[("ce-specversion", "1.0"), ("ce-id", "")],
                "cloudevents.missing",
                "id must be given",
            ),
            (
                &[("ce-specversion", "1.0"), ("ce-id", "a%00")],
                "cloudevents.attribute",
                "id must be at most",
            ),
        ] {
            let headers = Headers::of(&headers(pairs)).expect("percent-encoded");
            let error = Envelope::of_headers(&headers).expect_err("incomplete");
            assert_eq!(error.code(), code);
            assert!(error.detail().starts_with(detail), "{error}");
        }
    }
}
