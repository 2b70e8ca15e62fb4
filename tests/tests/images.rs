//! Pictures of cameras: taken out of the message at the door, shown to those who may see them, put back.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it the tests say that they are skipped. The pictures were drawn
//! for these tests (`camera_pictures/README.md`).

mod camera;

use anyhow::{Context, ensure};
use bordergate_exchange::v1;
use bordergate_exchange::v1::ingest_service_client::IngestServiceClient;
use bordergate_store::Registry;
use bordergate_store::sqlite::SqliteStore;
use bordergate_tests::{Place, Services, multipart, program_or_skip, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

use camera::{
    CAMERA, FORM, PATIENCE, alert, ask, files, images, logged, offer, outcomes, picture, refused,
    seeded, send, stop,
};

#[tokio::test]
async fn pictures_leave_the_log_and_come_back_byte_by_byte() -> anyhow::Result<()> {
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    let body = alert("29C-123.45")?;
    let record_id = send(&place, "one", &body, 1).await?;
    ensure!(outcomes(&place, &record_id, 1).await? == [json!(["observed", null])]);
    ensure!(files(&place)?.len() == 2, "two pictures were taken out");

    let drawn = ["vehicle.jpg", "plate.jpg", "small.jpg"];
    let listed = images(&place, &record_id).await?;
    let detached: Vec<&Value> = listed.iter().map(|image| &image["is_detached"]).collect();
    ensure!(
        detached == [&json!(true), &json!(true), &json!(false)],
        "{listed:?}"
    );
    for (name, image) in drawn.iter().zip(&listed) {
        let response = ask(&place, image["url"].as_str().context("no url")?, None).await?;
        let shown = |name: &str| {
            response.headers()[name]
                .to_str()
                .unwrap_or_default()
                .to_owned()
        };
        ensure!(shown("content-type") == "image/jpeg", "{response:?}");
        ensure!(shown("x-content-type-options") == "nosniff");
        ensure!(shown("cache-control") == "private, no-store");
        ensure!(shown("content-disposition").starts_with("inline; filename="));
        ensure!(
            response.bytes().await? == picture(name)?,
            "{name} is changed"
        );
    }
    let raw = ask(&place, &format!("/v1/records/{record_id}/raw"), None).await?;
    ensure!(raw.bytes().await? == body, "the body is changed");
    refused(
        &place,
        &format!("/v1/records/{record_id}/images/3"),
        None,
        StatusCode::NOT_FOUND,
        "images.unknown",
    )
    .await?;

    // The same event again, under another key, and a message of another camera with the same picture.
    let again = send(&place, "two", &body, 1).await?;
    ensure!(outcomes(&place, &again, 1).await?[0][0] == "duplicate");
    ensure!(files(&place)?.len() == 2, "a picture is kept once");
    let logged = logged(&place).await?;
    ensure!(logged.len() == 2);
    let (left, small) = (&logged[0].body, picture("small.jpg")?.len());
    ensure!(left.len() < small + 2000, "{} bytes are left", left.len());
    let text = String::from_utf8_lossy(left);
    ensure!(
        text.contains("<licensePlate>29C-123.45</licensePlate>")
            && text.contains("\r\n\r\nsha256:")
    );

    let verified = place.run("verify", &["verify"], PATIENCE).await?;
    ensure!(verified.code == Some(0), "{verified:?}");
    let store = SqliteStore::open_read_only(&place.data_dir().join("store.sqlite")).await?;
    let acts: Vec<String> = store
        .audit_entries(10)
        .await?
        .into_iter()
        .map(|(_, act)| act.action)
        .collect();
    let shown = acts.iter().filter(|action| *action == "image.show").count();
    ensure!(
        shown == 3 && acts.contains(&"record.raw".to_owned()),
        "{acts:?}"
    );
    stop(hub).await
}

#[tokio::test]
async fn pictures_are_for_those_who_may_see_vehicles() -> anyhow::Result<()> {
    let Some(place) = seeded(&[("BORDERGATE__ACCESS__TOKENS_ON_LOOPBACK", "false")]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    let record_id = send(&place, "one", &alert("29C-123.45")?, 1).await?;
    for (role, may) in [
        ("operator", true),
        ("analyst", false),
        ("source", false),
        ("administrator", true),
    ] {
        let token = token(&place, role).await?;
        for path in ["/images", "/images/0", "/images/2", "/raw"] {
            let path = format!("/v1/records/{record_id}{path}");
            if may {
                let response = ask(&place, &path, Some(&token)).await?;
                ensure!(
                    response.status() == StatusCode::OK,
                    "{role} {path}: {response:?}"
                );
            } else {
                refused(
                    &place,
                    &path,
                    Some(&token),
                    StatusCode::FORBIDDEN,
                    "access.forbidden",
                )
                .await?;
            }
        }
        if role != "source" {
            let response = ask(&place, "/v1/observations", Some(&token)).await?;
            let page: Value = response.error_for_status()?.json().await?;
            let link = &page["observations"][0]["images"];
            let expected = may.then(|| format!("/v1/records/{record_id}/images"));
            ensure!(*link == json!(expected), "{role}: {link}");
        }
    }
    stop(hub).await
}

#[tokio::test]
async fn a_dahua_stream_of_octets_is_read_and_shown() -> anyhow::Result<()> {
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    place.seed("tests/tests/outsider_messages").await?;
    let hub = place.serve().await?;
    let event = b"Events[0].Code=TrafficJunction\r\nEvents[0].UTC=1762906500\r\nEvents[0].TrafficCar.PlateNumber=29C12345\r\n";
    let vehicle = picture("vehicle.jpg")?;
    let body = multipart(&[
        ("event", "text/plain", event),
        ("picture", "application/octet-stream", &vehicle),
    ]);
    place
        .command(&[
            "sources",
            "add",
            "dahua-1",
            "--format",
            "dahua-traffic",
            "--gate",
            "huu-nghi",
        ])
        .await?;
    let response = offer(
        &place,
        "dahua-1",
        "multipart/x-mixed-replace; boundary=cut",
        "one",
        &body,
    )
    .await?;
    let receipt: Value = response.error_for_status()?.json().await?;
    let record_id = receipt["record_id"].as_str().context("no record id")?;
    ensure!(outcomes(&place, record_id, 1).await?[0][0] == "observed");
    let listed = images(&place, record_id).await?;
    ensure!(
        listed.len() == 1 && listed[0]["is_detached"] == true,
        "{listed:?}"
    );
    let shown = ask(&place, &format!("/v1/records/{record_id}/images/0"), None).await?;
    ensure!(shown.bytes().await? == vehicle);
    stop(hub).await
}

#[tokio::test]
async fn other_doors_take_pictures_out_too() -> anyhow::Result<()> {
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    // A folder that is watched, besides the door of gRPC.
    let (inbox, config) = (
        place.folder().join("inbox"),
        place.folder().join("hub.toml"),
    );
    std::fs::create_dir(&inbox)?;
    let folder = format!(
        "[[folders]]\npath = {inbox:?}\nsource = \"hn-cam-in-2\"\ncontent_type = {FORM:?}\nsettle_ms = 100\n"
    );
    std::fs::write(&config, folder)?;
    let hub = place
        .serve_with(&["--config", config.to_str().context("a path of letters")?])
        .await?;
    std::fs::write(inbox.join("alert.bin"), alert("29C-111.11")?)?;
    let record = v1::RawRecord {
        source_id: CAMERA.to_owned(),
        content_type: FORM.to_owned(),
        body: alert("29C-222.22")?.into(),
        ..Default::default()
    };
    let mut client = IngestServiceClient::connect(format!("http://{}", place.grpc())).await?;
    let request = v1::PublishRecordRequest {
        record: Some(record),
    };
    client.publish_record(request).await?;
    let mut records = Vec::new();
    until("both are in the log", PATIENCE, async || {
        records = logged(&place).await?;
        Ok(records.len() == 2)
    })
    .await?;
    for record in records {
        let parts = record
            .detached
            .as_ref()
            .map(|detached| detached.parts.len());
        ensure!(parts == Some(2), "{}: {parts:?}", record.source_id);
        outcomes(&place, &record.record_id.to_string(), 1).await?;
        let raw = ask(
            &place,
            &format!("/v1/records/{}/raw", record.record_id),
            None,
        )
        .await?;
        let plate = if record.source_id.as_str() == CAMERA {
            "29C-222.22"
        } else {
            "29C-111.11"
        };
        ensure!(raw.bytes().await? == alert(plate)?, "{plate}");
    }
    stop(hub).await
}

#[tokio::test]
async fn the_same_bytes_are_the_same_whatever_is_taken_out() -> anyhow::Result<()> {
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    let config = place.folder().join("hub.toml");
    // Without an event id in it, only the bytes tell whether a record comes again.
    let body = multipart(&[
        (
            "anpr.xml",
            "application/xml",
            b"<EventNotificationAlert><eventType>ANPR</eventType><ANPR/></EventNotificationAlert>",
        ),
        (
            "detectionPicture.jpg",
            "image/jpeg",
            &picture("vehicle.jpg")?,
        ),
    ]);
    let arguments = ["--config", config.to_str().context("a path of letters")?];
    let mut record_id = String::new();
    for (count, detach_bytes) in [(1, 0), (2, 16_384), (3, 100_000)] {
        std::fs::write(
            &config,
            format!("[images]\ndetach_bytes = {detach_bytes}\n"),
        )?;
        let hub = place.serve_with(&arguments).await?;
        record_id = send(&place, "one", &body, count).await?;
        stop(hub).await?;
    }
    let hub = place.serve().await?;
    let repeated = json!(["duplicate", "record.duplicate"]);
    let expected = [json!(["observed", null]), repeated.clone(), repeated];
    ensure!(outcomes(&place, &record_id, 3).await? == expected);
    let logged = logged(&place).await?;
    let detached: Vec<bool> = logged
        .iter()
        .map(|record| record.detached.is_some())
        .collect();
    ensure!(detached == [false, true, false]);
    stop(hub).await
}

#[tokio::test]
async fn kcat_shows_a_readable_message_and_what_was_taken_out() -> anyhow::Result<()> {
    let (Some(program), Some(services)) = (program_or_skip(), Services::make_or_skip().await?)
    else {
        return Ok(());
    };
    if std::process::Command::new("kcat")
        .arg("-V")
        .output()
        .is_err()
    {
        println!("skipped: kcat is not installed");
        return services.remove().await;
    }
    let place = Place::new(&program, &services.environment(&[]))?;
    let checked = on_kafka(&place, &services).await;
    services.remove().await?;
    checked
}

async fn on_kafka(place: &Place, services: &Services) -> anyhow::Result<()> {
    place.prepare().await?;
    place.seed("seeds/reference").await?;
    let hub = place.serve().await?;
    let body = alert("29C-123.45")?;
    let record_id = send(place, "one", &body, 1).await?;
    let mut kcat = std::process::Command::new("kcat");
    kcat.args([
        "-C",
        "-e",
        "-q",
        "-b",
        &services.brokers,
        "-t",
        &services.topic,
    ]);
    let printed = kcat.args(["-f", "%h\n%s\n"]).output()?.stdout;
    let printed = String::from_utf8_lossy(&printed);
    ensure!(
        printed.contains("ce_detached=") && printed.contains("+42558 "),
        "{printed}"
    );
    ensure!(
        printed.contains("<licensePlate>29C-123.45</licensePlate>") && printed.contains("sha256:")
    );
    ensure!(printed.len() < 8000, "{} characters", printed.len());
    let raw = ask(place, &format!("/v1/records/{record_id}/raw"), None).await?;
    ensure!(raw.bytes().await? == body);
    let checked = place.run("check", &["check-config"], PATIENCE).await?;
    ensure!(checked.output.contains("warning images.dir"), "{checked:?}");
    stop(hub).await
}

/// Makes a token of a role; for a source it is the camera's.
async fn token(place: &Place, role: &str) -> anyhow::Result<String> {
    let subject = if role == "source" { CAMERA } else { "desk" };
    let url = format!("http://{}/v1/admin/tokens", place.http());
    let request = place.client().post(url);
    let request = request.json(&json!({"role": role, "subject": subject}));
    let made: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(made["token"].as_str().context("no token")?.to_owned())
}
