//! Reading speed per format on one core, beside what a scan and a copy of the same bytes take on the same machine.
//!
//! `cargo bench -p bordergate-sources --bench read [-- FORMAT ...]` prints two kinds of lines. The first are single
//! messages as devices send them (JSON without the blanks that make our samples readable), with their size and whether
//! they reach the target: 0.8 million messages a second of small JSON (about 500 bytes), 0.15 million of Hikvision XML.
//! The others are all samples of a format that give observations, traps among them. Ratios to the rates of the scan
//! (`memchr`) and the copy compare machines. Each rate is the best of many short rounds in several sweeps
//! over all formats, since what else runs on the machine only takes from it, and often for seconds.

#[path = "../tests/common/mod.rs"]
mod common;

use std::fmt;
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

const SWEEPS: usize = 5;
/// Rounds of one rate in one sweep.
const ROUNDS: u32 = 80;
const ROUND: Duration = Duration::from_millis(2);
/// Messages a second of small JSON, and of Hikvision XML.
const JSON: f64 = 800_000.0;
const XML: f64 = 150_000.0;
/// The ordinary messages of formats, and how many a second the target is.
const ORDINARY: [(&str, &str, f64); 10] = [
    ("cloudevents-json", "ordinary.json", JSON),
    ("axis-lpv", "lost.json", JSON),
    ("survision", "ordinary.json", JSON),
    ("weighbridge-json", "ordinary.json", JSON),
    ("genetec-autovu", "ordinary.json", JSON),
    ("gvms-arrival", "single.json", JSON),
    ("impinj-r700", "single.json", JSON),
    ("dahua-traffic", "tollgate.json", JSON),
    ("rekor-scout", "group.json", JSON),
    ("hikvision-anpr", "ordinary.xml", XML),
];

fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is_wanted = |format: &str| wanted.is_empty() || wanted.iter().any(|name| name == format);
    println!(
        "{:<34}{:>7}{:>13}{:>9}{:>9}  target",
        "ordinary messages", "bytes", "messages/s", "of scan", "of copy"
    );
    let ordinary: Vec<_> = ORDINARY
        .into_iter()
        .filter(|(format, _, _)| is_wanted(format))
        .collect();
    let lines = ordinary.iter().map(|(format, name, _)| {
        let mut sample = common::sample(format, name);
        if name.ends_with(".json") {
            sample.logged.record.body = without_blanks(&sample.logged.record.body).into();
        }
        (format!("{format} {name}"), vec![sample])
    });
    for (line, (_, _, target)) in measured(lines.collect()).zip(&ordinary) {
        let verdict = if line.reading >= *target {
            "met"
        } else {
            "missed"
        };
        println!("{line}  {:.2} M/s {verdict}", target / 1e6);
    }
    println!(
        "\n{:<34}{:>7}{:>13}{:>9}{:>9}",
        "all samples", "bytes", "messages/s", "of scan", "of copy"
    );
    let all = formats().iter().filter(|format| is_wanted(format.name));
    let lines = all.map(|format| {
        let samples = common::samples(format.name).into_iter();
        let samples: Vec<Sample> = samples.filter(gives_observations).collect();
        (format.name.to_owned(), samples)
    });
    measured(lines.collect()).for_each(|line| println!("{line}"));
}

/// What was measured of some samples, each rate in samples a second.
struct Line {
    name: String,
    samples: Vec<Sample>,
    reading: f64,
    scan: f64,
    copy: f64,
}

/// Measures lines in several sweeps over all of them.
fn measured(lines: Vec<(String, Vec<Sample>)>) -> impl Iterator<Item = Line> {
    let unmeasured = lines.into_iter().map(|(name, samples)| Line {
        name,
        samples,
        reading: 0.0,
        scan: 0.0,
        copy: 0.0,
    });
    let mut lines: Vec<Line> = unmeasured.collect();
    for _ in 0..SWEEPS {
        lines.iter_mut().for_each(Line::measure);
    }
    lines.into_iter()
}

impl Line {
    /// Measures once more, and keeps the best.
    fn measure(&mut self) {
        let samples = &self.samples;
        let reading = rate(samples, |sample| {
            black_box(read(&sample.logged, &sample.source).is_ok());
        });
        let scan = rate(samples, |sample| {
            black_box(memchr::memchr(0, &sample.logged.record.body));
        });
        let mut copied = Vec::with_capacity(self.bytes());
        let copy = rate(samples, |sample| {
            copied.clear();
            copied.extend_from_slice(&sample.logged.record.body);
            black_box(&copied);
        });
        self.reading = self.reading.max(reading);
        self.scan = self.scan.max(scan);
        self.copy = self.copy.max(copy);
    }

    fn bytes(&self) -> usize {
        let bodies = self.samples.iter().map(|sample| &sample.logged.record.body);
        bodies.map(|body| body.len()).sum()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<34}{:>7}{:>13.0}{:>9}{:>9}",
            self.name,
            self.bytes() / self.samples.len().max(1),
            self.reading,
            format!("1/{:.0}", self.scan / self.reading),
            format!("1/{:.0}", self.copy / self.reading),
        )
    }
}

/// Returns how many samples a second `work` does, in the best round.
fn rate(samples: &[Sample], mut work: impl FnMut(&Sample)) -> f64 {
    let mut fastest: f64 = 0.0;
    for _ in 0..ROUNDS {
        let (start, mut count) = (Instant::now(), 0_u32);
        while start.elapsed() < ROUND {
            for _ in 0..20 {
                samples.iter().for_each(|sample| work(black_box(sample)));
            }
            count += 20;
        }
        let messages = f64::from(count) * samples.len() as f64;
        fastest = fastest.max(messages / start.elapsed().as_secs_f64());
    }
    fastest
}

/// Returns a JSON text without the blanks outside its strings.
fn without_blanks(body: &[u8]) -> Vec<u8> {
    let (mut is_inside, mut is_escaped) = (false, false);
    let is_kept = |&byte: &u8| {
        let is_kept = is_inside || !byte.is_ascii_whitespace();
        is_inside ^= byte == b'"' && !is_escaped;
        is_escaped = is_inside && byte == b'\\' && !is_escaped;
        is_kept
    };
    body.iter().copied().filter(is_kept).collect()
}

fn gives_observations(sample: &Sample) -> bool {
    matches!(
        read(&sample.logged, &sample.source),
        Ok(Read::Observations(_))
    )
}
