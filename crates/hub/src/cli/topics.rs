//! `bordergate topics`: the log's topic on Kafka.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Common;
use crate::config::Settings;

/// Makes the Kafka topics.
#[derive(Debug, Subcommand)]
pub enum Topics {
    /// Makes the topic of raw records with the configured shards, copies and retention
    Create(Create),
}

/// Makes the topic; a topic that exists is left as it is.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate topics create --config hub.toml")]
pub struct Create {}

impl Topics {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let Self::Create(Create {}) = self;
        let settings = common.settings()?;
        let report = crate::open::topics(&settings)?.create().await?;
        println!("{report}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns what is wrong or doubtful about the topic: whether it is an error, and the words.
pub(super) async fn findings(settings: &Settings) -> Vec<(bool, String)> {
    match crate::open::topics(settings) {
        Err(error) => vec![(true, format!("{error:#}"))],
        Ok(topics) => match topics.findings().await {
            Ok(findings) => findings
                .into_iter()
                .map(|finding| (finding.is_error, finding.message))
                .collect(),
            Err(error) => vec![(true, error.to_string())],
        },
    }
}
