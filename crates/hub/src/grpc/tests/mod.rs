//! The gRPC door of a whole hub in this process, called over TCP with tokens.

mod door;
mod feed;
mod ingest;
mod reading;
mod submission;

use std::time::Duration;

use bordergate_exchange::client::{Client, Retry, Settings as ClientSettings};
use bordergate_exchange::v1;
use bordergate_model::{Clock, Gate, GateId, Source, SourceId};
use bordergate_store::Role;
use tempfile::TempDir;
use tonic::Status;

use crate::api::acts::add_token;
use crate::clock::SystemClock;
use crate::config::Settings;
use crate::serve::Hub;

/// The partner of the tests.
const LGSP: &str = "lgsp-lang-son";
/// Longest any of these tests waits for something that must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running hub with two gates in two shards, each with a source of its own and one of [`LGSP`].
struct Running {
    hub: Hub,
    _dir: TempDir,
}

async fn running() -> Running {
    running_with(Settings::default()).await
}

async fn running_with(mut settings: Settings) -> Running {
    let dir = tempfile::tempdir().expect("a temporary folder");
    settings.data.dir = dir.path().to_owned();
    settings.http.address.set_port(0);
    settings.grpc.address.set_port(0);
    settings.access.tokens_on_loopback = true;
    let hub = Hub::start(settings, "test").await.expect("the hub starts");
    for (shard, gate) in [(2, "huu-nghi"), (5, "tan-thanh")] {
        let gate = gate_of(gate, shard);
        hub.app.store.add_gate(&gate).await.expect("a new gate");
        for (suffix, partner_id) in [("yard", None), ("lgsp", Some(LGSP))] {
            let source = source_of(&gate.gate_id, suffix, partner_id);
            hub.app
                .store
                .add_source(&source)
                .await
                .expect("a new source");
        }
    }
    let store = hub.app.store.as_ref();
    hub.app
        .registrations
        .refresh(store)
        .await
        .expect("the store answers");
    Running { hub, _dir: dir }
}

impl Running {
    /// A client with a token of its own, which tries each call once.
    async fn client(&self, role: Role, subject: &str) -> Client {
        let store = self.hub.app.store.as_ref();
        let token = add_token(store, role, subject, "test")
            .await
            .expect("a good subject");
        let mut settings = self.settings().token(token.token);
        settings.retry.attempts = 1;
        Client::new(settings).expect("a good address")
    }

    fn settings(&self) -> ClientSettings {
        let mut settings = ClientSettings::new(format!("http://{}", self.hub.grpc));
        settings.retry = Retry {
            first: Duration::from_millis(10),
            ..Retry::default()
        };
        settings
    }

    /// Sends one report as the gate's yard and waits until the feed has what came of it.
    async fn report(&self, gate: &str, plate: &str, milestone: &str) -> v1::FeedRecord {
        let before = self.places().await;
        let yard = format!("{gate}-yard");
        let sender = self.client(Role::Source, &yard).await;
        let record = raw(&yard, &format!("{plate}-{milestone}"), plate, milestone);
        sender.publish(&record).await.expect("the record is good");
        self.record_after(before).await
    }

    /// Where the feed stands, as a cursor of the partner `watcher`.
    async fn places(&self) -> String {
        let request = v1::PullRecordsRequest {
            start: v1::FeedStart::End.into(),
            ..Default::default()
        };
        let watcher = self.client(Role::Partner, "watcher").await;
        watcher
            .pull(&request)
            .await
            .expect("the feed answers")
            .next_cursor
    }

    async fn record_after(&self, cursor: String) -> v1::FeedRecord {
        let mut feed =
            self.client(Role::Partner, "watcher")
                .await
                .follow(v1::StreamRecordsRequest {
                    cursor,
                    ..Default::default()
                });
        let page = within(feed.next()).await.expect("the stream lives");
        page.records
            .into_iter()
            .next_back()
            .expect("a page has records")
    }
}

/// Waits for something that must come.
async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, work)
        .await
        .expect("it comes in time")
}

fn gate_of(gate: &str, shard: u16) -> Gate {
    Gate {
        gate_id: GateId::parse(gate).expect("a plain name"),
        version: 1,
        name_en: gate.to_owned(),
        name_vi: gate.to_owned(),
        shard,
        office_codes: Vec::new(),
        is_disabled: false,
    }
}

fn source_of(gate_id: &GateId, suffix: &str, partner_id: Option<&str>) -> Source {
    let source_id = SourceId::parse(&format!("{gate_id}-{suffix}")).expect("a plain name");
    Source {
        rank: 1,
        partner_id: partner_id.map(str::to_owned),
        ..Source::new(source_id, "cloudevents-json", Some(gate_id.clone()))
    }
}

/// A milestone report as a CloudEvents message, of this moment: an old one would be suspect.
fn report(id: &str, plate: &str, milestone: &str) -> Vec<u8> {
    let event = serde_json::json!({
        "specversion": "1.0",
        "id": id,
        "source": "//yard.example/test",
        "type": "vn.langson.bordergate.milestone.reported",
        "time": SystemClock.now().to_string(),
        "data": { "milestone": milestone, "plate": plate },
    });
    event.to_string().into_bytes()
}

fn raw(source_id: &str, key: &str, plate: &str, milestone: &str) -> v1::RawRecord {
    v1::RawRecord {
        source_id: source_id.to_owned(),
        idempotency_key: key.to_owned(),
        content_type: "application/cloudevents+json".to_owned(),
        body: report(key, plate, milestone).into(),
        received_at: None,
        headers: std::collections::BTreeMap::new(),
    }
}

/// The stable reason of a status.
fn reason(status: &Status) -> String {
    bordergate_exchange::errors::reason(status).unwrap_or_default()
}
