//! Look-ups of a batch and of a take-over: a few selects whatever their size.

use bordergate_model::{Crossing, GateId, LaneWindow};
use sqlx::{PgConnection, query_as};
use uuid::Uuid;

use super::column::column;
use super::{Stamp, parts, sql, stamp};
use crate::failure::OrFailure;
use crate::rows::crossing::{bare, ids, once_opened, tombstones, with_readings};
use crate::rows::found::{events, names, on_lanes};
use crate::rows::observation::observations;
use crate::rows::record::known;
use crate::{Error, Found, Loaded, Wanted};

/// Answers a batch's look-ups.
pub(crate) async fn look_up(
    connection: &mut PgConnection,
    wanted: &Wanted,
) -> Result<Found, Error> {
    let records = query_as(sql!("records_known"))
        .bind(column(&wanted.record_ids, |id| id.0))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let event_rows = query_as(sql!("events_known"))
        .bind(column(&wanted.events, |(source_id, _)| source_id.as_str()))
        .bind(column(&wanted.events, |(_, event_id)| event_id.as_str()))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let events = events(event_rows)?;
    let on_lanes = on_lanes(lane_readings(connection, &wanted.lanes).await?)?;
    let keys = Keys::of(wanted);
    let documents = query_as(sql!("crossings_by_key"))
        .bind(&keys.gates)
        .bind(&keys.kinds)
        .bind(&keys.values)
        .bind(&keys.from)
        .bind(&keys.until)
        .bind(names(wanted, &events, &on_lanes.0))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let crossings = complete(connection, documents).await?;
    let unlinked = query_as(sql!("unlinked_by_key"))
        .bind(&keys.gates)
        .bind(&keys.kinds)
        .bind(&keys.values)
        .bind(&keys.from)
        .bind(&keys.until)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let mut unlinked = observations(unlinked)?;
    unlinked.extend(on_lanes.1);
    let opened = query_as(sql!("tombstones_of"))
        .bind(once_opened(&crossings, &unlinked))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let parts = match &wanted.parts {
        Some(wanted) => parts::parts_of(connection, wanted).await?,
        None => Vec::new(),
    };
    Ok(Found {
        records: records.into_iter().map(known).collect::<Result<_, _>>()?,
        events,
        crossings,
        unlinked,
        tombstones: tombstones(opened)?,
        parts,
    })
}

/// Returns what was read on lanes: the crossing, or the document of an observation without one.
async fn lane_readings(
    connection: &mut PgConnection,
    lanes: &[LaneWindow],
) -> Result<Vec<(Option<Uuid>, Option<String>)>, Error> {
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    query_as(sql!("lane_readings"))
        .bind(column(lanes, |window| window.gate_id.as_str()))
        .bind(column(lanes, |window| window.lane.as_str()))
        .bind(column(lanes, |window| stamp(window.from)))
        .bind(column(lanes, |window| stamp(window.until)))
        .fetch_all(connection)
        .await
        .or_failure()
}

/// Wanted keys, a column each.
struct Keys<'w> {
    gates: Vec<&'w str>,
    kinds: Vec<&'static str>,
    values: Vec<&'w str>,
    from: Vec<Stamp>,
    until: Vec<Stamp>,
}

impl<'w> Keys<'w> {
    fn of(wanted: &'w Wanted) -> Self {
        Self {
            gates: column(&wanted.keys, |window| window.gate_id.as_str()),
            kinds: column(&wanted.keys, |window| window.key.kind.code()),
            values: column(&wanted.keys, |window| window.key.value.as_str()),
            from: column(&wanted.keys, |window| stamp(window.from)),
            until: column(&wanted.keys, |window| stamp(window.until)),
        }
    }
}

/// Returns what a take-over loads.
pub(crate) async fn load_board(
    connection: &mut PgConnection,
    gates: &[GateId],
    since: Stamp,
) -> Result<Loaded, Error> {
    let gates = column(gates, GateId::as_str);
    let documents = query_as(sql!("board_crossings"))
        .bind(&gates)
        .bind(since)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let crossings = complete(connection, documents).await?;
    let unlinked = query_as(sql!("board_unlinked"))
        .bind(&gates)
        .bind(since)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let merged = query_as(sql!("board_tombstones"))
        .bind(&gates)
        .bind(since)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    Ok(Loaded {
        crossings,
        unlinked: observations(unlinked)?,
        tombstones: tombstones(merged)?,
    })
}

/// Completes crossings with their readings, in the order given.
pub(crate) async fn complete(
    connection: &mut PgConnection,
    documents: Vec<(String,)>,
) -> Result<Vec<Crossing>, Error> {
    let crossings = bare(documents)?;
    let ids: Vec<Uuid> = ids(&crossings);
    let readings = query_as(sql!("readings_of"))
        .bind(ids)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    with_readings(crossings, readings)
}
