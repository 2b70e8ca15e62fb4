//! Readings without a key: which vehicle was on the lane (formats.md, Weighbridge: "the reading joins the vehicle seen
//! in that lane").
//!
//! A scale and a barrier name nobody, so they are believed to be of the one vehicle that other devices of the lane named
//! within the window. It is decided afterwards, on visits already linked by keys and near plates, and by the set alone:
//! the nearest of two vehicles is a guess, and a guess is no reading.

use std::sync::Arc;

use bordergate_model::{KeyKind, MatchKey, Milestone, Observation, UnlinkedReason};
use jiff::{SignedDuration, Timestamp};

use crate::assign::Assigned;
use crate::family::{Asking, Family};
use crate::lanes::Lanes;
use crate::reading::{is_dated, is_start, moment};
use crate::room::{around, is_taken_after_end};
use crate::rules::Rules;
use crate::visit::{Member, Visit};

/// What a reading on a lane says of who was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Says<V> {
    /// The vehicle of this visit.
    Visit(V),
    /// A vehicle, but its keys fit two.
    Unclear,
    /// Nothing: it carries no key.
    Nothing,
}

/// A reading on a lane, with what it says.
pub(crate) type Told<V> = (Arc<Observation>, Says<V>);

/// Returns what readings tell of their lanes. One that is superseded or undated tells nothing; `name` names the visit at a
/// place.
pub(crate) fn told<V>(assigned: &Assigned, name: impl Fn(usize) -> V) -> Vec<Told<V>> {
    let has_lane = |reading: &Observation| reading.lane.is_some() && is_dated(reading);
    let visits = assigned.visits.iter().enumerate();
    let seen = visits.flat_map(|(place, visit)| {
        let name = &name;
        let counting = visit.members.iter().filter(|member| member.counts);
        counting.map(move |member| (Arc::clone(&member.observation), Says::Visit(name(place))))
    });
    let unclear = assigned
        .unlinked
        .iter()
        .filter(|(_, reason)| *reason == UnlinkedReason::Ambiguous)
        .map(|(family, _)| (Arc::clone(&family.speaker), Says::Unclear));
    let nothing = assigned.keyless.iter();
    let nothing = nothing.map(|family| (Arc::clone(&family.speaker), Says::Nothing));
    seen.chain(unclear)
        .chain(nothing)
        .filter(|(reading, _)| has_lane(reading))
        .collect()
}

/// Returns the visit of the one vehicle seen on the lane about the time of a reading without a key: no vehicle was seen
/// there, or more was told than anybody can assign, or [`seen_with`] says. `named` says of which visit sightings are.
///
/// # Errors
/// Those of [`seen_with`].
pub(crate) fn decide<V: Clone, N: Copy + PartialEq>(
    lanes: &Lanes<V>,
    asked: &Observation,
    rules: &Rules,
    named: impl FnOnce(Vec<Told<V>>) -> Vec<Told<N>>,
) -> Result<N, UnlinkedReason> {
    if !lanes.is_sighted(asked, rules.lane_window) {
        return Err(UnlinkedReason::NoKey);
    }
    let told = lanes.around(asked, rules);
    let told = told.ok_or(UnlinkedReason::Ambiguous)?;
    seen_with(asked, &named(told), rules.lane_window)
}

/// Returns the visit of the one vehicle seen on the lane about the time of a reading without a key.
///
/// `told` is what was told on its lane within two windows of it, itself included, in any order. A device tells of one
/// vehicle once: where one that named the vehicle also told something nameless within the window, or where the reading's
/// own device told another nameless thing that the same sighting would explain, there was a second vehicle that nobody read.
///
/// # Errors
/// [`UnlinkedReason::NoKey`] when no other device named a vehicle within the window, [`UnlinkedReason::Ambiguous`] when
/// more than one vehicle was or may have been there.
fn seen_with<V: Copy + PartialEq>(
    asked: &Observation,
    told: &[Told<V>],
    window: SignedDuration,
) -> Result<V, UnlinkedReason> {
    let is_near = |one: &Observation, other: &Observation| {
        moment(one).duration_since(moment(other)).abs() <= window
    };
    let near: Vec<&Told<V>> = told
        .iter()
        .filter(|(reading, _)| is_near(reading, asked))
        .collect();
    let is_own = |reading: &Observation| reading.source_id == asked.source_id;
    let named = |says: &Says<V>| match says {
        Says::Visit(visit) => Some(*visit),
        Says::Unclear | Says::Nothing => None,
    };
    let by_others = near.iter().filter(|(reading, _)| !is_own(reading));
    let unclear = by_others.clone().any(|(_, says)| *says == Says::Unclear);
    let sightings: Vec<&Observation> = by_others
        .clone()
        .filter(|(_, says)| named(says).is_some())
        .map(|(reading, _)| reading.as_ref())
        .collect();
    let Some(visit) = by_others.filter_map(|(_, says)| named(says)).next() else {
        return Err(if unclear {
            UnlinkedReason::Ambiguous
        } else {
            UnlinkedReason::NoKey
        });
    };
    let names = |source: &Observation| {
        near.iter()
            .any(|(reading, says)| reading.source_id == source.source_id && named(says).is_some())
    };
    let is_second_vehicle = |(reading, says): &&Told<V>| match says {
        Says::Visit(other) => *other != visit,
        Says::Unclear => true,
        Says::Nothing => names(reading),
    };
    let is_rival = |(reading, says): &Told<V>| {
        *says == Says::Nothing
            && is_own(reading)
            && reading.reference() != asked.reference()
            && sightings.iter().any(|sighting| is_near(reading, sighting))
    };
    if near.iter().any(is_second_vehicle) || told.iter().any(is_rival) {
        return Err(UnlinkedReason::Ambiguous);
    }
    Ok(visit)
}

/// Tells whether a reading was linked by its lane.
pub(crate) fn is_by_lane(key: Option<&MatchKey>) -> bool {
    key.is_some_and(|key| key.kind == KeyKind::Lane)
}

impl Visit {
    /// Adds what the lane says was its vehicle's. It lends no key, and where its milestone does not fit in time and order it
    /// counts for nothing.
    pub(crate) fn join_by_lane(&mut self, family: &Family, counts: bool) {
        let value = family
            .speaker
            .lane
            .as_deref()
            .unwrap_or_default()
            .to_owned();
        let key = MatchKey {
            kind: KeyKind::Lane,
            value,
        };
        self.members
            .extend(Member::all(family, Some(&key)).map(|mut member| {
                member.lends = false;
                member.counts &= counts;
                member
            }));
    }

    /// Tells whether the milestone of a reading joined by its lane counts: it would not begin another visit, comes before
    /// the end or belongs after it, and, where it begins or ends visits, only repeats what a key told or has its turn in the
    /// usual order. Asked of the visit without what its lanes add, so that one never depends on another.
    pub(crate) fn counts_by_lane(&self, reading: Asking<'_>, rules: &Rules) -> bool {
        let Some(milestone) = reading.milestone else {
            return false;
        };
        let is_legitimate = !begins_or_ends(milestone)
            || self.has(milestone)
            || self.has_its_turn(milestone, moment(&reading), rules);
        is_legitimate
            && !self.is_begun_anew_by(reading, rules)
            && is_taken_after_end(self, std::iter::empty(), reading, rules)
    }

    /// Tells whether nothing that usually comes before was read later (but for the time that readings may come after a
    /// close), and nothing that comes after was read earlier.
    fn has_its_turn(&self, milestone: Milestone, at: Timestamp, rules: &Rules) -> bool {
        let Some((before, after)) = around(self, milestone) else {
            return false;
        };
        let moments = |step: &Milestone| self.of_goods(*step).map(moment);
        let before = before.iter().filter_map(|step| moments(step).max()).max();
        let after = after.iter().filter_map(|step| moments(step).min()).min();
        before.is_none_or(|before| before <= at + rules.after_close)
            && after.is_none_or(|after| at <= after)
    }
}

fn begins_or_ends(milestone: Milestone) -> bool {
    is_start(milestone)
        || matches!(
            milestone,
            Milestone::CrossedOut
                | Milestone::GateOut
                | Milestone::TurnedBack
                | Milestone::Returned
                | Milestone::Delivered
        )
}
