//! Misread plates on days of the simulator, without a hub: nearly every reading that the rules let be linked finds its
//! vehicle, and nearly none another one. The bench of this name measures the same on many days.

mod simulated_day;

use std::collections::BTreeMap;

use bordergate_simulator::{Disturbance, Noise, Plan, simulate};
use jiff::civil::date;

use simulated_day::accuracy::{Tally, kinds, mixed, name, tallies};

/// Of the readings given to a crossing, the share given to the right one.
const LEAST_PRECISION: f64 = 0.999;
/// Of the readings that the rules let be linked, the share linked right.
const LEAST_RECALL: f64 = 0.99;
/// Share of misread plates: many, so that few vehicles do.
const MISREAD: f64 = 0.1;
/// Fewer readings would prove nothing.
const LEAST_READINGS: usize = 100;

fn measure(noise: &Noise) -> BTreeMap<Disturbance, Tally> {
    let mut found: BTreeMap<Disturbance, Tally> = BTreeMap::new();
    for seed in 1..=3 {
        let day = simulate(&Plan {
            seed,
            vehicle_count: 400,
            noise: noise.clone(),
            ..Plan::of_day(date(2026, 11, 16))
        });
        for (disturbance, tally) in tallies(&day) {
            *found.entry(disturbance).or_default() += tally;
        }
    }
    found
}

fn check(what: &str, tally: Tally) {
    assert!(tally.allowed >= LEAST_READINGS, "{what}: {tally:?}");
    assert!(tally.precision() >= LEAST_PRECISION, "{what}: {tally:?}");
    assert!(tally.recall() >= LEAST_RECALL, "{what}: {tally:?}");
}

#[test]
fn each_kind_of_misread_plate_finds_its_vehicle_and_no_other() {
    for (noise, disturbances) in kinds(MISREAD) {
        let found = measure(&noise);
        for disturbance in disturbances {
            let tally = found.get(disturbance).copied().unwrap_or_default();
            check(name(*disturbance), tally);
        }
    }
}

#[test]
fn with_all_noise_together_plates_find_their_vehicles() {
    let mut all = Tally::default();
    for (disturbance, tally) in measure(&mixed()) {
        if disturbance > Disturbance::None {
            all += tally;
        }
    }
    check("all together", all);
}

/// What the rules forbid is not linked: a reading whose milestone another device told already stays alone.
#[test]
fn what_stays_alone_is_nearly_always_a_second_reading() {
    let (noise, _) = &kinds(MISREAD)[1];
    let tally = measure(noise)[&Disturbance::BeyondClass];
    assert!(tally.alone > 0, "{tally:?}");
    assert!(tally.alone_as_second * 10 >= tally.alone * 9, "{tally:?}");
    let accounted = tally.right + tally.alone + tally.ambiguous + tally.wrong;
    assert_eq!(accounted, tally.with_crossing, "{tally:?}");
}
