//! Which key of a reading decides its visit (identifiers.md, "Strength of links", "OCR confusion" and
//! "same tail, two provinces").
//!
//! Which of several visits that carry the key takes it is `latest`'s to say.

use std::collections::BTreeSet;

use bordergate_model::{KeyKind, MatchKey, PlateNumber};

use crate::family::Asking;
use crate::latest::latest;
use crate::rules::Rules;
use crate::visits::{Place, Visits};

/// Where a reading goes.
#[derive(Clone, Debug)]
pub(crate) enum Choice {
    /// Into the visit at a place, by a key.
    Join(Place, MatchKey),
    /// Into a visit of its own.
    Open,
    /// Nowhere: it fits two and nothing decides.
    Ambiguous,
}

/// Chooses by the strongest of the reading's keys that decides; `by_plate` is what the plate alone says.
pub(crate) fn choose(
    visits: &Visits,
    reading: Asking<'_>,
    keys: &[MatchKey],
    by_plate: &Choice,
    rules: &Rules,
) -> Choice {
    let of = |kinds: &'static [KeyKind]| keys.iter().filter(|key| kinds.contains(&key.kind));
    let by_papers = || {
        of(&[KeyKind::Trip, KeyKind::Declaration])
            .find_map(|key| Some((papers(visits, reading, key, rules)?, key)))
    };
    let by_goods =
        |kinds| of(kinds).find_map(|key| Some((goods(visits, reading, key, rules)?, key)));
    let join = |(place, key): (Place, &MatchKey)| Choice::Join(place, key.clone());
    let stronger =
        by_papers().or_else(|| by_goods(&[KeyKind::Container, KeyKind::Seal, KeyKind::Tag]));
    match (stronger, by_plate) {
        (Some(found), _) => join(found),
        (None, Choice::Open) => by_goods(&[KeyKind::Trailer]).map_or(Choice::Open, join),
        (None, Choice::Ambiguous) => by_goods(&[KeyKind::Trailer]).map_or(Choice::Ambiguous, join),
        (None, decided) => decided.clone(),
    }
}

/// Trip and declaration override the plate: the latest visit that carries the key, ended or not. Of
/// several vehicles that share a declaration, the one whose plate is read.
fn papers(visits: &Visits, reading: Asking<'_>, key: &MatchKey, rules: &Rules) -> Option<Place> {
    let trip = reading.trip_code.as_ref().map(|trip| trip.as_str());
    let carrying = visits.places(|visit| {
        let fits_trip = trip.is_none_or(|trip| !visit.has_other_trip(trip));
        visit.keys.contains(key) && fits_trip && !visit.is_begun_anew_by(reading, rules)
    });
    carrying.into_iter().max_by_key(|&place| {
        let visit = visits.at(place);
        let is_its_plate = reading
            .plate
            .as_ref()
            .is_some_and(|plate| visit.has_plate(plate));
        (is_its_plate, visit.first_at())
    })
}

/// Container, seal, tag and trailer link only when no plate contradicts.
fn goods(visits: &Visits, reading: Asking<'_>, key: &MatchKey, rules: &Rules) -> Option<Place> {
    let carrying = visits.places(|visit| {
        visit.keys.contains(key)
            && reading
                .plate
                .as_ref()
                .is_none_or(|plate| !visit.plate_contradicts(plate))
    });
    latest(visits, &carrying, reading, rules)
}

/// Returns what the plate alone says: the text itself first; its folded form only when no open visit
/// has the text itself. An undated reading is linked by its declaration only.
pub(crate) fn by_plate(visits: &Visits, reading: Asking<'_>, rules: &Rules) -> Choice {
    let Some(plate) = reading
        .plate
        .as_ref()
        .filter(|_| reading.occurred.at.is_some())
    else {
        return Choice::Open;
    };
    let join = |place, kind, value| Choice::Join(place, MatchKey { kind, value });
    let exact = visits.with_plate(plate, |mine| mine.tail() == plate.tail());
    if plate.province().is_none() && open_provinces(visits, &exact, plate) > 1 {
        return Choice::Ambiguous;
    }
    if let Some(place) = latest(visits, &exact, reading, rules) {
        return join(place, KeyKind::Plate, plate.tail().to_owned());
    }
    if exact.iter().any(|&place| visits.at(place).end().is_none()) {
        return Choice::Open;
    }
    let folded = visits.with_plate(plate, |mine| mine.folded() == plate.folded());
    match latest(visits, &folded, reading, rules) {
        Some(place) => join(place, KeyKind::PlateFolded, plate.folded().to_owned()),
        None => Choice::Open,
    }
}

/// Counts the provinces of open visits that a plate without its province character fits.
fn open_provinces(visits: &Visits, places: &[Place], plate: &PlateNumber) -> usize {
    let provinces: BTreeSet<char> = places
        .iter()
        .map(|&place| visits.at(place))
        .filter(|visit| visit.end().is_none())
        .flat_map(|visit| visit.plates())
        .filter(|mine| mine.tail() == plate.tail())
        .filter_map(PlateNumber::province)
        .collect();
    provinces.len()
}
