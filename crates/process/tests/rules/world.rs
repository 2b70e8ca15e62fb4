//! A log, a database and registrations of a test's own, in a folder that goes with it.

use std::path::PathBuf;
use std::sync::Arc;

use bordergate_crossing::Rules;
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_eventlog::{EventLog, RunLimit};
use bordergate_indicators::ExpectedMilestones;
use bordergate_model::{
    Crossing, CrossingChange, Gate, GateId, RawRecord, RecordId, Source, SourceId,
};
use bordergate_process::{Decided, Error, Limits, Shard, Tools};
use bordergate_store::sqlite::SqliteStore;
use bordergate_store::{
    CrossingFilter, ObservationFilter, QuarantineFilter, QuarantineRow, Queries, RecordFate,
    Reference, Registry, Store,
};
use bytes::Bytes;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::message::{
    CUSTOMS, GATE, LANE, OTHER_GATE, OTHER_YARD, PLATFORM, PROVINCE, PROVINCE_CUSTOMS, SCALE, YARD,
};

/// The shard under test.
pub(crate) const SHARD: u16 = 0;
/// The shard of the other gate.
pub(crate) const OTHER_SHARD: u16 = 1;
/// The shard of records whose gate is unknown at the door.
pub(crate) const ROUTER: u16 = 2;
/// More than any test stores.
const ALL: u32 = 10_000;

/// Turns a change into the feed's bytes.
pub(crate) type Encode = fn(&CrossingChange) -> Bytes;

/// One hub's surroundings.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) log: Arc<EmbeddedLog>,
    pub(crate) store: Arc<SqliteStore>,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let log = open_log(folder.path().join("log.sqlite")).await;
        let store = SqliteStore::open(&folder.path().join("store.sqlite"))
            .await
            .expect("the folder is empty");
        store.migrate().await.expect("the database is empty");
        let reference = Reference {
            gates: vec![
                gate(GATE, SHARD, &["15BB", "VNHUGT"]),
                gate(OTHER_GATE, OTHER_SHARD, &[]),
            ],
            sources: vec![
                at(OTHER_GATE, source(OTHER_YARD, "cloudevents-json")),
                province(source(PROVINCE, "cloudevents-json")),
                province(source(PROVINCE_CUSTOMS, "vnaccs")),
                source(YARD, "cloudevents-json"),
                source(SCALE, "weighbridge-json"),
                source(CUSTOMS, "vnaccs"),
                Source {
                    lane: Some(LANE.to_owned()),
                    ..source(PLATFORM, "mettler-continuous")
                },
            ],
        };
        store.seed(&reference).await.expect("they are whole");
        Self {
            folder,
            log,
            store: Arc::new(store),
        }
    }

    /// Appends records in their order.
    pub(crate) async fn append(&self, records: impl IntoIterator<Item = RawRecord>) {
        for record in records {
            let appended = self.log.append(SHARD, record).await;
            appended.expect("the disk has room");
        }
    }

    /// Appends records to a shard in their order.
    pub(crate) async fn append_to(&self, shard: u16, records: impl IntoIterator<Item = RawRecord>) {
        for record in records {
            let appended = self.log.append(shard, record).await;
            appended.expect("the disk has room");
        }
    }

    /// As [`Self::process`], for one of the shards.
    pub(crate) async fn process_shard(&self, shard: u16, records: usize) {
        let taken = Shard::take(self.tools(records, encode), shard).await;
        let mut taken = taken.expect("nothing is wrong").expect("it is free");
        taken.run_until_idle().await.expect("nothing is wrong");
        give_up(taken).await.expect("it is ours");
    }

    /// Returns what a hub with batches of up to `records` works with.
    pub(crate) fn tools(&self, records: usize, encode: Encode) -> Arc<Tools> {
        self.tools_on(self.log.clone(), records, encode)
    }

    /// As [`Self::tools`], on another log.
    pub(crate) fn tools_on(
        &self,
        log: Arc<dyn EventLog>,
        records: usize,
        encode: Encode,
    ) -> Arc<Tools> {
        tools_of(log, self.store.clone(), records, encode)
    }

    /// As [`Self::tools`], with connections of its own: a hub that dies holds on to those it was using, as a process
    /// does until it is gone, and no other hub may wait for them.
    pub(crate) async fn tools_apart(&self, records: usize, encode: Encode) -> Arc<Tools> {
        let log = EmbeddedLog::open_read_only(&self.folder.path().join("log.sqlite")).await;
        let store = SqliteStore::open(&self.folder.path().join("store.sqlite")).await;
        tools_of(
            Arc::new(log.expect("the log is there")),
            Arc::new(store.expect("the database is there")),
            records,
            encode,
        )
    }

    /// Takes the shard as a new hub.
    pub(crate) async fn take(&self) -> Shard {
        let taken = Shard::take(self.tools(100, encode), SHARD).await;
        taken.expect("nothing is wrong").expect("it is free")
    }

    /// Processes everything as one hub, in batches of up to `records`, and gives the shard up.
    pub(crate) async fn process(&self, records: usize) {
        self.process_shard(SHARD, records).await;
    }

    /// Returns every crossing that is not merged.
    pub(crate) async fn crossings(&self) -> Vec<Crossing> {
        let filter = CrossingFilter::default();
        let page = self.store.crossings(&filter, None, ALL).await;
        page.expect("the database answers").crossings
    }

    /// Returns what became of the record.
    pub(crate) async fn fates(&self, record_id: RecordId) -> Vec<RecordFate> {
        let fates = self.store.record(record_id).await;
        fates.expect("the database answers")
    }

    /// Returns the outcome's code per appearance of the record, `observed` for one that gave readings.
    pub(crate) async fn codes(&self, record_id: RecordId) -> Vec<String> {
        let code = |fate: RecordFate| {
            let outcome = fate.outcome.map(|outcome| outcome.code);
            outcome.unwrap_or_else(|| "observed".to_owned())
        };
        self.fates(record_id).await.into_iter().map(code).collect()
    }

    /// Returns the quarantine, oldest first.
    pub(crate) async fn quarantine(&self) -> Vec<QuarantineRow> {
        let filter = QuarantineFilter::default();
        let rows = self.store.quarantined(&filter, ALL).await;
        let mut rows = rows.expect("the database answers");
        rows.sort_by_key(|row| row.offset);
        rows
    }

    /// Returns everything stored that a reader can ask for, as text.
    pub(crate) async fn everything(&self, records: &[RawRecord]) -> String {
        let filter = ObservationFilter::default();
        let observations = self.store.observations(&filter, None, ALL).await;
        let observations = observations.expect("the database answers").observations;
        let crossings = self.crossings().await;
        let ids: Vec<_> = crossings.iter().map(|one| one.crossing_id).collect();
        let facts = self.store.facts_of(&ids).await;
        let mut fates = Vec::new();
        for record in records {
            fates.push(self.fates(record.record_id).await);
        }
        let quarantine = self.quarantine().await;
        let facts = facts.expect("the database answers");
        format!("{crossings:#?}\n{observations:#?}\n{facts:#?}\n{fates:#?}\n{quarantine:#?}")
    }

    /// Runs a statement on the database's file, beside the hub.
    pub(crate) async fn on_store(&self, statement: &str) {
        on_file(self.folder.path().join("store.sqlite"), statement).await;
    }

    /// Makes a new log that says it is this one: a topic made anew keeps its name and cluster.
    pub(crate) async fn log_made_anew(&self) -> Arc<EmbeddedLog> {
        let path = self.folder.path().join("anew.sqlite");
        drop(open_log(path.clone()).await);
        let log_id = self.log.log_id().await.expect("a log has an id");
        on_file(
            path.clone(),
            &format!("update meta set value = '{log_id}' where key = 'log_id'"),
        )
        .await;
        open_log(path).await
    }

    /// Opens the log again as a hub does whose records may have so many bytes.
    pub(crate) async fn with_records_of(self, record_bytes: usize) -> Self {
        let Self { folder, log, store } = self;
        drop(log);
        let log = EmbeddedLog::open(&folder.path().join("log.sqlite"), 3, record_bytes).await;
        let log = Arc::new(log.expect("the log is there"));
        Self { folder, log, store }
    }

    /// Makes another log.
    pub(crate) async fn other_log(&self) -> Arc<EmbeddedLog> {
        open_log(self.folder.path().join("other.sqlite")).await
    }
}

fn tools_of(
    log: Arc<dyn EventLog>,
    store: Arc<dyn Store>,
    records: usize,
    encode: Encode,
) -> Arc<Tools> {
    let defaults = Limits::default();
    Arc::new(Tools {
        log,
        store,
        clock: Arc::new(|| jiff::Timestamp::UNIX_EPOCH),
        rules: Rules::default(),
        expected: ExpectedMilestones::default(),
        encode,
        owner: Uuid::new_v4(),
        limits: Limits {
            batch: RunLimit {
                records,
                ..defaults.batch
            },
            tick_after: None,
            ..defaults
        },
        router: Some(ROUTER),
        watcher: Arc::new(()),
        decided: Decided::new(),
    })
}

/// Gives a shard up as a hub that ends in peace does.
pub(crate) async fn give_up(shard: Shard) -> Result<(), Error> {
    let stop = CancellationToken::new();
    stop.cancel();
    shard.run(&stop).await
}

/// Encodes a change as JSON.
pub(crate) fn encode(change: &CrossingChange) -> Bytes {
    Bytes::from(serde_json::to_vec(change).expect("a crossing is JSON"))
}

async fn open_log(path: PathBuf) -> Arc<EmbeddedLog> {
    let log = EmbeddedLog::open(&path, 3, 1 << 20).await;
    Arc::new(log.expect("the folder can be written"))
}

async fn on_file(path: PathBuf, statement: &str) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options)
        .await
        .expect("the file is there");
    // Written in the tests, without any value from outside.
    sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await
        .expect("the statement fits the schema");
    connection.close().await.expect("the connection ends");
}

fn gate(gate_id: &str, shard: u16, codes: &[&str]) -> Gate {
    Gate {
        gate_id: GateId::parse(gate_id).expect("a plain name"),
        version: 1,
        name_en: gate_id.to_owned(),
        name_vi: gate_id.to_owned(),
        shard,
        office_codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        is_disabled: false,
    }
}

fn at(gate_id: &str, source: Source) -> Source {
    Source {
        gate_id: Some(GateId::parse(gate_id).expect("a plain name")),
        ..source
    }
}

fn province(source: Source) -> Source {
    Source {
        gate_id: None,
        ..source
    }
}

fn source(source_id: &str, format: &str) -> Source {
    let source_id = SourceId::parse(source_id).expect("a plain name");
    Source {
        is_replay: true,
        ..Source::new(source_id, format, GateId::parse(GATE).ok())
    }
}
