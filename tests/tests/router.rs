//! Province-wide sources through the HTTP door: records go to the gate they name or are linked to, wait over killed hubs
//! until a link appears, and are verified.
//!
//! Needs `BORDERGATE_BIN`, and for one test Kafka and PostgreSQL (the crate's README names the variables); without them a
//! test says that it is skipped.

mod router_scene;

use anyhow::ensure;
use bordergate_tests::{Place, Running, Services, of_repository, program_or_skip, until};
use sqlx::Connection as _;

use router_scene::{PATIENCE, observed_at, post, report, told, verify, waits};

/// A clearance permit that names the border gate of Huu Nghi.
const PERMIT: &str = "crates/sources/samples/vnaccs/vad1ag.txt";
/// Two declarations: one that is at Tan Thanh before customs tells of it, and one that comes there afterwards.
const EARLY: &str = "106599999990";
const LATE: &str = "306588888880";

#[tokio::test]
async fn records_of_the_province_find_their_gates_over_a_killed_hub() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    let hub = play(&place, &place).await?;
    hub.stop().await?;
    drop(hub);
    verify(&place, 0, " 0 differences").await?;

    // What the router says it did is checked against the log.
    let store = place.data_dir().join("store.sqlite");
    let mut store =
        sqlx::SqliteConnection::connect(&format!("sqlite://{}", store.display())).await?;
    let lost = "delete from outcomes where shard = 8 and log_offset = 0";
    sqlx::query(lost).execute(&mut store).await?;
    store.close().await?;
    verify(&place, 1, " 1 differences").await
}

#[tokio::test]
async fn two_hubs_hand_the_router_over() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(services) = Services::make_or_skip().await? else {
        return Ok(());
    };
    let played = async {
        let one = Place::new(&program, &services.environment(&[]))?;
        let other = Place::new(&program, &services.environment(&[]))?;
        one.prepare().await?;
        let _hub = play(&one, &other).await?;
        verify(&other, 0, " 0 differences").await
    };
    let played = played.await;
    services.remove().await?;
    played
}

/// Plays the story: the hub at `one` is killed while a record waits, the hub at `other` goes on and is returned.
async fn play(one: &Place, other: &Place) -> anyhow::Result<Running> {
    for tables in ["seeds/reference", "tests/tests/router_tables"] {
        one.seed(tables).await?;
    }
    let mut hub = one.serve().await?;

    let permit = std::fs::read(of_repository(PERMIT))?;
    let named = post(one, "ls-customs", permit, 1).await?;
    told(one, &named, &["route.place", "observed"]).await?;
    observed_at(one, &named, "huu-nghi").await?;

    post(one, "tt-guard", report("tt-1", "GATE_IN", EARLY), 2).await?;
    until("the vehicle is at Tan Thanh", PATIENCE, async || {
        Ok(one.crossings().await?.len() == 2)
    })
    .await?;
    let linked = post(one, "ls-reports", report("ls-1", "RELEASED", EARLY), 3).await?;
    told(one, &linked, &["route.link", "observed"]).await?;
    observed_at(one, &linked, "tan-thanh").await?;

    let waiting = post(one, "ls-reports", report("ls-2", "RELEASED", LATE), 4).await?;
    told(one, &waiting, &["route.unknown"]).await?;
    waits(one, Some(&waiting)).await?;
    hub.kill()?;

    hub = other.serve().await?;
    waits(other, Some(&waiting)).await?;
    post(other, "tt-guard", report("tt-2", "GATE_IN", LATE), 5).await?;
    told(other, &waiting, &["route.link", "observed"]).await?;
    observed_at(other, &waiting, "tan-thanh").await?;
    waits(other, None).await?;
    ensure!(other.crossings().await?.len() == 3, "three vehicles");
    Ok(hub)
}
