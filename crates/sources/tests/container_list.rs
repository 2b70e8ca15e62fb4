//! An answer of the container list service that is asked for again and again: the same event while it tells the same,
//! another one as soon as it tells anything else, so that no later answer contradicts an earlier one.

mod common;

use bordergate_model::{Milestone, Observation};
use bordergate_sources::{Read, read};
use bytes::Bytes;

/// Reads the sample with `from` replaced by `to`, and returns the reading of its state.
fn state(from: &str, to: &str) -> Observation {
    let mut sample = common::sample("gdc-container-list", "registered_with_time.xml");
    let body = String::from_utf8(sample.logged.record.body.to_vec()).expect("it is UTF-8");
    assert!(body.contains(from), "{from}");
    sample.logged.record.body = Bytes::from(body.replace(from, to));
    match read(&sample.logged, &sample.source) {
        Ok(Read::Observations(readings)) => readings.last().expect("it has a state").clone(),
        other => panic!("{to}: {other:?}"),
    }
}

#[test]
fn an_answer_that_tells_the_same_later_is_the_same_event() {
    let first = state("11:58:20", "11:58:20");
    let later = state("11:58:20", "12:08:21");
    assert_eq!(first.event_id, later.event_id);
    assert!(first.says_the_same(&later));
}

#[test]
fn an_answer_that_tells_anything_else_is_another_event() {
    let first = state("11:58:20", "11:58:20");
    assert_eq!(first.milestone, Some(Milestone::Cleared));
    for (from, to, milestone) in [
        (
            "<ThongBaoLoi></ThongBaoLoi>",
            "<ThongBaoLoi>Hàng chưa đến khu vực giám sát</ThongBaoLoi>",
            None,
        ),
        ("Thông quan", "Chưa thông quan", None),
        (
            "Thông quan",
            "Qua khu vực giám sát",
            Some(Milestone::SupervisionPassed),
        ),
        ("09:12:40", "00:00:00", Some(Milestone::Cleared)),
        ("21500.5", "21400", Some(Milestone::Cleared)),
        ("15BBC01", "15BBC02", Some(Milestone::Cleared)),
        ("CSQU3054383", "TGHU7599330", Some(Milestone::Cleared)),
        ("HQ000417", "HQ000418", Some(Milestone::Cleared)),
    ] {
        let other = state(from, to);
        assert_ne!(first.event_id, other.event_id, "{to}");
        assert_eq!(other.milestone, milestone, "{to}");
    }
}
