//! `/v1/admin/bridge`: where the Kafka bridge stands in other systems' topics, and what of them did not come in.

use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::get;
use axum::{Json, Router};
use bordergate_store::{BridgeProgress, LeftOutRow};
use jiff::Timestamp;
use serde::Serialize;

use crate::access::{Caller, Right};
use crate::api::params::{Pairs, Params};
use crate::app::App;
use crate::doors::http::Problem;

/// Rows of what was left out when the caller does not say.
const ROWS: u32 = 100;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/v1/admin/bridge", get(show))
}

/// A partition of another system.
#[derive(Debug, Serialize)]
struct Partition {
    cluster_id: String,
    topic: String,
    partition: u16,
    /// The offset after the last one that is in the raw log or left out.
    next_offset: i64,
    /// When that moved last.
    advanced_at: Timestamp,
    /// Whether a hub reads it; one that was killed counts until another takes its place.
    is_read: bool,
}

impl From<BridgeProgress> for Partition {
    fn from(row: BridgeProgress) -> Self {
        Self {
            cluster_id: row.partition.cluster_id,
            topic: row.partition.topic,
            partition: row.partition.partition,
            next_offset: row.place.next_offset,
            advanced_at: row.advanced_at,
            is_read: row.is_read,
        }
    }
}

/// Offsets that did not come into the raw log.
#[derive(Debug, Serialize)]
struct LeftOut {
    cluster_id: String,
    topic: String,
    partition: u16,
    /// The first of them.
    from_offset: i64,
    /// The first after them.
    until_offset: i64,
    /// Stable code of the reason.
    code: String,
    /// The reason in words.
    detail: String,
    /// Size of the value; `null` for messages that were gone.
    body_bytes: Option<i64>,
    /// SHA-256 of the value in hexadecimal; `null` for messages that were gone.
    body_sha256: Option<String>,
    noted_at: Timestamp,
}

impl From<LeftOutRow> for LeftOut {
    fn from(row: LeftOutRow) -> Self {
        let left_out = row.left_out;
        Self {
            cluster_id: row.partition.cluster_id,
            topic: row.partition.topic,
            partition: row.partition.partition,
            from_offset: left_out.from_offset,
            until_offset: left_out.until_offset,
            code: left_out.code,
            detail: left_out.detail,
            body_bytes: left_out.body_bytes,
            body_sha256: left_out.body_sha256.map(hex::encode),
            noted_at: row.noted_at,
        }
    }
}

/// The bridge as the database knows it.
#[derive(Debug, Serialize)]
struct Bridge {
    /// Every partition that was ever read, by cluster, topic and number.
    partitions: Vec<Partition>,
    /// What did not come in, newest first.
    left_out: Vec<LeftOut>,
}

async fn show(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Pairs(pairs): Pairs,
) -> Result<Json<Bridge>, Problem> {
    caller.check(Right::Administer)?;
    let params = Params::read(pairs, &["page_size"])?;
    let limit = params.page_size(ROWS, app.settings.limits.page_rows)?;
    let partitions = app.store.foreign_partitions().await?;
    let left_out = app.store.left_out(limit).await?;
    Ok(Json(Bridge {
        partitions: partitions.into_iter().map(Partition::from).collect(),
        left_out: left_out.into_iter().map(LeftOut::from).collect(),
    }))
}
