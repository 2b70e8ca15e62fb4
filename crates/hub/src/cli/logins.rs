//! `bordergate logins`: user names and passwords of devices that know no tokens.

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Common;
use super::registrations::{change, list};
use super::table::cell;

/// Logins.
#[derive(Debug, Subcommand)]
pub enum Logins {
    /// Makes a login, in place of one of the same user name
    Add(Add),
    /// Lists logins, without their passwords
    List(List),
    /// Disables a login
    Disable(Disable),
}

/// Makes a login and shows its password this once; only what checks it is stored.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate logins add source hn-cam-in-1\n  \
    bordergate logins add recorder nvr-1 --username nvr --password-stdin < password"
)]
pub struct Add {
    /// What it grants: source or recorder
    role: String,
    /// Whose: the source id or the recorder id
    subject: String,
    /// The user name [default: the subject]
    #[arg(long)]
    username: Option<String>,
    /// Reads the password, a line, from standard input instead of making one
    #[arg(long)]
    password_stdin: bool,
}

/// Lists logins.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  bordergate logins list")]
pub struct List {}

/// Disables a login.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  bordergate logins disable 0b9f2d0e-5f0b-4e5e-9a53-1c2f4f1b0a11"
)]
pub struct Disable {
    /// Its id, as listed
    login_id: String,
}

impl Logins {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add(add) => add.run(common).await?,
            Self::List(List {}) => {
                let columns = ["login_id", "username", "grant", "created_at", "disabled_at"];
                list(common, "/v1/admin/logins", "logins", &columns).await?;
            }
            Self::Disable(Disable { login_id }) => {
                let path = format!("/v1/admin/logins/{login_id}/disable");
                change(common, &path, &Value::Null).await?;
                println!("login {login_id} is disabled");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, common: &Common) -> anyhow::Result<()> {
        let mut wanted =
            json!({ "role": self.role, "subject": self.subject, "username": self.username });
        if self.password_stdin {
            let mut line = String::new();
            std::io::stdin()
                .read_line(&mut line)
                .context("cannot read the password from standard input")?;
            wanted["password"] = Value::from(line.trim_end_matches(['\r', '\n']));
        }
        let made = change(common, "/v1/admin/logins", &wanted).await?;
        let (login_id, username) = (cell(&made["login_id"]), cell(&made["username"]));
        let of = format!(
            "login {login_id} for {} {}: user name {username}",
            self.role, self.subject
        );
        match made["password"].as_str() {
            Some(password) => {
                eprintln!("{of}; the password is shown only now:");
                println!("{password}");
            }
            None => println!("{of}"),
        }
        Ok(())
    }
}
