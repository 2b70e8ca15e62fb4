//! Identifiers inside a message: kept when they have the shape of one, else kept as text and marked.
//!
//! A misread plate or a mistyped container never costs the rest of the message (formats.md: never drop,
//! mark). Shapes are `bordergate-model`'s; this file decides what becomes of a text that has none.

use bordergate_model::{
    ContainerNumber, DeclarationNumber, Details, Few, Observation, PlateNumber, Seal, Tag,
};

use crate::json::Fields;
use crate::text::{bounded, trimmed};

/// Longest text that can be an identifier with its separators, in bytes.
const LONGEST: usize = 64;
/// Longest value in an observation's details, in bytes.
const LONGEST_DETAIL: usize = 256;
/// What plate readers write when they read nothing, in lower case without separators.
const UNREAD: [&str; 14] = [
    "unknown",
    "unlicensed",
    "noplate",
    "nolicenseplate",
    "none",
    "null",
    "unrecognized",
    "unrecognised",
    "notdetected",
    "无牌",
    "无牌车",
    "无车牌",
    "未识别",
    "车牌未识别",
];

/// Keeps a detail, cut to 256 bytes; an empty one is left out.
pub(crate) fn detail(details: &mut Details, name: &str, value: &str) {
    let value = trimmed(value);
    if !value.is_empty() {
        details.insert(name, bounded(value, LONGEST_DETAIL));
    }
}

/// Names the fields of an object that the reader, which is done with it, did not ask for; their values may be personal.
pub(crate) fn unknown_fields(observation: &mut Observation, object: &Fields<'_>) {
    let mut names = object.unasked_keys().peekable();
    if names.peek().is_some() {
        let names: Vec<&str> = names.collect();
        detail(
            &mut observation.details,
            "unknown_fields",
            &names.join(", "),
        );
    }
}

/// Keeps the plate a machine read. Without one the observation is marked `plate_state`: `unread` (nothing, or
/// the device's word for nothing) or `malformed` (the text names no vehicle); the text stays in `plate_text`.
pub(crate) fn plate(observation: &mut Observation, text: Option<&str>) {
    observation.plate = named_plate(&mut observation.details, "plate", text.unwrap_or_default());
    if text.is_none_or(|text| trimmed(text).is_empty()) {
        detail(&mut observation.details, "plate_state", "unread");
    }
}

/// Reads a plate that a field called `name` holds; an empty text is no plate and not worth a mark, any other
/// that names no vehicle is kept under `<name>_text` and marked `<name>_state`.
pub(crate) fn named_plate(details: &mut Details, name: &str, text: &str) -> Option<PlateNumber> {
    let text = trimmed(text);
    if text.is_empty() {
        return None;
    }
    let parsed = (text.len() <= LONGEST && !is_unread(text)).then(|| PlateNumber::parse(text));
    match parsed {
        Some(Ok(plate)) => {
            if plate.is_suspicious() {
                detail(details, &format!("{name}_suspicious"), "true");
            }
            Some(plate)
        }
        other => {
            let state = if other.is_none() && is_unread(text) {
                "unread"
            } else {
                "malformed"
            };
            detail(details, &format!("{name}_text"), bounded(text, LONGEST));
            detail(details, &format!("{name}_state"), state);
            None
        }
    }
}

/// Tells whether the text is a device's word for a plate it could not read.
fn is_unread(text: &str) -> bool {
    // None of the words holds a digit, and nearly every plate does.
    if text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let plain: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    plain.is_empty() || UNREAD.contains(&plain.as_str())
}

/// Reads container numbers; those without the shape of one stay in `container_text`, and a failing
/// check digit is marked `container_check`.
pub(crate) fn containers<'t>(
    observation: &mut Observation,
    texts: impl IntoIterator<Item = &'t str>,
) {
    let texts = texts.into_iter();
    observation.containers.reserve_exact(texts.size_hint().0);
    for text in texts.map(trimmed).filter(|text| !text.is_empty()) {
        match (text.len() <= LONGEST).then(|| ContainerNumber::parse(text)) {
            Some(Ok(container)) => {
                if !container.is_consistent() {
                    detail(&mut observation.details, "container_check", "failed");
                }
                observation.containers.push(container);
            }
            _ => append(&mut observation.details, "container_text", text),
        }
    }
}

/// Reads declaration numbers; those without the shape of one stay in `declaration_text`.
pub(crate) fn declarations<'t>(
    observation: &mut Observation,
    texts: impl IntoIterator<Item = &'t str>,
) {
    let texts = texts.into_iter();
    observation.declarations.reserve_exact(texts.size_hint().0);
    for text in texts.map(trimmed).filter(|text| !text.is_empty()) {
        match (text.len() <= LONGEST).then(|| DeclarationNumber::parse(text)) {
            Some(Ok(declaration)) => observation.declarations.push(declaration),
            _ => append(&mut observation.details, "declaration_text", text),
        }
    }
}

/// Reads seal numbers; texts that are none stay in `seal_text`.
pub(crate) fn seals<'t>(observation: &mut Observation, texts: impl IntoIterator<Item = &'t str>) {
    let (seals, details) = (&mut observation.seals, &mut observation.details);
    keep(texts, Seal::parse, seals, "seal_text", details);
}

/// Reads RFID tags; texts that are none stay in `tag_text`.
pub(crate) fn tags<'t>(observation: &mut Observation, texts: impl IntoIterator<Item = &'t str>) {
    let (tags, details) = (&mut observation.tags, &mut observation.details);
    keep(texts, Tag::parse, tags, "tag_text", details);
}

/// Adds what is an identifier to the list; texts that are none stay in a detail.
fn keep<'t, T>(
    texts: impl IntoIterator<Item = &'t str>,
    parse: impl Fn(&str) -> Option<T>,
    list: &mut Few<T>,
    detail_name: &str,
    details: &mut Details,
) {
    let texts = texts.into_iter();
    list.reserve_exact(texts.size_hint().0);
    for text in texts {
        match parse(text) {
            Some(identifier) => list.push(identifier),
            None => append(details, detail_name, text),
        }
    }
}

fn append(details: &mut Details, name: &str, text: &str) {
    let before = details
        .get(name)
        .map_or(String::new(), |before| format!("{before}, "));
    detail(
        details,
        name,
        &format!("{before}{}", bounded(text, LONGEST)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_names_no_vehicle_is_kept_and_marked() {
        for (text, state) in [
            ("unknown", "unread"),
            ("UNKNOWN", "unread"),
            ("No Plate", "unread"),
            ("--", "unread"),
            ("12C", "malformed"),
            ("12C12345678901", "malformed"),
        ] {
            let mut details = Details::default();
            assert_eq!(named_plate(&mut details, "plate", text), None, "{text}");
            assert_eq!(details.get("plate_text"), Some(text));
            assert_eq!(details.get("plate_state"), Some(state), "{text}");
        }
    }

    #[test]
    fn a_very_long_text_is_no_plate_even_of_separators() {
        let mut details = Details::default();
        let text = format!("12C{}12345", "-".repeat(100_000));
        assert_eq!(named_plate(&mut details, "plate", &text), None);
        assert!(details.iter().all(|(_, value)| value.len() <= LONGEST));
    }

    #[test]
    fn hidden_characters_in_a_plate_are_marked() {
        let mut details = Details::default();
        assert!(named_plate(&mut details, "plate", "12\u{202e}C12345").is_some());
        assert_eq!(details.get("plate_suspicious"), Some("true"));
    }
}
