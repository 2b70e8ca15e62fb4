//! What cameras are answered over HTTP: what their vendor's own server would say, once the log has the record.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped.

use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, Running, of_repository, program_or_skip, until};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// A Hikvision camera and a Dahua camera of the tables.
const HIKVISION: &str = "hn-cam-in-1";
const DAHUA: &str = "o-line";

#[tokio::test]
async fn a_dahua_camera_is_told_that_the_result_is_true_and_its_event_is_read() -> anyhow::Result<()>
{
    let Some(border) = open().await? else {
        return Ok(());
    };
    let event = std::fs::read(of_repository(
        "tests/tests/outsider_messages/dahua_tollgate.json",
    ))?;
    let by_path = format!("/v1/devices/{DAHUA}/NotificationInfo/TollgateInfo");
    for (path, header, outcome) in [
        (by_path.as_str(), None, "observed"),
        ("/NotificationInfo/TollgateInfo", Some(DAHUA), "duplicate"),
    ] {
        let request = named(border.post(path), header);
        let request = request
            .header("content-type", "application/json")
            .body(event.clone());
        let answer = request.send().await?;
        ensure!(answer.status() == StatusCode::OK, "{path}: {answer:?}");
        let record_id = answer.headers().get("bordergate-record-id");
        let record_id = record_id.context("no record id")?.to_str()?.to_owned();
        ensure!(answer.text().await? == r#"{"Result":true}"#, "{path}");
        ensure!(border.outcome(&record_id).await? == outcome, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn a_sign_of_life_is_answered_and_not_kept() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let body = r#"{"DeviceName":"sample","Active":"keepAlive"}"#;
    let request = named(border.post("/NotificationInfo/KeepAlive"), Some(DAHUA));
    let answer = request.body(body).send().await?;
    ensure!(answer.status() == StatusCode::OK, "{answer:?}");
    ensure!(answer.headers().get("bordergate-record-id").is_none());
    ensure!(answer.text().await? == r#"{"Result":true}"#);
    let nobody = border.post("/v1/devices/nobody/KeepAlive");
    let answer = nobody.body(body).send().await?;
    ensure!(answer.status() == StatusCode::NOT_FOUND, "{answer:?}");
    Ok(())
}

#[tokio::test]
async fn a_hikvision_camera_is_answered_200_and_its_alert_is_read() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let alert = alert("29C-123.45", "2026-11-12T08:15:00+07:00");
    let body = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"anpr.xml\"\r\nContent-Type: application/xml\r\n\r\n{alert}\r\n--cut--\r\n"
    );
    let request = border
        .post(&format!("/v1/devices/{HIKVISION}"))
        .header("content-type", "multipart/form-data; boundary=cut")
        .body(body);
    let answer = request.send().await?;
    ensure!(answer.status() == StatusCode::OK, "{answer:?}");
    let record_id = answer.headers().get("bordergate-record-id");
    let record_id = record_id.context("no record id")?.to_str()?.to_owned();
    ensure!(answer.text().await?.is_empty());
    ensure!(border.outcome(&record_id).await? == "observed");
    Ok(())
}

#[tokio::test]
async fn a_token_names_its_source_and_opens_no_other() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let made = border
        .post("/v1/admin/tokens")
        .json(&serde_json::json!({"role": "source", "subject": HIKVISION}))
        .send()
        .await?
        .error_for_status()?;
    let made: Value = made.json().await?;
    let token = made["token"].as_str().context("no token")?;
    let alert = alert("29C-678.90", "2026-11-12T08:20:00+07:00");
    for (source, status, code) in [
        (None, StatusCode::OK, None),
        (Some(HIKVISION), StatusCode::OK, None),
        (
            Some("hn-cam-in-2"),
            StatusCode::FORBIDDEN,
            Some("source.not_yours"),
        ),
    ] {
        let request = named(border.post("/v1/devices"), source);
        let request = request
            .bearer_auth(token)
            .header("content-type", "application/xml");
        let answer = request.body(alert.clone()).send().await?;
        ensure!(answer.status() == status, "{source:?}: {answer:?}");
        if let Some(code) = code {
            let problem: Value = answer.json().await?;
            ensure!(problem["code"] == code, "{problem}");
        }
    }
    let nameless = border.post("/v1/devices").body(alert);
    let answer = nameless.send().await?;
    ensure!(answer.status() == StatusCode::NOT_FOUND, "{answer:?}");
    Ok(())
}

/// A running hub with the reference tables and those of the messages.
struct Border {
    place: Place,
    _hub: Running,
}

async fn open() -> anyhow::Result<Option<Border>> {
    let Some(program) = program_or_skip() else {
        return Ok(None);
    };
    let place = Place::new(&program, &[])?;
    for tables in ["seeds/reference", "tests/tests/outsider_messages"] {
        place.seed(tables).await?;
    }
    let _hub = place.serve().await?;
    Ok(Some(Border { place, _hub }))
}

impl Border {
    fn post(&self, path: &str) -> RequestBuilder {
        let url = format!("http://{}{path}", self.place.http());
        self.place.client().post(url)
    }

    /// Returns what became of a record, once it is processed.
    async fn outcome(&self, record_id: &str) -> anyhow::Result<String> {
        let path = format!("/v1/records/{record_id}");
        let mut outcome = String::new();
        until("the record is processed", PATIENCE, async || {
            let Ok(text) = self.place.get(&path).await else {
                return Ok(false);
            };
            let record: Value = serde_json::from_str(&text)?;
            let told = record["appearances"][0]["outcome"].as_str();
            told.context("no outcome")?.clone_into(&mut outcome);
            Ok(true)
        })
        .await?;
        Ok(outcome)
    }
}

fn named(request: RequestBuilder, source: Option<&str>) -> RequestBuilder {
    match source {
        Some(source) => request.header("bordergate-source", source),
        None => request,
    }
}

/// Returns an alert of an ISAPI camera: a vehicle that drives forward on line 1.
fn alert(plate: &str, at: &str) -> String {
    format!(
        "<EventNotificationAlert version=\"2.0\"><channelID>1</channelID><dateTime>{at}</dateTime>\
         <eventType>ANPR</eventType><eventState>active</eventState><ANPR><licensePlate>{plate}</licensePlate>\
         <line>1</line><direction>forward</direction><confidenceLevel>96</confidenceLevel></ANPR>\
         </EventNotificationAlert>"
    )
}
