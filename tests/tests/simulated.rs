//! A simulated day read by the readers and linked by the linking, without a hub between: what the simulator says must
//! become of each message becomes of it, and its crossings are the ones that are found.

mod simulated_day;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bordergate_indicators::{ExpectedMilestones, measure};
use bordergate_model::{Crossing, RecordId};
use bordergate_simulator::{Day, Noise, Plan, TrueCrossing, known_gates, simulate};
use jiff::civil::date;

use simulated_day::compared::{crossings, inexact, records};
use simulated_day::read::{Outcome, outcomes, sources};

/// A day of `vehicle_count` vehicles; 300 of them bring every device to speak.
fn plan(seed: u64, vehicle_count: u32, noise: Noise) -> Plan {
    Plan {
        seed,
        vehicle_count,
        noise,
        ..Plan::of_day(date(2026, 11, 23))
    }
}

#[test]
fn what_the_simulator_expects_becomes_of_every_message() {
    for seed in [1, 2] {
        let day = simulate(&plan(seed, 300, Noise::default()));
        let mut faults = BTreeMap::new();
        for (message, outcome) in outcomes(&day) {
            if outcome != Outcome::from(message.expectation) {
                let what = (message.source_id.to_string(), format!("{outcome:?}"));
                let wanted = format!("{:?} wanted", message.expectation);
                let count = faults.entry((what, wanted)).or_insert((0, message));
                count.0 += 1;
            }
        }
        let shown: Vec<String> = faults
            .iter()
            .map(|(what, (count, message))| {
                let body = String::from_utf8_lossy(&message.body).into_owned();
                format!("{count} times {what:?}, such as {body}")
            })
            .collect();
        assert!(faults.is_empty(), "seed {seed}: {}", shown.join("\n"));
    }
}

#[test]
fn without_noise_every_crossing_is_exact() {
    for seed in 1..=6 {
        let day = simulate(&plan(seed, 250, Noise::none()));
        let inexact = inexact(&day);
        assert!(inexact.is_empty(), "seed {seed}: {}", inexact.join("\n"));
    }
}

#[test]
fn with_the_noise_of_the_demo_a_small_day_is_exact_enough() {
    let (mut true_count, mut wrong) = (0, Vec::new());
    for seed in 1..=4 {
        let day = simulate(&plan(seed, 400, Noise::default()));
        true_count += day.truth.len();
        wrong.extend(
            inexact(&day)
                .into_iter()
                .map(|one| format!("seed {seed}: {one}")),
        );
    }
    let share = 1.0 - wrong.len() as f64 / true_count as f64;
    assert!(share >= 0.995, "{share}: {}", wrong.join("\n"));
}

#[test]
fn milestones_and_facts_of_exact_crossings_are_those_of_the_truth() {
    let day = simulate(&plan(3, 300, Noise::default()));
    let found = crossings(&day);
    let by_records: HashMap<BTreeSet<RecordId>, &Crossing> = found
        .iter()
        .map(|one| (records(one).collect(), one))
        .collect();
    let mut compared_count = 0;
    for one in &day.truth {
        let records = one
            .readings
            .iter()
            .map(|reading| reading.record_id)
            .collect();
        let Some(crossing) = by_records.get(&records) else {
            continue;
        };
        let found: Vec<_> = crossing
            .milestones
            .iter()
            .map(|(milestone, standing)| (*milestone, standing.at.as_second()))
            .collect();
        let wanted: Vec<_> = day
            .milestones
            .iter()
            .filter(|milestone| milestone.crossing == one.name)
            .map(|milestone| (milestone.milestone, milestone.at.as_second()))
            .collect();
        assert_eq!(found, wanted, "{}", one.name);
        compare_facts(&day, one, crossing);
        compared_count += 1;
    }
    assert!(
        compared_count * 100 >= day.truth.len() * 99,
        "{compared_count}"
    );
}

/// The truth cuts moments to the second, so a duration may differ by less than one.
fn compare_facts(day: &Day, one: &TrueCrossing, crossing: &Crossing) {
    let found = measure(crossing, &ExpectedMilestones::default()).facts;
    let wanted: Vec<_> = day
        .facts
        .iter()
        .filter(|fact| fact.crossing == one.name)
        .collect();
    assert_eq!(found.len(), wanted.len(), "{}", one.name);
    for (found, wanted) in found.iter().zip(wanted) {
        let what = format!("{} {}: {found:?} {wanted:?}", one.name, wanted.segment);
        assert_eq!(format!("{:?}", found.segment), wanted.segment, "{what}");
        let exclusion = found.exclusion.map(|exclusion| exclusion.code());
        assert_eq!(exclusion, wanted.excluded, "{what}");
        let seconds = found.duration_us.map(|duration_us| duration_us / 1_000_000);
        let differ = seconds
            .unwrap_or(0)
            .abs_diff(wanted.duration_seconds.unwrap_or(0));
        assert!(
            differ <= 1 && seconds.is_some() == wanted.duration_seconds.is_some(),
            "{what}"
        );
    }
}

#[test]
fn several_days_at_four_gates_without_noise_are_exact() {
    let gates = known_gates().into_iter().map(str::to_owned).collect();
    let day = simulate(&Plan {
        gates,
        day_count: 3,
        ..plan(11, 120, Noise::none())
    });
    let gates: BTreeSet<_> = day.truth.iter().map(|one| &one.gate_id).collect();
    let days: BTreeSet<_> = day
        .messages
        .iter()
        .map(|message| jiff::tz::offset(7).to_datetime(message.received_at).date())
        .collect();
    assert_eq!((gates.len(), days.len()), (4, 3));
    let inexact = inexact(&day);
    assert!(inexact.is_empty(), "{}", inexact.join("\n"));
}

#[test]
fn the_demo_speaks_at_least_ten_formats_and_each_is_read() {
    let day = simulate(&plan(1, 300, Noise::default()));
    let sources = sources(&day);
    let read: BTreeSet<&str> = outcomes(&day)
        .into_iter()
        .filter(|(_, outcome)| matches!(outcome, Outcome::Observations(_)))
        .map(|(message, _)| sources[&message.source_id].format.as_str())
        .collect();
    let registered: BTreeSet<&str> = sources
        .values()
        .map(|source| source.format.as_str())
        .collect();
    assert_eq!(read, registered);
    assert_eq!(read.len(), 17, "{read:?}");
}
