//! Records without a gate on the web page, in a real browser: on the board, in the list, and gone when they have their gate.
//!
//! Needs `BORDERGATE_BIN` (the built program) and `BORDERGATE_TEST_CHROMEDRIVER` (an address such as
//! `http://127.0.0.1:9515`); without them it says that it is skipped.

mod chromium;
mod router_scene;

use anyhow::ensure;
use bordergate_tests::{Place, program_or_skip, variable};
use fantoccini::Client;

use chromium::{Browser, attribute, count, press, text, until};
use router_scene::{post, report, told};

#[tokio::test]
async fn what_waits_for_its_gate_is_on_the_board_until_it_has_one() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(driver) = variable("BORDERGATE_TEST_CHROMEDRIVER") else {
        println!("skipped: BORDERGATE_TEST_CHROMEDRIVER is not set");
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    for tables in ["seeds/reference", "tests/tests/router_tables"] {
        place.seed(tables).await?;
    }
    let _hub = place.serve().await?;
    let browser = Browser::open(&driver, true).await?;
    let seen = seen(&place, &browser.client).await;
    browser.client.close().await?;
    seen
}

async fn seen(place: &Place, client: &Client) -> anyhow::Result<()> {
    let url = |path: &str| format!("http://{}{path}", place.http());
    client.goto(&url("/?lang=en")).await?;
    ensure!(count(client, "#unrouted").await? == 0, "nothing waits");

    let body = report("one", "RELEASED", "106599999990");
    let first = post(place, "ls-reports", body, 1).await?;
    let body = report("two", "RELEASED", "306588888880");
    let second = post(place, "ls-reports", body, 31).await?;
    for record_id in [&first, &second] {
        told(place, record_id, &["route.unknown"]).await?;
    }
    // The live board shows it by itself.
    until("the board tells of both", async || {
        Ok(count(client, "#unrouted .count").await? == 1
            && text(client, "#unrouted .count").await? == "2")
    })
    .await?;
    let told_of = text(client, "#unrouted").await?;
    for words in [
        "16/11/2026 13:01:00",
        "30 min",
        "Nothing points to a gate: 2",
    ] {
        ensure!(told_of.contains(words), "{words:?} is not in {told_of:?}");
    }
    press(client, "#unrouted h2 a").await?;
    until("the list is shown", async || {
        Ok(count(client, "table.unrouted tbody tr").await? == 2)
    })
    .await?;
    let row = text(client, "table.unrouted tbody tr").await?;
    for words in [
        "ls-reports",
        "cloudevents-json",
        "Nothing points to a gate",
        "declaration",
        &first,
    ] {
        ensure!(row.contains(words), "{words:?} is not in {row:?}");
    }
    let link = "table.unrouted tbody a";
    let href = attribute(client, link, "href").await?;
    ensure!(href == format!("/records/{first}"), "{href}");
    press(client, link).await?;
    until("the raw record is shown", async || {
        Ok(text(client, "pre.raw").await?.contains("106599999990"))
    })
    .await?;

    for record_id in [&first, &second] {
        place.said(&["unrouted", "assign", record_id, "tan-thanh"])?;
        told(place, record_id, &["route.assigned", "observed"]).await?;
    }
    client.goto(&url("/unrouted?lang=en")).await?;
    ensure!(
        count(client, "table.unrouted").await? == 0,
        "none is listed"
    );
    ensure!(text(client, "#unrouted").await?.contains("No record waits"));
    client.goto(&url("/?lang=en")).await?;
    ensure!(count(client, "#unrouted").await? == 0, "nothing waits");
    Ok(())
}
