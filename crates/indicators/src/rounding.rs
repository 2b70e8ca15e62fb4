//! Rounding half up, for displays only (indicators.md, rule 9).

/// Returns `value` rounded half up to `decimals` places, as text: 2.675 to two places is `2.68`.
///
/// It is the shortest decimal text of the value that is rounded, which is what a person sees, not the
/// binary fraction below it. Half up means towards the greater number: -2.5 gives `-2`. A value that
/// is no number gives an empty text.
#[must_use]
pub fn rounded(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let shortest = value.abs().to_string();
    let (whole, fraction) = shortest.split_once('.').unwrap_or((&shortest, ""));
    let kept: String = fraction
        .chars()
        .chain(std::iter::repeat('0'))
        .take(decimals)
        .collect();
    let dropped = fraction.get(decimals..).unwrap_or("");
    let is_half = dropped.starts_with('5') && dropped[1..].bytes().all(|digit| digit == b'0');
    let is_up = dropped.bytes().next().is_some_and(|digit| digit >= b'5')
        && !(is_half && value.is_sign_negative());
    let mut digits = format!("{whole}{kept}").into_bytes();
    if is_up {
        add_one(&mut digits);
    }
    let point = digits.len() - decimals;
    let digits = String::from_utf8(digits).expect("digits are ASCII");
    let is_zero = digits.bytes().all(|digit| digit == b'0');
    let sign = if value.is_sign_negative() && !is_zero {
        "-"
    } else {
        ""
    };
    match decimals {
        0 => format!("{sign}{digits}"),
        _ => format!("{sign}{}.{}", &digits[..point], &digits[point..]),
    }
}

/// Adds one to the last place of a decimal number.
fn add_one(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_goes_up_as_a_person_reads_it() {
        for (value, decimals, expected) in [
            (2.675, 2, "2.68"),
            (1.005, 2, "1.01"),
            (0.5, 0, "1"),
            (1.5, 0, "2"),
            (2.5, 0, "3"),
            (-2.5, 0, "-2"),
            (-2.51, 0, "-3"),
            (-0.2, 0, "0"),
            (9.999, 2, "10.00"),
            (3.0, 2, "3.00"),
            (0.0, 1, "0.0"),
            (f64::NAN, 1, ""),
        ] {
            assert_eq!(rounded(value, decimals), expected, "{value} to {decimals}");
        }
    }

    #[test]
    fn a_change_is_rounded_from_unrounded_values() {
        // 13.6 h to 9.9 h: (9.9 - 13.6) / 13.6 = -27.2058... %.
        assert_eq!(rounded((9.9 - 13.6) / 13.6 * 100.0, 1), "-27.2");
    }
}
