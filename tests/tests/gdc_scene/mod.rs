//! What the tests of the poller of container lists share: a hub that is told milestones, and the service that it asks.

#![allow(dead_code, unused_imports, reason = "each test uses a part of it")]

mod request;
mod service;

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use bordergate_tests::{Running, program_or_skip, until};
use serde_json::{Value, json};

use crate::doors::{Hub, PATIENCE};

pub(crate) use service::{GdcService, Mood, cleared, list, only_error};

/// As fast as the hub asks: ten times a second.
pub(crate) const FAST: &str = "requests_per_minute = 600\nask_again_seconds = 1\n";

/// A hub that is told milestones, and the service that it asks.
pub(crate) struct Border {
    pub(crate) hub: Hub,
    pub(crate) service: GdcService,
}

impl Border {
    /// Makes them; the hub is seeded and does not run yet.
    pub(crate) async fn open() -> anyhow::Result<Option<Self>> {
        let Some(program) = program_or_skip() else {
            return Ok(None);
        };
        let environment = [("BORDERGATE__LIMITS__RECORD_BYTES", "100000")];
        let environment = environment.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let hub = Hub::new(&program, &environment)?;
        hub.seed().await?;
        let service = GdcService::start().await?;
        Ok(Some(Self { hub, service }))
    }

    pub(crate) async fn serve(&self, more: &str) -> anyhow::Result<Running> {
        self.hub.serve(&settings(&self.service, more)).await
    }

    /// Waits until a declaration was settled so often.
    pub(crate) async fn settled(&self, count: u64) -> anyhow::Result<()> {
        let settled = async || Ok(self.questions("settled").await? >= count);
        let waited = until("the declarations are settled", PATIENCE, settled).await;
        let asked = self.service.declarations();
        waited.with_context(|| format!("asked about {asked:?}"))?;
        ensure!(self.questions("settled").await? == count);
        Ok(())
    }

    /// Returns how many questions had a result.
    pub(crate) async fn questions(&self, result: &str) -> anyhow::Result<u64> {
        let counter = format!(r#"bordergate_gdc_questions_total{{result="{result}","#);
        self.hub.counted(&counter).await
    }

    /// Returns the one crossing that carries a declaration.
    pub(crate) async fn crossing_of(&self, declaration: &str) -> anyhow::Result<Value> {
        let crossings = self.hub.place.crossings().await?.into_iter();
        // Declarations are linked by their first eleven digits.
        let key = json!({"kind": "declaration", "value": declaration[..11]});
        let mut carrying = crossings.filter(|crossing| {
            let keys = crossing["keys"].as_array();
            keys.is_some_and(|keys| keys.contains(&key))
        });
        let crossing = carrying
            .next()
            .with_context(|| format!("no crossing of {declaration}"))?;
        ensure!(carrying.next().is_none(), "two crossings of {declaration}");
        Ok(crossing)
    }
}

pub(crate) fn settings(service: &GdcService, more: &str) -> String {
    format!(
        "[[gdc]]\nurl = {:?}\n{more}\n[[gdc.sources]]\nsource = \"lists\"\noffice_code = \"15BB\"\n",
        service.url
    )
}

/// Tells the hub a milestone of a vehicle at `minute` past seven in the morning of 16 November, local time.
pub(crate) async fn tell(
    hub: &Hub,
    source: &str,
    (plate, milestone, minute): (&str, &str, u32),
    declarations: &[&str],
) -> anyhow::Result<()> {
    let id = format!("{plate}-{milestone}-{minute}");
    let event = json!({
        "specversion": "1.0", "id": id, "source": "//guard.example",
        "type": "vn.langson.bordergate.milestone.reported",
        "time": format!("2026-11-16T07:{minute:02}:00+07:00"),
        "data": {"milestone": milestone, "plate": plate, "declarations": declarations},
    });
    let url = format!("http://{}/v1/records/{source}", hub.place.http());
    let request = hub.place.client().post(url).json(&event);
    let answer = request.header("content-type", "application/cloudevents+json");
    let answer = answer.send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    let receipt: Value = answer.json().await?;
    let record_id = receipt["record_id"].as_str().context("no id")?;
    let outcomes = hub.outcomes(record_id).await?;
    ensure!(outcomes == ["observed"], "{milestone}: {outcomes:?}");
    Ok(())
}

/// Lets a vehicle in that carries the goods of a declaration.
pub(crate) async fn arrives(hub: &Hub, number: usize) -> anyhow::Result<String> {
    let declaration = format!("30{number:09}0");
    let vehicle = (&*format!("12C-{:05}", number), "GATE_IN", 0);
    tell(hub, "guard", vehicle, &[&declaration]).await?;
    Ok(declaration)
}

/// Returns how often each was asked about.
pub(crate) fn counts(declarations: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for declaration in declarations {
        *counts.entry(declaration.as_str()).or_default() += 1;
    }
    counts
}
