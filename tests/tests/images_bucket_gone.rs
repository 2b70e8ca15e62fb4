//! A bucket that cannot be used: its server is away, silent or refuses the hub; nothing is lost or half written.
//!
//! Needs `BORDERGATE_BIN` (the built program) and `BORDERGATE_TEST_S3PROXY_JARS` (the object store); without them the
//! tests say that they are skipped. The pictures were drawn for these tests (`camera_pictures/README.md`).

mod bucket_scene;
mod camera;

use std::time::{Duration, Instant};

use anyhow::ensure;
use bordergate_tests::multipart;
use reqwest::StatusCode;
use serde_json::json;

use bucket_scene::{checked, refused_for_now, scene, state};
use camera::{
    CAMERA, FORM, alert, ask, killed_before_log, logged, offer, outcomes, picture, refused, send,
    stop,
};

#[tokio::test]
async fn a_server_that_is_away_refuses_pictures_for_now_and_nothing_else() -> anyhow::Result<()> {
    let Some((mut objects, place)) = scene(&[]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    let before = alert("29C-111.11")?;
    let record_id = send(&place, "before", &before, 1).await?;
    let raw = format!("/v1/records/{record_id}/raw");

    objects.kill()?;
    let body = multipart(&[
        ("anpr.xml", "application/xml", b"<EventNotificationAlert><eventType>ANPR</eventType><ANPR><licensePlate>29C-123.45</licensePlate></ANPR></EventNotificationAlert>"),
        ("detectionPicture.jpg", "image/jpeg", &[&picture("vehicle.jpg")?[..], b"another"].concat()),
    ]);
    refused_for_now(&place, "one", &body, "images.unreachable").await?;
    state(&place, "images.unreachable").await?;
    let unavailable = StatusCode::SERVICE_UNAVAILABLE;
    refused(&place, &raw, None, unavailable, "images.unreachable").await?;
    let small = multipart(&[("a.jpg", "image/jpeg", &picture("small.jpg")?)]);
    let without = offer(&place, CAMERA, FORM, "small", &small).await?;
    ensure!(without.status() == StatusCode::ACCEPTED, "{without:?}");
    ensure!(
        logged(&place).await?.len() == 2,
        "what was refused is not in the log"
    );
    ensure!(
        objects.pictures()?.len() == 2,
        "nor anything of it in the bucket"
    );
    stop(hub).await?;

    // A hub starts without its object store, and says so.
    let said = checked(&place, false).await?;
    ensure!(said.contains("images.url: images.unreachable"), "{said}");
    let hub = place.serve().await?;
    state(&place, "images.unreachable").await?;
    ensure!(
        hub.output().contains("images.unreachable"),
        "{}",
        hub.output()
    );

    objects.start().await?;
    state(&place, "open").await?;
    let record_id = send(&place, "one", &body, 1).await?;
    for (path, came) in [
        (raw, before),
        (format!("/v1/records/{record_id}/raw"), body),
    ] {
        let shown = ask(&place, &path, None).await?;
        ensure!(shown.bytes().await? == came, "{path} is changed");
    }
    ensure!(objects.pictures()?.len() == 3);
    stop(hub).await
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_not_waited_for_and_its_picture_is_kept_once()
-> anyhow::Result<()> {
    let Some((objects, place)) = scene(&[("TIMEOUT_MS", "4000")]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    state(&place, "open").await?;
    let body = alert("29C-123.45")?;
    objects.process()?.stop().await?;
    let begun = Instant::now();
    refused_for_now(&place, "one", &body, "images.unreachable").await?;
    ensure!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    ensure!(
        logged(&place).await?.is_empty(),
        "the log has no reference without a picture"
    );
    // What was under way may be written now that nobody waits for it.
    objects.process()?.signal("CONT")?;
    state(&place, "open").await?;
    let record_id = send(&place, "one", &body, 1).await?;
    ensure!(outcomes(&place, &record_id, 1).await? == [json!(["observed", null])]);
    ensure!(objects.pictures()?.len() == 2, "each picture is there once");
    let raw = ask(&place, &format!("/v1/records/{record_id}/raw"), None).await?;
    ensure!(raw.bytes().await? == body);
    stop(hub).await
}

#[tokio::test]
async fn a_wrong_secret_and_a_missing_bucket_have_codes_of_their_own() -> anyhow::Result<()> {
    let Some((objects, place)) = scene(&[]).await? else {
        return Ok(());
    };
    let body = alert("29C-123.45")?;
    objects.write_secret("not-the-secret")?;
    let said = checked(&place, false).await?;
    ensure!(said.contains("images.url: images.denied"), "{said}");
    ensure!(said.contains("SignatureDoesNotMatch"), "{said}");
    ensure!(!said.contains("not-the-secret"), "{said}");
    let hub = place.serve().await?;
    state(&place, "images.denied").await?;
    refused_for_now(&place, "one", &body, "images.denied").await?;
    ensure!(!hub.output().contains("not-the-secret"), "{}", hub.output());
    stop(hub).await?;
    ensure!(
        objects.pictures()?.is_empty(),
        "the server checks signatures"
    );

    objects.write_secret("only-for-this-test")?;
    std::fs::remove_dir_all(objects.bucket())?;
    let said = checked(&place, false).await?;
    ensure!(said.contains("images.url: images.bucket"), "{said}");
    let hub = place.serve().await?;
    refused_for_now(&place, "one", &body, "images.bucket").await?;
    state(&place, "images.bucket").await?;
    std::fs::create_dir(objects.bucket())?;
    state(&place, "open").await?;
    send(&place, "one", &body, 1).await?;
    ensure!(objects.pictures()?.len() == 2 && logged(&place).await?.len() == 1);
    stop(hub).await
}

#[tokio::test]
async fn a_hub_killed_between_bucket_and_log_loses_nothing() -> anyhow::Result<()> {
    let Some((objects, place)) = scene(&[]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    let body = alert("29C-123.45")?;
    let are_kept = async || Ok(objects.pictures()?.len() == 2);
    let hub = killed_before_log(&place, hub, &body, are_kept).await?;
    let record_id = send(&place, "one", &body, 1).await?;
    let raw = ask(&place, &format!("/v1/records/{record_id}/raw"), None).await?;
    ensure!(raw.bytes().await? == body && objects.pictures()?.len() == 2);
    stop(hub).await
}
