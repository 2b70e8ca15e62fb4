//! Misread plates on days of the simulator, without a hub: nearly every reading that the rules let be linked finds its
//! vehicle, and nearly none another one. The bench of this name measures the same on many days.

mod simulated_day;

use std::collections::BTreeMap;

use bordergate_simulator::{Disturbance, Noise, Plan, simulate};
use jiff::civil::date;

use simulated_day::accuracy::{Tally, kinds, mixed, name, tallies};

/// Of the readings given to a crossing, the share given to a wrong one.
const MOST_WRONG: f64 = 0.001;
/// More wrong ones than this rarely happens by chance show that the share is greater: some hundred readings cannot show
/// one in a thousand by their own share.
const RARELY: f64 = 0.01;
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
    let linked = tally.right + tally.wrong;
    assert!(
        tally.wrong <= most_by_chance(linked, MOST_WRONG),
        "{what}: {tally:?}"
    );
    assert!(tally.recall() >= LEAST_RECALL, "{what}: {tally:?}");
}

/// Returns how many of `count` happen at most, but for rarely, when one happens with a small `chance` (Poisson).
fn most_by_chance(count: usize, chance: f64) -> usize {
    let expected = count as f64 * chance;
    let (mut exactly, mut most) = ((-expected).exp(), 0);
    let mut at_most = exactly;
    while at_most < 1.0 - RARELY {
        most += 1;
        exactly *= expected / most as f64;
        at_most += exactly;
    }
    most
}

/// Quantiles of the Poisson distribution, from its tables.
#[test]
fn chance_allows_few() {
    for (count, most) in [
        (0, 0),
        (10, 0),
        (100, 1),
        (500, 3),
        (1_000, 4),
        (10_000, 18),
    ] {
        assert_eq!(most_by_chance(count, MOST_WRONG), most, "{count}");
    }
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
