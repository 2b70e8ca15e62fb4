//! The TCP doors over real sockets and a running hub: a scale's weighings and a seal's reports, with connections that
//! break, noise, half frames and strangers.
//!
//! Needs `BORDERGATE_BIN`; without it each test says that it is skipped.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, Running, program_or_skip, until};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PATIENCE: Duration = Duration::from_secs(30);
/// Sources that a test registers beside the reference tables.
const SCALE: &str = "hn-scale-9";
const SEALS: &str = "hn-seals-9";

#[tokio::test]
async fn each_weighing_of_a_scale_is_one_record_whatever_becomes_of_its_connection()
-> anyhow::Result<()> {
    let scale = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let settings = format!(
        "[[tcp.scales]]\nsource = \"{SCALE}\"\nconnect = \"{}\"\n",
        scale.local_addr()?
    );
    let Some(border) = Border::open(&settings).await? else {
        return Ok(());
    };
    let (mut line, _) = scale.accept().await?;
    border.door_is("tcp.scales 1", "connected").await?;
    line.write_all(&frames(&[0, 0, 12_000, 38_520, 38_520, 38_520, 0]))
        .await?;
    line.write_all(b"\x02noise").await?;
    // Half a weighing, and half a frame; the rest comes by the next connection.
    line.write_all(&frames(&[0, 20_040, 20_040])).await?;
    line.write_all(&frames(&[20_040])[..7]).await?;
    drop(line);
    let (mut line, _) = scale.accept().await?;
    line.write_all(&frames(&[20_040, 0, 0])).await?;
    border.weights_are(&[38_520.0, 20_040.0]).await?;

    let metrics = border.place.get("/metrics").await?;
    for told in [
        "bordergate_door_messages_total{door=\"tcp.scales 1\"",
        "bordergate_door_noise_bytes_total{door=\"tcp.scales 1\"",
        "bordergate_door_connections{door=\"tcp.scales 1\"",
    ] {
        ensure!(metrics.contains(told), "{told}: {metrics}");
    }
    Ok(())
}

#[tokio::test]
async fn a_scale_that_connects_again_takes_the_place_of_its_dead_connection() -> anyhow::Result<()>
{
    let address = free_address().await?;
    let settings = format!(
        "[[tcp.scales]]\nsource = \"{SCALE}\"\nlisten = \"{address}\"\nthreshold_kg = 1000\n"
    );
    let Some(border) = Border::open(&settings).await? else {
        return Ok(());
    };
    border.door_is("tcp.scales 1", "listening").await?;
    let mut dead = TcpStream::connect(address).await?;
    dead.write_all(&frames(&[0, 900, 0, 30_000])).await?;
    let mut alive = TcpStream::connect(address).await?;
    // The hub closes the dead one; only then is it certain which comes first.
    let closed = tokio::time::timeout(PATIENCE, dead.read(&mut [0; 1])).await?;
    ensure!(closed.is_err() || closed.is_ok_and(|length| length == 0));
    alive.write_all(&frames(&[30_000, 30_000, 0, 0])).await?;
    border.weights_are(&[30_000.0]).await
}

#[tokio::test]
async fn a_vehicle_that_stands_for_ever_is_weighed_once_and_in_time() -> anyhow::Result<()> {
    let address = free_address().await?;
    let settings = format!(
        "[[tcp.scales]]\nsource = \"{SCALE}\"\nlisten = \"{address}\"\nlongest_seconds = 1\n"
    );
    let Some(border) = Border::open(&settings).await? else {
        return Ok(());
    };
    let mut line = TcpStream::connect(address).await?;
    line.write_all(&frames(&[0, 30_000, 30_000])).await?;
    border.weights_are(&[30_000.0]).await?;
    line.write_all(&frames(&[30_000, 30_000, 0, 25_000, 25_000, 0, 0]))
        .await?;
    border.weights_are(&[30_000.0, 25_000.0]).await
}

#[tokio::test]
async fn a_seal_is_answered_once_the_log_has_its_report_and_not_for_what_is_refused()
-> anyhow::Result<()> {
    let (address, unknown) = (free_address().await?, free_address().await?);
    let settings = format!(
        "[[tcp.seals]]\nsource = \"{SEALS}\"\nlisten = \"{address}\"\n\
         [[tcp.seals]]\nsource = \"nowhere\"\nlisten = \"{unknown}\"\n\
         [[tcp.seals]]\nsource = \"{SCALE}\"\nlisten = \"{}\"\n",
        free_address().await?
    );
    let Some(mut border) = Border::open(&settings).await? else {
        return Ok(());
    };
    border.door_is("tcp.seals 1", "listening").await?;
    let mut seal = TcpStream::connect(address).await?;
    // Noise, half a report, then two reports in small pieces.
    seal.write_all(b"$\x01\x02(7591225008,P45,1611").await?;
    let both = [report(27), "\r\n".to_owned(), report(28)].concat();
    for piece in both.as_bytes().chunks(5) {
        seal.write_all(piece).await?;
        seal.flush().await?;
    }
    ensure!(answer(&mut seal).await? == "(P69,0,27)");
    ensure!(answer(&mut seal).await? == "(P69,0,28)");
    // The answer was lost: the seal repeats its report, and is answered again.
    drop(seal);
    let mut seal = TcpStream::connect(address).await?;
    seal.write_all(report(28).as_bytes()).await?;
    ensure!(answer(&mut seal).await? == "(P69,0,28)");
    border.reports_are(&["27", "28"]).await?;

    let mut stranger = TcpStream::connect(unknown).await?;
    stranger.write_all(report(29).as_bytes()).await?;
    until("the refusal is counted", PATIENCE, async || {
        let metrics = border.place.get("/metrics").await?;
        Ok(metrics.lines().any(|line| {
            line.starts_with("bordergate_door_messages_total{door=\"tcp.seals 2\"")
                && line.contains("source.unknown")
        }))
    })
    .await?;
    stranger.shutdown().await?;
    let mut answered = Vec::new();
    stranger.read_to_end(&mut answered).await?;
    ensure!(answered.is_empty(), "{answered:?}");
    ensure!(border.hub.is_running()?, "{}", border.hub.output());
    let output = border.hub.output();
    ensure!(output.contains("source.unknown"), "{output}");
    Ok(())
}

#[tokio::test]
async fn a_seal_killed_off_by_the_hubs_death_repeats_its_report_and_nothing_is_lost()
-> anyhow::Result<()> {
    let address = free_address().await?;
    let settings = format!("[[tcp.seals]]\nsource = \"{SEALS}\"\nlisten = \"{address}\"\n");
    let Some(mut border) = Border::open(&settings).await? else {
        return Ok(());
    };
    let mut expected = Vec::new();
    for index in 0..6 {
        expected.push(index.to_string());
        let mut is_answered = false;
        let mut tries = 0;
        while !is_answered {
            tries += 1;
            ensure!(tries < 200, "report {index} is never answered");
            let Ok(mut seal) = TcpStream::connect(address).await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            if seal.write_all(report(index).as_bytes()).await.is_err() {
                continue;
            }
            if index % 2 == 1 && tries == 1 {
                border.restart().await?;
            }
            is_answered = answer(&mut seal)
                .await
                .is_ok_and(|said| said == format!("(P69,0,{index})"));
        }
    }
    let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
    border.reports_are(&expected).await
}

#[tokio::test]
async fn only_so_many_seals_connect_and_a_silent_one_is_put_out() -> anyhow::Result<()> {
    let address = free_address().await?;
    let settings = format!(
        "[tcp]\nmax_connections = 1\nidle_seconds = 1\n[[tcp.seals]]\nsource = \"{SEALS}\"\nlisten = \"{address}\"\n"
    );
    let Some(border) = Border::open(&settings).await? else {
        return Ok(());
    };
    let mut first = TcpStream::connect(address).await?;
    first.write_all(report(1).as_bytes()).await?;
    ensure!(answer(&mut first).await? == "(P69,0,1)");
    let mut second = TcpStream::connect(address).await?;
    ensure!(is_closed(&mut second).await?, "one may connect");
    ensure!(is_closed(&mut first).await?, "silent for a second");
    let mut third = TcpStream::connect(address).await?;
    third.write_all(report(2).as_bytes()).await?;
    ensure!(answer(&mut third).await? == "(P69,0,2)");
    border.reports_are(&["1", "2"]).await
}

#[tokio::test]
async fn a_caller_from_another_network_is_not_let_in() -> anyhow::Result<()> {
    let address = free_address().await?;
    let settings = format!(
        "[[tcp.seals]]\nsource = \"{SEALS}\"\nlisten = \"{address}\"\npeers = [\"192.0.2.0/24\"]\n"
    );
    let Some(border) = Border::open(&settings).await? else {
        return Ok(());
    };
    let mut stranger = TcpStream::connect(address).await?;
    ensure!(is_closed(&mut stranger).await?, "192.0.2.0/24 alone may");
    let output = border.hub.output();
    ensure!(output.contains("tcp.peer"), "{output}");
    Ok(())
}

#[tokio::test]
async fn a_source_of_another_format_than_the_door_cuts_is_refused() -> anyhow::Result<()> {
    let address = free_address().await?;
    // A scale that sends tickets in JSON, of the reference tables.
    let settings = format!("[[tcp.scales]]\nsource = \"hn-scale-1\"\nlisten = \"{address}\"\n");
    let Some(border) = Border::open(&settings).await? else {
        return Ok(());
    };
    let mut line = TcpStream::connect(address).await?;
    line.write_all(&frames(&[0, 30_000, 0, 0])).await?;
    until("the refusal is told", PATIENCE, async || {
        Ok(border.hub.output().contains("source.format"))
    })
    .await
}

/// A running hub with the reference tables, a scale and seals.
struct Border {
    place: Place,
    hub: Running,
    config: String,
}

impl Border {
    async fn open(settings: &str) -> anyhow::Result<Option<Self>> {
        let Some(program) = program_or_skip() else {
            return Ok(None);
        };
        let place = Place::new(&program, &[])?;
        place.seed("seeds/reference").await?;
        let more = place.folder().join("more");
        std::fs::create_dir(&more)?;
        std::fs::write(
            more.join("sources.csv"),
            format!(
                "source_id,format,gate_id,lane,readings,rank,zone,clock_offset_seconds,silent_after_seconds,is_replay,partner_id,is_disabled\n\
                 {SCALE},mettler-continuous,huu-nghi,scale-9,*=WEIGHED,0,Asia/Ho_Chi_Minh,0,,false,,false\n\
                 {SEALS},jt701-p45,huu-nghi,,*=GATE_IN,0,Asia/Ho_Chi_Minh,0,,false,,false\n"
            ),
        )?;
        place
            .command(&["seed", more.to_str().context("a path of UTF-8")?])
            .await?;
        let config = place.folder().join("hub.toml");
        std::fs::write(&config, settings)?;
        let config = config.to_str().context("a path of UTF-8")?.to_owned();
        let hub = serve(&place, &config).await?;
        Ok(Some(Self { place, hub, config }))
    }

    /// Kills the hub and starts it again.
    async fn restart(&mut self) -> anyhow::Result<()> {
        self.hub.kill()?;
        self.hub = serve(&self.place, &self.config).await?;
        Ok(())
    }

    async fn door_is(&self, door: &str, state: &str) -> anyhow::Result<()> {
        until("the door's state", PATIENCE, async || {
            let health: Value = serde_json::from_str(&self.place.get("/healthz").await?)?;
            Ok(health["doors"][door] == state)
        })
        .await
    }

    async fn observations(&self, source: &str) -> anyhow::Result<Vec<Value>> {
        let text = self.place.get("/v1/observations?page_size=1000").await?;
        let page: Value = serde_json::from_str(&text)?;
        let all = page["observations"].as_array().context("a list")?.clone();
        Ok(all
            .into_iter()
            .filter(|reading| reading["source_id"] == source)
            .collect())
    }

    /// Waits until these weighings are read, in the order of the log.
    async fn weights_are(&self, expected: &[f64]) -> anyhow::Result<()> {
        let mut found = Vec::new();
        until("the weighings are read", PATIENCE, async || {
            let mut readings = self.observations(SCALE).await?;
            readings.sort_by_key(|reading| reading["offset"].as_i64());
            found = readings
                .iter()
                .filter_map(|reading| reading["gross_kg"].as_f64())
                .collect();
            Ok(found == expected)
        })
        .await
        .with_context(|| format!("{found:?} instead of {expected:?}: {}", self.hub.output()))
    }

    /// Waits until the reports of these indices are read, each once.
    async fn reports_are(&self, expected: &[&str]) -> anyhow::Result<()> {
        let mut found = Vec::new();
        until("the reports are read", PATIENCE, async || {
            let readings = self.observations(SEALS).await?.into_iter();
            found = readings
                .filter_map(|reading| Some(reading["details"]["index"].as_str()?.to_owned()))
                .collect();
            found.sort();
            Ok(found == expected)
        })
        .await
        .with_context(|| format!("{found:?} instead of {expected:?}"))
    }
}

async fn serve(place: &Place, config: &str) -> anyhow::Result<Running> {
    let mut hub = place.start("serve", &["serve", "--config", config])?;
    until("the hub is ready", PATIENCE, async || {
        ensure!(hub.is_running()?, "{}", hub.output());
        Ok(place.get("/readyz").await.is_ok())
    })
    .await
    .with_context(|| hub.output())?;
    Ok(hub)
}

async fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}

/// Frames of a scale that shows kilograms, gross, without motion.
fn frames(weights_kg: &[u32]) -> Vec<u8> {
    let frame = |kg: &u32| format!("\x02*0 {kg:06}000000\r").into_bytes();
    weights_kg.iter().flat_map(frame).collect()
}

fn report(index: u32) -> String {
    format!(
        "(7591225008,P45,161126,045820,21.970312,N,106.690145,E,A,0,0,1,0,0013953759,0,0,{index})"
    )
}

/// Reads up to the end of an answer.
async fn answer(seal: &mut TcpStream) -> anyhow::Result<String> {
    let mut said = Vec::new();
    while said.last() != Some(&b')') {
        let read = tokio::time::timeout(PATIENCE, seal.read_u8()).await;
        said.push(read.context("no answer")??);
    }
    Ok(String::from_utf8(said)?)
}

/// Waits until the hub closes a connection; a byte from it is none of that.
async fn is_closed(stream: &mut TcpStream) -> anyhow::Result<bool> {
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut [0; 1])).await;
    Ok(matches!(read.context("still open")?, Ok(0) | Err(_)))
}
