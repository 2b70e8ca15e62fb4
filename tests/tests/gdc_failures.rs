//! How politely the container lists are asked for: the pace, what is no answer, the circuit breaker, whom the hub trusts.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped.

mod doors;
mod gdc_scene;

use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::until;

use doors::PATIENCE;
use gdc_scene::{Border, FAST, GdcService, Mood, arrives, cleared, settings};

#[tokio::test]
async fn questions_are_no_faster_than_the_pace_over_a_restart_too() -> anyhow::Result<()> {
    const PACE: Duration = Duration::from_secs(1);
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let (hub, service) = (&border.hub, &border.service);
    let running = hub.serve("").await?;
    for number in 1..=6 {
        let declaration = arrives(hub, number).await?;
        service.knows(&declaration, &[cleared(&declaration)]);
    }
    running.signal("TERM")?;
    running.wait(PATIENCE).await?;

    let asked = async |count| {
        let asked = async || Ok(service.asked().len() >= count);
        until("the service is asked", PATIENCE, asked).await
    };
    let mut running = border.serve("requests_per_minute = 60").await?;
    asked(3).await?;
    running.kill()?;
    let _running = border.serve("requests_per_minute = 60").await?;
    asked(6).await?;
    let asked = service.asked();
    let whole = asked[5].at.duration_since(asked[0].at);
    // A question may be long on its way, not short: the first one's delay is all that can shorten the whole.
    ensure!(whole >= PACE * 4, "six questions within {whole:?}");
    println!("six questions within {whole:?}, at a pace of {PACE:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_no_answer_has_a_code_and_marks_nothing_as_answered() -> anyhow::Result<()> {
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let (hub, service) = (&border.hub, &border.service);
    let more = format!("{FAST}timeout_seconds = 2\nopen_after_failures = 1000\nopen_seconds = 1\n");
    let moods = [
        (Mood::Status(503), "gdc.status"),
        (Mood::Elsewhere, "gdc.status"),
        (Mood::Status(401), "gdc.refused"),
        (Mood::Fault, "gdc.fault"),
        (Mood::Page, "gdc.content"),
        (Mood::Half, "gdc.content"),
        (Mood::Endless, "gdc.too_large"),
        (Mood::Silent, "gdc.timeout"),
    ];
    service.be(moods[0].0);
    let _running = border.serve(&more).await?;
    let declaration = arrives(hub, 1).await?;
    service.knows(&declaration, &[cleared(&declaration)]);
    for (mood, code) in moods {
        service.be(mood);
        let before = border.questions(code).await?;
        // The first of them may have been asked in the mood before.
        let counted = async || Ok(border.questions(code).await? >= before + 2);
        until(code, PATIENCE, counted)
            .await
            .with_context(|| format!("{mood:?}"))?;
        hub.door_is("gdc", code).await?;
    }
    ensure!(border.questions("answered").await? + border.questions("settled").await? == 0);
    ensure!(service.elsewhere_count() == 0, "no redirect is followed");
    let counter = r#"bordergate_doors_records_total{result="accepted","#;
    ensure!(hub.counted(counter).await? == 1, "the vehicle alone");
    service.be(Mood::Well);
    border.settled(1).await?;
    hub.door_is("gdc", "open").await
}

#[tokio::test]
async fn the_circuit_opens_after_failures_in_a_row_and_closes_with_an_answer() -> anyhow::Result<()>
{
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let (hub, service) = (&border.hub, &border.service);
    service.be(Mood::Status(503));
    let breaker = "open_after_failures = 3\nopen_seconds = 4\n";
    let mut running = border.serve(&format!("{FAST}{breaker}")).await?;
    for number in 1..=5 {
        let declaration = arrives(hub, number).await?;
        service.knows(&declaration, &[cleared(&declaration)]);
    }
    hub.door_is("gdc", "gdc.circuit_open").await?;
    let failed = async || Ok(border.questions("gdc.status").await? >= 4);
    until("one request tries again", PATIENCE, failed).await?;
    let asked = service.asked();
    let waited = asked[3].at.duration_since(asked[2].at);
    ensure!(
        waited >= Duration::from_secs(3),
        "the circuit was open for {waited:?}"
    );

    // A hub that starts anew goes on with the pause: the next one is twice as long.
    running.kill()?;
    let count = service.asked().len();
    let _running = border.serve(&format!("{FAST}{breaker}")).await?;
    hub.door_is("gdc", "gdc.circuit_open").await?;
    service.be(Mood::Well);
    border.settled(5).await?;
    hub.door_is("gdc", "open").await?;
    let asked = service.asked();
    let waited = asked[count].at.duration_since(asked[count - 1].at);
    ensure!(
        waited >= Duration::from_secs(7),
        "after a restart it was open for {waited:?}"
    );
    println!("the circuit was open for {waited:?} of 8 s over a restart");
    ensure!(asked.len() == count + 5, "{:?}", service.declarations());
    Ok(())
}

#[tokio::test]
async fn a_service_is_trusted_by_its_authority_and_gets_the_credentials() -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let ca = border.hub.place.folder().join("customs.pem");
    let password = border.hub.place.folder().join("password");
    std::fs::write(&password, "only-for-this-test\n")?;
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600))?;
    let service = GdcService::start_tls(&ca).await?;
    let border = Border { service, ..border };
    let (hub, service) = (&border.hub, &border.service);
    let login = format!("{FAST}username = \"hub\"\npassword_file = {password:?}\n");

    let running = border.serve(&login).await?;
    let declaration = arrives(hub, 1).await?;
    service.knows(&declaration, &[cleared(&declaration)]);
    hub.door_is("gdc", "gdc.unreachable").await?;
    ensure!(service.asked().is_empty(), "nothing is said to a stranger");
    running.signal("TERM")?;
    running.wait(PATIENCE).await?;

    let _running = border.serve(&format!("{login}ca_file = {ca:?}\n")).await?;
    border.settled(1).await?;
    // hub:only-for-this-test
    let expected = "Basic aHViOm9ubHktZm9yLXRoaXMtdGVzdA==";
    ensure!(service.asked()[0].authorization.as_deref() == Some(expected));

    let missing = ca.with_file_name("nowhere.pem");
    std::fs::write(
        hub.settings()?,
        settings(service, &format!("ca_file = {missing:?}")),
    )?;
    let arguments = ["check-config", "--config", hub.settings()?];
    let ended = hub.place.run("check", &arguments, PATIENCE).await?;
    ensure!(
        ended.code != Some(0) && ended.output.contains("ca_file"),
        "{ended:?}"
    );
    Ok(())
}
