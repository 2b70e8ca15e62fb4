//! `bordergate seed`: reference tables from a folder.

use std::path::PathBuf;
use std::process::ExitCode;

use axum::http::Method;
use clap::Args;

use super::Common;
use crate::open::Mode;
use crate::reach::Hub;
use crate::reference;

/// Registers the gates and sources of a folder of CSV tables. What is registered already is left as it is.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate seed seeds/reference\n\nThe folder's README says which tables and columns there are."
)]
pub struct Seed {
    /// Folder with gates.csv, sources.csv and, if wanted, expected_milestones.csv
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl Seed {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let tables = reference::read(&self.dir)?;
        let hub = Hub::reach(common.settings()?, &common.remote(), Mode::Write).await?;
        let report = hub.json(Method::POST, "/v1/admin/seed", &tables).await?;
        println!(
            "registered {}, kept {} as they were",
            report["inserted_count"], report["kept_count"]
        );
        hub.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
