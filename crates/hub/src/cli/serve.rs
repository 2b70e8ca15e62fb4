//! `bordergate serve`: the hub.

use std::process::ExitCode;

use clap::Args;

use super::Common;
use crate::serve::Stop;
use crate::telemetry;

/// Runs the hub until Ctrl-C.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate serve --data-dir ./data\n  \
    bordergate serve --config hub.toml\n\nWithout configuration the log and the store are files in the data \
    directory and every door listens on loopback.")]
pub struct Serve {}

impl Serve {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings()?;
        let _telemetry = telemetry::start(&settings.telemetry)?;
        let mut stop = Stop::listen()?;
        let Some(hub) = stop.start(settings, "serve").await? else {
            return Ok(ExitCode::SUCCESS);
        };
        if hub.app.registrations.snapshot().sources().is_empty() {
            tracing::warn!(
                "no source is registered yet: run `bordergate seed DIR` or `bordergate sources add`"
            );
        }
        stop.heard().await;
        tracing::info!("stopping");
        hub.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}
