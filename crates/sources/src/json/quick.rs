//! The quick pass: reads plain documents, which nearly every message is, and declines all others.
//!
//! It refuses nothing and names no error. An escape, a control character, `-0`, nineteen digits, a key given twice,
//! nesting beyond the limit or anything that is no JSON makes it return `None`: the strict pass then reads the
//! document or says what is wrong with it. What this one reads, the strict one reads as the same value (property test).

use super::Value;
use super::tree::{DEEPEST, MOST_VALUES, float};

/// Keys of the outermost map that room is made for at once; only there, so that memory stays a small multiple of the
/// text.
const USUAL_KEYS: usize = 16;
/// Maps of more keys are left to the strict pass, which finds doubles by hash.
const MOST_KEYS: usize = 48;
/// Digits that a signed number of 64 bits always holds.
const SAFE_DIGITS: usize = 18;

/// Reads one document; `None` when it is not plain.
pub(super) fn read(text: &str) -> Option<Value<'_>> {
    let mut pass = Pass {
        text,
        at: 0,
        value_count: 0,
    };
    pass.skip_blanks();
    let value = pass.value(0)?;
    pass.skip_blanks();
    (pass.at == text.len()).then_some(value)
}

struct Pass<'a> {
    text: &'a str,
    at: usize,
    value_count: u32,
}

impl<'a> Pass<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes `byte` and the blanks behind it; tells whether it stood there.
    fn passes(&mut self, byte: u8) -> bool {
        let stands = self.peek() == Some(byte);
        if stands {
            self.at += 1;
            self.skip_blanks();
        }
        stands
    }

    fn word(&mut self, word: &str, value: Value<'a>) -> Option<Value<'a>> {
        let stands = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        stands.then_some(value)
    }

    fn value(&mut self, depth: u32) -> Option<Value<'a>> {
        self.value_count += 1;
        if self.value_count > MOST_VALUES {
            return None;
        }
        match self.peek()? {
            b'"' => self.string().map(|text| Value::Text(text.into())),
            b'{' => self.map(depth),
            b'[' => self.list(depth),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            b'n' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: u32) -> Option<Value<'a>> {
        let mut values = Vec::new();
        if depth == DEEPEST || !self.passes(b'[') {
            return None;
        }
        if self.passes_last(b']') {
            return Some(Value::List(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.passes_last(b']') {
                return Some(Value::List(values));
            }
            if !self.passes(b',') {
                return None;
            }
        }
    }

    fn map(&mut self, depth: u32) -> Option<Value<'a>> {
        let room = if depth == 0 { USUAL_KEYS } else { 0 };
        let mut entries: Vec<(_, Value<'a>)> = Vec::with_capacity(room);
        let mut seen = Seen::default();
        if depth == DEEPEST || !self.passes(b'{') {
            return None;
        }
        if self.passes_last(b'}') {
            return Some(Value::Map(entries));
        }
        loop {
            let key = self.string()?;
            let is_double = seen.may_hold(key) && entries.iter().any(|(name, _)| name == key);
            if is_double || entries.len() == MOST_KEYS {
                return None;
            }
            self.skip_blanks();
            if !self.passes(b':') {
                return None;
            }
            entries.push((key.into(), self.value(depth + 1)?));
            self.skip_blanks();
            if self.passes_last(b'}') {
                return Some(Value::Map(entries));
            }
            if !self.passes(b',') {
                return None;
            }
        }
    }

    /// Passes the bracket that closes a value, behind which blanks are the caller's.
    fn passes_last(&mut self, byte: u8) -> bool {
        let stands = self.peek() == Some(byte);
        self.at += usize::from(stands);
        stands
    }

    /// Passes a string without escapes and control characters.
    fn string(&mut self) -> Option<&'a str> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = start + plain_length(self.text.as_bytes().get(start..)?);
        self.at = end + 1;
        let is_closed = self.text.as_bytes().get(end) == Some(&b'"');
        is_closed.then(|| &self.text[start..end])
    }

    fn number(&mut self) -> Option<Value<'a>> {
        let start = self.at;
        let is_negative = self.passes_last(b'-');
        let first = self.at;
        let mut whole: i64 = 0;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            let is_part =
                |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
            let rest = &self.text.as_bytes()[self.at..];
            self.at += rest.iter().take_while(|byte| is_part(byte)).count();
            let number = serde_json::from_str(&self.text[start..self.at]).ok()?;
            return float(number);
        }
        let digits = self.at - first;
        let starts_with_zero = self.text.as_bytes().get(first) == Some(&b'0');
        let is_plain = match digits {
            1 => !(starts_with_zero && is_negative),
            2..=SAFE_DIGITS => !starts_with_zero,
            _ => false,
        };
        is_plain.then_some(Value::Signed(if is_negative { -whole } else { whole }))
    }
}

/// Returns how many bytes stand before the first quote, backslash or control character.
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The usual trick for a zero byte, applied to both characters, and to what is below 0x20.
        let (quote, backslash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
        let is_quote = quote.wrapping_sub(ONES) & !quote;
        let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
        let is_control = word.wrapping_sub(ONES * 0x20) & !word;
        let found = (is_quote | is_backslash | is_control) & HIGHS;
        if found != 0 {
            return place * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let rest = &bytes[words.len() * 8..];
    let is_plain = |byte: &&u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
    words.len() * 8 + rest.iter().take_while(is_plain).count()
}

/// Which keys a map may already hold: a bit for each by its length and ends, so that most new keys need no comparison.
#[derive(Default)]
struct Seen(u64);

impl Seen {
    fn may_hold(&mut self, key: &str) -> bool {
        let byte = |byte: Option<&u8>| usize::from(byte.copied().unwrap_or_default());
        let (first, last) = (byte(key.as_bytes().first()), byte(key.as_bytes().last()));
        let bit = 1 << ((key.len() * 5 + first * 3 + last) % 64);
        let held = self.0 & bit != 0;
        self.0 |= bit;
        held
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::strict;
    use crate::text::Text;

    #[test]
    fn plain_documents_are_read_and_others_declined() {
        let deep = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        for (text, is_plain) in [
            (
                r#" {"a" : [1, -2.5e3, true, null], "b":{"c":"桂E9U115"}} "#,
                true,
            ),
            (r#"{"a":{},"b":[],"ab":"","ba":123456789012345678}"#, true),
            (&deep(64), true),
            (&deep(65), false),
            (r#"{"a":"\n"}"#, false),
            ("\"a\u{1}\"", false),
            (r#"{"a":1,"a":1}"#, false),
            ("1234567890123456789", false),
            ("-0", false),
            ("01", false),
            ("1e400", false),
            ("1.", false),
            ("[1,]", false),
            ("{} {}", false),
            ("\"a", false),
            ("tru", false),
            ("", false),
        ] {
            assert_eq!(read(text).is_some(), is_plain, "{text}");
        }
    }

    /// Texts near JSON: documents of plain pieces, in which pieces are sometimes wrong.
    fn near_json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "\"[a-c 桂\\\\u0-9é]{0,12}\"",
            "-?[0-9]{1,20}",
            "-?[0-9]{1,3}[.eE][-+]?[0-9]{0,4}",
            "true|false|null|nul|-|\"",
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let key = "\"[a-c]{0,2}\"";
            let pair = (key, "[ \n]?:[ \t]?", inner.clone())
                .prop_map(|(key, colon, value)| format!("{key}{colon}{value}"));
            prop_oneof![
                proptest::collection::vec(inner, 0..6)
                    .prop_map(|list| format!("[{}]", list.join(", "))),
                proptest::collection::vec(pair, 0..6)
                    .prop_map(|map| format!("{{{}}}", map.join(","))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_read_is_what_the_strict_pass_reads(text in near_json(), soup in r#"[\[\]{}",:0-9a.eE\\u +-]{0,24}"#) {
            for text in [&text, &soup] {
                if let Some(value) = read(text) {
                    prop_assert_eq!(strict(Text { text, offset: 0 }), Ok(value), "{}", text);
                }
            }
        }

        #[test]
        fn the_end_of_a_plain_string_is_found(text in "\\PC{0,40}[\"\\\\\u{0}-\u{1f}é]?\\PC{0,9}") {
            let plain = |c: &char| !matches!(c, '"' | '\\' | '\0'..='\u{1f}');
            let expected: usize = text.chars().take_while(plain).map(char::len_utf8).sum();
            prop_assert_eq!(plain_length(text.as_bytes()), expected);
        }
    }
}
