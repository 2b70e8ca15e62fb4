//! `bordergate send`: files as records of a source.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use axum::http::Method;
use bytes::Bytes;
use clap::Args;

use super::Common;
use crate::open::Mode;
use crate::reach::Hub;

/// Sends each file as one record and prints its receipt.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate send plate.xml --source hn-cam-in-1\n\nThe file's path is no key: \
    sending the same file twice makes two records, of which the second is found to be a duplicate when the device \
    gave its event an id. Give --key to make a retry safe in any case."
)]
pub struct Send {
    /// Files to send
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The registered source
    #[arg(long, value_name = "ID")]
    source: String,
    /// Content type; by default told by the file's ending
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// Key under which a retry is the same record; with one file only
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// When a replay source received it (RFC 3339)
    #[arg(long, value_name = "TIME")]
    received_at: Option<String>,
}

impl Send {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        anyhow::ensure!(
            self.key.is_none() || self.files.len() == 1,
            "--key goes with one file only"
        );
        let hub = Hub::reach(common.settings()?, &common.remote(), Mode::Write).await?;
        for file in &self.files {
            let body =
                std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let content_type = self
                .content_type
                .as_deref()
                .unwrap_or_else(|| content_type(file));
            let mut headers = vec![("content-type", content_type)];
            headers.extend(self.key.as_deref().map(|key| ("idempotency-key", key)));
            headers.extend(
                self.received_at
                    .as_deref()
                    .map(|at| ("bordergate-received-at", at)),
            );
            let path = format!("/v1/records/{}", self.source);
            let receipt = hub
                .call(Method::POST, &path, &headers, Bytes::from(body))
                .await
                .with_context(|| format!("{} was not accepted", file.display()))?;
            println!("{}", String::from_utf8_lossy(&receipt));
        }
        hub.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("json") => "application/json",
        Some("xml") => "application/xml",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    }
}
