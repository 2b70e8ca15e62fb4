//! The quick pass: reads plain documents, which nearly every message is, and declines all others.
//!
//! It refuses nothing and names no error. A control character, `-0`, nineteen digits, a key given twice, nesting beyond
//! the limit or anything that is no JSON makes it return `None`: the strict pass then reads the document or says what is
//! wrong with it. What this one reads, the strict one reads as the same value (property test).

use super::tape::{DEEPEST, Document, Kind, LONGEST_TEXT, MOST_VALUES, Name, Span, float};

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
        rest: text.as_bytes(),
        document: Document::new(text),
    };
    pass.skip_blanks();
    pass.value(Name::default(), 0)?;
    pass.skip_blanks();
    pass.rest.is_empty().then_some(pass.document)
}

struct Pass<'a> {
    text: &'a str,
    rest: &'a [u8],
    document: Document<'a>,
}

impl<'a> Pass<'a> {
    /// Returns the place of the next byte.
    fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn pass(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn skip_blanks(&mut self) {
        let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\n' | b'\r' | b'\t');
        let blanks = self.rest.iter().take_while(is_blank).count();
        self.pass(blanks);
    }

    /// Passes `byte`; tells whether it stood there.
    fn passes(&mut self, byte: u8) -> bool {
        let stands = self.peek() == Some(byte);
        self.pass(usize::from(stands));
        stands
    }

    fn passes_word(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word.as_bytes())?;
        Some(())
    }

    /// Passes one value and adds it under its name.
    #[inline(always)]
    fn value(&mut self, name: Name, depth: u32) -> Option<()> {
        let kind = match self.peek()? {
            b'"' => Kind::Text(self.string()?),
            b'{' => return self.map(name, depth),
            b'[' => return self.list(name, depth),
            b't' => self.passes_word("true").map(|()| Kind::Bool(true))?,
            b'f' => self.passes_word("false").map(|()| Kind::Bool(false))?,
            b'n' => self.passes_word("null").map(|()| Kind::Null)?,
            _ => self.number()?,
        };
        self.add(name, kind).map(drop)
    }

    /// Adds a value unless there are too many.
    #[inline(always)]
    fn add(&mut self, name: Name, kind: Kind) -> Option<usize> {
        (self.document.count() < MOST_VALUES).then(|| self.document.push(name, kind))
    }

    /// Passes the bracket that opens a list or object at a depth, and the blanks behind it, and adds it.
    fn open(&mut self, name: Name, kind: Kind, depth: u32) -> Option<usize> {
        self.pass(1);
        self.skip_blanks();
        (depth < DEEPEST).then(|| self.add(name, kind))?
    }

    /// Passes the blanks and the comma before another value; `Some(false)` before `bracket`, which is passed too.
    #[inline(always)]
    fn goes_on(&mut self, bracket: u8) -> Option<bool> {
        self.skip_blanks();
        if self.passes(b',') {
            self.skip_blanks();
            return Some(true);
        }
        self.passes(bracket).then_some(false)
    }

    #[inline(never)]
    fn list(&mut self, name: Name, depth: u32) -> Option<()> {
        let list = self.open(name, Kind::List, depth)?;
        let mut goes_on = !self.passes(b']');
        while goes_on {
            self.value(Name::default(), depth + 1)?;
            goes_on = self.goes_on(b']')?;
        }
        self.document.close(list, 0);
        Some(())
    }

    #[inline(never)]
    fn map(&mut self, name: Name, depth: u32) -> Option<()> {
        let map = self.open(name, Kind::Map(0), depth)?;
        let (mut sums, mut key_count) = (0, 0);
        let mut goes_on = !self.passes(b'}');
        while goes_on {
            let span = self.string()?;
            let key = self.document.bytes(span);
            let name = Name::new(key, span);
            let may_be_double = sums & name.bit() != 0;
            if may_be_double && self.document.holds(map, key, name) || key_count == MOST_KEYS {
                return None;
            }
            sums |= name.bit();
            key_count += 1;
            self.skip_blanks();
            if !self.passes(b':') {
                return None;
            }
            self.skip_blanks();
            self.value(name, depth + 1)?;
            goes_on = self.goes_on(b'}')?;
        }
        self.document.close(map, sums);
        Some(())
    }

    /// Passes a string without control characters.
    #[inline(always)]
    fn string(&mut self) -> Option<Span> {
        let [b'"', rest @ ..] = self.rest else {
            return None;
        };
        let length = plain_length(rest);
        let start = self.at() + 1;
        match &rest[length..] {
            [b'"', rest @ ..] => {
                self.rest = rest;
                Some(Span::new(start, length))
            }
            [b'\\', ..] => self.escaped(length),
            _ => None,
        }
    }

    /// Passes a string with its first escape after `length` bytes; serde_json resolves it.
    #[cold]
    fn escaped(&mut self, length: usize) -> Option<Span> {
        let mut end = 1 + length;
        while self.rest.get(end) == Some(&b'\\') {
            end += 2;
            end += plain_length(self.rest.get(end..)?);
        }
        let start = self.at();
        let resolved: String = serde_json::from_str(self.text.get(start..=start + end)?).ok()?;
        self.pass(end + 1);
        let has_nul = resolved.bytes().any(|byte| byte == 0);
        (!has_nul).then(|| self.document.keep(&resolved))
    }

    fn number(&mut self) -> Option<Kind> {
        let literal = self.rest;
        let is_negative = self.passes(b'-');
        let (whole, digits) = self.digits(0)?;
        let starts_with_zero = literal[usize::from(is_negative)] == b'0';
        if starts_with_zero && digits > 1 {
            return None;
        }
        if matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            return self.float(literal, whole, digits);
        }
        let is_plain = digits <= SAFE_DIGITS && !(starts_with_zero && is_negative);
        is_plain.then_some(Kind::Signed(if is_negative { -whole } else { whole }))
    }

    /// Passes digits, of which there must be one, and appends them to a whole number; returns it, and their count.
    /// The number is only right up to [`SAFE_DIGITS`].
    fn digits(&mut self, mut whole: i64) -> Option<(i64, usize)> {
        let before = self.rest.len();
        while let [digit @ b'0'..=b'9', rest @ ..] = self.rest {
            whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            self.rest = rest;
        }
        let count = before - self.rest.len();
        (count > 0).then_some((whole, count))
    }

    /// Passes the rest of a number with a fraction or exponent, of which the whole part was passed. Few digits without
    /// an exponent are a whole number divided by a power of ten, both exact; the others are serde_json's to read.
    fn float(&mut self, literal: &'a [u8], whole: i64, digits: usize) -> Option<Kind> {
        if self.passes(b'.') {
            let (number, decimals) = self.digits(whole)?;
            let is_exact = digits + decimals <= EXACT_DIGITS;
            if is_exact && !matches!(self.peek(), Some(b'e' | b'E')) {
                let number = number as f64 / EXACT_POWERS[decimals];
                let is_negative = literal.first() == Some(&b'-');
                return float(if is_negative { -number } else { number });
            }
        }
        let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
        let length = literal.iter().take_while(is_part).count();
        self.rest = &literal[length..];
        float(serde_json::from_slice(&literal[..length]).ok()?)
    }
}

/// Returns how many bytes stand before the first quote, backslash or control character.
#[inline(always)]
fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // Bytes below a bound become negative, and were not before; with its second bit turned a quote (0x22) is 0x20,
        // one below the bound of what are otherwise control characters, and only a blank changes places with it.
        let quote_or_control = (word ^ (ONES * 0x02)).wrapping_sub(ONES * 0x21) & !word;
        let backslash = word ^ (ONES * 0x5c);
        let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
        let found = (quote_or_control | is_backslash) & HIGHS;
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
