//! The common way to a normal form: few ASCII characters, each of which becomes another one or is left out.

use ecow::EcoString;

/// Most bytes of a text that is rewritten here.
const LONGEST: usize = 64;

/// What becomes of each byte of a text.
pub(crate) type Alphabet = [u8; 256];

/// In an [`Alphabet`]: the character is left out.
pub(crate) const LEFT_OUT: u8 = 0;
/// In an [`Alphabet`]: texts with this byte are another function's to rewrite. No text has it: it is no UTF-8.
pub(crate) const UNUSUAL: u8 = 0xff;

/// Returns `printed` with every character replaced as the alphabet says; `None` when it has an unusual one or more than
/// 64 bytes.
pub(crate) fn rewritten(printed: &str, alphabet: &Alphabet) -> Option<EcoString> {
    if printed.len() > LONGEST {
        return None;
    }
    if is_kept(printed, alphabet) {
        return Some(EcoString::from(printed));
    }
    let (mut kept, mut length) = ([0; LONGEST], 0);
    for byte in printed.bytes() {
        let new = alphabet[usize::from(byte)];
        // Never above the longest; without the remainder the place would be checked for each byte.
        kept[length % LONGEST] = new;
        length += usize::from(new != LEFT_OUT);
    }
    str::from_utf8(&kept[..length]).ok().map(EcoString::from)
}

/// Tells whether an alphabet leaves every character of a text as it is.
pub(crate) fn is_kept(text: &str, alphabet: &Alphabet) -> bool {
    text.bytes().all(|byte| alphabet[usize::from(byte)] == byte)
}

/// Returns the alphabet in which `become_` says what becomes of each ASCII character; all others are unusual.
macro_rules! alphabet {
    ($become_:expr) => {{
        let mut alphabet = [UNUSUAL; 256];
        let mut byte = 0;
        while byte < 128 {
            alphabet[byte as usize] = $become_(byte);
            byte += 1;
        }
        alphabet
    }};
}
pub(crate) use alphabet;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_in_upper_case() {
        const fn without_blanks(byte: u8) -> u8 {
            match byte {
                b' ' => LEFT_OUT,
                b'?' => UNUSUAL,
                other => other.to_ascii_uppercase(),
            }
        }
        const WITHOUT_BLANKS: Alphabet = alphabet!(without_blanks);
        for (printed, expected) in [
            ("hq 123", Some("HQ123")),
            ("HQ123", Some("HQ123")),
            ("", Some("")),
            (&"a".repeat(64), Some("A".repeat(64).as_str())),
            (&"a".repeat(65), None),
            ("桂E", None),
            ("hq?", None),
        ] {
            let text = rewritten(printed, &WITHOUT_BLANKS);
            assert_eq!(text.as_deref(), expected, "{printed:?}");
        }
    }
}
