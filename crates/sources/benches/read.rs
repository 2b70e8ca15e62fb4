//! Reading speed per format on one core, with what a scan and a copy of the same bytes take on the same machine.
//!
//! `cargo bench -p bordergate-sources [FORMAT ...]` prints a line per format: the mean length of its messages, how many
//! of them a reader takes a second, and in gigabytes a second its own rate, that of `memchr` over the bytes and that of
//! copying them. Messages are the format's own samples that give observations. The quickest of many short rounds counts:
//! on a shared machine all others measure the neighbours too.

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use bordergate_sources::{Read, formats, read};
use mimalloc::MiMalloc;

use common::Sample;

/// The hub's own allocator, since a reader's speed is to a good part that of small allocations. With
/// `--features system-allocator` the system's, to compare.
#[cfg(not(feature = "system-allocator"))]
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const ROUNDS: usize = 400;
const ROUND: Duration = Duration::from_millis(1);

fn main() {
    // Cargo passes `--bench`; what is no option is part of a format's name.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    println!(
        "format                      bytes/message  M messages/s     GB/s   scan GB/s   copy GB/s"
    );
    for format in formats() {
        if wanted.is_empty()
            || wanted
                .iter()
                .any(|part| format.name.contains(part.as_str()))
        {
            line(format.name);
        }
    }
}

fn line(format: &str) {
    let samples: Vec<Sample> = common::samples(format)
        .into_iter()
        .filter(gives_observations)
        .collect();
    let bytes: usize = samples
        .iter()
        .map(|sample| sample.logged.record.body.len())
        .sum();
    let reader = seconds(&samples, |sample| {
        black_box(read(&sample.logged, &sample.source).is_ok());
    });
    let scan = seconds(&samples, |sample| {
        black_box(memchr::memchr(0, &sample.logged.record.body));
    });
    let mut copied = Vec::with_capacity(bytes);
    let copy = seconds(&samples, |sample| {
        copied.clear();
        copied.extend_from_slice(&sample.logged.record.body);
        black_box(&copied);
    });
    let gigabytes = |seconds: f64| bytes as f64 / seconds / 1e9;
    println!(
        "{format:<28}{:>13}{:>14.3}{:>9.2}{:>12.1}{:>12.1}",
        bytes / samples.len(),
        samples.len() as f64 / reader / 1e6,
        gigabytes(reader),
        gigabytes(scan),
        gigabytes(copy),
    );
}

fn gives_observations(sample: &Sample) -> bool {
    matches!(
        read(&sample.logged, &sample.source),
        Ok(Read::Observations(_))
    )
}

/// Returns the seconds that `work` takes for every sample once, in the quickest round.
fn seconds(samples: &[Sample], mut work: impl FnMut(&Sample)) -> f64 {
    let mut pass = || samples.iter().for_each(|sample| work(black_box(sample)));
    let quickest = (0..ROUNDS).map(|_| {
        let (mut passes, began) = (0_u32, Instant::now());
        while began.elapsed() < ROUND {
            pass();
            passes += 1;
        }
        began.elapsed().as_secs_f64() / f64::from(passes)
    });
    quickest.fold(f64::INFINITY, f64::min)
}
