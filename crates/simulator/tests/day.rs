//! A whole day: reproducible, complete, and as noisy as promised.

use std::collections::{BTreeMap, BTreeSet};

use bordergate_model::{Milestone, RecordId};
use bordergate_simulator::{Day, Door, Expectation, Message, Noise, Plan, TrueCrossing, simulate};
use jiff::civil::date;

fn plan() -> Plan {
    Plan::of_day(date(2026, 11, 23))
}

fn told_count(day: &Day) -> usize {
    let is_told = |expectation| {
        matches!(
            expectation,
            Expectation::Observations(_) | Expectation::Quarantined
        )
    };
    day.messages
        .iter()
        .filter(|message| is_told(message.expectation))
        .count()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(simulate(&plan()), simulate(&plan()));
    let other = simulate(&Plan { seed: 2, ..plan() });
    assert_ne!(simulate(&plan()).messages, other.messages);
}

#[test]
fn noise_changes_what_is_sent_and_not_what_happens() {
    let quiet = simulate(&Plan {
        noise: Noise::none(),
        ..plan()
    });
    let noisy = simulate(&plan());
    let all = told_count(&quiet) as f64;
    let count = |wanted: Expectation| {
        noisy
            .messages
            .iter()
            .filter(|message| message.expectation == wanted)
            .count() as f64
    };
    let shares = [
        ("missing", 1.0 - told_count(&noisy) as f64 / all, 0.01),
        (
            "doubled and re-sent",
            count(Expectation::Duplicate) / all,
            0.03,
        ),
        ("malformed", count(Expectation::Quarantined) / all, 0.002),
    ];
    for (name, found, wanted) in shares {
        assert!((found - wanted).abs() < 0.25 * wanted, "{name}: {found}");
    }
    assert!(quiet.unlinked.is_empty() && quiet.unrouted.is_empty());
    assert!((quiet.truth.len() as i64 - noisy.truth.len() as i64).abs() < 80);
}

#[test]
fn scales_groups_of_pictures_and_the_provinces_feed_have_a_part_in_the_day() {
    let day = simulate(&plan());
    let in_crossings: BTreeMap<RecordId, &TrueCrossing> = day
        .truth
        .iter()
        .flat_map(|one| {
            one.readings
                .iter()
                .map(move |reading| (reading.record_id, one))
        })
        .collect();
    let told = |source: &str| {
        let messages = day.messages.iter();
        let told = messages.filter(|message| {
            message.source_id.as_str() == source
                && matches!(message.expectation, Expectation::Observations(_))
        });
        let all: Vec<&Message> = told.collect();
        let is_in = |message: &&&Message| in_crossings.contains_key(&message.record_id());
        (all.len(), all.iter().filter(is_in).count())
    };
    let (weighed, joined) = told("sim-tt-scale-2");
    assert!(
        joined > 50 && joined * 10 >= weighed * 8,
        "{joined} of {weighed}"
    );
    let (pictures, listed) = told("sim-hn-yard-1");
    assert!(
        listed > 500 && listed * 100 >= pictures * 98,
        "{listed} of {pictures}"
    );
    let (declared, routed) = told("sim-province-customs");
    assert!(routed > 500 && routed + day.unrouted.len() == declared);
    let province = day.messages.iter().filter(|message| {
        message.source_id.as_str() == "sim-province-customs" && message.place.is_none()
    });
    let gates: BTreeSet<_> = province.map(|message| &message.gate_id).collect();
    assert_eq!(gates.len(), 2, "one source tells of both gates");
}

#[test]
fn noise_of_one_source_or_format_leaves_the_others_alone() {
    let lost = Noise {
        missing: 1.0,
        ..Noise::none()
    };
    let noise_of = [
        ("rekor-scout", lost.clone()),
        ("hikvision-anpr", lost),
        ("sim-hn-out-1", Noise::none()),
    ];
    let noise_of = noise_of.map(|(name, noise)| (name.to_owned(), noise));
    let quiet = Plan {
        vehicle_count: 200,
        noise: Noise::none(),
        ..plan()
    };
    let told = |plan: &Plan| {
        let mut told: BTreeMap<String, u32> = BTreeMap::new();
        let day = simulate(plan);
        let speaking = day.messages.into_iter();
        speaking
            .filter(|message| message.expectation != Expectation::Ignored)
            .for_each(|message| *told.entry(message.source_id.to_string()).or_default() += 1);
        told
    };
    let all = told(&quiet);
    let some = told(&Plan {
        noise_of: noise_of.into(),
        ..quiet
    });
    for silent in ["sim-hn-out-2", "sim-hn-in-1", "sim-tt-out-1"] {
        assert!(
            all.contains_key(silent) && !some.contains_key(silent),
            "{silent}"
        );
    }
    for whole in ["sim-hn-out-1", "sim-hn-in-3", "sim-tt-customs"] {
        assert_eq!(some[whole], all[whole], "{whole}");
    }
}

#[test]
fn days_follow_each_other_with_vehicles_of_their_own() {
    let days = simulate(&Plan {
        vehicle_count: 60,
        day_count: 3,
        noise: Noise::none(),
        ..plan()
    });
    assert!(
        days.messages
            .is_sorted_by_key(|message| message.received_at)
    );
    let told_on = |crossing: &TrueCrossing| {
        let mut on = BTreeSet::new();
        for reading in &crossing.readings {
            on.insert(jiff::tz::offset(7).to_datetime(reading.occurred_at).date());
        }
        on
    };
    let on: Vec<_> = days.truth.iter().map(told_on).collect();
    assert!(
        on.iter().all(|on| on.len() == 1),
        "identifiers are used once"
    );
    let all: BTreeSet<_> = on.into_iter().flatten().collect();
    assert_eq!(all.len(), 3);
    let names: BTreeSet<_> = days.truth.iter().map(|crossing| &crossing.name).collect();
    assert_eq!(names.len(), days.truth.len());
}

#[test]
fn every_message_is_accounted_for_once() {
    for seed in [1, 2] {
        let day = simulate(&Plan { seed, ..plan() });
        let mut readings: BTreeMap<RecordId, u16> = BTreeMap::new();
        for reading in day.truth.iter().flat_map(|crossing| &crossing.readings) {
            *readings.entry(reading.record_id).or_default() += 1;
        }
        let mut told = BTreeSet::new();
        for message in &day.messages {
            if let Expectation::Observations(count) = message.expectation {
                assert!(
                    told.insert(message.record_id()),
                    "two messages tell under one id"
                );
                let found = readings.get(&message.record_id()).copied();
                let is_left = day.unlinked.contains(&message.record_id())
                    || day.unrouted.contains(&message.record_id());
                match is_left {
                    true => assert_eq!(found, None),
                    // The readings of a yard's report differ in their boxes only: one in the set.
                    false if message.source_id.as_str().ends_with("-yard") => {
                        assert_eq!(found, Some(1));
                    }
                    false => assert_eq!(found, Some(count), "{}", message.source_id),
                }
            }
        }
        assert!(
            readings
                .keys()
                .chain(&day.unlinked)
                .all(|record_id| told.contains(record_id))
        );
    }
}

#[test]
fn messages_come_in_order_within_their_local_day_from_replay_sources() {
    let day = simulate(&plan());
    assert!(day.messages.is_sorted_by_key(|message| message.received_at));
    let local_days: BTreeSet<_> = day
        .messages
        .iter()
        .map(|message| jiff::tz::offset(7).to_datetime(message.received_at).date())
        .collect();
    assert_eq!(local_days, BTreeSet::from([plan().day]));
    assert!(day.sources.iter().all(|source| source.is_replay));
    let last_told = day
        .messages
        .iter()
        .rfind(|message| message.received_at < day.end_at)
        .expect("a day has messages");
    assert!(
        day.end_at.duration_since(last_told.received_at).as_hours() >= 2,
        "near windows end before the day does"
    );
    let ends = day
        .messages
        .iter()
        .filter(|message| message.received_at == day.end_at);
    assert_eq!(
        ends.map(|message| &message.gate_id)
            .collect::<BTreeSet<_>>()
            .len(),
        day.gates.len()
    );
}

#[test]
fn submissions_are_numbered_without_a_gap_and_not_interleaved() {
    let day = simulate(&plan());
    let submitted = day
        .messages
        .iter()
        .filter(|message| message.door == Door::Submit);
    let mut before = None;
    let mut requests = BTreeSet::new();
    for (number, message) in day
        .messages
        .iter()
        .enumerate()
        .filter(|(_, message)| message.door == Door::Submit)
    {
        let place = message
            .place
            .as_ref()
            .expect("a submitted record has a place");
        match place.index {
            0 => assert!(
                requests.insert(&place.request_id),
                "a batch is one run of messages"
            ),
            index => assert_eq!(before, Some((number - 1, &place.request_id, index - 1))),
        }
        before = Some((number, &place.request_id, place.index));
    }
    assert!(submitted.count() > 5000 && requests.len() > 500);
}

#[test]
fn two_look_alikes_are_at_the_gate_together() {
    for seed in 1..6 {
        let day = simulate(&Plan {
            seed,
            vehicle_count: 200,
            noise: Noise::none(),
            ..plan()
        });
        let named = |name: &str| {
            day.truth
                .iter()
                .find(|crossing| crossing.name == name)
                .expect("it is the first or second")
        };
        let (one, other) = (named("huu-nghi export 1"), named("huu-nghi export 2"));
        let plate = |crossing: &TrueCrossing| crossing.plate_key.clone().expect("cameras read it");
        let differing = plate(one)
            .chars()
            .zip(plate(other).chars())
            .filter(|(mine, theirs)| mine != theirs)
            .count();
        assert_eq!((differing, plate(one).len()), (1, plate(other).len()));
        let span = |crossing: &TrueCrossing| {
            let here = crossing.readings.iter().filter(|reading| {
                matches!(
                    reading.milestone,
                    Milestone::GateIn | Milestone::SupervisionPassed | Milestone::TurnedBack
                )
            });
            let times: Vec<_> = here.map(|reading| reading.occurred_at).collect();
            (
                *times.iter().min().expect("it came"),
                *times.iter().max().expect("it came"),
            )
        };
        assert!(
            span(one).0 < span(other).1 && span(other).0 < span(one).1,
            "seed {seed}"
        );
    }
}

#[test]
fn every_kind_of_traffic_occurs() {
    let day = simulate(&plan());
    let counts = |pick: fn(&TrueCrossing) -> String| {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        day.truth
            .iter()
            .for_each(|crossing| *counts.entry(pick(crossing)).or_default() += 1);
        counts
    };
    let by_state = counts(|crossing| format!("{} {}", crossing.direction, crossing.state));
    for state in [
        "export closed",
        "export turned_back",
        "export open",
        "export close_missed",
        "import closed",
        "import open",
    ] {
        assert!(by_state.contains_key(state), "{state} in {by_state:?}");
    }
    let by_channel = counts(|crossing| crossing.channel.to_string());
    assert!(
        by_channel["green"] > by_channel["yellow"] && by_channel["yellow"] > by_channel["red"],
        "{by_channel:?}"
    );
    let milestones: BTreeSet<Milestone> = day
        .truth
        .iter()
        .flat_map(|crossing| &crossing.readings)
        .map(|reading| reading.milestone)
        .collect();
    for milestone in [
        Milestone::Transshipped,
        Milestone::TractorSwapped,
        Milestone::Returned,
        Milestone::Delivered,
        Milestone::InspectionEnd,
    ] {
        assert!(milestones.contains(&milestone), "{milestone}");
    }
}

#[test]
fn an_empty_plan_gives_heartbeats_only() {
    let day = simulate(&Plan {
        vehicle_count: 0,
        ..plan()
    });
    assert!(
        day.truth.is_empty()
            && day
                .messages
                .iter()
                .all(|message| message.expectation == Expectation::Ignored)
    );
}
