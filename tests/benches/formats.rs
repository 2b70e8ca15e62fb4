//! Speed of reading and normalising, format by format: the records of a recorded day as devices and systems sent them,
//! pictures and noise included.
//!
//! `cargo bench -p bordergate-tests --bench formats [-- FORMAT]`: records a second. The reference beside each format,
//! `copy`, copies the same bytes; compare ratios between machines, not figures. (The readers' own samples, one format at
//! a time, are the bench of `bordergate-sources`.)

#![allow(missing_docs, reason = "criterion makes public functions without docs")]

mod recorded;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Duration;

use bordergate_model::LoggedRecord;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use recorded::{RecordedDay, read};

fn formats(criterion: &mut Criterion) {
    let day = RecordedDay::record();
    let sources = day.sources_by_id();
    let mut by_format: BTreeMap<&str, Vec<&LoggedRecord>> = BTreeMap::new();
    for logged in day.shards.iter().flatten() {
        let of_format = by_format.entry(&logged.record.format).or_default();
        of_format.push(logged);
    }
    for (format, records) in by_format {
        let bytes: usize = records.iter().map(|logged| logged.record.body.len()).sum();
        let mut group = criterion.benchmark_group(format);
        group.warm_up_time(Duration::from_millis(300));
        group.measurement_time(Duration::from_secs(2));
        group.throughput(Throughput::ElementsAndBytes {
            elements: records.len() as u64,
            bytes: bytes as u64,
        });
        group.bench_function("read", |bencher| {
            bencher.iter(|| {
                for logged in &records {
                    black_box(read(&sources, logged));
                }
            });
        });
        let mut copied = Vec::with_capacity(bytes);
        group.bench_function("copy (reference)", |bencher| {
            bencher.iter(|| {
                copied.clear();
                for logged in &records {
                    copied.extend_from_slice(&logged.record.body);
                }
                black_box(&copied);
            });
        });
        group.finish();
    }
}

criterion_group!(benches, formats);
criterion_main!(benches);
