//! `bordergate tokens`: who may call.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::registrations::{change, list};
use super::table::cell;

/// Tokens.
#[derive(Debug, Subcommand)]
pub enum Tokens {
    /// Makes a token and shows it this once
    Add(Add),
    /// Lists tokens, without their texts
    List(List),
    /// Disables a token
    Disable(Disable),
}

/// Makes a token; only its hash is stored.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate tokens add partner lgsp\n  bordergate tokens add operator gate-desk"
)]
pub struct Add {
    /// What it grants: source, recorder, partner, operator, analyst or administrator
    role: String,
    /// Whose: the source id, the recorder id, the partner id or the person's name
    subject: String,
}

/// Lists tokens.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate tokens list")]
pub struct List {}

/// Disables a token.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate tokens disable 0b9f2d0e-5f0b-4e5e-9a53-1c2f4f1b0a11"
)]
pub struct Disable {
    /// Its id, as listed
    token_id: String,
}

impl Tokens {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add(Add { role, subject }) => {
                let made = change(
                    common,
                    "/v1/admin/tokens",
                    &json!({ "role": role, "subject": subject }),
                )
                .await?;
                eprintln!(
                    "token {} for {role} {subject}; it is shown only now:",
                    cell(&made["token_id"])
                );
                println!("{}", cell(&made["token"]));
            }
            Self::List(List {}) => {
                list(
                    common,
                    "/v1/admin/tokens",
                    "tokens",
                    &["token_id", "grant", "created_at", "disabled_at"],
                )
                .await?;
            }
            Self::Disable(Disable { token_id }) => {
                change(
                    common,
                    &format!("/v1/admin/tokens/{token_id}/disable"),
                    &Value::Null,
                )
                .await?;
                println!("token {token_id} is disabled");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
