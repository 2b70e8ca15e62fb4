//! Places in topics of other systems, from their columns.

use super::{number, sha256};
use crate::moment::Moment;
use crate::text::refuse_nul;
use crate::{Advance, BridgePlace, BridgeProgress, Error, ForeignPartition, LeftOut, LeftOutRow};

/// Next offset, hash of the last message.
pub(crate) type PlaceTuple = (i64, Option<Vec<u8>>);

/// Cluster, topic, partition, next offset, hash of the last message, when it moved, whether a hub has its door.
pub(crate) type BridgeTuple<T> = (String, String, i32, i64, Option<Vec<u8>>, T, bool);

/// Cluster, topic, partition, from offset, until offset, code, detail, bytes, hash, when.
pub(crate) type LeftOutTuple<T> = (
    String,
    String,
    i32,
    i64,
    i64,
    String,
    String,
    Option<i64>,
    Option<Vec<u8>>,
    T,
);

/// Reads where the bridge stands.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn place((next_offset, last_sha256): PlaceTuple) -> Result<BridgePlace, Error> {
    Ok(BridgePlace {
        next_offset,
        last_sha256: hash("last_sha256", last_sha256)?,
    })
}

/// Reads a partition that was read.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn progress<T: Moment>(row: BridgeTuple<T>) -> Result<BridgeProgress, Error> {
    let (cluster_id, topic, partition, next_offset, last_sha256, advanced_at, is_read) = row;
    Ok(BridgeProgress {
        partition: ForeignPartition {
            cluster_id,
            topic,
            partition: number("partition", partition)?,
        },
        place: place((next_offset, last_sha256))?,
        advanced_at: advanced_at.timestamp()?,
        is_read,
    })
}

/// Reads what was left out.
///
/// # Errors
/// [`Error::Corrupt`].
pub(crate) fn left_out<T: Moment>(row: LeftOutTuple<T>) -> Result<LeftOutRow, Error> {
    let (
        cluster_id,
        topic,
        partition,
        from_offset,
        until_offset,
        code,
        detail,
        body_bytes,
        body_sha256,
        noted_at,
    ) = row;
    Ok(LeftOutRow {
        partition: ForeignPartition {
            cluster_id,
            topic,
            partition: number("partition", partition)?,
        },
        left_out: LeftOut {
            from_offset,
            until_offset,
            code,
            detail,
            body_bytes,
            body_sha256: hash("body_sha256", body_sha256)?,
        },
        noted_at: noted_at.timestamp()?,
    })
}

/// Refuses texts that hold a NUL.
///
/// # Errors
/// [`Error::Refused`].
pub(crate) fn check(advance: &Advance) -> Result<(), Error> {
    let words = advance.left_out.iter();
    refuse_nul(
        words.flat_map(|left_out| [("code", &*left_out.code), ("detail", &*left_out.detail)]),
    )
}

fn hash(name: &'static str, column: Option<Vec<u8>>) -> Result<Option<[u8; 32]>, Error> {
    column.map(|bytes| sha256(name, &bytes)).transpose()
}
