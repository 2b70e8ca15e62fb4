//! `bordergate simulate`: a day and its truth as files.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use bordergate_simulator::{
    Plan, crossings_jsonl, gates_csv, messages_jsonl, simulate, sources_csv,
};
use clap::Args;
use jiff::civil::Date;

use super::Common;

/// Writes the messages of a simulated day, the registrations they need and the crossings they must yield.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate simulate --day 2026-11-16 --out day\n  bordergate seed day"
)]
pub struct Simulate {
    /// The local day
    #[arg(long, value_name = "DATE")]
    day: Date,
    /// How many vehicles come
    #[arg(long, default_value_t = 1600)]
    vehicles: u32,
    /// Seed: the same gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Folder to write into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Simulate {
    pub(super) fn run(self, _common: &Common) -> anyhow::Result<ExitCode> {
        let plan = Plan {
            vehicle_count: self.vehicles,
            seed: self.seed,
            ..Plan::of_day(self.day)
        };
        let day = simulate(&plan);
        std::fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make {}", self.out.display()))?;
        for (name, text) in [
            ("gates.csv", gates_csv(&day.gates)),
            ("sources.csv", sources_csv(&day.sources)),
            ("messages.jsonl", messages_jsonl(&day.messages)),
            ("crossings.jsonl", crossings_jsonl(&day.truth)),
        ] {
            let path = self.out.join(name);
            std::fs::write(&path, text)
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        println!(
            "{} messages and {} crossings in {}",
            day.messages.len(),
            day.truth.len(),
            self.out.display()
        );
        Ok(ExitCode::SUCCESS)
    }
}
