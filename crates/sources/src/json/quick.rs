//! The quick pass: reads plain documents, which nearly every message is, and declines all others.
//!
//! It refuses nothing and names no error. A control character, `-0`, nineteen digits, a key given twice, nesting beyond
//! the limit or anything that is no JSON makes it return `None`: the strict pass then reads the document or says what is
//! wrong with it. What this one reads, the strict one reads as the same value (property test).

use wide::u8x16;

use super::names::{Name, Span};
use super::node::{Kind, float};
use super::tape::{Document, LONGEST_TEXT, Open};

/// Digits that a signed number of 64 bits always holds.
const SAFE_DIGITS: usize = 18;
/// Digits of a whole number that a float always holds.
const EXACT_DIGITS: usize = 15;
/// Powers of ten that a float holds.
const EXACT_POWERS: [f64; 16] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Reads one document; `None` when it is not plain.
///
/// One loop instead of calls within calls: what is open stands in the document itself.
pub(super) fn read(text: &str) -> Option<Document<'_>> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    let mut pass = Pass {
        bytes: text.as_bytes(),
        document: Document::new(text),
    };
    let mut open = Open::default();
    let mut at = 0;
    loop {
        let mut name = Name::default();
        if open.is_map {
            (name, at) = pass.name(&mut open, at)?;
        }
        let first;
        (first, at) = pass.next(at);
        match first {
            b'"' => {
                let (span, behind) = pass.string(at + 1)?;
                pass.document.add(name, Kind::Text(span))?;
                at = behind;
            }
            b'{' | b'[' => {
                pass.document.enter(&mut open, name, first == b'{')?;
                let inside;
                (inside, at) = pass.next(at + 1);
                // The closing brackets stand two behind the opening ones in ASCII.
                if inside != first + 2 {
                    continue;
                }
            }
            _ => at = pass.other(name, at)?,
        }
        // What is behind a value: a comma, or the ends of lists and objects up to one.
        loop {
            let byte;
            (byte, at) = pass.next(at);
            if byte == b',' && open.depth > 0 {
                break;
            }
            if open.depth == 0 {
                return (at == text.len()).then_some(pass.document);
            }
            if byte != if open.is_map { b'}' } else { b']' } {
                return None;
            }
            pass.document.leave(&mut open);
            at += 1;
        }
        at += 1;
    }
}

struct Pass<'a> {
    bytes: &'a [u8],
    document: Document<'a>,
}

impl Pass<'_> {
    /// Returns the next byte that is no blank, and its place; behind the end NUL, which is no JSON.
    #[inline(always)]
    fn next(&self, at: usize) -> (u8, usize) {
        match self.bytes.get(at) {
            Some(&byte) if byte > b' ' => (byte, at),
            _ => self.behind_blanks(at),
        }
    }

    #[inline(never)]
    fn behind_blanks(&self, mut at: usize) -> (u8, usize) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(at) {
            at += 1;
        }
        (self.bytes.get(at).copied().unwrap_or_default(), at)
    }

    /// Reads the next name of an object and the colon behind it; returns it and the place behind.
    #[inline(always)]
    fn name(&mut self, open: &mut Open, at: usize) -> Option<(Name, usize)> {
        let (quote, at) = self.next(at);
        if quote != b'"' {
            return None;
        }
        let start = at + 1;
        let end = marked(self.bytes, start)?;
        let (name, at) = match self.bytes[end] {
            b'"' => (Name::plain(self.bytes, start, end - start), end + 1),
            b'\\' => self.escaped_name(start, end)?,
            _ => return None,
        };
        let seen = open.bits;
        open.bits |= name.bit();
        if seen == open.bits && self.document.holds(open.at, name)? {
            return None;
        }
        let (colon, at) = self.next(at);
        (colon == b':').then_some((name, at + 1))
    }

    /// Reads a number or a word and adds it under its name; returns the place behind it.
    #[inline(never)]
    fn other(&mut self, name: Name, at: usize) -> Option<usize> {
        let literal = self.bytes.get(at..)?;
        let (kind, rest) = match literal {
            [b't', b'r', b'u', b'e', rest @ ..] => (Kind::Bool(true), rest),
            [b'f', b'a', b'l', b's', b'e', rest @ ..] => (Kind::Bool(false), rest),
            [b'n', b'u', b'l', b'l', rest @ ..] => (Kind::Null, rest),
            _ => number(literal)?,
        };
        self.document.add(name, kind)?;
        Some(self.bytes.len() - rest.len())
    }

    /// Reads the string that starts at a place, behind its opening quote; returns where it is, and the place behind its
    /// closing quote.
    #[inline(always)]
    fn string(&mut self, start: usize) -> Option<(Span, usize)> {
        let end = marked(self.bytes, start)?;
        match self.bytes[end] {
            b'"' => Some((Span::new(start, end - start), end + 1)),
            b'\\' => self.escaped(start, end),
            _ => None,
        }
    }

    #[cold]
    fn escaped_name(&mut self, start: usize, at: usize) -> Option<(Name, usize)> {
        let (span, at) = self.escaped(start, at)?;
        Some((self.document.name_of(span), at))
    }

    /// Reads a string that has its first backslash at a place; serde_json resolves it.
    #[cold]
    #[inline(never)]
    fn escaped(&mut self, start: usize, mut at: usize) -> Option<(Span, usize)> {
        while self.bytes[at] == b'\\' {
            at = marked(self.bytes, at + 2)?;
        }
        let literal = self.bytes.get(start - 1..=at)?;
        let resolved: String = serde_json::from_slice(literal).ok()?;
        let has_nul = resolved.bytes().any(|byte| byte == 0);
        (!has_nul).then(|| (self.document.keep(&resolved), at + 1))
    }
}

/// Returns the place of the next quote, backslash or control character, sixteen bytes at a time.
#[inline(always)]
fn marked(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let Some(chunk) = bytes.get(at..)?.first_chunk::<16>() else {
            return marked_last(bytes, at);
        };
        let lane = u8x16::from(*chunk);
        let is_control = lane.min(u8x16::splat(0x1f)).cmp_eq(lane);
        let is_quote = lane.cmp_eq(u8x16::splat(b'"'));
        let is_backslash = lane.cmp_eq(u8x16::splat(b'\\'));
        let marks = (is_quote | is_backslash | is_control).move_mask();
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize);
        }
        at += 16;
    }
}

/// As [`marked`] where less than sixteen bytes are left.
#[inline(never)]
fn marked_last(bytes: &[u8], at: usize) -> Option<usize> {
    let mut left = (at..).zip(bytes.get(at..)?);
    let is_mark = |byte: u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    left.find(|(_, byte)| is_mark(**byte)).map(|(at, _)| at)
}

#[inline]
fn number(literal: &[u8]) -> Option<(Kind, &[u8])> {
    let (is_negative, first) = match literal {
        [b'-', first @ ..] => (true, first),
        first => (false, first),
    };
    let (whole, digit_count, rest) = digits(first, 0);
    let starts_well = digit_count == 1 || first.first() != Some(&b'0');
    match rest {
        [b'.', decimals @ ..] if digit_count > 0 && starts_well => {
            let (number, decimal_count, rest) = digits(decimals, whole);
            let is_exact = decimal_count > 0 && digit_count + decimal_count <= EXACT_DIGITS;
            if !is_exact || matches!(rest, [b'e' | b'E', ..]) {
                return any_number(literal);
            }
            // Both are exact, and so is the quotient as far as a float goes.
            let number = number as f64 / EXACT_POWERS[decimal_count];
            Some((float(if is_negative { -number } else { number })?, rest))
        }
        [b'.' | b'e' | b'E', ..] if digit_count > 0 => any_number(literal),
        _ if !(1..=SAFE_DIGITS).contains(&digit_count) || !starts_well => None,
        _ if is_negative && whole == 0 => None,
        _ => Some((Kind::Signed(if is_negative { -whole } else { whole }), rest)),
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

/// Reads a number with a fraction or exponent as serde_json does.
#[inline(never)]
fn any_number(literal: &[u8]) -> Option<(Kind, &[u8])> {
    let is_part = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-');
    let (literal, rest) = literal.split_at(literal.iter().take_while(is_part).count());
    Some((float(serde_json::from_slice(literal).ok()?)?, rest))
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
            // Longer than what is looked at together, escapes at its borders.
            "\"([a-c]|[桂é]|\\\\[nt\"\\\\]){0,40}\"",
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
    }
}
