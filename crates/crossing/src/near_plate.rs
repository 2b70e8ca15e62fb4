//! Which plates are near to each other (identifiers.md, "near plate"), and how to find them without comparing all.
//!
//! What a near plate may be linked to is `near`'s to say.

use bordergate_model::PlateNumber;

/// Tells whether `read` is `plate` with one further substitution, or with one character lost: both folded, and no
/// province contradicts.
pub(crate) fn is_near(read: &PlateNumber, plate: &PlateNumber) -> bool {
    is_misread(read.folded(), plate.folded()) && !read.province_contradicts(plate)
}

/// Tells whether a text is another with exactly one character replaced or left out.
fn is_misread(read: &str, text: &str) -> bool {
    let common = read.chars().zip(text.chars());
    let common: usize = common
        .take_while(|(mine, theirs)| mine == theirs)
        .map(|(mine, _)| mine.len_utf8())
        .sum();
    let read = &read[common..];
    let Some(after) = after_first(&text[common..]) else {
        return false;
    };
    // Where the lost character stood in a run of equal ones, any of them may be the one.
    read == after || after_first(read) == Some(after)
}

fn after_first(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next().map(|_| characters.as_str())
}

/// Returns the points at which near plates, given folded, meet: two plates one substitution apart share the text with
/// the place of the difference left open; a text that lost a character equals one with it left out.
///
/// A point is a digest of its text. Should two texts have one digest, more readings are decided together than need be,
/// which changes no decision.
pub(crate) fn meeting_points(folded: &str) -> impl Iterator<Item = u64> {
    let places = folded.char_indices();
    let around = places.flat_map(move |(place, c)| {
        let (before, after) = (&folded[..place], &folded[place + c.len_utf8()..]);
        [digest(&[before, "?", after]), digest(&[before, after])]
    });
    std::iter::once(digest(&[folded])).chain(around)
}

/// FNV-1a over 64 bits of the pieces of a text.
fn digest(pieces: &[&str]) -> u64 {
    let bytes = pieces.iter().flat_map(|piece| piece.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// The rule in the words of the page: every substitution of one place, and every text with one character lost.
    fn by_definition(read: &str, text: &str) -> bool {
        let (read, text): (Vec<char>, Vec<char>) = (read.chars().collect(), text.chars().collect());
        let differences = read
            .iter()
            .zip(&text)
            .filter(|(mine, theirs)| mine != theirs);
        let is_substitution = read.len() == text.len() && differences.count() == 1;
        let is_loss = (0..text.len()).any(|lost| {
            let mut left = text.clone();
            left.remove(lost);
            left == read
        });
        is_substitution || is_loss
    }

    /// A short text of few characters, one of several bytes among them, so that runs and near texts are frequent.
    fn text() -> impl Strategy<Value = String> {
        let character = prop::sample::select(vec!['0', '1', '2', '挂']);
        prop::collection::vec(character, 0..7).prop_map(String::from_iter)
    }

    /// A text and what a camera made of it: up to two characters replaced, left out or added.
    fn text_and_misread() -> impl Strategy<Value = (String, String)> {
        let change = (
            0_u8..3,
            any::<prop::sample::Index>(),
            prop::sample::select(vec!['0', '1', '挂']),
        );
        (text(), prop::collection::vec(change, 0..3)).prop_map(|(text, changes)| {
            let mut read: Vec<char> = text.chars().collect();
            for (kind, place, c) in changes {
                let at = place.index(read.len() + 1);
                match (kind, at == read.len()) {
                    (0, false) => read[at] = c,
                    (1, false) => drop(read.remove(at)),
                    _ => read.insert(at, c),
                }
            }
            (read.into_iter().collect(), text)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn near_is_one_substitution_or_one_lost_character(
            (read, text) in prop_oneof![text_and_misread(), (text(), text())],
        ) {
            prop_assert_eq!(is_misread(&read, &text), by_definition(&read, &text), "{} of {}", read, text);
        }

        #[test]
        fn near_texts_meet((read, text) in text_and_misread()) {
            let points: BTreeSet<u64> = meeting_points(&text).collect();
            prop_assert!(!by_definition(&read, &text) || meeting_points(&read).any(|point| points.contains(&point)));
        }
    }

    #[test]
    fn folding_and_provinces_are_looked_at() {
        let near = |read: &str, plate: &str| {
            let parse = |text| PlateNumber::parse(text).expect("a plate");
            is_near(&parse(read), &parse(plate))
        };
        for (read, plate, expected) in [
            ("12C12745", "12C12345", true),
            ("12C123B5", "12C12385", false),
            ("12C127B5", "12C12385", true),
            ("12C1234", "12C12345", true),
            ("12C123455", "12C12345", false),
            ("12C12799", "12C12345", false),
            ("E9U175", "桂E9U115", true),
            ("桂E9U175", "桂E9U115", true),
            ("粤E9U175", "桂E9U115", false),
        ] {
            assert_eq!(near(read, plate), expected, "{read} of {plate}");
        }
    }
}
