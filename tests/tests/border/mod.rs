//! A running hub with gates and sources, its HTTP door asked as devices and readers ask it.

use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, Running, program_or_skip, until};
use reqwest::{Response, StatusCode};
use serde_json::Value;

/// Longest wait for anything the hub was asked to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running hub with the reference tables.
pub(crate) struct Border {
    pub(crate) place: Place,
    _hub: Running,
}

impl Border {
    /// Opens it with these folders of tables, as paths of the repository; `None` without a program.
    pub(crate) async fn open(folders: &[&str]) -> anyhow::Result<Option<Self>> {
        let Some(program) = program_or_skip() else {
            return Ok(None);
        };
        let place = Place::new(&program, &[])?;
        for tables in folders {
            place.seed(tables).await?;
        }
        let hub = place.serve().await?;
        Ok(Some(Self { place, _hub: hub }))
    }

    /// Registers one more source.
    pub(crate) async fn register(&self, source: &Value) -> anyhow::Result<()> {
        let request = self
            .client()
            .post(self.url("/v1/admin/sources"))
            .json(source);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Posts a body; `received_at` is for replay sources.
    pub(crate) async fn post(
        &self,
        source_id: &str,
        content_type: &str,
        body: Vec<u8>,
        received_at: Option<&str>,
    ) -> anyhow::Result<Response> {
        let url = self.url(&format!("/v1/records/{source_id}"));
        let mut request = self.client().post(url).header("content-type", content_type);
        if let Some(at) = received_at {
            request = request.header("bordergate-received-at", at);
        }
        Ok(request.body(body).send().await?)
    }

    /// Posts a body that the door must take and returns the id of its record.
    pub(crate) async fn accepted(
        &self,
        source_id: &str,
        content_type: &str,
        body: Vec<u8>,
        received_at: Option<&str>,
    ) -> anyhow::Result<String> {
        let response = self.post(source_id, content_type, body, received_at);
        let response = response.await?;
        let (status, receipt) = (response.status(), response.json::<Value>().await?);
        ensure!(status == StatusCode::ACCEPTED, "{source_id}: {receipt}");
        let record_id = receipt["record_id"].as_str().context("no record id")?;
        Ok(record_id.to_owned())
    }

    /// Returns what became of a record, once it is processed.
    pub(crate) async fn record(&self, record_id: &str) -> anyhow::Result<Value> {
        let url = self.url(&format!("/v1/records/{record_id}"));
        let mut record = Value::Null;
        until(record_id, PATIENCE, async || {
            let response = self.client().get(&url).send().await?;
            if response.status() == StatusCode::NOT_FOUND {
                return Ok(false);
            }
            record = response.error_for_status()?.json().await?;
            Ok(true)
        })
        .await?;
        Ok(record)
    }

    /// Returns the client that asks the hub.
    pub(crate) fn client(&self) -> &reqwest::Client {
        self.place.client()
    }

    /// Returns the address of a path at the HTTP door.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.place.http())
    }
}
