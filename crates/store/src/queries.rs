//! What readers ask: crossings, observations, records, measures and the board of the gates.

use async_trait::async_trait;
use bordergate_indicators::{ClockReading, CrossingRow, Fact, ReadingRow, Segment};
use bordergate_model::{
    CargoClass, Channel, Crossing, CrossingId, Direction, GateId, MatchKey, Milestone, Observation,
    Offset, Outcome, RecordId, Shard, SourceId, State, UnlinkedReason,
};
use jiff::Timestamp;

use crate::Error;

/// Which crossings are wanted; unset parts hold for all. Merged ones are left out unless asked for by state.
#[derive(Clone, Debug, Default)]
pub struct CrossingFilter {
    /// The gate.
    pub gate_id: Option<GateId>,
    /// The direction.
    pub direction: Option<Direction>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The states.
    pub states: Vec<State>,
    /// A key they carry.
    pub key: Option<MatchKey>,
    /// First moment of their filing time, inclusive.
    pub from: Option<Timestamp>,
    /// End of it, exclusive.
    pub to: Option<Timestamp>,
}

/// A page of crossings, by `first_at` then id.
#[derive(Clone, Debug)]
pub struct CrossingPage {
    /// The crossings, complete with their readings.
    pub crossings: Vec<Crossing>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<(Timestamp, CrossingId)>,
}

/// Which observations are wanted; unset parts hold for all.
#[derive(Clone, Debug, Default)]
pub struct ObservationFilter {
    /// Only those without a crossing.
    pub unlinked_only: bool,
    /// The gate.
    pub gate_id: Option<GateId>,
    /// First moment of reception, inclusive.
    pub from: Option<Timestamp>,
    /// End of it, exclusive.
    pub to: Option<Timestamp>,
}

/// An observation and where it stands.
#[derive(Clone, Debug)]
pub struct ObservationFate {
    /// The observation.
    pub observation: Observation,
    /// Its crossing.
    pub crossing_id: Option<CrossingId>,
    /// The key by which it was linked.
    pub link_key: Option<MatchKey>,
    /// Why it is in no crossing.
    pub unlinked: Option<UnlinkedReason>,
}

/// A page of observations, by reception, then shard, offset and index.
#[derive(Clone, Debug)]
pub struct ObservationPage {
    /// The observations.
    pub observations: Vec<ObservationFate>,
    /// Where the next page begins (opaque to callers); `None` on the last.
    pub next: Option<String>,
}

/// What became of one appearance of a record.
#[derive(Clone, Debug)]
pub struct RecordFate {
    /// The shard.
    pub shard: Shard,
    /// The offset.
    pub offset: Offset,
    /// The source.
    pub source_id: SourceId,
    /// When it was received.
    pub received_at: Timestamp,
    /// Its outcome; `None` when it gave observations.
    pub outcome: Option<Outcome>,
    /// Its observations, by index.
    pub observations: Vec<ObservationFate>,
}

/// Which quarantine rows are wanted; unset parts hold for all.
#[derive(Clone, Debug, Default)]
pub struct QuarantineFilter {
    /// The source.
    pub source_id: Option<SourceId>,
    /// The code.
    pub code: Option<String>,
    /// The record.
    pub record_id: Option<RecordId>,
    /// Also those redriven since.
    pub with_redriven: bool,
}

/// A quarantined record.
#[derive(Clone, Debug)]
pub struct QuarantineRow {
    /// The shard.
    pub shard: Shard,
    /// The offset.
    pub offset: Offset,
    /// The record.
    pub record_id: RecordId,
    /// The source.
    pub source_id: SourceId,
    /// The gate.
    pub gate_id: Option<GateId>,
    /// The format.
    pub format: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Stable code of the reason.
    pub code: String,
    /// The reason in words.
    pub detail: String,
    /// When it was redriven; `None` when not.
    pub redriven_at: Option<Timestamp>,
}

/// Which rows an indicator is computed from; unset parts hold for all. `from` and `to` are a half-open range.
#[derive(Clone, Debug, Default)]
pub struct MeasureFilter {
    /// The gate.
    pub gate_id: Option<GateId>,
    /// The direction.
    pub direction: Option<Direction>,
    /// The channel.
    pub channel: Option<Channel>,
    /// The cargo class.
    pub cargo: Option<CargoClass>,
    /// Loaded or empty.
    pub is_loaded: Option<bool>,
    /// Start of the filing time (for observations: of their occurrence, else reception), inclusive.
    pub from: Option<Timestamp>,
    /// End of it, exclusive.
    pub to: Option<Timestamp>,
}

/// When a source was last heard.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceSeen {
    /// The source.
    pub source_id: SourceId,
    /// Reception of its newest record, whatever became of it.
    pub last_received_at: Timestamp,
    /// How many of its records were received in the hour of log time before the newest one of its shard.
    pub last_hour_count: i64,
}

/// A gate as the board shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct GateNow {
    /// The gate.
    pub gate_id: GateId,
    /// The log time of its shard: the "now" of everything here.
    pub log_time: Option<Timestamp>,
    /// Open crossings with two readings or more that have entered.
    pub inside_count: i64,
    /// Open crossings with one reading that have entered.
    pub unconfirmed_count: i64,
    /// Entry of the one that waits longest, with its id; only of those counted inside.
    pub longest_inside: Option<(CrossingId, Timestamp)>,
}

/// What is open or waits for something, as the metrics count it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Crossings that have not ended.
    pub open_crossings: i64,
    /// Records in quarantine that were not redriven.
    pub quarantined_records: i64,
    /// Observations in no crossing.
    pub unlinked_observations: i64,
    /// Records of province-wide sources that wait for their gate.
    pub unrouted_records: i64,
    /// Parts of split messages that wait for the others.
    pub waiting_parts: i64,
    /// When the oldest of them was received; `None` when none waits.
    pub oldest_part_at: Option<Timestamp>,
}

/// Reading; nothing here changes anything.
#[async_trait]
pub trait Queries: Send + Sync + 'static {
    /// Returns up to `limit` crossings after `after`.
    async fn crossings(
        &self,
        filter: &CrossingFilter,
        after: Option<(Timestamp, CrossingId)>,
        limit: u32,
    ) -> Result<CrossingPage, Error>;

    /// Returns a crossing, also a merged one; `None` when there never was one of that name.
    async fn crossing(&self, crossing_id: CrossingId) -> Result<Option<Crossing>, Error>;

    /// Returns up to `limit` observations after `after` (a [`ObservationPage::next`]).
    async fn observations(
        &self,
        filter: &ObservationFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ObservationPage, Error>;

    /// Returns every processed appearance of a record, by offset; empty when none was processed.
    async fn record(&self, record_id: RecordId) -> Result<Vec<RecordFate>, Error>;

    /// Returns up to `limit` quarantine rows, newest first.
    async fn quarantined(
        &self,
        filter: &QuarantineFilter,
        limit: u32,
    ) -> Result<Vec<QuarantineRow>, Error>;

    /// Notes that a quarantined record was appended again.
    async fn mark_redriven(&self, shard: Shard, offset: Offset) -> Result<(), Error>;

    /// Returns the facts of a segment, by duration ascending, those without one last.
    async fn facts(&self, segment: Segment, filter: &MeasureFilter) -> Result<Vec<Fact>, Error>;

    /// Returns crossings as counting sees them (not merged ones), filtered by filing time.
    async fn crossing_rows(&self, filter: &MeasureFilter) -> Result<Vec<CrossingRow>, Error>;

    /// Returns the crossings that had entered at or before `at` and had not ended by then (T3); the
    /// filter's times are ignored.
    async fn backlog_rows(
        &self,
        filter: &MeasureFilter,
        at: Timestamp,
    ) -> Result<Vec<CrossingRow>, Error>;

    /// Returns observations as Q2 and Q3 see them, by latency ascending, those without one last.
    async fn reading_rows(&self, filter: &MeasureFilter) -> Result<Vec<ReadingRow>, Error>;

    /// Returns the dated readings of devices received in the half-open range, of one gate or all, by reception: the
    /// first of each record, made with the clock offset that holds.
    async fn clock_readings(
        &self,
        gate_id: Option<&GateId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<ClockReading>, Error>;

    /// Returns every fact of the given crossings, for whoever recomputes a figure.
    async fn facts_of(&self, crossing_ids: &[CrossingId]) -> Result<Vec<Fact>, Error>;

    /// Returns the earliest filing time of any crossing; `None` when there is none.
    async fn first_filed_at(&self) -> Result<Option<Timestamp>, Error>;

    /// Returns the greatest `log_time` of all shards: how far every answer reaches.
    async fn data_as_of(&self) -> Result<Option<Timestamp>, Error>;

    /// Returns every source heard so far.
    async fn sources_seen(&self) -> Result<Vec<SourceSeen>, Error>;

    /// Returns what the board shows, by gate.
    async fn gates_now(&self) -> Result<Vec<GateNow>, Error>;

    /// Returns the number of crossings by gate, milestone time bucketed by the caller: the standing
    /// times of `milestone` at the gate within the half-open range, ascending.
    async fn milestone_times(
        &self,
        gate_id: &GateId,
        milestone: Milestone,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Timestamp>, Error>;

    /// Returns what the metrics count.
    async fn counts(&self) -> Result<Counts, Error>;
}
