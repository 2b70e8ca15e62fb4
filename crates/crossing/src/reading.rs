//! One reading as linking sees it: its place in time, its keys, and whether it is at the place.

use bordergate_model::{KeyKind, MatchKey, Milestone, Observation, UnlinkedReason};
use jiff::Timestamp;

/// Returns the moment a reading is linked by: its occurrence; its reception when nothing dates it or
/// its clock cannot be believed.
pub(crate) fn moment(observation: &Observation) -> Timestamp {
    match observation.occurred.at {
        Some(at) if !observation.is_suspect => at,
        _ => observation.received_at,
    }
}

/// Tells whether anything dates the reading; one that nothing dates is in no interval (formats.md, VNACCS).
pub(crate) fn is_dated(observation: &Observation) -> bool {
    observation.occurred.at.is_some()
}

/// Returns the order in which readings are linked: by moment, then by what does not depend on arrival.
pub(crate) fn order(
    observation: &Observation,
) -> (
    Timestamp,
    Option<Milestone>,
    bordergate_model::ObservationRef,
) {
    (
        moment(observation),
        observation.milestone,
        observation.reference(),
    )
}

/// Returns the keys a reading is linked by: an undated one by declaration only.
pub(crate) fn link_keys(observation: &Observation) -> Vec<MatchKey> {
    let mut keys = observation.match_keys();
    if observation.occurred.at.is_none() {
        keys.retain(|key| matches!(key.kind, KeyKind::Declaration | KeyKind::Trip));
    }
    keys
}

/// Returns why a reading can matter to no crossing at all; `None` when it can. One without a milestone
/// that corrects another takes that one's away.
pub(crate) fn unlinkable(observation: &Observation) -> Option<UnlinkedReason> {
    if observation.milestone.is_none() && observation.corrects.is_none() {
        Some(UnlinkedReason::NoMeaning)
    } else if link_keys(observation).is_empty()
        && observation.corrects.is_none()
        && !is_for_its_lane(observation)
    {
        Some(UnlinkedReason::NoKey)
    } else {
        None
    }
}

/// Tells whether only the lane may link a reading: a sensor's, dated, on a lane, and without a key. A report without one
/// tells all it knows; what nothing dates was on no lane at any time.
pub(crate) fn is_for_its_lane(observation: &Observation) -> bool {
    observation.rank == 0
        && is_dated(observation)
        && observation.milestone.is_some()
        && observation.lane.is_some()
        && link_keys(observation).is_empty()
}

/// Tells whether the milestone begins a visit.
pub(crate) fn is_start(milestone: Milestone) -> bool {
    matches!(
        milestone,
        Milestone::Predeclared
            | Milestone::ManifestFiled
            | Milestone::GateIn
            | Milestone::CrossedIn
    )
}

/// Tells whether the milestone is seen at the place (not on paper).
pub(crate) fn is_at_the_place(milestone: Milestone) -> bool {
    matches!(
        milestone,
        Milestone::HealthChecked
            | Milestone::GateIn
            | Milestone::GateOut
            | Milestone::YardIn
            | Milestone::YardOut
            | Milestone::Weighed
            | Milestone::QuarantineStart
            | Milestone::QuarantineEnd
            | Milestone::InspectionStart
            | Milestone::InspectionEnd
            | Milestone::SupervisionPassed
            | Milestone::Transshipped
            | Milestone::TractorSwapped
            | Milestone::DriverSwapped
            | Milestone::BorderControlled
            | Milestone::CrossedIn
            | Milestone::CrossedOut
            | Milestone::Returned
    )
}
