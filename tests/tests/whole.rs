//! The built program, run as people run it: a whole day, killed, checked and shared between hubs.
//!
//! Needs `BORDERGATE_BIN`, and for some tests Kafka and PostgreSQL (the crate's README names the variables);
//! without them a test says that it is skipped.

use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Ended, Place, Services, program_or_skip, told};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Longest wait for a simulated day of some dozen vehicles.
const DAY: Duration = Duration::from_secs(120);
/// Longest wait for a command.
const COMMAND: Duration = Duration::from_secs(60);
/// A small day, as fast as the hub takes it.
const SMALL_DAY: &[&str] = &["demo", "--vehicles", "60", "--speed", "max", "--exit"];
/// The same day at a pace at which it is still under way at the last kill, on any machine.
const PACED_DAY: &[&str] = &["demo", "--vehicles", "60", "--speed", "900", "--exit"];

#[tokio::test]
async fn an_embedded_day_ends_exact_and_accounted_for() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    check_day(&place.run("demo", SMALL_DAY, DAY).await?)
}

#[tokio::test]
async fn verify_finds_no_difference_and_finds_a_planted_one() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    check_day(&place.run("demo", SMALL_DAY, DAY).await?)?;
    let sound = place.run("sound", &["verify"], COMMAND).await?;
    ensure!(sound.code == Some(0), "{sound:?}");
    ensure!(sound.output.contains(" 0 differences"), "{sound:?}");

    let url = format!(
        "sqlite://{}",
        place.data_dir().join("store.sqlite").display()
    );
    let mut store = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await?;
    let changed = sqlx::query(
        "update facts set duration_us = duration_us + 1000000 where (crossing_id, segment) in \
         (select crossing_id, segment from facts where duration_us is not null limit 1)",
    )
    .execute(&mut store)
    .await?;
    ensure!(changed.rows_affected() == 1, "no fact was changed");
    sqlx::Connection::close(store).await?;

    let planted = place.run("planted", &["verify"], COMMAND).await?;
    ensure!(planted.code == Some(1), "{planted:?}");
    ensure!(planted.output.contains(" 1 differences"), "{planted:?}");
    Ok(())
}

#[tokio::test]
async fn a_second_hub_on_the_same_data_directory_names_the_holder() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let place = Place::new(&program, &[])?;
    let holder = place.serve().await?;
    let second = place.run("second", &["serve"], COMMAND).await?;
    ensure!(second.code.is_some_and(|code| code != 0), "{second:?}");
    for named in [holder.pid().to_string(), "serve".to_owned()] {
        ensure!(second.output.contains(&named), "{named}: {second:?}");
    }
    ensure!(place.get("/healthz").await.is_ok(), "the holder goes on");
    Ok(())
}

#[tokio::test]
async fn an_embedded_day_killed_at_random_moments_gives_the_same_crossings() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let (calm, killed) = (Place::new(&program, &[])?, Place::new(&program, &[])?);
    check_day(&calm.run("demo", SMALL_DAY, DAY).await?)?;
    check_day(&day_with_kills(&killed, 8, 1..=1).await?)?;
    same_crossings(&calm, &killed).await
}

#[tokio::test]
async fn a_day_killed_at_random_moments_gives_the_same_crossings() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(services) = Services::make_or_skip().await? else {
        return Ok(());
    };
    let checked = async {
        let calm = Place::new(&program, &[])?;
        check_day(&calm.run("demo", SMALL_DAY, DAY).await?)?;
        let killed = Place::new(&program, &services.environment(&[]))?;
        killed.prepare().await?;
        // Every fifth life outlasts the lease of the one before, so that processing is killed too.
        check_day(&day_with_kills(&killed, 22, 1..=5).await?)?;
        same_crossings(&calm, &killed).await
    };
    let checked = checked.await;
    services.remove().await?;
    checked
}

/// Plays the small day, killed `kill_count` times; where `lives` is longer than one, each last of so many lives
/// is a long one.
async fn day_with_kills(
    place: &Place,
    kill_count: usize,
    lives: std::ops::RangeInclusive<usize>,
) -> anyhow::Result<Ended> {
    let mut random = StdRng::seed_from_u64(3);
    for kill in 1..=kill_count {
        let mut demo = place.start("killed", PACED_DAY)?;
        let is_long = *lives.end() > 1 && kill % lives.end() == 0;
        let span = if is_long { 8.5..10.5 } else { 0.1..1.5 };
        tokio::time::sleep(Duration::from_secs_f64(random.random_range(span))).await;
        ensure!(
            demo.is_running()?,
            "it ended before kill {kill}: {}",
            demo.output()
        );
        demo.kill()?;
    }
    place.run("last", SMALL_DAY, DAY).await
}

/// Checks what the demo says at its end. So few vehicles may miss the share that it promises, and with it status 0.
fn check_day(ended: &Ended) -> anyhow::Result<()> {
    ensure!(matches!(ended.code, Some(0 | 1)), "{ended:?}");
    ensure!(
        ended.output.contains("; 0 unaccounted for."),
        "{}",
        ended.output
    );
    let share: f64 = ended
        .output
        .lines()
        .find_map(|line| {
            line.split_once("reproduced exactly (")?
                .1
                .strip_suffix(" %).")
        })
        .with_context(|| format!("no share of exact crossings: {}", ended.output))?
        .parse()?;
    ensure!(share >= 95.0, "{}", ended.output);
    Ok(())
}

/// Serves both places and compares everything that their crossings say about the world.
async fn same_crossings(one: &Place, other: &Place) -> anyhow::Result<()> {
    let (_one_hub, _other_hub) = (one.serve().await?, other.serve().await?);
    let (one, other) = (told(one).await?, told(other).await?);
    ensure!(one.len() > 50, "only {} crossings", one.len());
    let differing: Vec<_> = one.symmetric_difference(&other).collect();
    ensure!(differing.is_empty(), "{differing:#?}");
    Ok(())
}
