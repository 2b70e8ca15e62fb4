//! The doors as partners and devices use them, over a running hub: gRPC by reflection, pull, acknowledge and submit;
//! HTTP by posting what a camera sends.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped.

mod border;
mod messages;

use anyhow::{Context, bail};
use bordergate_exchange::client::{Client, Settings};
use bordergate_exchange::errors::reason;
use bordergate_exchange::v1::{self, crossing_change::Change, submit_result::Result as Submitted};
use bordergate_tests::multipart;
use futures_util::StreamExt;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tonic::{Code, Status};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use border::{Border, PATIENCE};
use messages::{alert, submission};

/// The partner of the reference tables and its source at one gate.
const PARTNER: &str = "lgsp";
const SOURCE: &str = "hn-lgsp";
/// A partner that is not in the reference tables, and its source at the same gate.
const OTHER_PARTNER: &str = "railway";
const OTHER_SOURCE: &str = "hn-railway";
/// A camera of the reference tables that reads `forward` as entering the gate area.
const CAMERA: &str = "hn-cam-in-1";

#[tokio::test]
async fn reflection_lists_every_service_of_the_contract() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let address = format!("http://{}", border.place.grpc());
    let channel = tonic::transport::Endpoint::from_shared(address)?
        .connect()
        .await?;
    let question = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut answers = ServerReflectionClient::new(channel)
        .server_reflection_info(tokio_stream::once(question))
        .await?
        .into_inner();
    let answer = answers.message().await?.context("no answer")?;
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        bail!("no list of services but {answer:?}");
    };
    let names: Vec<&str> = list.service.iter().map(|s| s.name.as_str()).collect();
    for service in [
        "bordergate.exchange.v1.CrossingService",
        "bordergate.exchange.v1.ExchangeService",
        "bordergate.exchange.v1.IndicatorService",
        "bordergate.exchange.v1.IngestService",
        "grpc.health.v1.Health",
    ] {
        assert!(names.contains(&service), "{service} is not among {names:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_same_submission_gets_the_same_answer_and_another_under_its_id_is_refused()
-> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let partner = client_of(&border, PARTNER)?;
    let request = submission("batch-1", SOURCE, "GATE_IN", "29C-123.45");
    let first = partner.submit(&request).await?;
    let receipt = receipt(&first)?;
    assert_eq!(
        partner.submit(&request).await?,
        first,
        "the same request again"
    );

    let changed = submission("batch-1", SOURCE, "GATE_OUT", "29C-123.45");
    let refusal = refused(partner.submit(&changed).await)?;
    assert_eq!(refusal.code(), Code::InvalidArgument);
    assert_eq!(reason(&refusal).as_deref(), Some("request_id.reused"));

    let record = border.record(&receipt.record_id).await?;
    let appearances = record["appearances"].as_array().map(Vec::len);
    assert_eq!(appearances, Some(1), "logged once: {record}");
    assert_eq!(record["appearances"][0]["outcome"], "observed");
    Ok(())
}

#[tokio::test]
async fn a_partner_submits_under_its_own_sources_only() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let partner = client_of(&border, PARTNER)?;
    for (request_id, source, code) in [
        ("of-another-partner", OTHER_SOURCE, "source.not_yours"),
        ("of-a-device", CAMERA, "source.not_yours"),
        ("of-nobody", "hn-nowhere", "source.unknown"),
    ] {
        let request = submission(request_id, source, "GATE_IN", "29C-123.45");
        let answer = partner.submit(&request).await?;
        let [result] = answer.results.as_slice() else {
            bail!("one record, but {answer:?}");
        };
        let Some(Submitted::Error(error)) = &result.result else {
            bail!("{source} was taken from {PARTNER}");
        };
        assert_eq!(error.code, code, "{source}");
        assert!(!error.is_retryable, "{source}");
    }
    let other = client_of(&border, OTHER_PARTNER)?;
    let request = submission("its-own", OTHER_SOURCE, "GATE_IN", "29C-123.45");
    receipt(&other.submit(&request).await?)?;
    Ok(())
}

#[tokio::test]
async fn the_feed_tells_a_submitted_crossing_and_an_acknowledgement_never_goes_back()
-> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let partner = client_of(&border, PARTNER)?;
    for (request_id, milestone) in [("in", "GATE_IN"), ("out", "GATE_OUT")] {
        let request = submission(request_id, SOURCE, milestone, "29C-123.45");
        receipt(&partner.submit(&request).await?)?;
        until_told(&partner, milestone).await?;
    }

    let first = partner.pull(&page_after("")).await?;
    let [record] = first.records.as_slice() else {
        bail!("a page of one record, but {first:?}");
    };
    let crossing = crossing(record)?;
    assert_eq!(crossing.gate_id, "huu-nghi");
    assert_eq!(crossing.plate.as_deref(), Some("29C12345"));
    assert_eq!(record.sequence, 1, "the feed begins at its first record");
    assert!(first.has_more, "the second milestone is another record");
    let second = partner.pull(&page_after(&first.next_cursor)).await?;
    assert_eq!(second.records[0].sequence, 2);

    let far = partner.acknowledge(&second.next_cursor).await?;
    let back = partner.acknowledge(&first.next_cursor).await?;
    assert_eq!(back, far, "a lower cursor changes nothing");
    Ok(())
}

#[tokio::test]
async fn a_changed_or_borrowed_cursor_is_refused() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let partner = client_of(&border, PARTNER)?;
    let cursor = partner.pull(&page_after("")).await?.next_cursor;
    let last = if cursor.ends_with('0') { "1" } else { "0" };
    let changed = format!("{}{last}", &cursor[..cursor.len() - 1]);
    let other = client_of(&border, OTHER_PARTNER)?;
    for (what, client, cursor, code, expected) in [
        (
            "changed",
            &partner,
            &changed,
            Code::InvalidArgument,
            "cursor.invalid",
        ),
        (
            "borrowed",
            &other,
            &cursor,
            Code::PermissionDenied,
            "cursor.not_yours",
        ),
    ] {
        for refusal in [
            refused(client.pull(&page_after(cursor)).await)?,
            refused(client.acknowledge(cursor).await)?,
        ] {
            assert_eq!(refusal.code(), code, "{what}: {refusal:?}");
            assert_eq!(reason(&refusal).as_deref(), Some(expected), "{what}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_message_without_a_registered_source_is_a_problem_with_a_code() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let alert = alert("29C12345", "2026-03-02T08:15:00+07:00");
    let response = border
        .post("hn-nowhere", "application/xml", alert.into_bytes(), None)
        .await?;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let content_type = &response.headers()["content-type"];
    assert_eq!(content_type, "application/problem+json");
    let problem: Value = serde_json::from_slice(&response.bytes().await?)?;
    assert_eq!(problem["code"], "source.unknown");
    assert_eq!(problem["type"], "urn:bordergate:problem:source.unknown");
    assert_eq!(problem["retryable"], false);
    assert!(problem["correlation_id"].is_string(), "{problem}");
    Ok(())
}

#[tokio::test]
async fn a_camera_alert_is_observed_bare_and_inside_multipart() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let bare = alert("29C12345", "2026-03-02T08:15:00+07:00");
    let wrapped = alert("29C54321", "2026-03-02T08:16:00+07:00");
    for (plate, content_type, body) in [
        ("29C12345", "application/xml", bare.into_bytes()),
        (
            "29C54321",
            "multipart/form-data; boundary=cut",
            with_picture(&wrapped),
        ),
    ] {
        let accepted = border.accepted(CAMERA, content_type, body, None).await;
        let record_id = accepted.context(content_type)?;
        let record = border.record(&record_id).await?;
        let fate = &record["appearances"][0];
        assert_eq!(fate["outcome"], "observed", "{content_type}: {record}");
        assert_eq!(fate["observations"][0]["milestone"], "GATE_IN", "{record}");
        assert_eq!(fate["observations"][0]["plate"], plate, "{record}");
    }
    Ok(())
}

/// Opens a hub with the reference tables and one more partner; `None` without a program.
async fn open() -> anyhow::Result<Option<Border>> {
    let Some(border) = Border::open(&["seeds/reference"]).await? else {
        return Ok(None);
    };
    let source = json!({
        "source_id": OTHER_SOURCE,
        "format": "cloudevents-json",
        "gate_id": "huu-nghi",
        "rank": 1,
        "partner_id": OTHER_PARTNER,
    });
    border.register(&source).await?;
    Ok(Some(border))
}

/// Makes a token for a partner on the command line and returns a client that carries it.
fn client_of(border: &Border, partner_id: &str) -> anyhow::Result<Client> {
    let token = border
        .place
        .said(&["tokens", "add", "partner", partner_id])?;
    let settings = Settings::new(format!("http://{}", border.place.grpc())).token(token);
    Ok(Client::new(settings)?)
}

/// Puts an alert and a picture into a body.
fn with_picture(alert: &str) -> Vec<u8> {
    multipart(&[
        ("anpr.xml", "application/xml", alert.as_bytes()),
        (
            "detectionPicture.jpg",
            "image/jpeg",
            b"\xff\xd8\xff\xe0\x00\xff\xd9",
        ),
    ])
}

/// Waits until the feed tells a crossing with this milestone.
async fn until_told(partner: &Client, milestone: &str) -> anyhow::Result<()> {
    let request = v1::StreamRecordsRequest::default();
    let stream = partner.exchange_service().stream_records(request).await?;
    let wanted = v1::Milestone::from_str_name(&format!("MILESTONE_{milestone}"))
        .context("no such milestone")?;
    let tells = |record: &v1::FeedRecord| {
        crossing(record).is_ok_and(|crossing| {
            let mut milestones = crossing.milestones.iter();
            milestones.any(|standing| standing.milestone == i32::from(wanted))
        })
    };
    let mut stream = stream.into_inner();
    let told = async {
        while let Some(page) = stream.next().await {
            if page?.records.iter().any(tells) {
                return Ok(());
            }
        }
        bail!("the stream ended before it told {milestone}")
    };
    tokio::time::timeout(PATIENCE, told).await?
}

/// Asks for one record after a cursor, or from the beginning.
fn page_after(cursor: &str) -> v1::PullRecordsRequest {
    v1::PullRecordsRequest {
        cursor: cursor.to_owned(),
        page_size: 1,
        ..Default::default()
    }
}

fn receipt(answer: &v1::SubmitRecordsResponse) -> anyhow::Result<&v1::Receipt> {
    match answer.results.first().and_then(|r| r.result.as_ref()) {
        Some(Submitted::Receipt(receipt)) => Ok(receipt),
        other => bail!("no receipt but {other:?}"),
    }
}

fn crossing(record: &v1::FeedRecord) -> anyhow::Result<&v1::Crossing> {
    match record.change.as_ref().and_then(|c| c.change.as_ref()) {
        Some(Change::Crossing(crossing)) => Ok(crossing),
        other => bail!("no crossing but {other:?}"),
    }
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Status>) -> anyhow::Result<Status> {
    match answer {
        Ok(answer) => bail!("was not refused: {answer:?}"),
        Err(refusal) => Ok(refusal),
    }
}
