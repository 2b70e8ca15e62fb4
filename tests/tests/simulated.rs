//! A simulated day read by the readers and linked by the linking, without a hub between: what the simulator says must
//! become of each message becomes of it, and its crossings are the ones that are found.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use bordergate_crossing::{Rules, link};
use bordergate_indicators::{ExpectedMilestones, measure};
use bordergate_model::{
    Crossing, LoggedRecord, Observation, PlateNumber, RawRecord, RecordId, Source, SourceId,
};
use bordergate_simulator::{
    Day, Expectation, Message, Noise, Plan, TrueCrossing, known_gates, simulate,
};
use bordergate_sources::Read;
use jiff::civil::date;

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
        assert_eq!(exclusion, wanted.exclusion, "{what}");
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

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Observations(usize),
    Ignored,
    Duplicate,
    Quarantined,
}

impl From<Expectation> for Outcome {
    fn from(expectation: Expectation) -> Self {
        match expectation {
            Expectation::Observations(count) => Self::Observations(count.into()),
            Expectation::Ignored => Self::Ignored,
            Expectation::Duplicate => Self::Duplicate,
            Expectation::Quarantined => Self::Quarantined,
        }
    }
}

/// Reads every message as the hub does: one told again, under its own key or by its event, is a duplicate.
fn outcomes(day: &Day) -> Vec<(&Message, Outcome)> {
    let mut records = HashSet::new();
    let mut events = HashSet::new();
    let sources = sources(day);
    let outcome = |(offset, message): (usize, &'_ Message)| {
        let observations = match read(&sources, offset, message) {
            _ if !records.insert(message.record_id()) => return Outcome::Duplicate,
            Err(_) => return Outcome::Quarantined,
            Ok(Read::Ignored { .. }) => return Outcome::Ignored,
            Ok(Read::Observations(observations)) => observations,
        };
        let is_told = |observation: &Observation| {
            let event = event(observation);
            event.is_some_and(|event| !events.insert(event))
        };
        match observations
            .iter()
            .map(is_told)
            .fold(false, |told, one| told | one)
        {
            true => Outcome::Duplicate,
            false => Outcome::Observations(observations.len()),
        }
    };
    let numbered = day.messages.iter().enumerate();
    let outcomes: Vec<Outcome> = numbered.map(outcome).collect();
    day.messages.iter().zip(outcomes).collect()
}

/// Returns what names a reading apart from its record.
fn event(observation: &Observation) -> Option<(SourceId, String, u32, u16)> {
    let event_id = observation.event_id.clone()?;
    let (revision, index) = (observation.revision, observation.index);
    Some((observation.source_id.clone(), event_id, revision, index))
}

fn sources(day: &Day) -> HashMap<SourceId, Source> {
    let sources = day.sources.iter();
    sources
        .map(|source| (source.source_id.clone(), source.clone()))
        .collect()
}

fn read(
    sources: &HashMap<SourceId, Source>,
    offset: usize,
    message: &Message,
) -> Result<Read, bordergate_sources::Error> {
    let source = &sources[&message.source_id];
    let logged = LoggedRecord {
        shard: 0,
        offset: i64::try_from(offset).expect("a day is short"),
        record: RawRecord {
            record_id: message.record_id(),
            source_id: message.source_id.clone(),
            source_version: source.version,
            gate_id: Some(message.gate_id.clone()),
            format: source.format.clone(),
            content_type: message.content_type.clone(),
            received_at: message.received_at,
            is_replay: true,
            traceparent: None,
            device_headers: message.headers.clone(),
            redrive_of: None,
            body: message.body.clone(),
        },
    };
    bordergate_sources::read(&logged, source)
}

/// Returns the name of every true crossing that no found one equals, and how the nearest one differs.
fn inexact(day: &Day) -> Vec<String> {
    let found: Vec<Crossing> = crossings(day);
    let places: HashMap<RecordId, usize> = (0..)
        .zip(&found)
        .flat_map(|(place, one)| records(one).map(move |record_id| (record_id, place)))
        .collect();
    let differing = |one: &TrueCrossing| {
        let held: BTreeSet<usize> = one
            .readings
            .iter()
            .filter_map(|reading| places.get(&reading.record_id).copied())
            .collect();
        let (wanted, found) = match held.iter().copied().collect::<Vec<_>>().as_slice() {
            [only] => (told(one), described(&found[*only])),
            _ => (told(one), format!("{} crossings", held.len())),
        };
        (wanted != found).then(|| format!("{}: {found}\n  instead of {wanted}", one.name))
    };
    day.truth.iter().filter_map(differing).collect()
}

fn records(crossing: &Crossing) -> impl Iterator<Item = RecordId> {
    let readings = crossing.readings.iter();
    readings.map(|reading| reading.observation.record_id)
}

fn crossings(day: &Day) -> Vec<Crossing> {
    let sources = sources(day);
    let (mut records, mut events) = (HashSet::new(), HashSet::new());
    let mut observations: BTreeMap<_, Vec<Observation>> = BTreeMap::new();
    for (offset, message) in day.messages.iter().enumerate() {
        if let Ok(Read::Observations(read)) = read(&sources, offset, message)
            && records.insert(message.record_id())
        {
            let new = read
                .into_iter()
                .filter(|one| event(one).is_none_or(|event| events.insert(event)));
            observations
                .entry(&message.gate_id)
                .or_default()
                .extend(new);
        }
    }
    observations
        .values()
        .flat_map(|of_gate| link(of_gate, day.end_at, &Rules::default()).crossings)
        .collect()
}

/// What must be equal, as text.
fn told(one: &TrueCrossing) -> String {
    let readings = one.readings.iter().map(|reading| {
        (
            reading.occurred_at.as_second(),
            reading.milestone.code(),
            reading.record_id,
        )
    });
    let head = (
        &one.gate_id,
        one.direction,
        one.channel,
        one.cargo,
        one.is_loaded,
    );
    text(head, one.plate_key.as_deref(), one.state, readings)
}

fn described(one: &Crossing) -> String {
    let readings = one.readings.iter().map(|reading| {
        let observation = &reading.observation;
        let at = observation.occurred.at.unwrap_or(observation.received_at);
        let milestone = observation
            .milestone
            .map_or("-", |milestone| milestone.code());
        (at.as_second(), milestone, observation.record_id)
    });
    let plate = one
        .plate
        .as_deref()
        .map(|plate| PlateNumber::parse(plate).expect("a plate"));
    let head = (
        &one.gate_id,
        one.direction,
        one.channel,
        one.cargo,
        one.is_loaded,
    );
    text(
        head,
        plate.as_ref().map(PlateNumber::tail),
        one.state,
        readings,
    )
}

fn text<'a>(
    head: impl std::fmt::Debug,
    plate: Option<&str>,
    state: impl std::fmt::Display,
    readings: impl Iterator<Item = (i64, &'a str, RecordId)>,
) -> String {
    let sorted: BTreeSet<_> = readings.collect();
    let readings: Vec<String> = sorted
        .iter()
        .map(|(at, milestone, record_id)| {
            format!("{milestone}@{at}/{}", &record_id.to_string()[..8])
        })
        .collect();
    format!("{head:?} {plate:?} {state} {}", readings.join(" "))
}
