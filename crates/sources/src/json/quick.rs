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
        document: Document::new(text),
    };
    let rest = pass.value(after_blanks(text.as_bytes()), Name::default(), 0)?;
    after_blanks(rest).is_empty().then_some(pass.document)
}

/// Each step takes the bytes that are left and returns those behind what it read.
struct Pass<'a> {
    text: &'a str,
    document: Document<'a>,
}

impl<'a> Pass<'a> {
    /// Reads one value and adds it under its name.
    #[inline(always)]
    fn value(&mut self, rest: &'a [u8], name: Name, depth: u32) -> Option<&'a [u8]> {
        let (kind, rest) = match rest {
            [b'"', ..] => {
                let (span, rest) = self.string(rest)?;
                (Kind::Text(span), rest)
            }
            [b'{', rest @ ..] => return self.map(rest, name, depth),
            [b'[', rest @ ..] => return self.list(rest, name, depth),
            [b't', b'r', b'u', b'e', rest @ ..] => (Kind::Bool(true), rest),
            [b'f', b'a', b'l', b's', b'e', rest @ ..] => (Kind::Bool(false), rest),
            [b'n', b'u', b'l', b'l', rest @ ..] => (Kind::Null, rest),
            _ => number(rest)?,
        };
        self.add(name, kind)?;
        Some(rest)
    }

    /// Adds a value unless there are too many.
    #[inline(always)]
    fn add(&mut self, name: Name, kind: Kind) -> Option<usize> {
        (self.document.count() < MOST_VALUES).then(|| self.document.push(name, kind))
    }

    #[inline(never)]
    fn list(&mut self, rest: &'a [u8], name: Name, depth: u32) -> Option<&'a [u8]> {
        if depth == DEEPEST {
            return None;
        }
        let list = self.add(name, Kind::List)?;
        let mut rest = after_blanks(rest);
        if let [b']', rest @ ..] = rest {
            return Some(rest);
        }
        loop {
            rest = after_blanks(self.value(rest, Name::default(), depth + 1)?);
            rest = match rest {
                [b',', rest @ ..] => after_blanks(rest),
                [b']', rest @ ..] => {
                    self.document.close(list, 0);
                    return Some(rest);
                }
                _ => return None,
            };
        }
    }

    #[inline(never)]
    fn map(&mut self, rest: &'a [u8], name: Name, depth: u32) -> Option<&'a [u8]> {
        if depth == DEEPEST {
            return None;
        }
        let map = self.add(name, Kind::Map(0))?;
        let mut rest = after_blanks(rest);
        if let [b'}', rest @ ..] = rest {
            return Some(rest);
        }
        let mut bits = 0;
        for _ in 0..MOST_KEYS {
            let (span, after_key) = self.string(rest)?;
            let key = self.document.bytes(span);
            let name = Name::new(key, span);
            if bits & name.bit() != 0 && self.document.holds(map, key, name) {
                return None;
            }
            bits |= name.bit();
            let [b':', after_colon @ ..] = after_blanks(after_key) else {
                return None;
            };
            rest = after_blanks(self.value(after_blanks(after_colon), name, depth + 1)?);
            rest = match rest {
                [b',', rest @ ..] => after_blanks(rest),
                [b'}', rest @ ..] => {
                    self.document.close(map, bits);
                    return Some(rest);
                }
                _ => return None,
            };
        }
        None
    }

    /// Reads a string without control characters.
    #[inline(always)]
    fn string(&mut self, rest: &'a [u8]) -> Option<(Span, &'a [u8])> {
        let [b'"', inside @ ..] = rest else {
            return None;
        };
        let length = plain_length(inside);
        let start = self.text.len() - inside.len();
        match &inside[length..] {
            [b'"', rest @ ..] => Some((Span::new(start, length), rest)),
            [b'\\', ..] => self.escaped(rest, length),
            _ => None,
        }
    }

    /// Reads a string with its first escape after `length` bytes; serde_json resolves it.
    #[cold]
    fn escaped(&mut self, rest: &'a [u8], length: usize) -> Option<(Span, &'a [u8])> {
        let mut end = 1 + length;
        while rest.get(end) == Some(&b'\\') {
            end += 2;
            end += plain_length(rest.get(end..)?);
        }
        let (literal, rest) = rest.split_at_checked(end + 1)?;
        let resolved: String = serde_json::from_slice(literal).ok()?;
        let has_nul = resolved.bytes().any(|byte| byte == 0);
        (!has_nul).then(|| (self.document.keep(&resolved), rest))
    }
}

#[inline(always)]
fn after_blanks(mut rest: &[u8]) -> &[u8] {
    while let [b' ' | b'\n' | b'\r' | b'\t', behind @ ..] = rest {
        rest = behind;
    }
    rest
}

#[inline]
fn number(literal: &[u8]) -> Option<(Kind, &[u8])> {
    let (is_negative, first) = match literal {
        [b'-', first @ ..] => (true, first),
        first => (false, first),
    };
    let (whole, digits, rest) = digits(first, 0);
    let starts_with_zero = first.first() == Some(&b'0');
    let is_whole = (1..=SAFE_DIGITS).contains(&digits) && !(starts_with_zero && digits > 1);
    match rest {
        [b'.' | b'e' | b'E', ..] if digits > 0 => float_number(literal),
        _ if is_whole && !(is_negative && whole == 0) => {
            let number = if is_negative { -whole } else { whole };
            Some((Kind::Signed(number), rest))
        }
        _ => None,
    }
}

/// Reads digits and appends them to a whole number; returns it (right up to [`SAFE_DIGITS`]), their count and what is
/// behind them.
#[inline(always)]
fn digits(mut rest: &[u8], mut whole: i64) -> (i64, usize, &[u8]) {
    let before = rest.len();
    while let [digit @ b'0'..=b'9', behind @ ..] = rest {
        whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        rest = behind;
    }
    (whole, before - rest.len(), rest)
}

/// Reads a number with a fraction or exponent. Few digits without an exponent are a whole number divided by a power of
/// ten, both of them exact; the others are serde_json's to read.
fn float_number(literal: &[u8]) -> Option<(Kind, &[u8])> {
    let (is_negative, first) = match literal {
        [b'-', first @ ..] => (true, first),
        first => (false, first),
    };
    let (whole, digit_count, rest) = digits(first, 0);
    if let [b'.', rest @ ..] = rest
        && !(digit_count > 1 && first.first() == Some(&b'0'))
    {
        let (number, decimals, rest) = digits(rest, whole);
        let is_exact = decimals > 0 && digit_count + decimals <= EXACT_DIGITS;
        if is_exact && !matches!(rest, [b'e' | b'E', ..]) {
            let number = number as f64 / EXACT_POWERS[decimals];
            return Some((float(if is_negative { -number } else { number })?, rest));
        }
    }
    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let (literal, rest) = literal.split_at(literal.iter().take_while(is_part).count());
    Some((float(serde_json::from_slice(literal).ok()?)?, rest))
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
