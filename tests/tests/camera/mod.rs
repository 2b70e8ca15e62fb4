//! A hub and the cameras that send it pictures.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, ensure};
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_eventlog::{EventLog, RunLimit};
use bordergate_model::RawRecord;
use bordergate_tests::{Place, Running, multipart, of_repository, program_or_skip, until};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use sqlx::Connection;

/// Longest wait for anything asked of a hub.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// A Hikvision camera of the reference tables.
pub(crate) const CAMERA: &str = "hn-cam-in-1";
/// What its messages are declared as.
pub(crate) const FORM: &str = "multipart/form-data; boundary=cut";

/// Returns one of the pictures that were drawn for these tests.
pub(crate) fn picture(name: &str) -> anyhow::Result<Vec<u8>> {
    let path = of_repository("tests/tests/camera_pictures").join(name);
    std::fs::read(&path).with_context(|| path.display().to_string())
}

/// Returns an alert with two pictures that are taken out and one that is not.
pub(crate) fn alert(plate: &str) -> anyhow::Result<Vec<u8>> {
    let alert = format!(
        "<EventNotificationAlert version=\"2.0\"><channelID>1</channelID><dateTime>2026-11-12T08:15:00+07:00</dateTime>\
         <eventType>ANPR</eventType><eventState>active</eventState><ANPR><licensePlate>{plate}</licensePlate>\
         <line>1</line><direction>forward</direction><confidenceLevel>96</confidenceLevel></ANPR>\
         </EventNotificationAlert>"
    );
    Ok(multipart(&[
        ("anpr.xml", "application/xml", alert.as_bytes()),
        (
            "detectionPicture.jpg",
            "image/jpeg",
            &picture("vehicle.jpg")?,
        ),
        (
            "licensePlatePicture.jpg",
            "image/jpeg",
            &picture("plate.jpg")?,
        ),
        ("thumbnail.jpg", "image/jpeg", &picture("small.jpg")?),
    ]))
}

/// Offers a body under a sender's key.
pub(crate) async fn offer(
    place: &Place,
    source: &str,
    content_type: &str,
    key: &str,
    body: &[u8],
) -> anyhow::Result<Response> {
    let url = format!("http://{}/v1/records/{source}", place.http());
    let request = place.client().post(url).header("idempotency-key", key);
    let request = request.header("content-type", content_type);
    Ok(request.body(body.to_vec()).send().await?)
}

/// Sends the camera's message and returns the id of its record, once it is processed `count` times.
pub(crate) async fn send(
    place: &Place,
    key: &str,
    body: &[u8],
    count: usize,
) -> anyhow::Result<String> {
    let response = offer(place, CAMERA, FORM, key, body).await?;
    let (status, receipt) = (response.status(), response.json::<Value>().await?);
    ensure!(status == StatusCode::ACCEPTED, "{receipt}");
    let record_id = receipt["record_id"].as_str().context("no record id")?;
    outcomes(place, record_id, count).await?;
    Ok(record_id.to_owned())
}

/// Returns the outcome and code of each of a record's `count` appearances, once they are there.
pub(crate) async fn outcomes(
    place: &Place,
    record_id: &str,
    count: usize,
) -> anyhow::Result<Vec<Value>> {
    let path = format!("/v1/records/{record_id}");
    let mut found = Vec::new();
    until(record_id, PATIENCE, async || {
        let Ok(text) = place.get(&path).await else {
            return Ok(false);
        };
        let record: Value = serde_json::from_str(&text)?;
        let appearances = record["appearances"].as_array().into_iter().flatten();
        found = appearances
            .map(|one| json!([one["outcome"], one["code"]]))
            .collect();
        Ok(found.len() == count)
    })
    .await?;
    Ok(found)
}

/// Asks for a path, with a token where one is given.
pub(crate) async fn ask(
    place: &Place,
    path: &str,
    token: Option<&str>,
) -> anyhow::Result<Response> {
    let mut request = place.client().get(format!("http://{}{path}", place.http()));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    Ok(request.send().await?)
}

/// Checks that a path is refused with a status and a code.
pub(crate) async fn refused(
    place: &Place,
    path: &str,
    token: Option<&str>,
    status: StatusCode,
    code: &str,
) -> anyhow::Result<()> {
    let response = ask(place, path, token).await?;
    let (told, problem) = (response.status(), response.json::<Value>().await?);
    ensure!(
        told == status && problem["code"] == code,
        "{path}: {problem}"
    );
    Ok(())
}

/// Returns the list of a record's pictures.
pub(crate) async fn images(place: &Place, record_id: &str) -> anyhow::Result<Vec<Value>> {
    let text = place
        .get(&format!("/v1/records/{record_id}/images"))
        .await?;
    let list: Value = serde_json::from_str(&text)?;
    list["images"].as_array().cloned().context("no list")
}

/// Returns the files in the folder of pictures of a hub.
pub(crate) fn files(place: &Place) -> anyhow::Result<Vec<PathBuf>> {
    let mut folders = vec![place.data_dir().join("images")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let is_own = path
                .file_name()
                .is_some_and(|name| name.as_encoded_bytes()[0] == b'.');
            if path.is_dir() {
                folders.push(path);
            } else if !is_own {
                files.push(path);
            }
        }
    }
    Ok(files)
}

/// Makes a file look as if it had been written so many days ago.
pub(crate) fn age(path: &std::path::Path, days: u64) -> anyhow::Result<()> {
    let file = std::fs::OpenOptions::new().write(true).open(path)?;
    let now: SystemTime = file.metadata()?.modified()?;
    file.set_modified(now - Duration::from_secs(days * 24 * 3600))?;
    Ok(())
}

/// Returns a place with the reference tables; `None` without a program.
pub(crate) async fn seeded(environment: &[(&str, &str)]) -> anyhow::Result<Option<Place>> {
    let Some(program) = program_or_skip() else {
        return Ok(None);
    };
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let environment: Vec<(String, String)> = environment.iter().map(pair).collect();
    let place = Place::new(&program, &environment)?;
    place.seed("seeds/reference").await?;
    Ok(Some(place))
}

/// Asks for a path as bytes.
pub(crate) async fn octets(place: &Place, path: &str) -> anyhow::Result<reqwest::Response> {
    let request = place.client().get(format!("http://{}{path}", place.http()));
    Ok(request
        .header("accept", "application/octet-stream")
        .send()
        .await?)
}

/// Returns the records of the camera's gate in the embedded log, ticks left out.
pub(crate) async fn logged(place: &Place) -> anyhow::Result<Vec<RawRecord>> {
    let log = EmbeddedLog::open_read_only(&place.data_dir().join("log.sqlite")).await?;
    let limit = RunLimit {
        records: 100,
        body_bytes: usize::MAX,
    };
    let mut records = Vec::new();
    for shard in 0..8 {
        if log.end(shard).await? > 0 {
            let run = log
                .open(shard, 0)
                .await?
                .next_run(limit, Duration::ZERO)
                .await?;
            records.extend(run.into_iter().map(|logged| logged.record));
        }
    }
    records.retain(|record| record.gate_id.is_some());
    Ok(records)
}

/// Offers the camera's message to a hub whose log does not take it, and kills the hub once its pictures `are_kept`.
/// Returns the hub that is started after it, when the log has no record.
pub(crate) async fn killed_before_log(
    place: &Place,
    mut hub: Running,
    body: &[u8],
    are_kept: impl AsyncFn() -> anyhow::Result<bool>,
) -> anyhow::Result<Running> {
    let holder = place.log_locked().await?;
    let killed = {
        let offered = offer(place, CAMERA, FORM, "one", body);
        let killing = async {
            until("both pictures are kept", PATIENCE, are_kept).await?;
            hub.kill()
        };
        let (answer, killed) = tokio::join!(offered, killing);
        ensure!(answer.is_err(), "no receipt was given: {answer:?}");
        killed
    };
    killed?;
    holder.close().await?;
    let hub = place.serve().await?;
    ensure!(
        logged(place).await?.is_empty(),
        "it was killed before the append"
    );
    Ok(hub)
}

/// Asks a hub to end, as a service manager does.
pub(crate) async fn stop(hub: Running) -> anyhow::Result<()> {
    hub.signal("TERM")?;
    let ended = hub.wait(PATIENCE).await?;
    ensure!(ended.code == Some(0), "{ended:?}");
    Ok(())
}
