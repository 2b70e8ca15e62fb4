//! Reading speed per format, over its own samples, beside what a scan and a copy of the same bytes take.
//!
//! `cargo bench -p bordergate-sources`: records and bytes a second. A record is one sample that is read (not one that
//! is refused); the figures of `memchr` and `copy` are the machine's, to compare ratios between machines.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

fn read(criterion: &mut Criterion) {
    for format in bordergate_sources::formats() {
        let samples: Vec<_> = common::samples(format.name)
            .into_iter()
            .filter(|sample| bordergate_sources::read(&sample.logged, &sample.source).is_ok())
            .collect();
        let bytes: usize = samples
            .iter()
            .map(|sample| sample.logged.record.body.len())
            .sum();
        let mut group = criterion.benchmark_group("read");
        group.throughput(Throughput::ElementsAndBytes {
            elements: samples.len() as u64,
            bytes: bytes as u64,
        });
        group.bench_function(BenchmarkId::new("reader", format.name), |bencher| {
            bencher.iter(|| {
                for sample in &samples {
                    black_box(bordergate_sources::read(&sample.logged, &sample.source).is_ok());
                }
            });
        });
        group.bench_function(BenchmarkId::new("memchr", format.name), |bencher| {
            bencher.iter(|| {
                for sample in &samples {
                    black_box(memchr::memchr(0, black_box(&sample.logged.record.body)));
                }
            });
        });
        group.bench_function(BenchmarkId::new("copy", format.name), |bencher| {
            bencher.iter(|| {
                for sample in &samples {
                    black_box(sample.logged.record.body.to_vec());
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, read);
criterion_main!(benches);
