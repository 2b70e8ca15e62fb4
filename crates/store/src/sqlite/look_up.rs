//! Look-ups of a batch and of a take-over: a few selects whatever their size.

use bordergate_model::{Crossing, GateId, KeyWindow, LaneWindow};
use serde::Serialize;
use sqlx::{SqliteConnection, query_as};
use uuid::Uuid;

use super::{parts, sql};
use crate::failure::OrFailure;
use crate::rows::batch::RelinkRow;
use crate::rows::crossing::{bare, ids, once_opened, tombstones, with_readings};
use crate::rows::found::{events, names, on_lanes};
use crate::rows::observation::observations;
use crate::rows::record::known;
use crate::{Error, Found, Loaded, Wanted, document};

/// Ids as a JSON array of hex, for `json_each`.
pub(crate) fn hex_list(ids: &[Uuid]) -> String {
    let texts: Vec<String> = ids.iter().map(|id| id.simple().to_string()).collect();
    serde_json::to_string(&texts).expect("texts are JSON")
}

/// Gates as a JSON array.
pub(crate) fn gate_list(gates: &[GateId]) -> String {
    serde_json::to_string(gates).expect("names are JSON")
}

/// Names of observations as a JSON array of pairs.
pub(crate) fn reference_list(rows: &[RelinkRow]) -> String {
    let pairs: Vec<(i64, i32)> = rows
        .iter()
        .map(|row| (row.log_offset, row.observation_index))
        .collect();
    serde_json::to_string(&pairs).expect("numbers are JSON")
}

/// A wanted key as columns.
#[derive(Debug, Serialize)]
struct WantedKey<'a> {
    gate_id: &'a str,
    kind: &'static str,
    value: &'a str,
    from_us: i64,
    until_us: i64,
}

impl<'a> WantedKey<'a> {
    fn all(wanted: &'a Wanted) -> Vec<Self> {
        wanted.keys.iter().map(Self::new).collect()
    }

    fn new(window: &'a KeyWindow) -> Self {
        Self {
            gate_id: window.gate_id.as_str(),
            kind: window.key.kind.code(),
            value: &window.key.value,
            from_us: window.from.as_microsecond(),
            until_us: window.until.as_microsecond(),
        }
    }
}

/// Answers a batch's look-ups.
pub(crate) async fn look_up(
    connection: &mut SqliteConnection,
    wanted: &Wanted,
) -> Result<Found, Error> {
    let record_ids: Vec<Uuid> = wanted.record_ids.iter().map(|id| id.0).collect();
    let records = query_as(sql!("records_known"))
        .bind(hex_list(&record_ids))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let event_rows = query_as(sql!("events_known"))
        .bind(document::write("events", &wanted.events)?)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let events = events(event_rows)?;
    let on_lanes = on_lanes(lane_readings(connection, &wanted.lanes).await?)?;
    let wanted_keys = document::write("keys", &WantedKey::all(wanted))?;
    let documents: Vec<(String,)> = query_as(sql!("crossings_by_key"))
        .bind(&wanted_keys)
        .bind(hex_list(&names(wanted, &events, &on_lanes.0)))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let crossings = complete(connection, documents).await?;
    let unlinked = query_as(sql!("unlinked_by_key"))
        .bind(&wanted_keys)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let mut unlinked = observations(unlinked)?;
    unlinked.extend(on_lanes.1);
    let opened = query_as(sql!("tombstones_of"))
        .bind(hex_list(&once_opened(&crossings, &unlinked)))
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

/// A wanted span of a lane as columns.
#[derive(Debug, Serialize)]
struct WantedLane<'a> {
    gate_id: &'a str,
    lane: &'a str,
    from_us: i64,
    until_us: i64,
}

/// Returns what was read on lanes: the crossing, or the document of an observation without one.
async fn lane_readings(
    connection: &mut SqliteConnection,
    lanes: &[LaneWindow],
) -> Result<Vec<(Option<Uuid>, Option<String>)>, Error> {
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    let lanes = lanes.iter().map(|window| WantedLane {
        gate_id: window.gate_id.as_str(),
        lane: &window.lane,
        from_us: window.from.as_microsecond(),
        until_us: window.until.as_microsecond(),
    });
    query_as(sql!("lane_readings"))
        .bind(document::write("lanes", &lanes.collect::<Vec<_>>())?)
        .fetch_all(connection)
        .await
        .or_failure()
}

/// Returns what a take-over loads.
pub(crate) async fn load_board(
    connection: &mut SqliteConnection,
    gates: &[GateId],
    since_us: i64,
) -> Result<Loaded, Error> {
    let gates = gate_list(gates);
    let documents = query_as(sql!("board_crossings"))
        .bind(&gates)
        .bind(since_us)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let crossings = complete(connection, documents).await?;
    let unlinked = query_as(sql!("board_unlinked"))
        .bind(&gates)
        .bind(since_us)
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    let merged = query_as(sql!("board_tombstones"))
        .bind(&gates)
        .bind(since_us)
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
    connection: &mut SqliteConnection,
    documents: Vec<(String,)>,
) -> Result<Vec<Crossing>, Error> {
    let crossings = bare(documents)?;
    let readings = query_as(sql!("readings_of"))
        .bind(hex_list(&ids(&crossings)))
        .fetch_all(&mut *connection)
        .await
        .or_failure()?;
    with_readings(crossings, readings)
}
