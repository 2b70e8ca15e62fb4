//! Pictures of cameras in a bucket of a real object store: kept, shown, put back, swept, over TLS.
//!
//! Needs `BORDERGATE_BIN` (the built program) and `BORDERGATE_TEST_S3PROXY_JARS` (the object store); without them the
//! tests say that they are skipped. The pictures were drawn for these tests (`camera_pictures/README.md`).

mod bucket_scene;
mod camera;

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, S3Proxy, Services, program_or_skip, until};
use jiff::ToSpan as _;
use jiff::civil::Date;
use reqwest::StatusCode;
use serde_json::{Value, json};

use bucket_scene::{checked, name, scene, state};
use camera::{PATIENCE, age, alert, ask, images, logged, outcomes, picture, refused, send, stop};

#[tokio::test]
async fn pictures_lie_in_the_bucket_and_come_back_byte_by_byte() -> anyhow::Result<()> {
    let Some((objects, place)) = scene(&[]).await? else {
        return Ok(());
    };
    let checked = checked(&place, true).await?;
    ensure!(checked.contains("the configuration is fine"), "{checked}");
    let hub = place.serve().await?;
    state(&place, "open").await?;
    let body = alert("29C-123.45")?;
    let record_id = send(&place, "one", &body, 1).await?;
    ensure!(outcomes(&place, &record_id, 1).await? == [json!(["observed", null])]);

    let kept: BTreeSet<Vec<u8>> = contents(&objects)?;
    let drawn = BTreeSet::from([picture("vehicle.jpg")?, picture("plate.jpg")?]);
    ensure!(kept == drawn, "the large pictures, and no other");
    ensure!(!place.data_dir().join("images").exists());
    let in_log = logged(&place).await?;
    ensure!(in_log.len() == 1 && in_log[0].body.len() < body.len() / 2);
    let hashes = objects.pictures()?;
    let text = String::from_utf8_lossy(&in_log[0].body).into_owned();
    for path in &hashes {
        let hash = name(path.parent().context("no folder")?)?;
        ensure!(
            text.contains(&format!("sha256:{hash}")),
            "{hash} is in the log"
        );
    }

    // The same pictures again are the same objects; a hub started anew finds them.
    send(&place, "two", &body, 1).await?;
    ensure!(objects.pictures()? == hashes);
    stop(hub).await?;
    let hub = place.serve().await?;
    shown_whole(&place, &record_id, &body).await?;
    stop(hub).await
}

#[tokio::test]
async fn a_picture_goes_when_its_days_are_over_and_nothing_of_others_does() -> anyhow::Result<()> {
    let Some((objects, place)) = scene(&[]).await? else {
        return Ok(());
    };
    let hub = place.serve().await?;
    let body = alert("29C-123.45")?;
    let record_id = send(&place, "one", &body, 1).await?;
    until("the first round is over", PATIENCE, async || {
        Ok(objects.bucket().join("pictures/.swept").is_file())
    })
    .await?;
    stop(hub).await?;

    let foreign = objects.bucket().join("pictures").join("a-list.txt");
    std::fs::write(&foreign, b"not the hub's")?;
    age(&foreign, 400)?;
    let kept = objects.pictures()?;
    ensure!(kept.len() == 2, "{kept:?}");
    // One came 31 days ago; the other today, as its name says, at an object store whose clock was behind.
    let old = put_back(&kept[0], 31)?;
    age(&kept[1], 31)?;

    let hub = place.serve().await?;
    until("the old one is swept", PATIENCE, async || Ok(!old.exists())).await?;
    ensure!(objects.pictures()? == [kept[1].clone()] && foreign.is_file());
    let listed = images(&place, &record_id).await?;
    let expired = listed.iter().filter(|image| image["is_expired"] == true);
    let expired: Vec<&Value> = expired.collect();
    ensure!(expired.len() == 1, "{listed:?}");
    let gone = expired[0]["url"].as_str().context("no url")?;
    for path in [gone, &format!("/v1/records/{record_id}/raw")] {
        refused(&place, path, None, StatusCode::GONE, "images.expired").await?;
    }
    until("the removal is counted", PATIENCE, async || {
        let text = place.get("/metrics").await?;
        let counted = |name: &str, value: &str| {
            text.lines()
                .any(|line| line.starts_with(name) && line.ends_with(value))
        };
        Ok(counted("bordergate_images_removed_files_total", " 1")
            && counted("bordergate_images_kept_files", " 1"))
    })
    .await?;
    // Sent again, it is there again.
    send(&place, "one", &body, 2).await?;
    shown_whole(&place, &record_id, &body).await?;
    stop(hub).await
}

#[tokio::test]
async fn an_object_store_is_believed_by_its_certificate() -> anyhow::Result<()> {
    let (Some(program), Some(mut objects)) = (program_or_skip(), S3Proxy::new_or_skip()?) else {
        return Ok(());
    };
    let authority = objects.secure()?;
    objects.start().await?;
    let authority = authority.to_str().context("a path of letters")?;
    let place = Place::new(&program, &objects.environment(&[("CA_FILE", authority)]))?;
    place.seed("seeds/reference").await?;
    let hub = place.serve().await?;
    let body = alert("29C-123.45")?;
    let record_id = send(&place, "one", &body, 1).await?;
    shown_whole(&place, &record_id, &body).await?;
    stop(hub).await?;
    let strict = Place::new(&program, &objects.environment(&[("TIMEOUT_MS", "2000")]))?;
    let said = checked(&strict, false).await?;
    ensure!(said.contains("images.unreachable"), "{said}");
    Ok(())
}

#[tokio::test]
async fn hubs_that_work_together_share_a_bucket() -> anyhow::Result<()> {
    let (Some(program), Some(services)) = (program_or_skip(), Services::make_or_skip().await?)
    else {
        return Ok(());
    };
    let shared = shared(&program, &services).await;
    services.remove().await?;
    shared
}

async fn shared(program: &Path, services: &Services) -> anyhow::Result<()> {
    let Some(mut objects) = S3Proxy::new_or_skip()? else {
        return Ok(());
    };
    objects.start().await?;
    let mut environment = services.environment(&[]);
    environment.extend(objects.environment(&[]));
    let (one, other) = (
        Place::new(program, &environment)?,
        Place::new(program, &environment)?,
    );
    one.prepare().await?;
    one.seed("seeds/reference").await?;
    let said = checked(&one, true).await?;
    ensure!(!said.contains("images."), "{said}");
    let first = one.serve().await?;
    let second = other.serve().await?;
    let body = alert("29C-123.45")?;
    let record_id = send(&one, "one", &body, 1).await?;
    shown_whole(&other, &record_id, &body).await?;
    stop(second).await?;
    stop(first).await
}

/// Checks that the body and each picture of the camera's message are shown as they came.
async fn shown_whole(place: &Place, record_id: &str, body: &[u8]) -> anyhow::Result<()> {
    let raw = ask(place, &format!("/v1/records/{record_id}/raw"), None).await?;
    ensure!(raw.bytes().await? == body, "the body is changed");
    for (number, drawn) in ["vehicle.jpg", "plate.jpg", "small.jpg"].iter().enumerate() {
        let path = format!("/v1/records/{record_id}/images/{number}");
        let shown = ask(place, &path, None).await?.bytes().await?;
        ensure!(shown == picture(drawn)?, "{drawn} is changed");
    }
    Ok(())
}

fn contents(objects: &S3Proxy) -> anyhow::Result<BTreeSet<Vec<u8>>> {
    let pictures = objects.pictures()?;
    pictures
        .iter()
        .map(|path| Ok(std::fs::read(path)?))
        .collect()
}

/// Makes an object look as if it had come so many days earlier; returns where it is then.
fn put_back(path: &Path, days: u64) -> anyhow::Result<std::path::PathBuf> {
    let day: Date = name(path)?.parse()?;
    let earlier = path.with_file_name(day.checked_sub(i64::try_from(days)?.days())?.to_string());
    std::fs::rename(path, &earlier)?;
    age(&earlier, days)?;
    Ok(earlier)
}
