//! Speed of the whole process loop: a recorded day in an embedded log, read, looked up, linked and committed into a
//! fresh database, one shard after the other.
//!
//! `cargo bench -p bordergate-tests --bench loop`: records a second. PostgreSQL is the server that
//! `BORDERGATE_TEST_POSTGRES` names, and is skipped by name without it. Two references run beside it, so that machines
//! are compared by ratios: `read` reads and normalises the same records and writes nothing; `rows` writes one plain row
//! for each record (its place, its source and its readings as JSON) into a table without an index, in batches of the
//! same size, one multi-row statement and one commit a batch, into a database of the same kind.

#![allow(missing_docs, reason = "criterion makes public functions without docs")]

mod database;
mod recorded;

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bordergate_crossing::Rules;
use bordergate_eventlog::EventLog;
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_indicators::ExpectedMilestones;
use bordergate_process::{Decided, Limits, Shard, Tools};
use bordergate_store::{Reference, Store};
use criterion::measurement::WallTime;
use criterion::{
    BenchmarkGroup, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use database::{Kind, PlainRow};
use futures_util::future::try_join_all;
use recorded::{RecordedDay, read};
use tokio::runtime::Runtime;
use uuid::Uuid;

/// Larger than any record of the day.
const MOST_RECORD_BYTES: usize = 8 << 20;
/// Appends under way while the day is recorded; they share commits. Below 30, so that they begin in order.
const APPENDS: usize = 24;

fn process_loop(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("threads can be started");
    let day = RecordedDay::record();
    let folder = tempfile::tempdir().expect("a folder can be made");
    let log: Arc<dyn EventLog> = runtime.block_on(append(&day, folder.path()));
    let rows = plain_rows(&day);
    println!("{} records", day.record_count());
    let mut group = criterion.benchmark_group("loop");
    group.sample_size(10);
    group.sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(1));
    group.throughput(Throughput::Elements(day.record_count()));
    let sources = day.sources_by_id();
    group.bench_function("read (reference)", |bencher| {
        bencher.iter(|| {
            for logged in day.shards.iter().flatten() {
                black_box(read(&sources, logged));
            }
        });
    });
    for kind in [Kind::Sqlite, Kind::Postgres] {
        if kind == Kind::Postgres && database::server().is_none() {
            println!("skipped: the loop into PostgreSQL: BORDERGATE_TEST_POSTGRES is not set");
            continue;
        }
        one_kind(&mut group, &runtime, kind, &day, &log, &rows);
    }
    group.finish();
}

fn one_kind(
    group: &mut BenchmarkGroup<'_, WallTime>,
    runtime: &Runtime,
    kind: Kind,
    day: &RecordedDay,
    log: &Arc<dyn EventLog>,
    rows: &[Vec<PlainRow>],
) {
    let batch_records = Limits::default().batch.records;
    group.bench_function(format!("rows into {kind} (reference)"), |bencher| {
        bencher.iter_custom(|times| {
            let mut elapsed = Duration::ZERO;
            for _ in 0..times {
                elapsed += runtime.block_on(database::write_plainly(kind, rows, batch_records));
            }
            elapsed
        });
    });
    group.bench_function(format!("process into {kind}"), |bencher| {
        bencher.iter_custom(|times| {
            let mut elapsed = Duration::ZERO;
            for _ in 0..times {
                elapsed += runtime.block_on(process(kind, day, Arc::clone(log)));
            }
            elapsed
        });
    });
}

/// Processes the whole day into a fresh database; returns how long that took, making the database left out.
async fn process(kind: Kind, day: &RecordedDay, log: Arc<dyn EventLog>) -> Duration {
    let fresh = database::Fresh::make(kind).await;
    let store = fresh.store().await;
    store.migrate().await.expect("the database is empty");
    let reference = Reference {
        gates: day.gates.clone(),
        sources: day.sources.clone(),
    };
    store
        .seed(&reference)
        .await
        .expect("the registrations are whole");
    let tools = Arc::new(tools(Arc::clone(&store), log));
    let began = Instant::now();
    let mut stored = 0;
    for shard in day.shard_numbers() {
        let taken = Shard::take(Arc::clone(&tools), shard).await;
        let mut taken = taken
            .expect("the database answers")
            .expect("the shard is free");
        stored += taken.run_until_idle().await.expect("nothing goes wrong");
    }
    let elapsed = began.elapsed();
    assert_eq!(stored as u64, day.record_count(), "every record is stored");
    drop(tools);
    store.close().await;
    fresh.remove().await;
    elapsed
}

fn tools(store: Arc<dyn Store>, log: Arc<dyn EventLog>) -> Tools {
    Tools {
        log,
        store,
        clock: Arc::new(|| jiff::Timestamp::UNIX_EPOCH),
        rules: Rules::default(),
        expected: ExpectedMilestones::default(),
        encode: bordergate_exchange::encode,
        owner: Uuid::new_v4(),
        limits: Limits {
            tick_after: None,
            ..Limits::default()
        },
        watcher: Arc::new(()),
        router: None,
        decided: Decided::new(),
    }
}

/// Puts the day into an embedded log, in order.
async fn append(day: &RecordedDay, folder: &std::path::Path) -> Arc<dyn EventLog> {
    let shards = u16::try_from(day.shards.len()).expect("few gates");
    let path = folder.join("log.sqlite");
    let log = EmbeddedLog::open(&path, shards, MOST_RECORD_BYTES).await;
    let log = Arc::new(log.expect("the folder is empty"));
    let mut offsets = Vec::new();
    let records: Vec<_> = day.shards.iter().flatten().collect();
    for together in records.chunks(APPENDS) {
        let appends = together
            .iter()
            .map(|logged| log.append(logged.shard, logged.record.clone()));
        offsets.extend(try_join_all(appends).await.expect("the disk has room"));
    }
    let expected: Vec<i64> = day
        .shards
        .iter()
        .flatten()
        .map(|logged| logged.offset)
        .collect();
    assert_eq!(offsets, expected, "the log has the day's order");
    log
}

/// Returns a plain row for each record.
fn plain_rows(day: &RecordedDay) -> Vec<Vec<PlainRow>> {
    let sources: HashMap<_, _> = day.sources_by_id();
    let row = |logged: &bordergate_model::LoggedRecord| PlainRow {
        shard: logged.shard.into(),
        log_offset: logged.offset,
        source_id: logged.record.source_id.to_string(),
        document: serde_json::to_string(&read(&sources, logged)).expect("readings are JSON"),
    };
    let shards = day.shards.iter();
    shards
        .map(|records| records.iter().map(row).collect())
        .collect()
}

criterion_group!(benches, process_loop);
criterion_main!(benches);
