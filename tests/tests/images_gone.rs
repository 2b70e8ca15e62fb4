//! Pictures of cameras that are gone or cannot be kept: swept after their time, a folder that cannot be written, a hub
//! killed before the log has the record.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it the tests say that they are skipped. The pictures were drawn
//! for these tests (`camera_pictures/README.md`).

mod camera;

use anyhow::ensure;
use bordergate_tests::{multipart, until};
use reqwest::StatusCode;
use serde_json::{Value, json};

use camera::{
    CAMERA, FORM, PATIENCE, age, alert, ask, files, images, killed_before_log, logged, octets,
    offer, outcomes, picture, refused, seeded, send, stop,
};

#[tokio::test]
async fn a_swept_picture_says_so_and_the_rest_stays() -> anyhow::Result<()> {
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    let record_id = send(&place, "one", &alert("29C-123.45")?, 1).await?;
    let broken = multipart(&[
        ("anpr.xml", "application/xml", b"<EventNotificationAlert>"),
        (
            "detectionPicture.jpg",
            "image/jpeg",
            &picture("vehicle.jpg")?,
        ),
    ]);
    let poisoned = send(&place, "broken", &broken, 1).await?;
    ensure!(outcomes(&place, &poisoned, 1).await? == [json!(["quarantined", "xml.syntax"])]);
    let quarantined = format!("/v1/admin/quarantine/{poisoned}");
    let bytes = octets(&place, &quarantined).await?;
    ensure!(
        bytes.bytes().await? == broken,
        "the quarantined body is changed"
    );
    stop(hub).await?;

    for file in files(&place)? {
        age(&file, 31)?;
    }
    let hub = place.serve().await?;
    until("the pictures are swept", PATIENCE, async || {
        Ok(files(&place)?.is_empty())
    })
    .await?;
    let listed = images(&place, &record_id).await?;
    let expired: Vec<&Value> = listed.iter().map(|image| &image["is_expired"]).collect();
    ensure!(
        expired == [&json!(true), &json!(true), &json!(false)],
        "{listed:?}"
    );
    for path in ["/images/0", "/raw"] {
        let path = format!("/v1/records/{record_id}{path}");
        refused(&place, &path, None, StatusCode::GONE, "images.expired").await?;
    }
    let small = ask(&place, &format!("/v1/records/{record_id}/images/2"), None).await?;
    ensure!(small.bytes().await? == picture("small.jpg")?);
    ensure!(
        place
            .get(&format!("/records/{record_id}?lang=en"))
            .await?
            .contains("was removed when its time was over")
    );
    let shown: Value = serde_json::from_str(&place.get(&quarantined).await?)?;
    ensure!(
        shown["has_expired_images"] == true && shown["body_bytes"] == broken.len(),
        "{shown}"
    );
    ensure!(octets(&place, &quarantined).await?.status() == StatusCode::GONE);
    place.command(&["quarantine", "redrive", &poisoned]).await?;
    ensure!(outcomes(&place, &poisoned, 2).await?[1] == json!(["quarantined", "xml.syntax"]));
    let logged = logged(&place).await?;
    ensure!(logged[2].redrive_of == Some(1) && logged[2].detached == logged[1].detached);
    let counted = |text: &str| {
        let name = "bordergate_images_removed_files_total";
        text.lines()
            .any(|line| line.starts_with(name) && line.ends_with(" 2"))
    };
    until("both removals are counted", PATIENCE, async || {
        Ok(counted(&place.get("/metrics").await?))
    })
    .await?;
    // Sent again, they are there again.
    send(&place, "one", &alert("29C-123.45")?, 2).await?;
    let raw = ask(&place, &format!("/v1/records/{record_id}/raw"), None).await?;
    ensure!(raw.bytes().await? == alert("29C-123.45")?);
    stop(hub).await
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_refuses_for_now_and_loses_nothing() -> anyhow::Result<()> {
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    std::fs::write(place.data_dir().join("images"), b"in the way")?;
    let hub = place.serve().await?;
    let body = alert("29C-123.45")?;
    let refused = offer(&place, CAMERA, FORM, "one", &body).await?;
    ensure!(
        refused.status() == StatusCode::SERVICE_UNAVAILABLE,
        "{refused:?}"
    );
    ensure!(refused.headers().contains_key("retry-after"));
    let problem: Value = refused.json().await?;
    ensure!(
        problem["code"] == "images.disk" && problem["retryable"] == true,
        "{problem}"
    );
    let small = multipart(&[("a.jpg", "image/jpeg", &picture("small.jpg")?)]);
    let without = offer(&place, CAMERA, FORM, "small", &small).await?;
    ensure!(without.status() == StatusCode::ACCEPTED, "{without:?}");
    std::fs::remove_file(place.data_dir().join("images"))?;
    let record_id = send(&place, "one", &body, 1).await?;
    ensure!(outcomes(&place, &record_id, 1).await?[0][0] == "observed");
    ensure!(
        logged(&place).await?.len() == 2,
        "what was refused is not in the log"
    );
    stop(hub).await
}

#[tokio::test]
async fn a_hub_killed_between_picture_and_log_loses_nothing() -> anyhow::Result<()> {
    let Some(place) = seeded(&[]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    let body = alert("29C-123.45")?;
    let are_kept =
        async || Ok(place.data_dir().join("images").is_dir() && files(&place)?.len() == 2);
    let hub = killed_before_log(&place, hub, &body, are_kept).await?;
    let record_id = send(&place, "one", &body, 1).await?;
    ensure!(outcomes(&place, &record_id, 1).await? == [json!(["observed", null])]);
    let raw = ask(&place, &format!("/v1/records/{record_id}/raw"), None).await?;
    ensure!(raw.bytes().await? == body);
    stop(hub).await
}
