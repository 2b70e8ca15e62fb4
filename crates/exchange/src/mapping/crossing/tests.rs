//! What goes over the wire comes back as it was.

use std::sync::Arc;

use bordergate_model::{
    Basis, Candidate, CargoClass, Channel, ContainerNumber, DeclarationNumber, Direction, KeyKind,
    LinkedReading, MatchKey, Milestone, Observation, Occurred, PlateNumber, Seal, SourceId, State,
    Tag, TripCode,
};
use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::select;
use uuid::Uuid;

use super::*;

fn moment() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000_000_000)
        .prop_map(|us| Timestamp::from_microsecond(us).expect("before the year 2100"))
}

fn one_of<T: Clone + std::fmt::Debug + 'static>(words: &'static [T]) -> impl Strategy<Value = T> {
    select(words)
}

fn maybe<S: Strategy>(some: S) -> impl Strategy<Value = Option<S::Value>> {
    prop::option::of(some)
}

fn uuid() -> impl Strategy<Value = Uuid> {
    any::<u128>().prop_map(Uuid::from_u128)
}

fn plate() -> impl Strategy<Value = PlateNumber> {
    "(桂|云)?[0-9A-Z]{2}[A-Z][- .]?[0-9]{3}\\.?[0-9]{2}"
        .prop_map(|text| PlateNumber::parse(&text).expect("4 to 12 letters and digits"))
}

fn key() -> impl Strategy<Value = MatchKey> {
    let kinds = [
        KeyKind::Trip,
        KeyKind::Declaration,
        KeyKind::Container,
        KeyKind::Seal,
        KeyKind::Tag,
        KeyKind::Plate,
        KeyKind::PlateFolded,
        KeyKind::Trailer,
        KeyKind::PlateNear,
        KeyKind::Lane,
    ];
    (select(kinds.as_slice().to_vec()), "[0-9A-Z]{4,12}")
        .prop_map(|(kind, value)| MatchKey { kind, value })
}

/// The parts of an observation in three handfuls, as tuples of strategies are not longer.
fn observation() -> impl Strategy<Value = Observation> {
    let identity = (
        uuid(),
        any::<i64>(),
        any::<u16>(),
        "[a-z][a-z0-9-]{0,20}",
        any::<u32>(),
        maybe(".{1,20}"),
        any::<u32>(),
        maybe(".{1,20}"),
        any::<u8>(),
    );
    let time = (
        maybe(one_of(Milestone::ALL)),
        maybe(moment()),
        maybe(".{0,30}"),
        select(vec![
            Basis::Explicit,
            Basis::Configured,
            Basis::Corrected,
            Basis::Received,
            Basis::Undated,
        ]),
        moment(),
        maybe(moment()),
        any::<bool>(),
    );
    let vehicle = (
        maybe(plate()),
        maybe(plate()),
        maybe(plate()),
        maybe("[A-Z]{1,10}".prop_map(|text| TripCode::parse(&text).expect("plain"))),
        prop::collection::vec(
            "[A-Z]{3}U ?[0-9]{7}"
                .prop_map(|text| ContainerNumber::parse(&text).expect("has the shape")),
            0..3,
        ),
        prop::collection::vec(
            "[0-9]{11,12}".prop_map(|text| DeclarationNumber::parse(&text).expect("digits")),
            0..3,
        ),
        prop::collection::vec(
            "[A-Z0-9]{4}".prop_map(|t| Seal::parse(&t).expect("plain")),
            0..3,
        ),
        prop::collection::vec(
            "[A-F0-9]{24}".prop_map(|t| Tag::parse(&t).expect("plain")),
            0..3,
        ),
    );
    let rest = (
        maybe(one_of(Direction::ALL)),
        maybe(one_of(Channel::ALL)),
        maybe(one_of(CargoClass::ALL)),
        maybe(any::<bool>()),
        maybe(".{0,10}"),
        maybe(0.0..100.0),
        maybe(0.0..1e6),
        prop::collection::btree_map(".{1,10}", ".{0,20}", 0..4),
        prop::collection::vec((plate(), maybe(0.0..100.0)), 0..3),
    );
    (identity, time, vehicle, rest).prop_map(|(i, t, v, r)| Observation {
        record_id: RecordId(i.0),
        offset: i.1,
        index: i.2,
        gate_id: gate(),
        source_id: SourceId::parse(&i.3).expect("a plain name"),
        source_version: i.4,
        event_id: i.5,
        revision: i.6,
        corrects: i.7,
        rank: i.8,
        milestone: t.0,
        occurred: Occurred {
            at: t.1,
            text: t.2,
            basis: t.3,
        },
        received_at: t.4,
        told_at: t.5,
        is_suspect: t.6,
        plate: v.0,
        to_plate: v.1,
        trailer_plate: v.2,
        trip_code: v.3,
        containers: v.4.into(),
        declarations: v.5.into(),
        seals: v.6.into(),
        tags: v.7.into(),
        direction: r.0,
        channel: r.1,
        cargo: r.2,
        is_loaded: r.3,
        lane: r.4.map(Into::into),
        confidence_percent: r.5,
        gross_kg: r.6,
        details: r.7.into_iter().collect(),
        candidates: r
            .8
            .into_iter()
            .map(|(plate, confidence_percent)| Candidate {
                plate,
                confidence_percent,
            })
            .collect(),
    })
}

fn gate() -> GateId {
    GateId::parse("huu-nghi").expect("a plain name")
}

fn standing() -> impl Strategy<Value = Standing> {
    let reading =
        (uuid(), any::<i64>(), any::<u16>()).prop_map(|(id, offset, index)| ObservationRef {
            record_id: RecordId(id),
            offset,
            index,
        });
    (moment(), reading, any::<bool>()).prop_map(|(at, reading, is_suspect)| Standing {
        at,
        reading,
        is_suspect,
    })
}

fn crossing() -> impl Strategy<Value = Crossing> {
    let head = (
        uuid(),
        any::<u64>(),
        one_of(Direction::ALL),
        one_of(Channel::ALL),
        maybe(one_of(CargoClass::ALL)),
        maybe(any::<bool>()),
        one_of(State::ALL),
        any::<bool>(),
        maybe(uuid()),
    );
    let reading = (observation(), maybe(key()), any::<bool>());
    let reading = reading.prop_map(|(observation, link_key, stands)| LinkedReading {
        observation: Arc::new(observation),
        link_key,
        stands,
    });
    let body = (
        moment(),
        moment(),
        moment(),
        maybe(moment()),
        maybe("[0-9A-Z]{8}"),
        prop::collection::vec(key(), 0..5),
        prop::collection::btree_map(one_of(Milestone::ALL), standing(), 0..6),
        prop::collection::vec(reading, 0..4),
    );
    (head, body).prop_map(|(h, b)| Crossing {
        crossing_id: CrossingId(h.0),
        gate_id: gate(),
        revision: h.1,
        direction: h.2,
        channel: h.3,
        cargo: h.4,
        is_loaded: h.5,
        state: h.6,
        entry_unknown: h.7,
        merged_into: h.8.map(CrossingId),
        first_at: b.0,
        last_at: b.1,
        last_read_log_time: b.2,
        ended_at: b.3,
        plate: b.4,
        keys: b.5,
        milestones: b.6,
        readings: b.7,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_change_reads_back_as_itself_and_a_merged_crossing_as_its_tombstone(crossing in crossing()) {
        let change = CrossingChange { crossing: crossing.clone() };
        let back = Change::decode(&crate::encode(&change)).expect("our own bytes");
        prop_assert_eq!(back.crossing_id(), crossing.crossing_id);
        prop_assert_eq!(back.revision(), crossing.revision);
        let expected = if change.is_tombstone() {
            Change::Tombstone {
                crossing_id: crossing.crossing_id,
                gate_id: crossing.gate_id,
                revision: crossing.revision,
                merged_into: crossing.merged_into,
            }
        } else {
            Change::Crossing(Box::new(crossing))
        };
        prop_assert_eq!(back, expected);
    }

    #[test]
    fn stored_bytes_go_out_as_they_were_stored(crossing in crossing()) {
        let stored = crate::encode(&CrossingChange { crossing });
        let served = v1::CrossingChange::decode(stored.clone()).expect("our own bytes");
        prop_assert_eq!(served.encode_to_vec(), stored);
    }

    #[test]
    fn bytes_of_a_peer_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Change::decode(&bytes);
    }

    #[test]
    fn a_changed_message_is_read_or_refused(crossing in crossing(), place in any::<usize>(), byte in any::<u8>()) {
        let mut bytes = crate::encode(&CrossingChange { crossing }).to_vec();
        let place = place % bytes.len();
        bytes[place] = byte;
        let _ = Change::decode(&bytes);
    }
}

#[test]
fn a_message_without_what_it_needs_is_refused_by_field() {
    let empty = Change::decode(&[]).expect_err("says nothing");
    assert_eq!(empty.field(), "change");
    let nameless = v1::CrossingChange {
        change: Some(v1::crossing_change::Change::Crossing(
            v1::Crossing::default(),
        )),
    };
    let error = Change::try_from(nameless).expect_err("has no gate");
    assert_eq!(error.field(), "gate_id");
}
