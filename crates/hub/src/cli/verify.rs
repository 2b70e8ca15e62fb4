//! `bordergate verify`: the database against the raw log.

use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::Common;
use crate::open::{self, Mode};
use crate::verify::verify_in_temporary_folder;

/// Recomputes every crossing and fact from the raw log and compares. Status 1 when anything differs.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate verify --data-dir ./data\n\nA hub may run meanwhile: what it has \
    processed at the start is compared."
)]
pub struct Verify {
    /// Most differences to print
    #[arg(long, default_value_t = 20, value_name = "N")]
    show: usize,
}

impl Verify {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let app = open::app(common.settings()?, Mode::ReadOnly).await?;
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(
            "{bar:40} {pos}/{len} records {eta}",
        )?);
        let report = verify_in_temporary_folder(&app, |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        })
        .await?;
        bar.finish_and_clear();
        println!(
            "{} records processed again; {} crossings and {} facts compared; {} differences",
            report.record_count,
            report.crossing_count,
            report.fact_count,
            report.differences.len()
        );
        for difference in report.differences.iter().take(self.show) {
            println!("  {difference}");
        }
        app.store.close().await;
        Ok(if report.differences.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
