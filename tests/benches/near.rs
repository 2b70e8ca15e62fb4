//! Accuracy of linking misread plates: precision and recall on days of the simulator, for each kind of noise alone and
//! for all of it together.
//!
//! `cargo bench -p bordergate-tests --bench near [-- DAYS]`: a table in Markdown; DAYS days of 1,600 vehicles for each
//! kind, 20 if not said, with seeds from 1. What each column counts: `Tally`. No time is measured.

#[path = "../tests/simulated_day/mod.rs"]
mod simulated_day;

use std::collections::BTreeMap;

use bordergate_simulator::{Disturbance, Noise, Plan, simulate};
use jiff::civil::date;
use mimalloc::MiMalloc;
use simulated_day::accuracy::{HEAD, Tally, kinds, mixed, name, tallies};

/// The hub's own allocator.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Share of misread plates, of each kind.
const MISREAD: f64 = 0.03;
/// Days for each kind of noise, if not said.
const DAYS: u64 = 20;

fn main() {
    let days = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(DAYS);
    println!("\n{days} days of 1,600 vehicles for each kind of noise, the others absent\n\n{HEAD}");
    for (noise, disturbances) in kinds(MISREAD) {
        let found = measure(&noise, days);
        for disturbance in disturbances {
            let tally = found.get(disturbance).copied().unwrap_or_default();
            println!("| {} | {tally}", name(*disturbance));
        }
    }
    println!(
        "\n{days} days with all of it together, and with messages missing, late and out of order\n\n{HEAD}"
    );
    let mut all = Tally::default();
    for (disturbance, tally) in measure(&mixed(), days) {
        println!("| {} | {tally}", name(disturbance));
        if disturbance > Disturbance::None {
            all += tally;
        }
    }
    println!("| all but plates of one line as painted | {all}");
}

fn measure(noise: &Noise, days: u64) -> BTreeMap<Disturbance, Tally> {
    let mut found: BTreeMap<Disturbance, Tally> = BTreeMap::new();
    for seed in 1..=days {
        let day = simulate(&Plan {
            seed,
            noise: noise.clone(),
            ..Plan::of_day(date(2026, 11, 16))
        });
        for (disturbance, tally) in tallies(&day) {
            *found.entry(disturbance).or_default() += tally;
        }
    }
    found
}
