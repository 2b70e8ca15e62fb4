//! Pictures on the web page, in a real browser: in a crossing's readings and beside the raw record.
//!
//! Needs `BORDERGATE_BIN` (the built program) and `BORDERGATE_TEST_CHROMEDRIVER` (an address such as
//! `http://127.0.0.1:9515`); without them it says that it is skipped.

mod camera;
mod chromium;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, program_or_skip, variable};
use fantoccini::Client;
use serde_json::json;

use camera::{age, alert, files, images, outcomes, send};
use chromium::{Browser, attribute, count, press, text, until};

#[tokio::test]
async fn pictures_are_shown_with_the_crossing_and_the_raw_record() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(driver) = variable("BORDERGATE_TEST_CHROMEDRIVER") else {
        println!("skipped: BORDERGATE_TEST_CHROMEDRIVER is not set");
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    place.seed("seeds/reference").await?;
    let _hub = place.serve().await?;
    let record_id = send(&place, "one", &alert("29C-123.45")?, 1).await?;
    ensure!(outcomes(&place, &record_id, 1).await?[0][0] == "observed");
    let browser = Browser::open(&driver, true).await?;
    let seen = seen(&place, &browser.client, &record_id).await;
    browser.client.close().await?;
    seen
}

async fn seen(place: &Place, client: &Client, record_id: &str) -> anyhow::Result<()> {
    let crossings = place.crossings().await?;
    let crossing_id = crossings[0]["crossing_id"]
        .as_str()
        .context("no crossing")?;
    let url = |path: &str| format!("http://{}{path}", place.http());
    client
        .goto(&url(&format!("/crossings/{crossing_id}?lang=en")))
        .await?;
    ensure!(
        count(client, ".pictures img").await? == 0,
        "none is fetched unasked"
    );
    press(client, "#milestones details summary").await?;
    until("the pictures are drawn", async || drawn(client).await).await?;
    press(client, "#milestones details[open] a[href^='/records/']").await?;
    until("the raw record is shown", async || {
        Ok(text(client, "pre.raw").await?.contains("sha256:"))
    })
    .await?;
    until("the pictures are drawn", async || drawn(client).await).await?;
    let first = attribute(client, ".pictures img", "src").await?;
    ensure!(
        first == images(place, record_id).await?[0]["url"],
        "{first}"
    );

    for file in files(place)? {
        age(&file, 31)?;
        std::fs::remove_file(file)?;
    }
    client.refresh().await?;
    until("two are told to be gone", async || {
        Ok(count(client, ".pictures img").await? == 1
            && count(client, ".pictures .note").await? == 2)
    })
    .await
}

/// Tells whether all three pictures are there and the browser could read them.
async fn drawn(client: &Client) -> anyhow::Result<bool> {
    let script =
        "return [...document.querySelectorAll('.pictures img')].map(image => image.naturalWidth)";
    Ok(client.execute(script, vec![]).await? == json!([640, 480, 160]))
}
