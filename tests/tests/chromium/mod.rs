//! A page in a real browser: what is on it, and pressing what is there.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

/// Longest wait for something to appear on a page.
const MOMENT: Duration = Duration::from_secs(10);

/// A browser session with a profile of its own.
pub(crate) struct Browser {
    pub(crate) client: Client,
    _profile: TempDir,
}

impl Browser {
    /// Opens a session at a driver's address.
    pub(crate) async fn open(driver: &str, with_scripts: bool) -> anyhow::Result<Self> {
        let profile = tempfile::tempdir()?;
        let folder = format!("--user-data-dir={}", profile.path().display());
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1280,1600",
            &folder,
        ];
        // 2 means blocked.
        let scripts = if with_scripts {
            json!({})
        } else {
            json!({"profile.managed_default_content_settings.javascript": 2})
        };
        let capabilities = json!({"goog:chromeOptions": {"args": arguments, "prefs": scripts}});
        let capabilities = capabilities.as_object().context("an object")?.clone();
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder
            .capabilities(capabilities)
            .connect(driver)
            .await
            .context("no browser session")?;
        Ok(Self {
            client,
            _profile: profile,
        })
    }
}

/// Returns how many elements a selector names.
pub(crate) async fn count(client: &Client, selector: &str) -> anyhow::Result<usize> {
    Ok(client.find_all(Locator::Css(selector)).await?.len())
}

/// Returns the text of the first element.
pub(crate) async fn text(client: &Client, selector: &str) -> anyhow::Result<String> {
    Ok(client.find(Locator::Css(selector)).await?.text().await?)
}

/// Returns an attribute of the first element, empty when it has none.
pub(crate) async fn attribute(
    client: &Client,
    selector: &str,
    name: &str,
) -> anyhow::Result<String> {
    Ok(client
        .find(Locator::Css(selector))
        .await?
        .attr(name)
        .await?
        .unwrap_or_default())
}

/// Presses the first element.
pub(crate) async fn press(client: &Client, selector: &str) -> anyhow::Result<()> {
    let element = client
        .find(Locator::Css(selector))
        .await
        .with_context(|| format!("nothing is {selector}"))?;
    Ok(element.click().await?)
}

/// Waits until `holds`; an error on the way (a page just being replaced) counts as not yet.
pub(crate) async fn until(
    what: &str,
    holds: impl AsyncFn() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    loop {
        let found = holds().await;
        match found {
            Ok(true) => return Ok(()),
            found if begun.elapsed() > MOMENT => {
                bail!("not within {} s: {what} ({found:?})", MOMENT.as_secs())
            }
            _ => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}
