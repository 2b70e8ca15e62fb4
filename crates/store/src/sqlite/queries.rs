//! What readers ask of the embedded database.

use async_trait::async_trait;
use bordergate_indicators::{ClockReading, CrossingRow, Fact, ReadingRow, Segment};
use bordergate_model::{Crossing, CrossingId, GateId, Milestone, Offset, RecordId, Shard, State};
use jiff::Timestamp;
use sqlx::{query_as, query_scalar};
use uuid::Uuid;

use super::bulk::at;
use super::filters::Range;
use super::look_up::{complete, hex_list};
use super::{SqliteStore, sql};
use crate::failure::OrFailure;
use crate::moment::{Moment, micros, optional};
use crate::rows::counts::{CountsTuple, counts};
use crate::rows::crossing::{
    ClockTuple, CountedTuple, ReadingRowTuple, clock_reading, counted, reading_row, standing_within,
};
use crate::rows::fact::{FactTuple, fact};
use crate::rows::filters::Measured;
use crate::rows::page;
use crate::rows::quarantine::{QuarantineTuple, quarantine};
use crate::rows::record::{fates, seen};
use crate::rows::{name, observation};
use crate::{
    Counts, CrossingFilter, CrossingPage, Error, GateNow, MeasureFilter, ObservationFilter,
    ObservationPage, QuarantineFilter, QuarantineRow, Queries, RecordFate, SourceSeen,
};

/// The columns of an observation on a page: reception, shard, offset, index, then as [`observation::FateTuple`].
type PageTuple = (
    i64,
    i32,
    i64,
    i32,
    String,
    Option<Uuid>,
    Option<String>,
    Option<String>,
    Option<String>,
);

#[async_trait]
impl Queries for SqliteStore {
    async fn crossings(
        &self,
        filter: &CrossingFilter,
        after: Option<(Timestamp, CrossingId)>,
        limit: u32,
    ) -> Result<CrossingPage, Error> {
        let filter = filter.clone();
        self.read(move |connection| {
            Box::pin(async move {
                // The planner does not see which filters are set, so the way in is chosen here.
                let way = match (&filter.key, filter.from.or(filter.to)) {
                    (Some(_), _) => sql!("crossings_page_by_key"),
                    (None, Some(_)) => sql!("crossings_page_by_filing"),
                    (None, None) => sql!("crossings_page"),
                };
                let states: Vec<&str> = filter.states.iter().copied().map(State::code).collect();
                let states = serde_json::to_string(&states).expect("words are JSON");
                let mut rows: Vec<(i64, Uuid, String)> = query_as(way)
                    .bind(filter.gate_id.as_ref().map(GateId::as_str))
                    .bind(filter.direction.map(|word| word.code()))
                    .bind(filter.channel.map(|word| word.code()))
                    .bind((!filter.states.is_empty()).then_some(states))
                    .bind(filter.key.as_ref().map(|key| key.kind.code()))
                    .bind(filter.key.as_ref().map(|key| key.value.as_str()))
                    .bind(at(filter.from))
                    .bind(at(filter.to))
                    .bind(after.map_or(i64::MIN, |(first_at, _)| micros(first_at)))
                    .bind(after.map_or(Uuid::nil(), |(_, id)| id.0))
                    .bind(i64::from(limit) + 1)
                    .fetch_all(&mut *connection)
                    .await
                    .or_failure()?;
                let next = page::cut(&mut rows, limit).map(|(first_at, id, _)| (*first_at, *id));
                let documents = rows
                    .into_iter()
                    .map(|(_, _, document)| (document,))
                    .collect();
                Ok(CrossingPage {
                    crossings: complete(connection, documents).await?,
                    next: next
                        .map(|(first_at, id)| Ok((first_at.timestamp()?, CrossingId(id))))
                        .transpose()?,
                })
            })
        })
        .await
    }

    async fn crossing(&self, crossing_id: CrossingId) -> Result<Option<Crossing>, Error> {
        self.read(move |connection| {
            Box::pin(async move {
                let documents = query_as(sql!("crossing_one"))
                    .bind(crossing_id.0)
                    .fetch_all(&mut *connection)
                    .await
                    .or_failure()?;
                Ok(complete(connection, documents).await?.pop())
            })
        })
        .await
    }

    async fn observations(
        &self,
        filter: &ObservationFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<ObservationPage, Error> {
        let way = if filter.unlinked_only {
            sql!("unlinked_page")
        } else {
            sql!("observations_page")
        };
        let (received_at, shard, log_offset, index) = after.map_or(Ok(page::START), page::read)?;
        let mut rows: Vec<PageTuple> = query_as(way)
            .bind(filter.gate_id.as_ref().map(GateId::as_str))
            .bind(at(filter.from))
            .bind(at(filter.to))
            .bind(received_at)
            .bind(shard)
            .bind(log_offset)
            .bind(index)
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        let next = page::cut(&mut rows, limit).map(|row| page::write((row.0, row.1, row.2, row.3)));
        let fates = rows
            .into_iter()
            .map(|row| observation::fate((row.4, row.5, row.6, row.7, row.8)));
        Ok(ObservationPage {
            observations: fates.collect::<Result<_, _>>()?,
            next,
        })
    }

    async fn record(&self, record_id: RecordId) -> Result<Vec<RecordFate>, Error> {
        self.read(move |connection| {
            Box::pin(async move {
                let observed = query_as(sql!("record_observations")).bind(record_id.0);
                let observed = observed.fetch_all(&mut *connection).await.or_failure()?;
                let outcomes = query_as(sql!("record_outcomes")).bind(record_id.0);
                fates::<i64>(observed, outcomes.fetch_all(connection).await.or_failure()?)
            })
        })
        .await
    }

    async fn quarantined(
        &self,
        filter: &QuarantineFilter,
        limit: u32,
    ) -> Result<Vec<QuarantineRow>, Error> {
        let rows: Vec<QuarantineTuple<i64>> = query_as(sql!("quarantine_list"))
            .bind(filter.source_id.as_ref().map(|id| id.as_str()))
            .bind(&filter.code)
            .bind(filter.record_id.map(|id| id.0))
            .bind(filter.with_redriven)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(quarantine).collect()
    }

    async fn mark_redriven(&self, shard: Shard, offset: Offset) -> Result<(), Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let found: Option<i32> = query_scalar(sql!("quarantine_redriven"))
                    .bind(i32::from(shard))
                    .bind(offset)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                found
                    .map(|_| ())
                    .ok_or_else(|| crate::rows::quarantine::unknown(shard, offset))
            })
        })
        .await
    }

    async fn facts(&self, segment: Segment, filter: &MeasureFilter) -> Result<Vec<Fact>, Error> {
        let (words, range) = (Measured::of(filter), Range::of(filter));
        let rows: Vec<FactTuple<i64>> = query_as(sql!("facts"))
            .bind(segment.code())
            .bind(words.gate_id)
            .bind(words.direction)
            .bind(words.channel)
            .bind(words.cargo)
            .bind(words.is_loaded)
            .bind(range.from_us)
            .bind(range.to_us)
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(fact).collect()
    }

    async fn crossing_rows(&self, filter: &MeasureFilter) -> Result<Vec<CrossingRow>, Error> {
        let (words, range) = (Measured::of(filter), Range::of(filter));
        let rows: Vec<CountedTuple<i64>> = query_as(sql!("crossing_rows"))
            .bind(words.gate_id)
            .bind(words.direction)
            .bind(words.channel)
            .bind(words.cargo)
            .bind(words.is_loaded)
            .bind(range.from_us)
            .bind(range.to_us)
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(counted).collect()
    }

    async fn backlog_rows(
        &self,
        filter: &MeasureFilter,
        at: Timestamp,
    ) -> Result<Vec<CrossingRow>, Error> {
        let words = Measured::of(filter);
        let rows: Vec<CountedTuple<i64>> = query_as(sql!("backlog_rows"))
            .bind(words.gate_id)
            .bind(words.direction)
            .bind(words.channel)
            .bind(words.cargo)
            .bind(words.is_loaded)
            .bind(micros(at))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(counted).collect()
    }

    async fn reading_rows(&self, filter: &MeasureFilter) -> Result<Vec<ReadingRow>, Error> {
        let (words, range) = (Measured::of(filter), Range::of(filter));
        let rows: Vec<ReadingRowTuple<i64>> = query_as(sql!("reading_rows"))
            .bind(words.gate_id)
            .bind(words.direction)
            .bind(words.channel)
            .bind(words.cargo)
            .bind(words.is_loaded)
            .bind(range.from_us)
            .bind(range.to_us)
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(reading_row).collect()
    }

    async fn clock_readings(
        &self,
        gate_id: Option<&GateId>,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<ClockReading>, Error> {
        let rows: Vec<ClockTuple<i64>> = query_as(sql!("clock_readings"))
            .bind(gate_id.map(GateId::as_str))
            .bind(micros(from))
            .bind(micros(to))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(clock_reading).collect()
    }

    async fn facts_of(&self, crossing_ids: &[CrossingId]) -> Result<Vec<Fact>, Error> {
        let ids: Vec<Uuid> = crossing_ids.iter().map(|id| id.0).collect();
        let rows: Vec<FactTuple<i64>> = query_as(sql!("facts_of"))
            .bind(hex_list(&ids))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(fact).collect()
    }

    async fn first_filed_at(&self) -> Result<Option<Timestamp>, Error> {
        let found: Option<i64> = query_scalar(sql!("first_filed_at"))
            .fetch_one(&self.readers)
            .await
            .or_failure()?;
        optional(found)
    }

    async fn data_as_of(&self) -> Result<Option<Timestamp>, Error> {
        let found: Option<i64> = query_scalar(sql!("data_as_of"))
            .fetch_one(&self.readers)
            .await
            .or_failure()?;
        optional(found)
    }

    async fn sources_seen(&self) -> Result<Vec<SourceSeen>, Error> {
        let rows: Vec<(String, i64, i64)> = query_as(sql!("sources_seen"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(seen).collect()
    }

    async fn gates_now(&self) -> Result<Vec<GateNow>, Error> {
        let rows: Vec<(String, Option<i64>, i64, i64, Option<Uuid>, Option<i64>)> =
            query_as(sql!("gates_now"))
                .fetch_all(&self.readers)
                .await
                .or_failure()?;
        let gate = |(gate_id, log_time, inside_count, unconfirmed_count, id, entered_at): (
            String,
            _,
            _,
            _,
            _,
            _,
        )| {
            let entered_at: Option<Timestamp> = optional(entered_at)?;
            Ok(GateNow {
                gate_id: name("gates.gate_id", &gate_id)?,
                log_time: optional(log_time)?,
                inside_count,
                unconfirmed_count,
                longest_inside: Option::zip(id, entered_at).map(|(id, at)| (CrossingId(id), at)),
            })
        };
        rows.into_iter().map(gate).collect()
    }

    async fn milestone_times(
        &self,
        gate_id: &GateId,
        milestone: Milestone,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Timestamp>, Error> {
        let texts: Vec<String> = query_scalar(sql!("milestone_times"))
            .bind(gate_id.as_str())
            .bind(milestone.code())
            .bind(micros(from))
            .bind(micros(to))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        standing_within(&texts, from, to)
    }

    async fn counts(&self) -> Result<Counts, Error> {
        let row: CountsTuple<i64> = query_as(sql!("counts"))
            .fetch_one(&self.readers)
            .await
            .or_failure()?;
        counts(row)
    }
}
