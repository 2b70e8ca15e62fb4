//! Readings, crossings and batches of a small border, each part settable.

use std::collections::BTreeMap;
use std::sync::Arc;

use bordergate_indicators::{ExpectedMilestones, measure};
use bordergate_model::crossing::Standing;
use bordergate_model::{
    Basis, CargoClass, Channel, ContainerNumber, Crossing, CrossingId, DeclarationNumber, Details,
    Direction, Gate, GateId, KeyKind, KeyWindow, LinkedReading, MatchKey, Milestone, Observation,
    Occurred, Outcome, OutcomeKind, PlateNumber, RecordId, Seal, Source, SourceId, State, Tag,
    TripCode, UnlinkedReason,
};
use bordergate_store::{
    Batch, Committed, MeasuredCrossing, NewObservation, NewOutcome, NewQuarantine, PartChanges,
    Reference, RouteChanges, Store, Take,
};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The moment `seconds` after 2026-11-16 07:00 local time.
pub(crate) fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-11-16T00:00:00Z".parse().expect("a moment");
    start + SignedDuration::from_secs(seconds)
}

pub(crate) fn gate(name: &str) -> GateId {
    GateId::parse(name).expect("a plain name")
}

pub(crate) fn source(name: &str) -> SourceId {
    SourceId::parse(name).expect("a plain name")
}

/// Two gates on two shards, three sources.
pub(crate) fn reference() -> Reference {
    let gates = [("huu-nghi", 0), ("tan-thanh", 1)];
    let sources = [
        ("hn-cam", "huu-nghi"),
        ("hn-customs", "huu-nghi"),
        ("tt-cam", "tan-thanh"),
    ];
    Reference {
        gates: gates
            .map(|(name, shard)| registered_gate(name, shard))
            .to_vec(),
        sources: sources
            .map(|(name, at)| registered_source(name, at))
            .to_vec(),
    }
}

pub(crate) fn registered_gate(name: &str, shard: u16) -> Gate {
    Gate {
        gate_id: gate(name),
        version: 1,
        name_en: "Friendship".to_owned(),
        name_vi: "Hữu Nghị".to_owned(),
        shard,
        office_codes: vec!["15BB".to_owned(), "VNHUGT".to_owned()],
        is_disabled: false,
    }
}

pub(crate) fn registered_source(name: &str, at: &str) -> Source {
    Source {
        source_id: source(name),
        version: 1,
        format: "hikvision-anpr".to_owned(),
        gate_id: Some(gate(at)),
        lane: Some("1".to_owned()),
        readings: BTreeMap::from([("forward".to_owned(), Milestone::GateIn)]),
        rank: 0,
        zone: "Asia/Ho_Chi_Minh".to_owned(),
        clock_offset_seconds: -7,
        silent_after_seconds: Some(600),
        is_replay: true,
        partner_id: Some("lgsp".to_owned()),
        recorder_id: Some("nvr-1".to_owned()),
        device_serial: None,
        is_disabled: false,
        registered_at: None,
    }
}

pub(crate) fn record_id(number: i64) -> RecordId {
    RecordId(Uuid::from_u128(0x1000 + number.unsigned_abs() as u128))
}

/// A camera's reading at `huu-nghi`, the record at `offset`, occurred `offset` minutes after the start.
pub(crate) fn reading(offset: i64, milestone: Milestone) -> Observation {
    let occurred_at = at(offset * 60);
    let received_at = occurred_at + SignedDuration::from_secs(2);
    let source = (source("hn-cam"), 1);
    Observation {
        event_id: Some(format!("event-{offset}")),
        milestone: Some(milestone),
        occurred: Occurred {
            at: Some(occurred_at),
            text: Some("07:00".to_owned()),
            basis: Basis::Explicit,
        },
        plate: Some(PlateNumber::parse("12C-123.45").expect("a plate")),
        ..Observation::new(
            record_id(offset),
            offset,
            gate("huu-nghi"),
            source,
            received_at,
        )
    }
}

/// A reading with every field set.
pub(crate) fn full_reading(offset: i64) -> Observation {
    let plate = |text| PlateNumber::parse(text).expect("a plate");
    Observation {
        index: 3,
        revision: 2,
        corrects: Some("event-0".to_owned()),
        told_at: Some(at(offset * 60 + 1)),
        rank: 2,
        to_plate: Some(plate("桂A12345")),
        trailer_plate: Some(plate("12R-001.23")),
        trip_code: TripCode::parse("TK-2026-77"),
        containers: [ContainerNumber::parse("CSQU3054383").expect("a container")].into(),
        declarations: [DeclarationNumber::parse("301234567890").expect("a declaration")].into(),
        seals: Seal::parse("VN 99 12").into_iter().collect(),
        tags: Tag::parse("E280 1160").into_iter().collect(),
        direction: Some(Direction::Export),
        channel: Some(Channel::Yellow),
        cargo: Some(CargoClass::Fruit),
        is_loaded: Some(true),
        lane: Some("2".into()),
        confidence_percent: Some(87.5),
        gross_kg: Some(24_310.0),
        details: Details::from_iter([("loại", "thanh long \"ruột đỏ\" \\u0000")]),
        ..reading(offset, Milestone::GateIn)
    }
}

/// A crossing of these readings, opened by the first; open, with the first reading of a milestone standing.
pub(crate) fn crossing(readings: &[Observation]) -> Crossing {
    let first = readings.first().expect("a crossing has a reading");
    let mut milestones = BTreeMap::new();
    for one in readings {
        let standing = one.occurred.at.map(|at| Standing {
            at,
            reading: one.reference(),
            is_suspect: one.is_suspect,
        });
        if let (Some(milestone), Some(standing)) = (one.milestone, standing) {
            milestones.entry(milestone).or_insert(standing);
        }
    }
    let mut keys: Vec<MatchKey> = readings.iter().flat_map(Observation::match_keys).collect();
    keys.sort();
    keys.dedup();
    let link = |one: &Observation| LinkedReading {
        stands: one
            .milestone
            .and_then(|m| milestones.get(&m))
            .is_some_and(|s| s.reading == one.reference()),
        observation: Arc::new(one.clone()),
        link_key: (one.reference() != first.reference()).then(|| plate_key("12C12345")),
    };
    Crossing {
        crossing_id: CrossingId::opened_by(&first.gate_id, first.record_id, first.index),
        gate_id: first.gate_id.clone(),
        revision: 1,
        direction: Direction::Export,
        channel: Channel::Green,
        cargo: Some(CargoClass::Fruit),
        is_loaded: Some(true),
        state: State::Open,
        entry_unknown: false,
        merged_into: None,
        first_at: readings
            .iter()
            .map(Observation::ordered_at)
            .min()
            .expect("not empty"),
        last_at: readings
            .iter()
            .map(Observation::ordered_at)
            .max()
            .expect("not empty"),
        last_read_log_time: readings
            .iter()
            .map(|one| one.received_at)
            .max()
            .expect("not empty"),
        ended_at: None,
        plate: first.plate.as_ref().map(|plate| plate.normal().to_owned()),
        keys,
        readings: readings.iter().map(link).collect(),
        milestones,
    }
}

/// The same crossing, closed at its last reading.
pub(crate) fn closed(crossing: Crossing) -> Crossing {
    Crossing {
        state: State::Closed,
        ended_at: Some(crossing.last_at),
        ..crossing
    }
}

/// The tombstone of a crossing.
pub(crate) fn tombstone(crossing: Crossing, into: Option<CrossingId>) -> Crossing {
    Crossing {
        state: State::Merged,
        revision: crossing.revision + 1,
        merged_into: into,
        keys: Vec::new(),
        milestones: BTreeMap::new(),
        readings: Vec::new(),
        ..crossing
    }
}

pub(crate) fn plate_key(value: &str) -> MatchKey {
    MatchKey {
        kind: KeyKind::Plate,
        value: value.to_owned(),
    }
}

pub(crate) fn window(key: MatchKey, from: i64, until: i64) -> KeyWindow {
    KeyWindow {
        gate_id: gate("huu-nghi"),
        key,
        from: at(from),
        until: at(until),
    }
}

pub(crate) fn measured(crossing: Crossing) -> MeasuredCrossing {
    let measures = measure(&crossing, &ExpectedMilestones::default());
    let encoded = Bytes::from(format!("{}@{}", crossing.crossing_id, crossing.revision));
    MeasuredCrossing {
        crossing,
        measures,
        encoded,
    }
}

/// The observations of a crossing, each at its place.
pub(crate) fn linked(crossing: &Crossing) -> Vec<NewObservation> {
    let new = |reading: &LinkedReading| NewObservation {
        observation: reading.observation.as_ref().clone(),
        body_sha256: [7; 32],
        crossing_id: Some(crossing.crossing_id),
        link_key: reading.link_key.clone(),
        unlinked: None,
    };
    crossing.readings.iter().map(new).collect()
}

pub(crate) fn unlinked(observation: Observation) -> NewObservation {
    let unlinked = Some(UnlinkedReason::Ambiguous);
    NewObservation {
        observation,
        body_sha256: [8; 32],
        crossing_id: None,
        link_key: None,
        unlinked,
    }
}

/// A record at `offset` that was put aside, with its quarantine row.
pub(crate) fn quarantined(offset: i64) -> (NewOutcome, NewQuarantine) {
    let outcome = NewOutcome {
        record_id: record_id(offset),
        offset,
        source_id: source("hn-cam"),
        gate_id: Some(gate("huu-nghi")),
        received_at: at(offset * 60),
        body_sha256: [9; 32],
        outcome: Outcome {
            kind: OutcomeKind::Quarantined,
            code: "xml.malformed".to_owned(),
        },
    };
    let row = NewQuarantine {
        record_id: outcome.record_id,
        offset,
        source_id: outcome.source_id.clone(),
        gate_id: outcome.gate_id.clone(),
        format: "hikvision-anpr".to_owned(),
        received_at: outcome.received_at,
        code: outcome.outcome.code.clone(),
        detail: "tag is not closed at byte 17".to_owned(),
    };
    (outcome, row)
}

/// The owner of a shard, who commits batch after batch.
pub(crate) struct Owner {
    shard: u16,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) epoch: i64,
    pub(crate) next_offset: i64,
    pub(crate) feed_seq: i64,
}

impl Owner {
    /// Takes shard 0.
    pub(crate) async fn take(store: &Arc<dyn Store>) -> Self {
        Self::take_shard(store, 0).await
    }

    /// Takes a shard.
    pub(crate) async fn take_shard(store: &Arc<dyn Store>, shard: u16) -> Self {
        let taken = store
            .take_shard(shard, Uuid::from_u128(1), "log-a")
            .await
            .expect("the database answers");
        let Take::Taken { progress, .. } = taken else {
            panic!("shard {shard} is held by another")
        };
        Self {
            shard,
            store: Arc::clone(store),
            epoch: progress.owner_epoch,
            next_offset: progress.next_offset,
            feed_seq: progress.feed_seq,
        }
    }

    /// An empty batch up to `next_offset`.
    pub(crate) fn batch(&self, next_offset: i64) -> Batch {
        Batch {
            shard: self.shard,
            owner_epoch: self.epoch,
            from_offset: self.next_offset,
            next_offset,
            last_record_id: record_id(next_offset - 1),
            log_time: at((next_offset - 1) * 60 + 2),
            last_is_replay: false,
            feed_seq: self.feed_seq,
            observations: Vec::new(),
            relinks: Vec::new(),
            outcomes: Vec::new(),
            quarantine: Vec::new(),
            crossings: Vec::new(),
            parts: PartChanges::default(),
            routes: RouteChanges::default(),
        }
    }

    /// A batch up to `next_offset` with these crossings; observations from `next_offset` of before on are new.
    pub(crate) fn batch_of(&self, next_offset: i64, crossings: &[Crossing]) -> Batch {
        let mut batch = self.batch(next_offset);
        let new = crossings.iter().flat_map(linked);
        batch.observations = new
            .filter(|one| one.observation.offset >= self.next_offset)
            .collect();
        batch.crossings = crossings.iter().cloned().map(measured).collect();
        batch
    }

    /// Commits what must be stored.
    pub(crate) async fn commit(&mut self, batch: &Batch) {
        assert_eq!(
            self.store.commit(batch).await.expect("the batch is good"),
            Committed::Done
        );
        self.next_offset = batch.next_offset;
        self.feed_seq += i64::try_from(batch.crossings.len()).expect("few");
    }

    /// Commits crossings with their new observations.
    pub(crate) async fn store(&mut self, next_offset: i64, crossings: &[Crossing]) {
        let batch = self.batch_of(next_offset, crossings);
        self.commit(&batch).await;
    }
}
