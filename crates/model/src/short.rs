//! The common way to a normal form: few ASCII characters, of which some are left out.

use smol_str::SmolStr;

/// Most bytes that are kept without an allocation (smol_str).
const LONGEST: usize = 23;

/// Returns `printed` in upper case without the bytes that `is_left_out` names; `None` when it is not ASCII or more than
/// 23 bytes are left, which is another function's to do.
pub(crate) fn upper_without(printed: &str, is_left_out: impl Fn(u8) -> bool) -> Option<SmolStr> {
    // Nearly all are in normal form already, and a copy made byte by byte is slow to read again.
    let is_normal = |byte: u8| byte.is_ascii() && !byte.is_ascii_lowercase() && !is_left_out(byte);
    if printed.len() <= LONGEST && printed.bytes().all(is_normal) {
        return Some(SmolStr::new(printed));
    }
    let mut kept = [0; LONGEST];
    let mut length = 0;
    for byte in printed.bytes() {
        if !byte.is_ascii() || length == LONGEST {
            return None;
        }
        kept[length] = byte.to_ascii_uppercase();
        length += usize::from(!is_left_out(byte));
    }
    std::str::from_utf8(&kept[..length]).ok().map(SmolStr::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_in_upper_case() {
        let without_blanks = |text| upper_without(text, |byte| byte == b' ');
        for (printed, expected) in [
            ("hq 123", Some("HQ123")),
            ("", Some("")),
            ("123456789012345678901234", None),
            ("桂E", None),
        ] {
            assert_eq!(without_blanks(printed).as_deref(), expected, "{printed:?}");
        }
    }
}
