//! A hub that asks everybody for credentials, and curl as the camera that has them.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use bordergate_tests::{Place, Running, program_or_skip, until};
use serde_json::Value;

use super::{Answer, post};
use crate::command::{has_or_skip, printed};

/// Longest wait for a record.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running hub with the reference tables that asks everybody for credentials.
pub(crate) struct Scene {
    pub(crate) place: Place,
    hub: Running,
    token: String,
    pub(crate) token_file: String,
}

impl Scene {
    /// Opens it with settings such as `ACCESS__DIGEST_ALGORITHMS`; `None` without a program or curl.
    pub(crate) async fn open(settings: &[(&str, &str)]) -> anyhow::Result<Option<Self>> {
        let Some(program) = program_or_skip().filter(|_| has_or_skip("curl", &["--version"]))
        else {
            return Ok(None);
        };
        let settings = [&[("ACCESS__TOKENS_ON_LOOPBACK", "true")], settings].concat();
        let variable =
            |(key, value): &(&str, &str)| (format!("BORDERGATE__{key}"), (*value).to_owned());
        let environment: Vec<_> = settings.iter().map(variable).collect();
        let place = Place::new(&program, &environment)?;
        place.seed("seeds/reference").await?;
        let token = place.said(&["tokens", "add", "administrator", "tester"])?;
        let file = place.folder().join("token");
        std::fs::write(&file, &token)?;
        printed(Command::new("chmod").arg("600").arg(&file))?;
        let token_file = file.to_str().context("a path in words")?.to_owned();
        let hub = place.serve().await?;
        Ok(Some(Self {
            place,
            hub,
            token,
            token_file,
        }))
    }

    /// Kills the hub and starts it again.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        self.hub.kill()?;
        self.hub = self.place.serve().await?;
        Ok(())
    }

    /// Returns the path of the program.
    pub(crate) fn program(&self) -> PathBuf {
        program_or_skip().expect("it was there when the scene was opened")
    }

    /// Returns the address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.place.http())
    }

    /// Runs a command of the program against the running hub.
    pub(crate) fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.place
            .said(&[arguments, &["--token-file", &self.token_file]].concat())
    }

    /// Makes a login whose user name is the subject and returns its password.
    pub(crate) fn password(&self, role: &str, subject: &str) -> anyhow::Result<String> {
        self.run(&["logins", "add", role, subject])
    }

    /// Posts a body as curl does.
    pub(crate) fn curl(&self, path: &str, body: &str, more: &[&str]) -> anyhow::Result<Answer> {
        post(&self.place, &self.url(path), body.as_bytes(), more)
    }

    /// Returns what became of a record, once it is processed.
    pub(crate) async fn record(&self, record_id: &str) -> anyhow::Result<Value> {
        let url = self.url(&format!("/v1/records/{record_id}"));
        let mut record = Value::Null;
        until("the record is processed", PATIENCE, async || {
            let response = self
                .place
                .client()
                .get(&url)
                .bearer_auth(&self.token)
                .send()
                .await?;
            let is_there = response.status().is_success();
            if is_there {
                record = response.json().await?;
            }
            Ok(is_there)
        })
        .await?;
        Ok(record)
    }

    /// Returns what became of a record, in a word, once it is processed.
    pub(crate) async fn outcome(&self, record_id: &str) -> anyhow::Result<String> {
        let record = self.record(record_id).await?;
        let outcome = record["appearances"][0]["outcome"].as_str();
        Ok(outcome.context("no outcome")?.to_owned())
    }
}
