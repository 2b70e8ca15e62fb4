//! `bordergate demo`: a simulated day through a real hub.

use std::process::ExitCode;

use clap::Args;

use super::Common;
use crate::demo::{Options, Speed};
use crate::telemetry;

/// Sends a simulated day at Huu Nghi and Tan Thanh through the real doors, and keeps serving.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate demo\n  bordergate demo --speed max --exit\n\nThe day is the one before \
    its data directory was made. Ended at any moment and started again with the same directory, it goes on where it was."
)]
pub struct Demo {
    /// How many times faster than life, or `max`
    #[arg(long, default_value = "600", value_name = "N")]
    speed: Speed,
    /// End after the day: status 0 only if at least 99.5 % of crossings are exact and every record is accounted for
    #[arg(long)]
    exit: bool,
    /// How many vehicles come
    #[arg(long, default_value_t = 1600)]
    vehicles: u32,
    /// Seed of the day
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Demo {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let mut settings = common.settings()?;
        if common.data_dir.is_none() && settings.data == crate::config::Settings::default().data {
            settings.data.dir = "bordergate-demo".into();
        }
        if settings.telemetry.log_filter == crate::config::Telemetry::default().log_filter {
            // The terminal is for the progress bar and the figures.
            "warn".clone_into(&mut settings.telemetry.log_filter);
        }
        let _telemetry = telemetry::start(&settings.telemetry)?;
        let options = Options {
            speed: self.speed,
            exit: self.exit,
            vehicle_count: self.vehicles,
            seed: self.seed,
        };
        crate::demo::run(settings, &options).await
    }
}
