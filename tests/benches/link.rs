//! Speed of linking: the readings of a recorded day, linked whole by `link` and one by one by `Board`.
//!
//! `cargo bench -p bordergate-tests --bench link`: readings a second. The reference beside it, `read`, reads and
//! normalises the records that gave these readings; compare ratios between machines, not figures.

#![allow(missing_docs, reason = "criterion makes public functions without docs")]

mod recorded;

use std::hint::black_box;

use bordergate_crossing::{Board, Rules, link};
use bordergate_model::Observation;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use recorded::{RecordedDay, read};

fn linking(criterion: &mut Criterion) {
    let day = RecordedDay::record();
    let readings = day.readings();
    let sources = day.sources_by_id();
    let rules = Rules::default();
    let count: usize = readings.iter().map(Vec::len).sum();
    println!("{} records, {count} readings", day.record_count());
    let mut group = criterion.benchmark_group("linking");
    group.sample_size(20);
    group.throughput(Throughput::Elements(count as u64));
    group.bench_function("read (reference)", |bencher| {
        bencher.iter(|| {
            for logged in day.shards.iter().flatten() {
                black_box(read(&sources, logged));
            }
        });
    });
    group.bench_function("link", |bencher| {
        bencher.iter(|| {
            for of_gate in &readings {
                black_box(link(of_gate, last_received(of_gate), &rules));
            }
        });
    });
    group.bench_function("board", |bencher| {
        bencher.iter_batched(
            || readings.clone(),
            |readings| {
                for of_gate in readings {
                    black_box(take_one_by_one(of_gate, &rules));
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// Takes readings in log order as a shard does: log time moves first.
fn take_one_by_one(readings: Vec<Observation>, rules: &Rules) -> Board {
    let mut board = Board::new(rules.clone());
    let mut log_time = Timestamp::MIN;
    for reading in readings {
        log_time = log_time.max(reading.received_at);
        black_box(board.advance(log_time));
        black_box(board.add(reading, log_time));
    }
    board
}

fn last_received(readings: &[Observation]) -> Timestamp {
    let all = readings.iter().map(|reading| reading.received_at);
    all.max().expect("a gate has readings")
}

criterion_group!(benches, linking);
criterion_main!(benches);
