//! What the hub tells about itself: traces at a collector, metrics, log lines; and that no plate is in any of them.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it the test says that it is skipped.

mod collector;
#[allow(dead_code, reason = "alerts are posted bare here, never in parts")]
mod messages;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_exchange::client::{Client, Settings};
use bordergate_tests::{Place, Running, program_or_skip, until};
use opentelemetry_proto::tonic::trace::v1::Span;
use serde_json::Value;

use collector::{Collector, attribute};
use messages::{alert, submission};

/// A camera, and a partner's source, of the reference tables.
const CAMERA: &str = "hn-cam-in-1";
const SOURCE: &str = "hn-lgsp";
/// Plates that are nowhere else.
const PLATES: [&str; 3] = ["29H98765", "43K31415", "15R27182"];
/// The traces that the callers began: at the camera's door, the partner's, and shortly before the hub stops.
const TRACES: [&str; 3] = [
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "5bf92f3577b34da6a3ce929d0e0e4736",
    "6bf92f3577b34da6a3ce929d0e0e4736",
];
/// The caller's span in each.
const CALLER: &str = "00f067aa0ba902b7";
/// Longest wait for anything; spans are sent and gauges set every 5 s.
const PATIENCE: Duration = Duration::from_secs(40);
/// What `/metrics` must tell.
const METRICS: &[&str] = &[
    "bordergate_doors_records_total{",
    "bordergate_processed_records_total{",
    "bordergate_lag_records{",
    "bordergate_lag_seconds{",
    "bordergate_batch_seconds_count{",
    "bordergate_open_crossings",
    "bordergate_quarantined_records",
    "bordergate_feed_lag_records{",
];

#[tokio::test]
async fn a_record_is_followed_from_its_door_to_its_commit_and_no_plate_is_told()
-> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let collector = Collector::start().await?;
    let authorities = tempfile::NamedTempFile::new()?;
    std::fs::write(authorities.path(), collector.certificate())?;
    let place = Place::new(&program, &environment(&collector, authorities.path()))?;
    place.seed("seeds/reference").await?;
    let hub = place.serve().await?;

    post(&place, PLATES[0], TRACES[0]).await?;
    let posted = followed(&collector, TRACES[0], "POST /v1/records/{id}").await?;
    assert_eq!(
        attribute(&posted, "http.response.status_code").as_deref(),
        Some("202")
    );
    assert!(logged(&place, TRACES[0]).await?, "the log carries no trace");

    submit(&place, PLATES[1], TRACES[1]).await?;
    let method = "bordergate.exchange.v1.ExchangeService/SubmitRecords";
    let submitted = followed(&collector, TRACES[1], method).await?;
    assert_eq!(
        attribute(&submitted, "rpc.response.status_code").as_deref(),
        Some("OK")
    );

    let search = format!("/v1/crossings?plate={}", PLATES[0]);
    place.get(&search).await?;
    until("every metric is told", PATIENCE, async || {
        let metrics = place.get("/metrics").await?;
        Ok(METRICS.iter().all(|metric| metrics.contains(metric)))
    })
    .await?;

    post(&place, PLATES[2], TRACES[2]).await?;
    let output = stopped(hub).await?;
    ensure!(
        collector.server_span(TRACES[2]).is_some(),
        "what was not sent yet is sent at the end"
    );

    let spans = format!("{:?}", collector.spans());
    for plate in PLATES {
        ensure!(!spans.contains(plate), "plate {plate} is in a span");
        ensure!(!output.contains(plate), "plate {plate} is in a log line");
    }
    for span in collector.spans() {
        let target = attribute(&span, "target");
        ensure!(
            target.is_some_and(|target| target.starts_with("bordergate")),
            "not ours: {span:?}"
        );
    }
    for line in output.lines() {
        serde_json::from_str::<Value>(line).with_context(|| format!("no JSON: {line}"))?;
    }
    Ok(())
}

fn environment(collector: &Collector, authorities: &Path) -> Vec<(String, String)> {
    [
        ("OTLP_ENDPOINT", collector.endpoint()),
        ("OTLP_CA_FILE", authorities.display().to_string()),
        ("LOG_FORMAT", "json".to_owned()),
        // Everything of ours, as far as someone who looks for a fault would go.
        ("LOG_FILTER", "info,bordergate=trace".to_owned()),
    ]
    .map(|(key, value)| (format!("BORDERGATE__TELEMETRY__{key}"), value))
    .to_vec()
}

/// Waits until the record of a trace was stored, and returns the span of the door it came through.
async fn followed(collector: &Collector, trace: &str, name: &str) -> anyhow::Result<Span> {
    until(
        "a batch links to the record's append",
        PATIENCE,
        async || Ok(collector.is_stored(trace)),
    )
    .await?;
    until("the request's span is sent", PATIENCE, async || {
        Ok(collector.server_span(trace).is_some())
    })
    .await?;
    let span = collector.server_span(trace).context("it was there")?;
    ensure!(span.name == name, "{span:?}");
    ensure!(collector::hex(&span.parent_span_id) == CALLER, "{span:?}");
    Ok(span)
}

fn traceparent(trace: &str) -> String {
    format!("00-{trace}-{CALLER}-01")
}

async fn post(place: &Place, plate: &str, trace: &str) -> anyhow::Result<()> {
    let url = format!("http://{}/v1/records/{CAMERA}", place.http());
    let request = place
        .client()
        .post(url)
        .header("content-type", "application/xml");
    let request = request.header("traceparent", traceparent(trace));
    let body = alert(plate, "2026-03-02T08:15:00+07:00");
    request.body(body).send().await?.error_for_status()?;
    Ok(())
}

/// Submits a report as a partner that also reads the feed, so that there is a lag to tell.
async fn submit(place: &Place, plate: &str, trace: &str) -> anyhow::Result<()> {
    let client = Client::new(Settings::new(format!("http://{}", place.grpc())))?;
    let mut request = tonic::Request::new(submission("batch-1", SOURCE, "GATE_IN", plate));
    let header = traceparent(trace).parse()?;
    request.metadata_mut().insert("traceparent", header);
    client.exchange_service().submit_records(request).await?;
    let page = client
        .pull(&bordergate_exchange::v1::PullRecordsRequest::default())
        .await?;
    client.acknowledge(&page.next_cursor).await?;
    Ok(())
}

/// Tells whether a record in the embedded log carries the trace.
async fn logged(place: &Place, trace: &str) -> anyhow::Result<bool> {
    let url = format!("sqlite://{}", place.data_dir().join("log.sqlite").display());
    let mut log = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await?;
    let count: i64 = sqlx::query_scalar("select count(*) from records where traceparent like $1")
        .bind(format!("00-{trace}-%"))
        .fetch_one(&mut log)
        .await?;
    sqlx::Connection::close(log).await?;
    Ok(count == 1)
}

/// Stops the hub politely and returns what it printed.
async fn stopped(hub: Running) -> anyhow::Result<String> {
    hub.signal("TERM")?;
    let ended = hub.wait(PATIENCE).await?;
    ensure!(ended.code == Some(0), "{ended:?}");
    Ok(ended.output)
}
