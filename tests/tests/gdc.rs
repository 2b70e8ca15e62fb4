//! The poller of container lists before a service that speaks the customs' SOAP: what it asks about, what becomes of the
//! answers, and that neither a killed hub nor a second one asks too much or too little.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped. The one with two hubs needs
//! Kafka and PostgreSQL too.

mod doors;
mod gdc_scene;

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use bordergate_tests::until;

use doors::{PATIENCE, pair};
use gdc_scene::{
    Border, FAST, GdcService, arrives, cleared, counts, list, only_error, settings, tell,
};

#[tokio::test]
async fn only_what_the_board_waits_for_is_asked_about_and_the_answer_joins_its_crossing()
-> anyhow::Result<()> {
    const WAITING: &str = "301111111110";
    const LATER: &str = "309999999990";
    let Some(Border { hub, service }) = Border::open().await? else {
        return Ok(());
    };
    // All of it is told before anything is asked.
    let running = hub.serve("").await?;
    let registered = ("12C-11111", "DECL_REGISTERED", 5);
    for (vehicle, declarations) in [
        (("12C-11111", "GATE_IN", 0), vec![]),
        (registered, vec![WAITING]),
        (("12C-22222", "GATE_IN", 1), vec![]),
        (("12C-33333", "GATE_IN", 2), vec!["303333333330"]),
        (("12C-33333", "CROSSED_OUT", 20), vec![]),
        (("12C-44444", "GATE_IN", 3), vec!["304444444440"]),
        (("12C-44444", "SUPERVISION_PASSED", 21), vec![]),
    ] {
        let (source, declarations) = ("guard", declarations);
        // The declaration joins the vehicle's visit by its plate.
        tell(&hub, source, vehicle, &declarations).await?;
    }
    let other_gate = ("12C-55555", "GATE_IN", 4);
    tell(&hub, "elsewhere", other_gate, &["305555555550"]).await?;
    running.signal("TERM")?;
    running.wait(PATIENCE).await?;

    let border = Border { hub, service };
    let (hub, service) = (&border.hub, &border.service);
    service.knows(WAITING, &[cleared(WAITING)]);
    service.knows(LATER, &[cleared(LATER)]);
    let more = format!("{FAST}enterprise_code = \"0000000000\"\n");
    let _running = border.serve(&more).await?;
    border.settled(1).await?;
    hub.door_is("gdc", "open").await?;
    // What comes to be waited for later is asked about then, and nothing else meanwhile.
    tell(hub, "guard", ("12C-99999", "GATE_IN", 30), &[LATER]).await?;
    border.settled(2).await?;
    ensure!(service.declarations() == [WAITING, LATER]);
    let asked = service.asked().swap_remove(0);
    let told: Vec<_> = asked
        .more
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let day = "2026-11-16T00:00:00";
    ensure!(
        told == [
            ("Ma_Doanh_Nghiep", "0000000000"),
            ("Ma_HQ", "15BB"),
            ("Ngay_DK", day)
        ],
        "{told:?}"
    );
    ensure!(asked.authorization.is_none(), "{asked:?}");

    let linked = async || {
        let crossing = border.crossing_of(WAITING).await?.to_string();
        Ok(crossing.contains("CLEARED") && crossing.contains("CSQU3054383"))
    };
    until("the answer is in its crossing", PATIENCE, linked).await
}

#[tokio::test]
async fn an_error_is_asked_about_again_until_an_answer_lets_the_goods_pass() -> anyhow::Result<()> {
    const NUMBER: &str = "301111111110";
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let (hub, service) = (&border.hub, &border.service);
    let held = list(NUMBER, "Thông quan", "Hàng chưa đến khu vực giám sát", 10);
    let answers = [
        only_error("Không tìm thấy tờ khai"),
        only_error("Không tìm thấy tờ khai"),
        list(NUMBER, "Đã phân luồng", "", 5),
        list(NUMBER, "Đã phân luồng", "", 6),
        held.clone(),
        held,
        list(NUMBER, "Thông quan", "", 20),
    ];
    service.knows(NUMBER, &answers);
    let _running = border.serve(FAST).await?;
    tell(hub, "guard", ("12C-11111", "GATE_IN", 0), &[NUMBER]).await?;
    border.settled(1).await?;
    ensure!(border.questions("answered").await? == 6);
    ensure!(
        service.declarations().len() == answers.len(),
        "and never again"
    );

    // Every answer, also one that comes again, is a record with an outcome; none contradicts another.
    let counter = r#"bordergate_processed_records_total{"#;
    let mut told = String::new();
    let processed = async || {
        told = hub.place.get("/metrics").await?;
        let of_lists = told
            .lines()
            .filter(|line| line.starts_with(counter) && line.contains(r#"source="lists""#));
        let count = |outcome: &str| -> usize {
            let outcome = format!(r#"outcome="{outcome}""#);
            let mut lines = of_lists.clone().filter(|line| line.contains(&outcome));
            let line = lines.next().and_then(|line| line.rsplit(' ').next());
            line.and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        let found = ["ignored", "observed", "duplicate", "quarantined"].map(count);
        // The error, twice; channelled, held and cleared; those that tell the same as before, one of them at another
        // minute.
        Ok(found == [2, 3, 2, 0])
    };
    let waited = until("the answers are read", PATIENCE, processed).await;
    waited.with_context(|| told)?;
    let crossing = border.crossing_of(NUMBER).await?.to_string();
    ensure!(
        crossing.contains("CHANNELLED") && crossing.contains("CLEARED"),
        "{crossing}"
    );
    Ok(())
}

#[tokio::test]
async fn a_hub_killed_in_the_middle_repeats_no_finished_question_and_loses_none()
-> anyhow::Result<()> {
    const ALL: usize = 25;
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let (hub, service) = (&border.hub, &border.service);
    let mut running = hub.serve("").await?;
    for number in 1..=ALL {
        let declaration = arrives(hub, number).await?;
        service.knows(&declaration, &[cleared(&declaration)]);
    }
    running.kill()?;
    let mut killed_at = Vec::new();
    for count in [4, 9, 15] {
        running = border.serve(FAST).await?;
        let asked = async || Ok(service.asked().len() >= count);
        until("some were asked about", PATIENCE, asked).await?;
        running.kill()?;
        killed_at.push(service.asked().len());
    }
    ensure!(killed_at[2] < ALL, "killed too late: {killed_at:?}");
    let _running = border.serve(FAST).await?;
    let all = async || Ok(counts(&service.declarations()).len() == ALL);
    until("all were asked about", PATIENCE, all).await?;
    let due = r"bordergate_gdc_due_declarations{";
    let none_due = async || {
        let open = hub.door_is("gdc", "open").await;
        Ok(open.is_ok() && hub.counted(due).await? == 0)
    };
    until("none is due", PATIENCE, none_due).await?;
    let declarations = service.declarations();
    let repeated: Vec<_> = counts(&declarations)
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .collect();
    // Each kill interrupts one question at the most.
    ensure!(
        repeated.len() <= 3 && declarations.len() <= ALL + 3,
        "{repeated:?}"
    );
    println!(
        "{} questions for {ALL} declarations over three kills",
        declarations.len()
    );
    for declaration in counts(&declarations).into_keys() {
        let linked = async || {
            let crossing = border.crossing_of(declaration).await?;
            Ok(crossing.to_string().contains("CLEARED"))
        };
        until(declaration, PATIENCE, linked).await?;
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_asked_while_the_source_may_not_send() -> anyhow::Result<()> {
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let (hub, service) = (&border.hub, &border.service);
    for (source, state) in [("nobody", "source.unknown"), ("guard", "source.format")] {
        let settings = settings(service, FAST).replace("\"lists\"", &format!("{source:?}"));
        let running = hub.serve(&settings).await?;
        if service.asked().is_empty() && state == "source.unknown" {
            arrives(hub, 1).await?;
        }
        hub.door_is("gdc", state).await?;
        running.signal("TERM")?;
        running.wait(PATIENCE).await?;
    }
    ensure!(service.asked().is_empty(), "{:?}", service.declarations());
    Ok(())
}

#[tokio::test]
async fn of_two_hubs_one_asks_and_the_other_goes_on_when_it_is_killed() -> anyhow::Result<()> {
    let Some((one, other, services)) = pair().await? else {
        return Ok(());
    };
    let service = GdcService::start().await?;
    // Who asks is told by what it sends.
    let by = |name: &str| settings(&service, &format!("{FAST}enterprise_code = {name:?}\n"));
    let mut first = one.serve(&by("one")).await?;
    one.door_is("gdc", "open").await?;
    let second = other.serve(&by("other")).await?;
    other.door_is("gdc", "gdc.held").await?;
    let mut expected = BTreeSet::new();
    for number in 1..=10 {
        if number == 6 {
            first.kill()?;
        }
        let declaration = format!("30{number:09}0");
        service.knows(&declaration, &[cleared(&declaration)]);
        expected.insert(arrives(&other, number).await?);
        if number == 5 {
            let asked = async || Ok(service.asked().len() == 5);
            until("the first asks", PATIENCE, asked).await?;
        }
    }
    let asked = async || {
        let asked: BTreeSet<String> = service.declarations().into_iter().collect();
        Ok(asked == expected)
    };
    until("the other asks on", PATIENCE, asked).await?;
    other.door_is("gdc", "open").await?;
    let asked = service.asked().into_iter();
    let who: Vec<String> = asked
        .map(|one| one.more["Ma_Doanh_Nghiep"].clone())
        .collect();
    ensure!(who[..5].iter().all(|name| name == "one"), "{who:?}");
    ensure!(who[5..].iter().all(|name| name == "other"), "{who:?}");
    // The fifth may have been killed before its answer was noted.
    ensure!(who.len() <= 11, "{:?}", service.declarations());
    drop(second);
    services.remove().await
}
