//! Near plates: a lone misread sensor reading joins the one crossing it can only belong to (identifiers.md).
//!
//! Decided afterwards, on visits already linked by their keys, by occurrence time. Which plates are near is
//! `near_plate`'s to say.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bordergate_model::{KeyKind, MatchKey, Milestone, Observation, PlateNumber};
use jiff::Timestamp;

use crate::family::Asking;
use crate::near_plate::{is_near, meeting_points};
use crate::reading::moment;
use crate::room::{around, is_taken_after_end};
use crate::rules::Rules;
use crate::visit::Visit;
use crate::way_out;

/// Returns the lone sensor reading of a visit that may be linked by a near plate, whether or not its
/// window has passed.
pub(crate) fn lone(visit: &Visit) -> Option<&Observation> {
    lone_asking(visit).map(|asking| asking.reading)
}

fn lone_asking(visit: &Visit) -> Option<Asking<'_>> {
    let mut readings = visit.asking();
    let (Some(reading), None) = (readings.next(), readings.next()) else {
        return None;
    };
    let is_sensor = reading.rank == 0 && !reading.is_suspect && reading.occurred.at.is_some();
    let has_only_its_plate = reading.containers.is_empty()
        && reading.declarations.is_empty()
        && reading.trip_code.is_none();
    (is_sensor && has_only_its_plate && reading.plate.is_some()).then_some(reading)
}

/// Returns when a lone reading may be decided, by log time.
pub(crate) fn due_at(reading: &Observation, rules: &Rules) -> Timestamp {
    reading.received_at + rules.near_window
}

/// Decides every lone reading whose window has passed: links it into the one visit it fits, and what follows from that.
/// Visits that are left are removed. The result does not depend on the order of `visits`.
pub(crate) fn settle(visits: Vec<Visit>, log_time: Timestamp, rules: &Rules) -> Vec<Visit> {
    let joining: Vec<(usize, usize)> = claims(&visits, log_time, rules)
        .into_iter()
        .flat_map(|(host, claims)| {
            let taken = taken(&claims, rules);
            taken.into_iter().map(move |place| (host, place))
        })
        .collect();
    let mut settled: Vec<Option<Visit>> = visits.into_iter().map(Some).collect();
    for (host, place) in joining {
        let left = settled[place].take();
        if let (Some(host), Some(left)) = (settled[host].as_mut(), left) {
            host.join_by_near_plate(left);
        }
    }
    way_out::joined(settled.into_iter().flatten().collect(), rules)
}

/// A lone reading that fits one visit only: the place of its own, and the reading.
type Claim<'a> = (usize, Asking<'a>);

/// Returns the claims to each visit's place, by place.
fn claims<'a>(
    visits: &'a [Visit],
    log_time: Timestamp,
    rules: &Rules,
) -> BTreeMap<usize, Vec<Claim<'a>>> {
    let due: Vec<Claim<'a>> = visits
        .iter()
        .enumerate()
        .filter_map(|(place, visit)| Some((place, lone_asking(visit)?)))
        .filter(|(_, reading)| due_at(reading, rules) <= log_time)
        .collect();
    let mut claims: BTreeMap<usize, Vec<Claim<'a>>> = BTreeMap::new();
    if due.is_empty() {
        return claims;
    }
    let met = Met::of(visits);
    for (place, reading) in due {
        if let Some(host) = host(&met, reading, rules) {
            claims.entry(host).or_default().push((place, reading));
        }
    }
    claims
}

/// Of several lone readings of one milestone that fit one visit, the earliest is taken, and those
/// within the time of a second reading after it.
fn taken(claims: &[Claim<'_>], rules: &Rules) -> Vec<usize> {
    let is_taken = |(_, mine): &&Claim<'_>| {
        let rivals = claims
            .iter()
            .map(|(_, reading)| reading)
            .filter(|rival| rival.milestone == mine.milestone);
        let first = rivals.map(|rival| moment(rival)).min();
        first.is_some_and(|first| moment(mine).duration_since(first) <= rules.restart)
    };
    let taken = claims.iter().filter(is_taken);
    taken.map(|(place, _)| *place).collect()
}

/// Returns the place of the only visit that takes a lone reading.
fn host(met: &Met<'_>, reading: Asking<'_>, rules: &Rules) -> Option<usize> {
    let of_vehicle = met.near_to(&reading);
    let mut fitting = of_vehicle.iter().copied().filter(|&place| {
        let visit = &met.visits[place];
        let others = of_vehicle.iter().map(|&other| &met.visits[other]);
        visit.effective().nth(1).is_some() && has_room(visit, others, reading, rules)
    });
    let host = fitting.next()?;
    fitting.next().is_none().then_some(host)
}

/// Visits by the points at which their plates meet those near to them, so that a reading is not compared with all.
struct Met<'a> {
    visits: &'a [Visit],
    at_point: HashMap<u64, Vec<usize>>,
}

impl<'a> Met<'a> {
    fn of(visits: &'a [Visit]) -> Self {
        let mut at_point: HashMap<u64, Vec<usize>> = HashMap::new();
        for (place, visit) in visits.iter().enumerate() {
            let plates: BTreeSet<&str> = visit.plates().map(|plate| plate.folded()).collect();
            for point in plates.into_iter().flat_map(meeting_points) {
                at_point.entry(point).or_default().push(place);
            }
        }
        Self { visits, at_point }
    }

    /// Returns the places of the visits with a plate that the reading's is near to.
    fn near_to(&self, reading: &Observation) -> BTreeSet<usize> {
        let Some(read) = &reading.plate else {
            return BTreeSet::new();
        };
        meeting_points(read.folded())
            .filter_map(|point| self.at_point.get(&point))
            .flatten()
            .copied()
            .filter(|&place| {
                self.visits[place]
                    .plates()
                    .any(|plate| is_near(read, plate))
            })
            .collect()
    }
}

/// Tells whether a visit lacks the reading's milestone and has room for it in time and order. `of_vehicle` are the visits
/// that the reading's plate is near to.
fn has_room<'a>(
    visit: &Visit,
    of_vehicle: impl Iterator<Item = &'a Visit>,
    reading: Asking<'_>,
    rules: &Rules,
) -> bool {
    let Some(milestone) = reading.milestone else {
        return false;
    };
    if visit.has(milestone) || visit.relieved_at.is_some() {
        return false;
    }
    let at = moment(&reading);
    let nearest = visit
        .effective()
        .map(|other| moment(other).duration_since(at).abs())
        .min();
    if nearest.is_none_or(|nearest| nearest > rules.reach) {
        return false;
    }
    let is_its = |plate: &PlateNumber| {
        let read = reading.plate.as_ref();
        read.is_some_and(|read| is_near(read, plate))
    };
    // A vehicle that handed its goods over goes back while they go on: their order is not its own.
    let leaves_empty = visit.is_way_back(milestone) && visit.is_left_by(at, is_its);
    !visit.is_joined_after(at, is_its)
        && (leaves_empty || is_in_order(visit, milestone, at))
        && is_taken_after_end(visit, of_vehicle, reading, rules)
}

/// Tells whether nothing that usually comes before was read later only, and nothing that comes after earlier only.
fn is_in_order(visit: &Visit, milestone: Milestone, at: Timestamp) -> bool {
    let Some((before, after)) = around(visit, milestone) else {
        return false;
    };
    let moments = |step: &Milestone| visit.of_goods(*step).map(moment);
    let before = before.iter().filter_map(|step| moments(step).min()).max();
    let after = after.iter().filter_map(|step| moments(step).max()).min();
    before.is_none_or(|before| before <= at) && after.is_none_or(|after| at <= after)
}

impl Visit {
    /// Takes the visit of a lone reading. What is read near lends no key.
    fn join_by_near_plate(&mut self, left: Self) {
        self.members
            .extend(left.members.into_iter().map(|mut member| {
                let plate = member.observation.plate.as_ref();
                member.link_key = Some(MatchKey {
                    kind: KeyKind::PlateNear,
                    value: plate.map_or_else(String::new, |plate| plate.folded().to_owned()),
                });
                member.lends = false;
                member
            }));
    }
}
