//! Near plates: a lone misread sensor reading joins the one crossing it can only belong to (identifiers.md).
//!
//! Decided afterwards, on visits already linked by their keys, by occurrence time.

use bordergate_model::{KeyKind, MatchKey, Observation, PlateNumber};
use jiff::Timestamp;

use crate::family::Asking;
use crate::reading::moment;
use crate::room::{around, is_taken_after_end};
use crate::rules::Rules;
use crate::visit::Visit;

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

/// Tells whether `read` is `plate` with one further substitution, or with one character lost.
pub(crate) fn is_near(read: &PlateNumber, plate: &PlateNumber) -> bool {
    if read.province_contradicts(plate) {
        return false;
    }
    let (read, plate): (Vec<char>, Vec<char>) = (
        read.folded().chars().collect(),
        plate.folded().chars().collect(),
    );
    if read.len() == plate.len() {
        return read.iter().zip(&plate).filter(|(a, b)| a != b).count() == 1;
    }
    read.len() + 1 == plate.len()
        && (0..plate.len()).any(|lost| {
            let without = plate
                .iter()
                .enumerate()
                .filter(|(place, _)| *place != lost)
                .map(|(_, c)| c);
            without.eq(read.iter())
        })
}

/// Returns the points at which near plates, given folded, meet: two plates one substitution apart share the text with
/// the place of the difference left open; a text that lost a character equals one with it left out.
///
/// A point is a digest of its text. Should two texts have one digest, more readings are decided together than need be,
/// which changes no decision.
pub(crate) fn meeting_points(folded: &str) -> Vec<u64> {
    let characters: Vec<char> = folded.chars().collect();
    let mut points = vec![digest(characters.iter().copied())];
    for place in 0..characters.len() {
        let all = || characters.iter().copied().enumerate();
        let open = all().map(|(at, c)| if at == place { '?' } else { c });
        let without = all().filter(|(at, _)| *at != place).map(|(_, c)| c);
        points.extend([digest(open), digest(without)]);
    }
    points
}

/// FNV-1a over 64 bits, a character at a time.
fn digest(text: impl Iterator<Item = char>) -> u64 {
    text.fold(0xcbf2_9ce4_8422_2325, |sum, c| {
        (sum ^ u64::from(c)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Decides every lone reading whose window has passed: links it into the one visit it fits. Visits it
/// leaves are removed. The result does not depend on the order of `visits`.
pub(crate) fn settle(visits: Vec<Visit>, log_time: Timestamp, rules: &Rules) -> Vec<Visit> {
    let chosen: Vec<Option<usize>> = visits
        .iter()
        .map(|visit| target(visit, &visits, log_time, rules))
        .collect();
    let mut settled: Vec<Option<Visit>> = visits.iter().cloned().map(Some).collect();
    for (place, target) in chosen
        .iter()
        .enumerate()
        .filter_map(|(place, target)| Some((place, (*target)?)))
    {
        if !is_first_to_claim(place, target, &chosen, &visits, rules) {
            continue;
        }
        let Some(mut left) = settled[place].take() else {
            continue;
        };
        for member in &mut left.members {
            let plate = member
                .observation
                .plate
                .as_ref()
                .map(|plate| plate.folded().to_owned())
                .unwrap_or_default();
            member.link_key = Some(MatchKey {
                kind: KeyKind::PlateNear,
                value: plate,
            });
            member.lends = false;
        }
        if let Some(host) = settled[target].as_mut() {
            host.members.extend(left.members);
        }
    }
    settled.into_iter().flatten().collect()
}

/// Of several lone readings of one milestone that fit one visit, the earliest is taken, and those
/// within the time of a second reading after it.
fn is_first_to_claim(
    place: usize,
    target: usize,
    chosen: &[Option<usize>],
    visits: &[Visit],
    rules: &Rules,
) -> bool {
    let Some(mine) = lone(&visits[place]) else {
        return false;
    };
    let rivals = chosen
        .iter()
        .enumerate()
        .filter(|(other, choice)| *other != place && **choice == Some(target));
    rivals
        .filter_map(|(other, _)| lone(&visits[other]))
        .filter(|rival| rival.milestone == mine.milestone)
        .all(|rival| {
            let is_earlier = (moment(rival), rival.reference()) < (moment(mine), mine.reference());
            !is_earlier || moment(mine).duration_since(moment(rival)) <= rules.restart
        })
}

fn target(visit: &Visit, visits: &[Visit], log_time: Timestamp, rules: &Rules) -> Option<usize> {
    let reading = lone_asking(visit)?;
    if log_time < due_at(&reading, rules) {
        return None;
    }
    let mut fitting = visits.iter().enumerate().filter(|(_, other)| {
        other.effective().nth(1).is_some()
            && has_near_plate(other, &reading)
            && has_room(other, visits, reading, rules)
    });
    let (place, _) = fitting.next()?;
    fitting.next().is_none().then_some(place)
}

/// Tells whether a visit has a plate that the reading's is near to.
fn has_near_plate(visit: &Visit, reading: &Observation) -> bool {
    reading
        .plate
        .as_ref()
        .is_some_and(|read| visit.plates().any(|plate| is_near(read, plate)))
}

/// Tells whether a visit lacks the reading's milestone and has room for it in time and order.
fn has_room(visit: &Visit, visits: &[Visit], reading: Asking<'_>, rules: &Rules) -> bool {
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
    let Some((before, after)) = around(visit, milestone) else {
        return false;
    };
    let before = before.iter().filter_map(|step| visit.first_of(*step)).max();
    let after = after.iter().filter_map(|step| visit.last_of(*step)).min();
    let is_in_order =
        before.is_none_or(|before| before <= at) && after.is_none_or(|after| at <= after);
    let of_vehicle = visits
        .iter()
        .filter(|other| has_near_plate(other, &reading));
    is_in_order && is_taken_after_end(visit, of_vehicle, reading, rules)
}
