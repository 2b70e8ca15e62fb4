//! `bordergate unrouted`: records of province-wide sources that wait for their gate.

use std::process::ExitCode;

use clap::Args;

use super::Common;
use super::registrations::list;

/// Lists the records that wait for their gate, oldest first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate unrouted")]
pub struct Unrouted {
    /// Most rows
    #[arg(long, default_value_t = 100)]
    limit: u32,
}

impl Unrouted {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let columns = ["record_id", "source_id", "received_at", "code", "detail"];
        let path = format!("/v1/unrouted?page_size={}", self.limit);
        list(common, &path, "unrouted", &columns).await?;
        Ok(ExitCode::SUCCESS)
    }
}
