//! Records of province-wide sources, vehicles with their declarations, and what became of them.

use std::time::Duration;

use bordergate_eventlog::{EventLog as _, RunLimit};
use bordergate_model::{LoggedRecord, RawRecord, RecordId};
use bordergate_store::{Routes as _, UnroutedRow};

use crate::message::{
    declaration_parts, minute, other_yard, province, province_customs, report, yard,
};
use crate::world::World;

/// The declaration of the readers' sample.
pub(crate) const DECLARATION: &str = r#""declarations": ["106512345670"]"#;
/// Another one.
pub(crate) const OTHER_DECLARATION: &str = r#""declarations": ["106599999990"]"#;

/// A clearance permit of the sample, whole, at a border gate.
pub(crate) fn permit(key: &str, border_gate: &str) -> RawRecord {
    let body = declaration_parts(key, 1).remove(0);
    let text = String::from_utf8(body).expect("letters");
    let text = text.replace("VNHUGT", border_gate);
    province_customs(key, text.into_bytes(), minute(300))
}

/// A province-wide report that a vehicle with the declaration was released.
pub(crate) fn release(key: &str, plate: &str, declaration: &str) -> RawRecord {
    let body = report(key, "RELEASED", plate, minute(30), declaration);
    province(key, body, minute(31))
}

/// A vehicle enters with the declaration.
pub(crate) fn entry(key: &str, plate: &str, declaration: &str) -> RawRecord {
    let body = report(key, "GATE_IN", plate, minute(10), declaration);
    yard(key, body, minute(11))
}

/// As [`entry`], at the other gate.
pub(crate) fn other_entry(key: &str, plate: &str, declaration: &str) -> RawRecord {
    let body = report(key, "GATE_IN", plate, minute(10), declaration);
    other_yard(key, body, minute(11))
}

/// The codes of a record's outcomes in a shard, `observed` for one that gave readings, by offset.
pub(crate) async fn codes(world: &World, shard: u16, record_id: RecordId) -> Vec<String> {
    let fates = world.fates(record_id).await.into_iter();
    fates
        .filter(|fate| fate.shard == shard)
        .map(|fate| fate.outcome.map_or("observed".to_owned(), |one| one.code))
        .collect()
}

/// What waits for its gate.
pub(crate) async fn waiting(world: &World) -> Vec<UnroutedRow> {
    let rows = world.store.unrouted_page(None, 1000).await;
    rows.expect("the database answers")
}

/// Every record of a shard.
pub(crate) async fn logged(world: &World, shard: u16) -> Vec<LoggedRecord> {
    let mut reader = world.log.open(shard, 0).await.expect("it is there");
    let limit = RunLimit {
        records: 1000,
        body_bytes: usize::MAX,
    };
    let run = reader.next_run(limit, Duration::from_millis(200)).await;
    run.expect("it can be read")
}

/// The sample's permit in three parts.
pub(crate) fn permit_parts(data_id: &str) -> [RawRecord; 3] {
    let parts: [Vec<u8>; 3] = declaration_parts(data_id, 3)
        .try_into()
        .expect("three were asked for");
    let mut number = 0;
    parts.map(|body| {
        number += 1;
        province_customs(&format!("{data_id}-{number}"), body, minute(299 + number))
    })
}
