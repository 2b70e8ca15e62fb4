//! Reading speed per format on one core, beside what a scan and a copy of the same bytes take on the same machine.
//!
//! `cargo bench -p bordergate-sources --bench read [-- FORMAT]` prints for each format three times with their rates in
//! messages and bytes a second: the reader's, that of `memchr` over the bytes, that of copying them. Messages are the
//! format's own samples that give observations; ratios to the scan compare machines.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::Duration;

use bordergate_sources::{Read, formats, read};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mimalloc::MiMalloc;

use common::Sample;

/// The hub's own allocator, since a reader's speed is to a good part that of small allocations. With
/// `--features system-allocator` the system's, to compare.
#[cfg(not(feature = "system-allocator"))]
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn reading(criterion: &mut Criterion) {
    for format in formats() {
        let samples: Vec<Sample> = common::samples(format.name)
            .into_iter()
            .filter(gives_observations)
            .collect();
        let bytes: usize = samples
            .iter()
            .map(|sample| sample.logged.record.body.len())
            .sum();
        let mut group = criterion.benchmark_group(format.name);
        group.warm_up_time(Duration::from_millis(200));
        group.measurement_time(Duration::from_secs(1));
        group.throughput(Throughput::ElementsAndBytes {
            elements: samples.len() as u64,
            bytes: bytes as u64,
        });
        let mut measure = |what: &str, work: &mut dyn FnMut(&Sample)| {
            group.bench_function(BenchmarkId::from_parameter(what), |bencher| {
                bencher.iter(|| samples.iter().for_each(|sample| work(black_box(sample))));
            });
        };
        measure("read", &mut |sample| {
            black_box(read(&sample.logged, &sample.source).is_ok());
        });
        measure("scan", &mut |sample| {
            black_box(memchr::memchr(0, &sample.logged.record.body));
        });
        let mut copied = Vec::with_capacity(bytes);
        measure("copy", &mut |sample| {
            copied.clear();
            copied.extend_from_slice(&sample.logged.record.body);
            black_box(&copied);
        });
        group.finish();
    }
}

fn gives_observations(sample: &Sample) -> bool {
    matches!(
        read(&sample.logged, &sample.source),
        Ok(Read::Observations(_))
    )
}

criterion_group!(benches, reading);
criterion_main!(benches);
