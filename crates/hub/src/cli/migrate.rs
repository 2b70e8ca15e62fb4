//! `bordergate migrate`: the schema.

use std::process::ExitCode;

use clap::Args;

use super::Common;
use crate::lock::Lock;
use crate::open::{self, Mode};

/// Brings the database schema to this program's version. Running it again changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate migrate --config hub.toml")]
pub struct Migrate {}

impl Migrate {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings()?;
        let _lock = if settings.is_postgres() {
            None
        } else {
            Some(Lock::take_or_fail(&settings.data.dir)?)
        };
        let store = open::store(&settings, Mode::Write).await?;
        let (before, after) = store.migrate().await?;
        if before == after {
            println!("the schema is at version {after} already");
        } else {
            println!("the schema went from version {before} to {after}");
        }
        store.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
