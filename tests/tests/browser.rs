//! The web page in a real browser, over a day that the demo plays: what people see and press.
//!
//! Needs `BORDERGATE_BIN` (the built program) and `BORDERGATE_TEST_CHROMEDRIVER` (an address such as
//! `http://127.0.0.1:9515`); without them it says that it is skipped.

mod chromium;

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tempfile::TempDir;

use chromium::{Browser, attribute, count, press, text, until};

/// Longest wait for the simulated day.
const DAY: Duration = Duration::from_secs(120);

#[tokio::test]
async fn people_find_a_truck_and_its_figures_on_the_page() -> anyhow::Result<()> {
    let (Some(program), Some(driver)) = (
        variable("BORDERGATE_BIN"),
        variable("BORDERGATE_TEST_CHROMEDRIVER"),
    ) else {
        println!("skipped: BORDERGATE_BIN and BORDERGATE_TEST_CHROMEDRIVER are not both set");
        return Ok(());
    };
    let demo = Demo::start(Path::new(&program)).await?;
    let scripted = Browser::open(&driver, true).await?;
    let seen = with_scripts(&demo, &scripted.client).await;
    scripted.client.close().await?;
    seen?;
    let plain = Browser::open(&driver, false).await?;
    let seen = without_scripts(&demo, &plain.client).await;
    plain.client.close().await?;
    seen
}

async fn with_scripts(demo: &Demo, client: &Client) -> anyhow::Result<()> {
    board_is_drawn_and_live(demo, client)
        .await
        .context("the board")?;
    languages_and_themes_switch_and_stay(demo, client)
        .await
        .context("the switches")?;
    search_leads_to_the_truck_and_its_raw_records(demo, client)
        .await
        .context("the search")?;
    statistics_show_the_figures_of_the_api(demo, client)
        .await
        .context("the statistics")
}

async fn board_is_drawn_and_live(demo: &Demo, client: &Client) -> anyhow::Result<()> {
    client.goto(&demo.url("/")).await?;
    let gates = demo.get("/v1/gates").await?["gates"]
        .as_array()
        .map_or(0, Vec::len);
    ensure!(gates > 0, "no gate is registered");
    ensure!(count(client, ".gate").await? == gates, "a card per gate");
    until("bars are drawn", async || {
        Ok(count(client, ".chart canvas").await? == gates)
    })
    .await?;
    until("the live connection stands", async || {
        let script = "return document.getElementById('board')._htmx?.sse?.status ?? null";
        Ok(client.execute(script, vec![]).await? == json!(200))
    })
    .await?;
    ensure!(
        count(client, "details.fallback[open]").await? == 0,
        "tables beside drawn bars are folded"
    );
    ensure!(
        count(client, ".feeds tbody tr").await? > 0,
        "feeds are listed"
    );
    Ok(())
}

async fn languages_and_themes_switch_and_stay(demo: &Demo, client: &Client) -> anyhow::Result<()> {
    client.goto(&demo.url("/")).await?;
    ensure!(
        attribute(client, "html", "lang").await? == "vi",
        "Vietnamese comes first"
    );
    for (tag, word) in [("en", "Statistics"), ("vi", "Thống kê")] {
        press(client, &format!(".switches a[hreflang={tag}]")).await?;
        until("the language changes", async || {
            Ok(attribute(client, "html", "lang").await? == tag)
        })
        .await?;
        press(client, ".top nav a[href='/statistics']").await?;
        until("the choice is kept on the next screen", async || {
            Ok(text(client, ".top nav a[aria-current]").await? == word
                && attribute(client, "html", "lang").await? == tag)
        })
        .await?;
    }
    press(client, ".switches a[href*='theme=dark']").await?;
    until("it gets dark", async || {
        Ok(attribute(client, "html", "data-theme").await? == "dark")
    })
    .await?;
    let ground = client
        .execute(
            "return getComputedStyle(document.body).backgroundColor",
            vec![],
        )
        .await?;
    ensure!(
        ground == json!("rgb(14, 20, 19)"),
        "the style sheet is applied: {ground}"
    );
    press(client, ".switches a[href*='theme=auto']").await
}

async fn search_leads_to_the_truck_and_its_raw_records(
    demo: &Demo,
    client: &Client,
) -> anyhow::Result<()> {
    let truck = demo.truck().await?;
    search(demo, client, plate(&truck)?).await?;
    press(client, "#results a.plate").await?;
    let milestones = truck["milestones"].as_array().map_or(0, Vec::len);
    until("every milestone is shown", async || {
        Ok(count(client, "#milestones > li").await? == milestones)
    })
    .await?;
    ensure!(
        text(client, "h1 .plate").await? == plate(&truck)?,
        "the crossing is the truck's"
    );
    press(client, "#milestones details summary").await?;
    press(client, "#milestones details[open] a[href^='/records/']").await?;
    until("the raw record is shown", async || {
        Ok(!text(client, "pre.raw").await?.is_empty())
    })
    .await
}

async fn statistics_show_the_figures_of_the_api(
    demo: &Demo,
    client: &Client,
) -> anyhow::Result<()> {
    for (page, api) in [
        ("/statistics", "/v1/indicators/C2"),
        (
            "/statistics?id=C1&channel=yellow",
            "/v1/indicators/C1?channel=yellow",
        ),
        (
            "/statistics?id=C6&direction=import",
            "/v1/indicators/C6?direction=import",
        ),
    ] {
        let total = &demo.get(api).await?["total"];
        client.goto(&demo.url(page)).await?;
        ensure!(
            attribute(client, "#n", "data-n").await?.parse().ok() == total["n"].as_u64(),
            "{page}: n is {total}"
        );
        let shown = attribute(client, "#median", "data-seconds").await?;
        let seconds = if api.contains("C6") { 3600.0 } else { 1.0 };
        let expected = total["distribution"]["median"]
            .as_f64()
            .map(|median| median * seconds);
        ensure!(
            shown.parse::<f64>().ok() == expected,
            "{page}: the median is {shown}, not {expected:?}"
        );
    }
    client.goto(&demo.url("/statistics")).await?;
    until("hours are drawn", async || {
        Ok(count(client, "#by-hour .chart canvas").await? == 1)
    })
    .await?;
    for table in ["gate", "channel", "hour"] {
        ensure!(
            count(client, &format!("#by-{table} tbody tr")).await? > 0,
            "there is a table by {table}"
        );
    }
    press(client, "#by-channel tbody a").await?;
    until("the crossings behind a figure are listed", async || {
        Ok(count(client, "table.crossings tbody tr").await? > 0)
    })
    .await
}

async fn without_scripts(demo: &Demo, client: &Client) -> anyhow::Result<()> {
    client.goto(&demo.url("/?lang=en")).await?;
    ensure!(
        count(client, "html.scripted").await? == 0,
        "scripts are off"
    );
    ensure!(
        count(client, ".chart canvas").await? == 0,
        "nothing is drawn"
    );
    ensure!(
        count(client, "details.fallback[open]").await? > 0,
        "the tables are there instead"
    );
    let truck = demo.truck().await?;
    search(demo, client, plate(&truck)?).await?;
    client
        .goto(&demo.url("/statistics?id=C2&direction=export"))
        .await?;
    ensure!(
        count(client, "#by-channel tbody tr").await? > 0,
        "statistics need no scripts"
    );
    Ok(())
}

async fn search(demo: &Demo, client: &Client, plate: &str) -> anyhow::Result<()> {
    client.goto(&demo.url("/search")).await?;
    client
        .find(Locator::Css("#q"))
        .await?
        .send_keys(plate)
        .await?;
    press(client, "form.search button[type=submit]").await?;
    until("the truck is found", async || {
        Ok(count(client, "#results a.plate").await? > 0
            && text(client, "#results a.plate").await? == plate)
    })
    .await
}

/// A demo that runs until dropped.
struct Demo {
    child: Child,
    address: String,
    client: reqwest::Client,
    _folder: TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Demo {
    /// Plays a small day and waits until its figures stand still.
    async fn start(program: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (http, grpc) = (free_address()?, free_address()?);
        let child = Command::new(program)
            .args([
                "demo",
                "--vehicles",
                "60",
                "--speed",
                "max",
                "--http",
                &http,
                "--grpc",
                &grpc,
                "--data-dir",
            ])
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        // Every client reqwest makes needs the process's TLS provider, also for plain HTTP.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let mut demo = Self {
            child,
            address: format!("http://{http}"),
            client: reqwest::Client::new(),
            _folder: folder,
        };
        demo.until_still().await?;
        Ok(demo)
    }

    /// Waits until vehicles have crossed and the answer was the same for two seconds.
    async fn until_still(&mut self) -> anyhow::Result<()> {
        let (begun, mut since, mut before) = (Instant::now(), Instant::now(), Value::Null);
        while begun.elapsed() < DAY {
            if let Some(status) = self.child.try_wait()? {
                bail!("the demo ended early: {status}");
            }
            let answer = self.get("/v1/indicators/C2").await.unwrap_or_default();
            let now = json!([answer["total"], answer["data_as_of"]]);
            if now != before {
                (before, since) = (now, Instant::now());
            } else if since.elapsed() > Duration::from_secs(2)
                && answer["total"]["n"].as_u64() > Some(0)
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        bail!("the simulated day did not end within {} s", DAY.as_secs())
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let response = self
            .client
            .get(self.url(path))
            .send()
            .await?
            .error_for_status()?;
        Ok(response.json().await?)
    }

    /// A crossing that went all its way and has a plate that only it carries.
    async fn truck(&self) -> anyhow::Result<Value> {
        let page = self.get("/v1/crossings?state=closed&page_size=200").await?;
        let crossings = page["crossings"]
            .as_array()
            .context("a page of crossings")?;
        let with_plate: Vec<&Value> = crossings
            .iter()
            .filter(|crossing| crossing["plate"].is_string())
            .collect();
        for crossing in &with_plate {
            let same = self
                .get(&format!(
                    "/v1/crossings?plate={}",
                    escaped(plate(crossing)?)
                ))
                .await?;
            if same["crossings"].as_array().map(Vec::len) == Some(1) {
                return Ok((*crossing).clone());
            }
        }
        bail!(
            "no closed crossing of {} has a plate of its own",
            with_plate.len()
        )
    }
}

fn plate(crossing: &Value) -> anyhow::Result<&str> {
    crossing["plate"].as_str().context("the truck has a plate")
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

#[allow(
    clippy::disallowed_methods,
    reason = "tests are told where programs are by the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
