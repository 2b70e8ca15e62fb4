//! Which sources are late or silent, so that an answer can say so (indicators.md, rule 12).

use std::collections::BTreeMap;

use bordergate_model::{GateId, Source, SourceId};
use jiff::Timestamp;

use crate::answer::LateSource;

/// Returns the sources that were not heard for longer than their registration allows, by id.
///
/// In: the newest registrations, when each source was last heard, the moment the data reaches to, and
/// the gate the question is about (`None`: all); a province-wide source concerns every gate. Disabled sources, and those that may be silent for
/// ever, are never late. One that was never heard is. Without data nothing can be told: empty.
#[must_use]
pub fn late_sources<'a>(
    sources: impl IntoIterator<Item = &'a Source>,
    last_received_at: &BTreeMap<SourceId, Timestamp>,
    data_as_of: Option<Timestamp>,
    gate_id: Option<&GateId>,
) -> Vec<LateSource> {
    let Some(data_as_of) = data_as_of else {
        return Vec::new();
    };
    let mut late: Vec<LateSource> = sources
        .into_iter()
        .filter(|source| !source.is_disabled && concerns(source, gate_id))
        .filter_map(|source| {
            let allowed = i64::from(source.silent_after_seconds?);
            let last = last_received_at.get(&source.source_id).copied();
            let quiet_seconds = last.map(|last| data_as_of.duration_since(last).as_secs());
            let is_late = quiet_seconds.is_none_or(|quiet| quiet > allowed);
            is_late.then(|| LateSource {
                source_id: source.source_id.clone(),
                last_received_at: last,
                quiet_seconds,
            })
        })
        .collect();
    late.sort_by(|one, other| one.source_id.cmp(&other.source_id));
    late
}

fn concerns(source: &Source, gate_id: Option<&GateId>) -> bool {
    match (gate_id, &source.gate_id) {
        (Some(asked), Some(of_source)) => asked == of_source,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, silent_after_seconds: Option<u32>, is_disabled: bool) -> Source {
        let source_id = SourceId::parse(name).expect("a plain name");
        Source {
            silent_after_seconds,
            is_disabled,
            ..Source::new(source_id, "hikvision-anpr", GateId::parse("huu-nghi").ok())
        }
    }

    #[test]
    fn a_source_is_late_past_its_registered_silence_or_when_never_heard() {
        let now: Timestamp = "2026-11-16T13:00:00Z".parse().expect("a moment");
        let sources = [
            source("d-never", Some(600), false),
            source("a-exact", Some(600), false),
            source("b-late", Some(599), false),
            source("c-free", None, false),
            source("e-off", Some(600), true),
        ];
        let heard: BTreeMap<SourceId, Timestamp> = sources[1..4]
            .iter()
            .map(|source| {
                let at = now - jiff::SignedDuration::from_secs(600);
                (source.source_id.clone(), at)
            })
            .collect();
        let late = late_sources(&sources, &heard, Some(now), None);
        let found: Vec<_> = late
            .iter()
            .map(|late| (late.source_id.as_str(), late.quiet_seconds))
            .collect();
        assert_eq!(found, [("b-late", Some(600)), ("d-never", None)]);
        let elsewhere = GateId::parse("chi-ma").expect("a plain name");
        assert!(late_sources(&sources, &heard, Some(now), Some(&elsewhere)).is_empty());
        assert!(late_sources(&sources, &heard, None, None).is_empty());
    }
}
