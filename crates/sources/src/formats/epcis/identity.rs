//! EPCs: a container (`urn:epc:id:bic:`) is a container, any other is a tag by its whole text.

use bordergate_model::Observation;

use crate::identifiers::{containers, tags};

/// What an EPC of a container starts with, its ISO 6346 number behind it (EPC Tag Data Standard, BIC).
pub(super) const CONTAINER: &str = "urn:epc:id:bic:";

/// Keeps the EPCs as identifiers.
pub(super) fn keep<'t>(observation: &mut Observation, epcs: impl Iterator<Item = &'t str>) {
    for epc in epcs {
        match epc.get(..CONTAINER.len()) {
            Some(head) if head.eq_ignore_ascii_case(CONTAINER) => {
                containers(observation, [&epc[CONTAINER.len()..]])
            }
            _ => tags(observation, [epc]),
        }
    }
}

/// Returns the bare word of a vocabulary element: `arriving` of `https://ref.gs1.org/cbv/BizStep-arriving`,
/// `urn:epcglobal:cbv:bizstep:arriving`, `cbv:BizStep-arriving` and `arriving`.
pub(super) fn last_word(text: &str) -> &str {
    let word = text
        .trim()
        .rsplit(['/', ':', '#'])
        .next()
        .unwrap_or_default();
    let prefixes = ["BizStep-", "Disp-"];
    prefixes
        .iter()
        .find_map(|prefix| word.strip_prefix(prefix))
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_one_word_however_it_is_written() {
        for text in [
            "arriving",
            "cbv:BizStep-arriving",
            "https://ref.gs1.org/cbv/BizStep-arriving",
            "urn:epcglobal:cbv:bizstep:arriving",
        ] {
            assert_eq!(last_word(text), "arriving", "{text}");
        }
    }
}
