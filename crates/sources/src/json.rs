//! Strict JSON: what serde_json would let pass in silence is an error with its path and position.
//!
//! Duplicate keys, NUL in strings, integers beyond 64 bits, numbers that are not finite, nesting beyond 64 and
//! documents of more than 200,000 values are refused (FAULTS.md, P05 to P08). The grammar is serde_json's own; strings
//! stay in the text. `-0` and `-0.0` are one to serde_json and read as zero. A quick pass reads the plain documents,
//! which are the rule; all others, and all errors, are the strict pass's. Both write the same `tape`.

mod field;
mod fields;
mod index;
mod names;
mod node;
mod path;
mod quick;
mod scalars;
mod strict;
mod tape;

pub(crate) use field::Field;
pub(crate) use fields::{Elements, Fields};
pub(crate) use names::Names;
pub(crate) use path::{Path, paths};
pub(crate) use tape::{Document, Value};

/// Finds several fields of an object in one pass and binds each: `named!(object, "plate" => plate, "lane" => lane)`.
///
/// The names are distinct, and best in the order in which most senders write them.
macro_rules! named {
    ($object:expr, $($name:literal => $field:ident),+ $(,)?) => {
        let [$($field),+] = {
            const NAMES: $crate::json::Names<{ [$($name),+].len() }> =
                $crate::json::Names::new([$($name),+]);
            $object.named(&NAMES)
        };
    };
}
pub(crate) use named;

use serde::de::DeserializeSeed;

use crate::Error;
use crate::text::Text;

/// Reads one JSON document, in which a NUL may lie.
///
/// # Errors
/// `text.nul`, `json.syntax`, `json.duplicate_key`, `json.nul`, `json.number`, `json.depth` or `json.size`, each with the
/// path of the value and its byte, line and column.
pub(crate) fn parse(text: Text<'_>) -> Result<Document<'_>, Error> {
    quick::read(text.text).map_or_else(|| text.check_nul().and_then(|()| strict(text)), Ok)
}

/// Reads one document by serde_json's grammar, with the trace that an error needs.
fn strict(text: Text<'_>) -> Result<Document<'_>, Error> {
    if text.text.len() > tape::LONGEST_TEXT {
        return Err(Error::new("json.size", "$: longer than 2 GiB"));
    }
    let trace = strict::Trace::new(text.text);
    let mut deserializer = serde_json::Deserializer::from_str(text.text);
    let parsed = trace.root().deserialize(&mut deserializer);
    match parsed.and_then(|()| deserializer.end()) {
        Ok(()) => Ok(trace.document()),
        Err(error) => {
            let at = byte_of(text.text, error.line(), error.column());
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let detail = format!("{}: {message} at {}", trace.path(), text.place(at));
            Err(Error::new(trace.code(), detail))
        }
    }
}

/// Returns the offset of a place that serde_json counts in lines from 1 and bytes since the line's start.
fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let start = match line {
        0 | 1 => 0,
        _ => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(line - 2)
            .map_or(text.len(), |newline| newline + 1),
    };
    start + column.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse_text(text: &str) -> Result<Document<'_>, Error> {
        parse(Text { text, offset: 0 })
    }

    /// Returns what the document says, as `Debug` shows it.
    fn shown(text: &str) -> String {
        format!("{:?}", parse_text(text).expect("JSON"))
    }

    #[test]
    fn what_serde_json_lets_pass_is_refused_with_path_and_position() {
        let deep = "[".repeat(65) + &"]".repeat(65);
        for (text, code, detail) in [
            (
                r#"{"a":{"plate":"A","plate":"B"}}"#,
                "json.duplicate_key",
                "$.a.plate: ",
            ),
            (
                r#"{"a":[1,18446744073709551616]}"#,
                "json.number",
                "$.a[1]: ",
            ),
            (r#"{"a":-9223372036854775809}"#, "json.number", "$.a: "),
            (r#"{"a":1e400}"#, "json.syntax", "$.a: number out of range"),
            (r#"{"a":"x\u0000y"}"#, "json.nul", "$.a: "),
            (r#"{"a\u0000":1}"#, "json.nul", "$"),
            (&deep, "json.depth", "$[0]"),
            (r#"{"a":1,}"#, "json.syntax", "$"),
            (
                "{\n \"a\": 1\n \"b\": 2}",
                "json.syntax",
                "$: expected `,` or `}` at byte 11, line 3, column 2",
            ),
            (r#"{"a":NaN}"#, "json.syntax", "$.a: "),
            ("{} {}", "json.syntax", "$: trailing characters"),
            ("", "json.syntax", "$: EOF"),
        ] {
            let error = parse_text(text).expect_err(text);
            assert_eq!(error.code(), code, "{text}: {error}");
            assert!(error.detail().starts_with(detail), "{text}: {error}");
        }
    }

    #[test]
    fn an_escaped_backslash_before_u0000_is_no_nul() {
        assert_eq!(shown(r#"{"a":"\\u0000"}"#), r#"{"a": Text("\\u0000")}"#);
    }

    #[test]
    fn whole_numbers_of_64_bits_are_exact() {
        assert_eq!(
            shown("[18446744073709551615,-9223372036854775808,0.5]"),
            "[Unsigned(18446744073709551615), Signed(-9223372036854775808), Float(0.5)]"
        );
    }

    #[test]
    fn many_keys_take_linear_time() {
        let keys: Vec<String> = (0..50_000).map(|key| format!("\"k{key}\":0")).collect();
        assert!(parse_text(&format!("{{{}}}", keys.join(","))).is_ok());
        let error = parse_text(&format!("{{{},\"k7\":1}}", keys.join(","))).expect_err("twice k7");
        assert_eq!(error.code(), "json.duplicate_key");
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,60}", punctuation in r#"[\[\]{}",:0-9a\\u-]{0,60}"#) {
            let _ = (parse_text(&text), parse_text(&punctuation));
        }
    }
}
