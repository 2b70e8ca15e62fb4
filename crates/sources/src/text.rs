//! Bytes to text: the one UTF-8 check of a payload, the byte-order mark, and where a byte lies.

use std::borrow::Cow;

use crate::Error;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Text with its place in the record, so that errors name positions of the body as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// Offset of its first byte in the body.
    pub(crate) offset: usize,
}

impl<'a> Text<'a> {
    /// Checks `bytes`, which lie at `offset` of the body; a UTF-8 byte-order mark is skipped.
    ///
    /// # Errors
    /// `text.utf8` with the offset of the first wrong byte; `text.nul` with the offset of a NUL, which
    /// PostgreSQL would refuse for ever. NULs and DOS end-of-file marks (1A) after the end of the message are padding and
    /// left out.
    pub(crate) fn check(bytes: &'a [u8], offset: usize) -> Result<Self, Error> {
        let text = Self::decoded(bytes, offset)?;
        text.check_nul()?;
        Ok(text)
    }

    /// Checks as [`Self::check`], but for NULs: for formats whose grammar has no place for one.
    ///
    /// # Errors
    /// `text.utf8`.
    pub(crate) fn decoded(bytes: &'a [u8], offset: usize) -> Result<Self, Error> {
        let marked = bytes.starts_with(BYTE_ORDER_MARK);
        let skipped = if marked { BYTE_ORDER_MARK.len() } else { 0 };
        let padding = bytes
            .iter()
            .rev()
            .take_while(|&&byte| matches!(byte, 0 | 0x1a))
            .count();
        let kept = bytes
            .get(skipped..bytes.len() - padding)
            .unwrap_or_default();
        let offset = offset + skipped;
        let text = simdutf8::basic::from_utf8(kept).map_err(|_| not_utf8(kept, offset))?;
        Ok(Self { text, offset })
    }

    /// Checks that there is no NUL.
    ///
    /// # Errors
    /// `text.nul`.
    pub(crate) fn check_nul(&self) -> Result<(), Error> {
        match memchr::memchr(0, self.text.as_bytes()) {
            Some(at) => {
                let detail = format!("byte {} is NUL", self.offset + at);
                Err(Error::new("text.nul", detail))
            }
            None => Ok(()),
        }
    }

    /// Returns where byte `at` of the text lies, as `byte B, line L, column C` (the last two from 1,
    /// counted within the text; columns in bytes).
    pub(crate) fn place(&self, at: usize) -> String {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        let line = memchr::memchr_iter(b'\n', before).count() + 1;
        let column =
            before.len() - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1) + 1;
        format!(
            "byte {}, line {line}, column {column}",
            self.offset + before.len()
        )
    }
}

/// Says where bytes at an offset of the body stop being UTF-8.
#[cold]
fn not_utf8(bytes: &[u8], offset: usize) -> Error {
    let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    Error::new("text.utf8", format!("byte {} is not UTF-8", offset + valid))
}

/// Returns `text` cut to at most `longest` bytes, at a character's border.
pub(crate) fn bounded(text: &str, longest: usize) -> &str {
    &text[..text.floor_char_boundary(longest)]
}

/// Returns a text without the blanks around it; most have none, which two bytes tell.
#[inline(never)]
pub(crate) fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// Returns the last step of a path of names, `separator` between them; an attribute's `@` is no part of its name.
pub(crate) const fn last_step(path: &str, separator: u8) -> &str {
    let bytes = path.as_bytes();
    let mut at = bytes.len();
    while at > 0 && bytes[at - 1] != separator {
        at -= 1;
    }
    if at < bytes.len() && bytes[at] == b'@' {
        at += 1;
    }
    path.split_at(at).1
}

/// Returns a text in lower case; most words of devices are already.
pub(crate) fn lower_case(text: Cow<'_, str>) -> Cow<'_, str> {
    let is_lower = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if text.bytes().all(is_lower) {
        text
    } else {
        Cow::Owned(text.to_lowercase())
    }
}

/// Returns the shortest text of a number, as `Display` gives it; whole ones the fast way.
pub(crate) fn number_text(number: f64) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT && number != 0.0 {
        return (number as i64).to_string();
    }
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_skipped_and_counted() {
        let text = Text::check(b"\xef\xbb\xbf{}", 10).expect("plain text");
        assert_eq!((text.text, text.offset), ("{}", 13));
    }

    #[test]
    fn wrong_bytes_are_named_by_their_offset_in_the_body() {
        for (bytes, code, detail) in [
            (&b"ab\xffcd"[..], "text.utf8", "byte 7 is not UTF-8"),
            (b"ab\0cd", "text.nul", "byte 7 is NUL"),
        ] {
            let error = Text::check(bytes, 5).expect_err("not plain text");
            assert_eq!((error.code(), error.detail()), (code, detail));
        }
        assert!(Text::check(b"ab\0\0", 0).is_ok(), "padding after the end");
    }

    #[test]
    fn a_number_has_the_text_that_display_gives_it() {
        for number in [
            0.0,
            -0.0,
            1.0,
            -14_200.0,
            0.1,
            1e15,
            1e16,
            1e300,
            9_007_199_254_740_991.0,
        ] {
            assert_eq!(number_text(number), number.to_string());
        }
    }

    #[test]
    fn a_place_counts_lines_and_columns_from_one() {
        let text = Text {
            text: "ab\ncd",
            offset: 100,
        };
        assert_eq!(text.place(4), "byte 104, line 2, column 2");
        assert_eq!(text.place(99), "byte 105, line 2, column 3");
    }
}
