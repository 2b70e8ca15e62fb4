//! What a query may say, and how a refusal names it.

use bordergate_model::{Channel, Direction};

use super::*;

fn parse(id: &str, address: &str) -> Result<Query, QueryError> {
    let pairs = address.split('&').filter(|pair| !pair.is_empty());
    Query::parse(
        id,
        pairs.map(|pair| {
            let (name, value) = pair.split_once('=').expect("name=value");
            (name.to_owned(), value.to_owned())
        }),
    )
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

#[test]
fn a_full_query_reads_and_is_echoed_as_understood() {
    let query = parse(
        "c2",
        "gate=huu-nghi&direction=Export&channel=red&cargo=fruit&loaded=true&from=2026-11-16&to=2026-11-17T00:00:00Z&by=hour,channel&p=95,50,95",
    )
    .expect("known words");
    assert_eq!(query.direction, Some(Direction::Export));
    assert_eq!(query.channel, Some(Channel::Red));
    assert_eq!(query.from, Some(moment("2026-11-15T17:00:00Z")));
    assert_eq!(query.percentiles, [50.0, 95.0]);
    let echoed: Vec<String> = query
        .parameters()
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        echoed,
        [
            "by=hour,channel",
            "cargo=fruit",
            "channel=red",
            "direction=export",
            "from=2026-11-16T00:00:00+07:00",
            "gate=huu-nghi",
            "loaded=true",
            "p=50,95",
            "to=2026-11-17T07:00:00+07:00",
        ]
    );
    let again = Query::parse(
        "C2",
        query
            .parameters()
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v)),
    );
    assert_eq!(again, Ok(query), "the echo asks the same");
}

#[test]
fn a_refusal_names_the_parameter_and_what_is_allowed() {
    for (id, address, code, parameter, allowed) in [
        ("C9", "", "indicator.unknown", "indicator", "C2"),
        (
            "C2",
            "colour=red",
            "query.unknown_parameter",
            "colour",
            "channel",
        ),
        (
            "C2",
            "at=2026-11-16",
            "query.unknown_parameter",
            "at",
            "from",
        ),
        (
            "T2",
            "direction=export",
            "query.unknown_parameter",
            "direction",
            "gate",
        ),
        (
            "C2",
            "segment=C3",
            "query.unknown_parameter",
            "segment",
            "gate",
        ),
        ("R1", "segment=C5", "query.bad_value", "segment", "C6"),
        ("C2", "channel=blue", "query.bad_value", "channel", "yellow"),
        ("C2", "direction=", "query.bad_value", "direction", "import"),
        ("C2", "loaded=yes", "query.bad_value", "loaded", "true"),
        (
            "C2",
            "cargo=fish",
            "query.bad_value",
            "cargo",
            "new_vehicle",
        ),
        ("C2", "gate=a/b", "query.bad_value", "gate", "registered"),
        ("C2", "by=hour,lane", "query.bad_value", "by", "week"),
        ("C2", "by=hour,day", "query.bad_value", "by", "at most one"),
        ("C2", "by=gate,gate", "query.bad_value", "by", "once"),
        ("T2", "by=direction", "query.bad_value", "by", "channel"),
        ("Q2", "by=cargo", "query.bad_value", "by", "gate"),
        ("C2", "p=0", "query.bad_value", "p", "above 0"),
        ("C2", "p=100", "query.bad_value", "p", "below 100"),
        ("C2", "p=nan", "query.bad_value", "p", "numbers"),
        ("C2", "p=1e1", "query.bad_value", "p", "numbers"),
        ("C2", "p=50,", "query.bad_value", "p", "numbers"),
        (
            "C2",
            "from=16/11/2026",
            "query.bad_value",
            "from",
            "RFC 3339",
        ),
        (
            "C2",
            "from=2026-11-16T07:00:00",
            "query.bad_value",
            "from",
            "offset",
        ),
        (
            "C2",
            "from=2026-02-30",
            "query.bad_value",
            "from",
            "local day",
        ),
        (
            "C2",
            "from=20261116",
            "query.bad_value",
            "from",
            "local day",
        ),
        ("C2", "to=0001-01-01", "query.bad_value", "to", "local day"),
        (
            "C2",
            "to=9999-12-31T23:59:60Z",
            "query.bad_value",
            "to",
            "local day",
        ),
        (
            "C2",
            "from=2026-11-16&to=2026-11-16",
            "query.bad_value",
            "to",
            "after from",
        ),
        ("C2", "gate=a&gate=b", "query.bad_value", "gate", "once"),
        (
            "T3",
            "at=2026-11-16&from=2026-11-16",
            "query.bad_value",
            "at",
            "without from",
        ),
    ] {
        let error = parse(id, address).expect_err(address);
        assert_eq!(
            (error.code(), error.parameter()),
            (code, parameter),
            "{address}"
        );
        assert!(
            error.allowed().join(" ").contains(allowed),
            "{address}: {error}"
        );
    }
}

#[test]
fn every_parameter_a_definition_lists_can_be_read() {
    for indicator in Indicator::ALL {
        for name in indicator.definition().parameters {
            let value = match *name {
                "segment" => "C4",
                "gate" => "huu-nghi",
                "direction" => "export",
                "channel" => "green",
                "cargo" => "other",
                "loaded" => "false",
                "by" => "gate",
                "p" => "99.9",
                _ => "2026-11-16",
            };
            let read = parse(indicator.id(), &format!("{name}={value}"));
            assert!(read.is_ok(), "{} {name}: {read:?}", indicator.id());
        }
    }
}

#[test]
fn backlogs_are_taken_each_evening_of_the_range_up_to_the_data() {
    let data = Some(moment("2026-11-18T12:59:00Z"));
    for (address, first, count) in [
        ("", Some("2026-11-17T13:00:00Z"), 1),
        ("from=2026-11-16", Some("2026-11-16T13:00:00Z"), 2),
        (
            "from=2026-11-16&to=2026-11-17",
            Some("2026-11-16T13:00:00Z"),
            1,
        ),
        ("to=2026-11-17", Some("2026-11-16T13:00:00Z"), 1),
        ("from=2026-11-18", None, 0),
        ("at=2026-11-10T08:30:00Z", Some("2026-11-10T08:30:00Z"), 1),
        ("at=2026-11-10", Some("2026-11-10T13:00:00Z"), 1),
    ] {
        let moments = parse("T3", address).expect("known words").moments(data);
        let moments = moments.expect("few days");
        assert_eq!(moments.first().copied(), first.map(moment), "{address}");
        assert_eq!(moments.len(), count, "{address}");
    }
    let years = parse("T3", "from=2020-01-01")
        .expect("known words")
        .moments(data);
    assert_eq!(years.expect_err("2,000 evenings").parameter(), "from");
    let none = parse("T3", "").expect("known words").moments(None);
    assert_eq!(none, Ok(Vec::new()));
}

#[test]
fn a_gate_that_is_not_registered_is_refused_with_those_that_are() {
    let known = [GateId::parse("huu-nghi").expect("a plain name")];
    let asked = |gate: &str| parse("C2", &format!("gate={gate}")).expect("a plain name");
    assert_eq!(asked("huu-nghi").check_gate(&known), Ok(()));
    let error = asked("huu-nghy")
        .check_gate(&known)
        .expect_err("not registered");
    assert_eq!(error.allowed(), ["huu-nghi"]);
}
