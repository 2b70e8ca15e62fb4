//! A crossing built reading by reading, for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use bordergate_model::crossing::Standing;
use bordergate_model::{
    Basis, Channel, Crossing, CrossingId, Direction, GateId, LinkedReading, Milestone, Observation,
    Occurred, RecordId, SourceId, State,
};
use uuid::Uuid;

use super::{HOUR, at};
use crate::measure::measure;
use crate::{Exclusion, ExpectedMilestones, Fact, Measures, Segment};

fn reading(milestone: Milestone, seconds: Option<i64>, is_suspect: bool) -> LinkedReading {
    let record_id = RecordId(Uuid::from_u128(milestone as u128 + 1));
    let gate_id = GateId::parse("huu-nghi").expect("a plain name");
    let source_id = SourceId::parse("cam-1").expect("a plain name");
    let observation = Observation {
        milestone: Some(milestone),
        occurred: Occurred {
            at: seconds.map(at),
            text: None,
            basis: seconds.map_or(Basis::Undated, |_| Basis::Explicit),
        },
        is_suspect,
        ..Observation::new(record_id, 0, gate_id, (source_id, 1), at(20 * HOUR))
    };
    LinkedReading {
        observation: Arc::new(observation),
        link_key: None,
        stands: true,
    }
}

/// A crossing built reading by reading.
pub(super) struct Visit(pub(super) Crossing);

impl Visit {
    pub(super) fn new(direction: Direction, state: State) -> Self {
        Self(Crossing {
            crossing_id: CrossingId(Uuid::from_u128(1)),
            gate_id: GateId::parse("huu-nghi").expect("a plain name"),
            revision: 1,
            direction,
            channel: Channel::Green,
            cargo: None,
            is_loaded: None,
            state,
            entry_unknown: false,
            merged_into: None,
            first_at: at(0),
            last_at: at(0),
            last_read_log_time: at(0),
            ended_at: None,
            plate: None,
            keys: Vec::new(),
            milestones: BTreeMap::new(),
            readings: Vec::new(),
        })
    }

    pub(super) fn with(mut self, milestone: Milestone, seconds: i64) -> Self {
        self.stand(milestone, seconds, false);
        self
    }

    pub(super) fn suspect(mut self, milestone: Milestone, seconds: i64) -> Self {
        self.stand(milestone, seconds, true);
        self
    }

    pub(super) fn undated(mut self, milestone: Milestone) -> Self {
        self.0.readings.push(reading(milestone, None, false));
        self
    }

    pub(super) fn ended(mut self, seconds: i64) -> Self {
        self.0.ended_at = Some(at(seconds));
        self
    }

    fn stand(&mut self, milestone: Milestone, seconds: i64, is_suspect: bool) {
        let linked = reading(milestone, Some(seconds), is_suspect);
        let standing = Standing {
            at: at(seconds),
            reading: linked.observation.reference(),
            is_suspect,
        };
        self.0.milestones.insert(milestone, standing);
        self.0.readings.push(linked);
    }

    pub(super) fn measure(&self) -> Measures {
        measure(&self.0, &ExpectedMilestones::default())
    }

    pub(super) fn fact(&self, segment: Segment) -> Fact {
        let facts = self.measure().facts;
        let fact = facts.into_iter().find(|fact| fact.segment == segment);
        fact.expect("the direction has the segment")
    }

    /// Returns seconds, or the reason.
    pub(super) fn figure(&self, segment: Segment) -> Result<i64, Exclusion> {
        let fact = self.fact(segment);
        assert_eq!(fact.duration_us.is_some(), fact.exclusion.is_none());
        match fact.exclusion {
            Some(reason) => Err(reason),
            None => Ok(fact.duration_us.expect("no reason") / 1_000_000),
        }
    }
}
