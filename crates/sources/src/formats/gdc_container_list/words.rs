//! The service's Vietnamese words: states, channels, units, with or without diacritics.

use bordergate_model::{Channel, Milestone};

/// Letters with marks, by the plain letter they stand for.
const MARKED: [(char, &str); 7] = [
    ('a', "àáảãạăằắẳẵặâầấẩẫậ"),
    ('e', "èéẻẽẹêềếểễệ"),
    ('i', "ìíỉĩị"),
    ('o', "òóỏõọôồốổỗộơờớởỡợ"),
    ('u', "ùúủũụưừứửữự"),
    ('y', "ỳýỷỹỵ"),
    ('d', "đ"),
];

/// Returns the text in lower case without diacritics, blanks single: the word a registration maps.
pub(super) fn plain(text: &str) -> String {
    let is_combining = |c: &char| ('\u{300}'..='\u{36f}').contains(c);
    let letters = text
        .chars()
        .flat_map(char::to_lowercase)
        .filter(|c| !is_combining(c));
    let letters: String = letters
        .map(|letter| {
            MARKED
                .iter()
                .find(|(_, marked)| marked.contains(letter))
                .map_or(letter, |(plain, _)| *plain)
        })
        .collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns what a state means; `None` for one that is no milestone or not known.
pub(super) fn milestone(status: &str) -> Option<Milestone> {
    match plain(status).trim_start_matches("da ") {
        "dang ky" => Some(Milestone::DeclRegistered),
        "phan luong" => Some(Milestone::Channelled),
        "giai phong hang" => Some(Milestone::Released),
        "thong quan" => Some(Milestone::Cleared),
        "qua khu vuc giam sat" => Some(Milestone::SupervisionPassed),
        _ => None,
    }
}

/// Returns the channel of a word such as `Luồng vàng` or of a digit.
pub(super) fn channel(text: &str) -> Option<Channel> {
    match plain(text).trim_start_matches("luong ") {
        "1" | "xanh" => Some(Channel::Green),
        "2" | "vang" => Some(Channel::Yellow),
        "3" | "do" => Some(Channel::Red),
        _ => None,
    }
}

/// Returns kilograms; `None` when number or unit cannot be read for certain.
pub(super) fn kilograms(weight: &str, unit: &str) -> Option<f64> {
    let weight: f64 = weight
        .parse()
        .ok()
        .filter(|weight: &f64| weight.is_finite() && *weight >= 0.0)?;
    match unit.to_ascii_uppercase().as_str() {
        "KGM" | "KG" => Some(weight),
        "TNE" | "TON" => Some(weight * 1_000.0),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_with_and_without_diacritics() {
        for (text, expected) in [
            ("Thông quan", Some(Milestone::Cleared)),
            ("THONG QUAN", Some(Milestone::Cleared)),
            ("Đã phân luồng", Some(Milestone::Channelled)),
            ("Tho\u{302}ng  quan ", Some(Milestone::Cleared)),
            ("Chưa thông quan", None),
            ("", None),
        ] {
            assert_eq!(milestone(text), expected, "{text}");
        }
        assert_eq!(channel("Luồng đỏ"), Some(Channel::Red));
    }
}
