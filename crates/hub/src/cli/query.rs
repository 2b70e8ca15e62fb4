//! `bordergate query`: an indicator.

use std::process::ExitCode;

use axum::http::Method;
use bytes::Bytes;
use clap::Args;
use serde_json::Value;

use super::Common;
use super::table::{cell, table};
use crate::open::Mode;
use crate::reach::Hub;

/// Answers an indicator, from the running hub or straight from the database.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate query C2 gate=huu-nghi by=channel p=50,95\n  \
    bordergate query T1 by=hour from=2026-11-16 to=2026-11-17 --format csv\n  bordergate query   (lists the indicators)"
)]
pub struct Query {
    /// The indicator, such as T1 or C2; without one the known indicators are listed
    indicator: Option<String>,
    /// Parameters: gate, direction, channel, cargo, loaded, from, to, by, p
    #[arg(value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    /// How to print the answer
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The whole answer with its definition, counts and exclusions
    Json,
    /// A row per group
    Csv,
}

impl Query {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let hub = Hub::reach(common.settings()?, &common.remote(), Mode::ReadOnly).await?;
        let Some(indicator) = &self.indicator else {
            let list = hub
                .json(Method::GET, "/v1/indicators", &Value::Null)
                .await?;
            let known = list["indicators"].as_array().cloned().unwrap_or_default();
            let rows: Vec<Vec<String>> = known
                .iter()
                .map(|known| {
                    vec![
                        cell(&known["id"]),
                        cell(&known["unit"]),
                        cell(&known["title_en"]),
                    ]
                })
                .collect();
            print!("{}", table(&["id", "unit", "title"], &rows));
            return Ok(ExitCode::SUCCESS);
        };
        let mut pairs = Vec::new();
        for parameter in &self.parameters {
            let pair = parameter.split_once('=');
            pairs.push(pair.ok_or_else(|| anyhow::anyhow!("{parameter:?} is not NAME=VALUE"))?);
        }
        let path = format!("/v1/indicators/{indicator}?{}", encoded(&pairs));
        let accept = if self.format == Format::Csv {
            "text/csv"
        } else {
            "application/json"
        };
        let answer = hub
            .call(Method::GET, &path, &[("accept", accept)], Bytes::new())
            .await?;
        match self.format {
            Format::Csv => print!("{}", String::from_utf8_lossy(&answer)),
            Format::Json => println!(
                "{}",
                serde_json::to_string_pretty(&serde_json::from_slice::<Value>(&answer)?)?
            ),
        }
        hub.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns the pairs as a URL query; everything but letters, digits and `-._~` is escaped.
fn encoded(pairs: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut escaped, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                escaped.push(char::from(byte));
            } else {
                escaped.push_str(&format!("%{byte:02X}"));
            }
            escaped
        })
    };
    pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_escaped() {
        assert_eq!(
            encoded(&[("from", "2026-11-16T07:00:00+07:00"), ("p", "50,95")]),
            "from=2026-11-16T07%3A00%3A00%2B07%3A00&p=50%2C95"
        );
    }
}
