//! The quick pass: reads plain documents, which nearly every message is, and declines all others.
//!
//! It refuses nothing and names no error. A control character, `-0`, nineteen digits, a key given twice, nesting beyond
//! the limit or anything that is no JSON makes it return `None`: the strict pass then reads the document or says what is
//! wrong with it. What this one reads, the strict one reads as the same value (property test).

use super::tape::{DEEPEST, Document, Kind, LONGEST_TEXT, MOST_VALUES, Span, bit, float, sum};

/// Objects of more keys are left to the strict pass, which finds doubles by hash.
const MOST_KEYS: usize = 48;
/// Digits that a signed number of 64 bits always holds.
const SAFE_DIGITS: usize = 18;
/// Digits of a whole number that a float always holds.
const EXACT_DIGITS: usize = 15;
/// Powers of ten that a float holds.
const EXACT_POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Reads one document; `None` when it is not plain.
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let mut pass = Pass {
        text,
        at: 0,
        document: Document::new(text),
    };
    pass.skip_blanks();
    pass.value(Span::default(), 0, 0)?;
    pass.skip_blanks();
    (pass.at == text.len()).then_some(pass.document)
}

struct Pass<'a> {
    text: &'a str,
    at: usize,
    document: Document<'a>,
}

impl Pass<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes `byte`; tells whether it stood there.
    fn passes(&mut self, byte: u8) -> bool {
        let stands = self.peek() == Some(byte);
        self.at += usize::from(stands);
        stands
    }

    fn passes_word(&mut self, word: &str) -> Option<()> {
        let stands = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += word.len();
        stands.then_some(())
    }

    /// Passes one value and adds it under its name.
    fn value(&mut self, key: Span, sum: u32, depth: u32) -> Option<()> {
        let kind = match self.peek()? {
            b'"' => Kind::Text(self.string()?),
            b'{' => return self.map(key, sum, depth),
            b'[' => return self.list(key, sum, depth),
            b't' => self.passes_word("true").map(|()| Kind::Bool(true))?,
            b'f' => self.passes_word("false").map(|()| Kind::Bool(false))?,
            b'n' => self.passes_word("null").map(|()| Kind::Null)?,
            _ => self.number()?,
        };
        self.add(key, sum, kind).map(drop)
    }

    /// Adds a value unless there are too many.
    fn add(&mut self, key: Span, sum: u32, kind: Kind) -> Option<usize> {
        (self.document.count() < MOST_VALUES).then(|| self.document.push(key, sum, kind))
    }

    fn list(&mut self, key: Span, key_sum: u32, depth: u32) -> Option<()> {
        if depth == DEEPEST {
            return None;
        }
        let list = self.add(key, key_sum, Kind::List)?;
        self.at += 1;
        self.skip_blanks();
        if self.passes(b']') {
            return Some(());
        }
        loop {
            self.value(Span::default(), 0, depth + 1)?;
            self.skip_blanks();
            if self.passes(b']') {
                self.document.close(list, 0);
                return Some(());
            }
            if !self.passes(b',') {
                return None;
            }
            self.skip_blanks();
        }
    }

    fn map(&mut self, key: Span, key_sum: u32, depth: u32) -> Option<()> {
        if depth == DEEPEST {
            return None;
        }
        let map = self.add(key, key_sum, Kind::Map(0))?;
        self.at += 1;
        self.skip_blanks();
        if self.passes(b'}') {
            return Some(());
        }
        let (mut sums, mut key_count) = (0, 0);
        loop {
            let key = self.string()?;
            let key_bytes = self.document.string(key).as_bytes();
            let sum = sum(key_bytes);
            let is_double = sums & bit(sum) != 0 && {
                let end = self.document.count();
                self.document.find_from(map, end, key_bytes, sum).is_some()
            };
            sums |= bit(sum);
            key_count += 1;
            if is_double || key_count > MOST_KEYS {
                return None;
            }
            self.skip_blanks();
            if !self.passes(b':') {
                return None;
            }
            self.skip_blanks();
            self.value(key, sum, depth + 1)?;
            self.skip_blanks();
            if self.passes(b'}') {
                self.document.close(map, sums);
                return Some(());
            }
            if !self.passes(b',') {
                return None;
            }
            self.skip_blanks();
        }
    }

    /// Passes a string without control characters. One with escapes is resolved by serde_json.
    fn string(&mut self) -> Option<Span> {
        if self.peek() != Some(b'"') {
            return None;
        }
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut end = start + plain_length(bytes.get(start..)?);
        if bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Some(Document::span(start, end));
        }
        while bytes.get(end) == Some(&b'\\') {
            end += 2;
            end += plain_length(bytes.get(end..)?);
        }
        self.at = end + 1;
        let literal = self.text.get(start - 1..self.at)?;
        let resolved: String = serde_json::from_str(literal).ok()?;
        let has_nul = resolved.bytes().any(|byte| byte == 0);
        (!has_nul).then(|| self.document.keep(&resolved))
    }

    fn number(&mut self) -> Option<Kind> {
        let start = self.at;
        let is_negative = self.passes(b'-');
        let (whole, digits) = self.digits(0)?;
        let starts_with_zero =
            whole == 0 || digits > 1 && self.text.as_bytes()[self.at - digits] == b'0';
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return self.float(start, whole, digits);
        }
        let is_plain = match digits {
            1 => !(starts_with_zero && is_negative),
            2..=SAFE_DIGITS => !starts_with_zero,
            _ => false,
        };
        is_plain.then_some(Kind::Signed(if is_negative { -whole } else { whole }))
    }

    /// Passes digits, of which there must be one, and appends them to a whole number; returns it, and their count.
    /// The number is only right up to [`SAFE_DIGITS`].
    fn digits(&mut self, mut whole: i64) -> Option<(i64, usize)> {
        let start = self.at;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.at += 1;
        }
        (self.at > start).then_some((whole, self.at - start))
    }

    /// Passes the rest of a number with a fraction or exponent, of which the whole part was passed. Few digits without
    /// an exponent are a whole number divided by a power of ten, both exact; the others are serde_json's to read.
    fn float(&mut self, start: usize, whole: i64, digits: usize) -> Option<Kind> {
        let first = self.at - digits;
        if self.passes(b'.') {
            let (number, decimals) = self.digits(whole)?;
            let is_exact = digits + decimals <= EXACT_DIGITS;
            let starts_with_zero = digits > 1 && self.text.as_bytes()[first] == b'0';
            if is_exact && !starts_with_zero && !matches!(self.peek(), Some(b'e' | b'E')) {
                let number = number as f64 / EXACT_POWERS[decimals];
                return float(if start < first { -number } else { number });
            }
        }
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| is_part(byte)).count();
        float(serde_json::from_str(&self.text[start..self.at]).ok()?)
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
            (r#"{"a\n":"\u1ea1\\"}"#, true),
            (r#"{"a":"\u0000"}"#, false),
            (r#"{"ab":1,"a\u0062":1}"#, false),
            (r#""\x""#, false),
            (r#""\"#, false),
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
                if let Some(document) = read(text) {
                    let strictly = strict(Text { text, offset: 0 });
                    prop_assert_eq!(format!("{strictly:?}"), format!("Ok({document:?})"), "{}", text);
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
