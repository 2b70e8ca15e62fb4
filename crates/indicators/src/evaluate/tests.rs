//! The figures of each indicator, worked by hand.

mod properties;
mod quality;

use bordergate_model::{CargoClass, Channel, CrossingId, Direction, GateId, SourceId, State};
use jiff::SignedDuration;
use uuid::Uuid;

use super::*;
use crate::{Exclusion, LateSource, Segment, to_csv};

/// Returns the moment `minutes` after 2026-11-16 07:00 local time.
fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-11-16T00:00:00Z".parse().expect("a moment");
    start + SignedDuration::from_mins(minutes)
}

fn gate(name: &str) -> GateId {
    GateId::parse(name).expect("a plain name")
}

/// Returns a fact of C2 filed at 07:00 local time.
fn fact(figure: Result<i64, Exclusion>) -> Fact {
    Fact {
        crossing_id: CrossingId(Uuid::from_u128(1)),
        segment: Segment::C2,
        gate_id: gate("huu-nghi"),
        direction: Direction::Export,
        channel: Channel::Green,
        cargo: Some(CargoClass::Fruit),
        is_loaded: Some(true),
        start_at: None,
        end_at: None,
        duration_us: figure.ok().map(|seconds| seconds * 1_000_000),
        is_skewed: false,
        exclusion: figure.err(),
        filed_at: Some(at(0)),
    }
}

/// Returns a closed export that crossed at `minutes` after 07:00, or one that never did.
fn crossing(minutes: Option<i64>) -> CrossingRow {
    CrossingRow {
        crossing_id: CrossingId(Uuid::from_u128(1)),
        gate_id: gate("huu-nghi"),
        direction: Direction::Export,
        channel: Channel::Green,
        cargo: None,
        is_loaded: None,
        state: State::Closed,
        crossed_at: minutes.map(at),
        entered_at: Some(at(-60)),
        ended_at: minutes.map(at),
        filed_at: Some(at(minutes.unwrap_or(0))),
        expected_count: 8,
        present_count: 8,
        reading_count: 8,
    }
}

fn ask(id: &str, address: &str, rows: &Rows) -> Answer {
    let pairs = address.split('&').filter(|pair| !pair.is_empty());
    let parameters = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').expect("name=value");
        (name.to_owned(), value.to_owned())
    });
    let query = Query::parse(id, parameters).expect("known words");
    answer(&query, rows, Context::default())
}

fn of_facts(facts: Vec<Fact>) -> Rows {
    Rows {
        facts,
        ..Rows::default()
    }
}

fn of_crossings(crossings: Vec<CrossingRow>) -> Rows {
    Rows {
        crossings,
        ..Rows::default()
    }
}

/// Returns the groups as `key values: figure`.
fn shown(answer: &Answer) -> Vec<String> {
    let key = |group: &Group| {
        let values: Vec<&str> = group.key.iter().map(|part| part.value.as_str()).collect();
        values.join(" ")
    };
    answer
        .groups
        .iter()
        .map(|group| format!("{}: {:?}", key(group), group.value))
        .collect()
}

#[test]
fn a_clearance_answer_carries_its_exclusions_and_the_way_back() {
    let mut facts: Vec<Fact> = [600, 1200, 1800, 2400, 6000].map(|s| fact(Ok(s))).to_vec();
    facts[0].is_skewed = true;
    facts.extend(Exclusion::ALL.iter().map(|reason| fact(Err(*reason))));
    facts.push(fact(Err(Exclusion::Open)));
    let found = ask(
        "C2",
        "gate=huu-nghi&from=2026-11-16&to=2026-11-17&p=50",
        &of_facts(facts),
    );
    // n = 5: median h = 2 -> 1800; P95 h = 3.8 -> 2400 + 0.8 * 3600 = 5280 (distribution.rs).
    let whole = &found.total;
    let spread = whole.distribution.as_ref().expect("five figures");
    assert_eq!(
        (whole.n, spread.mean, spread.median),
        (5, 2400.0, Some(1800.0))
    );
    assert_eq!(whole.excluded.values().sum::<u64>(), 7);
    assert_eq!(
        (whole.excluded["open"], whole.open, whole.skewed),
        (2, 2, 1)
    );
    assert!(!whole.suppressed);
    assert_eq!(
        whole.crossings,
        "/v1/crossings?gate=huu-nghi&from=2026-11-15T17:00:00Z&to=2026-11-16T17:00:00Z"
    );
    assert_eq!(
        found.groups,
        std::slice::from_ref(whole),
        "without by the one group is the whole"
    );
    assert_eq!(
        (found.unit, found.method, found.definition_version),
        ("s", "exact", 1)
    );
}

#[test]
fn below_five_every_percentile_is_null_and_marked_suppressed() {
    let found = ask("C2", "p=50", &of_facts(vec![fact(Ok(60)); 4]));
    let spread = found.total.distribution.expect("four figures");
    assert!(found.total.suppressed);
    assert_eq!(
        (spread.median, spread.mean, spread.min, spread.max),
        (None, 60.0, 60.0, 60.0)
    );
    assert!(spread.percentiles.iter().all(|one| one.value.is_none()));
    let empty = ask("C2", "", &Rows::default());
    assert_eq!((empty.total.n, empty.total.distribution), (0, None));
    assert!(empty.total.suppressed);
}

#[test]
fn border_crossing_time_is_in_hours_under_its_own_id_and_under_r1() {
    let mut long = fact(Ok(5_400));
    long.segment = Segment::C6;
    let rows = of_facts(vec![fact(Ok(9)), long]);
    for (id, address) in [("C6", ""), ("R1", "segment=C6")] {
        let found = ask(id, address, &rows);
        assert_eq!((found.unit, found.total.n), ("h", 1));
        assert_eq!(
            found.total.distribution.map(|spread| spread.mean),
            Some(1.5)
        );
    }
    let usual = ask("R1", "", &rows);
    assert_eq!((usual.unit, usual.total.n), ("s", 1));
    assert_eq!(usual.parameters["segment"], "C2");
}

#[test]
fn groups_are_in_the_order_of_time_and_of_severity() {
    let mut facts = Vec::new();
    for (minutes, channel) in [
        (70, Channel::Red),
        (70, Channel::Green),
        (0, Channel::Yellow),
        (59, Channel::Yellow),
        (0, Channel::None),
    ] {
        let mut one = fact(Ok(60));
        one.filed_at = Some(at(minutes));
        one.channel = channel;
        facts.push(one);
    }
    facts[0].filed_at = None;
    let found = ask("C2", "by=hour,channel", &of_facts(facts.clone()));
    let keys: Vec<String> = shown(&found)
        .iter()
        .map(|text| text.replace(": None", ""))
        .collect();
    assert_eq!(
        keys,
        [
            "2026-11-16T07 none",
            "2026-11-16T07 yellow",
            "2026-11-16T08 green",
            "undated red"
        ]
    );
    assert_eq!(found.groups[1].n, 2);
    assert_eq!(
        found.groups[2].crossings,
        "/v1/crossings?channel=green&from=2026-11-16T01:00:00Z&to=2026-11-16T02:00:00Z"
    );
    let dated = ask("C2", "from=2026-11-16", &of_facts(facts));
    assert_eq!(dated.total.n, 4, "no period holds what nothing dates");
}

#[test]
fn the_query_filters_again_what_the_store_selected() {
    let mut other = fact(Ok(60));
    other.gate_id = gate("chi-ma");
    let mut unknown = fact(Ok(60));
    unknown.cargo = None;
    unknown.is_loaded = None;
    let rows = of_facts(vec![fact(Ok(60)), other, unknown]);
    for (address, n) in [
        ("gate=chi-ma", 1),
        ("cargo=fruit", 2),
        ("loaded=true", 2),
        ("loaded=false", 0),
        ("direction=import", 0),
        ("from=2026-11-16&to=2026-11-17", 3),
        ("to=2026-11-16", 0),
    ] {
        assert_eq!(ask("C2", address, &rows).total.n, n, "{address}");
    }
}

#[test]
fn throughput_counts_crossings_that_crossed_and_shows_quiet_hours_as_zero() {
    let mut turned = crossing(Some(185));
    turned.state = State::TurnedBack;
    let rows = of_crossings(vec![
        crossing(Some(0)),
        crossing(Some(59)),
        turned,
        crossing(None),
    ]);
    assert_eq!(ask("T1", "", &rows).total.value, Some(3.0));
    assert_eq!(
        shown(&ask("T1", "by=hour", &rows)),
        [
            "2026-11-16T07: Some(2.0)",
            "2026-11-16T08: Some(0.0)",
            "2026-11-16T09: Some(0.0)",
            "2026-11-16T10: Some(1.0)"
        ]
    );
    assert_eq!(ask("T1", "by=gate,hour", &rows).groups.len(), 4);
    assert_eq!(
        shown(&ask("T1", "by=day", &rows)),
        ["2026-11-16: Some(3.0)"]
    );
    assert!(ask("T1", "by=hour", &Rows::default()).groups.is_empty());
}

#[test]
fn a_reading_of_1970_does_not_add_half_a_million_empty_hours() {
    let mut old = crossing(Some(0));
    old.crossed_at = Some(Timestamp::UNIX_EPOCH);
    old.filed_at = old.crossed_at;
    let rows = of_crossings(vec![old, crossing(Some(0))]);
    assert_eq!(ask("T1", "by=hour", &rows).groups.len(), 2);
    assert_eq!(
        ask("T1", "by=month", &rows).groups.len(),
        683,
        "56 years and 11 months are few"
    );
}

#[test]
fn export_share_is_of_exports_and_imports() {
    let mut import = crossing(Some(0));
    import.direction = Direction::Import;
    // 3 exports, 1 import: 3 / 4 = 75 %.
    let rows = of_crossings(vec![
        crossing(Some(0)),
        crossing(Some(1)),
        crossing(Some(2)),
        import,
    ]);
    let found = ask("T2", "", &rows).total;
    assert_eq!((found.n, found.value), (4, Some(75.0)));
    assert_eq!((found.counts["exports"], found.counts["imports"]), (3, 1));
    assert_eq!(ask("T2", "", &Rows::default()).total.value, None);
}

#[test]
fn backlog_is_who_entered_and_had_not_left_with_single_readings_beside_it() {
    let evening = at(13 * 60);
    let row = |entered: i64, ended: Option<i64>, reading_count| CrossingRow {
        entered_at: Some(at(entered)),
        ended_at: ended.map(at),
        reading_count,
        ..crossing(None)
    };
    let rows = vec![
        row(0, None, 2),
        row(13 * 60, Some(13 * 60 + 1), 2),
        row(0, None, 1),
        row(0, Some(13 * 60), 5),
        row(13 * 60 + 1, None, 5),
    ];
    let morning = vec![row(0, None, 2)];
    let backlogs = Rows {
        backlogs: vec![(at(0), morning), (evening, rows)],
        ..Rows::default()
    };
    let found = ask("T3", "from=2026-11-16", &backlogs);
    assert_eq!(
        shown(&found),
        [
            "2026-11-16T07:00:00+07:00: Some(1.0)",
            "2026-11-16T20:00:00+07:00: Some(2.0)"
        ]
    );
    assert_eq!(
        (found.total.value, found.total.counts["unconfirmed"]),
        (Some(2.0), 1)
    );
    let split = ask("T3", "by=gate", &backlogs);
    assert_eq!(split.groups.len(), 2);
    assert_eq!(split.groups[0].key.len(), 2);
    assert_eq!(ask("T3", "", &Rows::default()).total.value, Some(0.0));
}

#[test]
fn an_answer_says_how_far_the_data_reaches_and_which_sources_are_late() {
    let late = LateSource {
        source_id: SourceId::parse("cam-1").expect("a plain name"),
        last_received_at: Some(at(-90)),
        quiet_seconds: Some(5_400),
    };
    let context = Context {
        data_as_of: Some(at(0)),
        late_sources: vec![late],
    };
    let query = Query::of(Indicator::C2);
    let found = answer(&query, &of_facts(vec![fact(Ok(60)); 5]), context);
    let json = serde_json::to_value(&found).expect("an answer is plain data");
    assert_eq!(json["indicator"], "C2");
    assert_eq!(json["data_as_of"], "2026-11-16T00:00:00Z");
    assert_eq!(json["late_sources"][0]["source_id"], "cam-1");
    assert_eq!(json["total"]["distribution"]["percentiles"][2]["p"], 95.0);
    assert_eq!(json["groups"][0]["excluded"]["missing_start"], 0);
}

#[test]
fn a_table_has_one_row_per_group_and_rounds_for_display() {
    let mut facts: Vec<Fact> = [1, 1, 2].map(|s| fact(Ok(s))).to_vec();
    facts.push(fact(Err(Exclusion::Open)));
    let text = to_csv(&ask("C2", "by=channel,gate", &of_facts(facts)));
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines,
        [
            "indicator,definition_version,unit,channel,gate,n,value,mean,min,max,median,sd,p80,p90,p95,p99,suppressed,\
             excluded_turned_back,excluded_missing_start,excluded_open,excluded_missing_end,excluded_suspect,excluded_negative,\
             skewed,open,method,data_as_of,crossings",
            // Mean 4 / 3 = 1.333...; squares 1/9 + 1/9 + 4/9 = 2/3, / 2 = 1/3, root 0.577...
            "C2,1,s,green,huu-nghi,3,,1.33,1.00,2.00,,0.58,,,,,true,0,0,1,0,0,0,0,1,exact,,/v1/crossings?gate=huu-nghi&channel=green",
            "",
        ]
    );
    let nothing = to_csv(&ask("C2", "by=hour", &Rows::default()));
    assert!(nothing.starts_with("indicator,definition_version,unit,hour,n,"));
    assert_eq!(nothing.lines().count(), 1);
}
