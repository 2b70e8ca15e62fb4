//! The characters of an interchange: the first component of UNB names their set (ISO 9735, syntax identifier).
//!
//! What is UTF-8 is read as UTF-8, whatever is named: many partners name one set and send the other, and a text of one
//! byte a character is UTF-8 by chance only in odd pairs such as `Ã©`.

use std::borrow::Cow;

use encoding_rs::{
    Encoding, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5, ISO_8859_6, ISO_8859_7, ISO_8859_8,
    ISO_8859_15, WINDOWS_1254,
};
use memchr::memmem;

/// Returns the body in UTF-8; as it came when it already is, or when UNB names no other set of which it is.
pub(super) fn in_utf8(body: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(body).is_ok() {
        return Cow::Borrowed(body);
    }
    let decoded = match syntax_identifier(body) {
        Some(b"UNOC") => Some(encoding_rs::mem::decode_latin1(body)),
        Some(identifier) => encoding(identifier)
            .and_then(|set| set.decode_without_bom_handling_and_without_replacement(body)),
        None => None,
    };
    match decoded {
        Some(text) => Cow::Owned(text.into_owned().into_bytes()),
        None => Cow::Borrowed(body),
    }
}

fn syntax_identifier(body: &[u8]) -> Option<&[u8; 4]> {
    // Its four letters stand behind the tag and whatever separates elements.
    let tag = memmem::find(body, b"UNB")?;
    body.get(tag + 4..)?.first_chunk()
}

/// Returns the set of a syntax identifier whose characters take a byte each, but for ISO 8859-1.
fn encoding(identifier: &[u8; 4]) -> Option<&'static Encoding> {
    Some(match identifier {
        b"UNOD" => ISO_8859_2,
        b"UNOE" => ISO_8859_5,
        b"UNOF" => ISO_8859_7,
        b"UNOG" => ISO_8859_3,
        b"UNOH" => ISO_8859_4,
        b"UNOI" => ISO_8859_6,
        b"UNOJ" => ISO_8859_8,
        // ISO 8859-9, with letters where that has control characters.
        b"UNOK" => WINDOWS_1254,
        b"UNOL" => ISO_8859_15,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_those_of_the_named_set() {
        for (body, expected) in [
            (&b"UNB+UNOC:3+\xc9'"[..], "UNB+UNOC:3+É'"),
            (b"UNA:+.? 'UNB+UNOE:3+\xc6'", "UNA:+.? 'UNB+UNOE:3+Ц'"),
            (b"UNB*UNOK:3*\xdd'", "UNB*UNOK:3*İ'"),
            ("UNB+UNOC:3+É'".as_bytes(), "UNB+UNOC:3+É'"),
        ] {
            assert_eq!(in_utf8(body), expected.as_bytes(), "{expected}");
        }
    }

    #[test]
    fn a_set_of_no_such_characters_leaves_the_body_as_it_came() {
        for body in [
            &b"UNB+UNOA:2+\xc9'"[..],
            b"UNB+UNOG:3+\xa5'",
            b"\xc9",
            b"UNB+\xc9",
        ] {
            assert_eq!(in_utf8(body), body);
        }
    }
}
