//! A hub that keeps the pictures of its cameras in a bucket.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, S3Proxy, program_or_skip, until};
use reqwest::StatusCode;
use serde_json::Value;

use crate::camera::{CAMERA, FORM, PATIENCE, offer};

/// Returns an object store that runs and a place with the reference tables whose hub keeps pictures there; `None`
/// without a program or the server.
pub(crate) async fn scene(more: &[(&str, &str)]) -> anyhow::Result<Option<(S3Proxy, Place)>> {
    let (Some(program), Some(mut objects)) = (program_or_skip(), S3Proxy::new_or_skip()?) else {
        return Ok(None);
    };
    objects.start().await?;
    let place = Place::new(&program, &objects.environment(more))?;
    place.seed("seeds/reference").await?;
    Ok(Some((objects, place)))
}

/// Offers the camera's message, which must be refused for now with this code.
pub(crate) async fn refused_for_now(
    place: &Place,
    key: &str,
    body: &[u8],
    code: &str,
) -> anyhow::Result<()> {
    let refused = offer(place, CAMERA, FORM, key, body).await?;
    let status = refused.status();
    let may_again = refused.headers().contains_key("retry-after");
    let problem: Value = refused.json().await?;
    ensure!(
        status == StatusCode::SERVICE_UNAVAILABLE && may_again,
        "{status} {problem}"
    );
    ensure!(
        problem["code"] == code && problem["retryable"] == true,
        "{problem}"
    );
    Ok(())
}

/// Waits until `/healthz` shows this state of the bucket, and the hub is alive nevertheless.
pub(crate) async fn state(place: &Place, expected: &str) -> anyhow::Result<()> {
    until(expected, PATIENCE, async || {
        let health: Value = serde_json::from_str(&place.get("/healthz").await?)?;
        ensure!(health["status"] == "alive", "{health}");
        Ok(health["doors"]["images"] == expected)
    })
    .await
}

/// Runs `check-config` and returns what it printed; it must end well or not, as expected.
pub(crate) async fn checked(place: &Place, is_well: bool) -> anyhow::Result<String> {
    let name = format!("check-{}", uuid::Uuid::new_v4());
    let ended = place.run(&name, &["check-config"], PATIENCE).await?;
    ensure!((ended.code == Some(0)) == is_well, "{ended:?}");
    Ok(ended.output)
}

/// Returns the last part of a path.
pub(crate) fn name(path: &Path) -> anyhow::Result<String> {
    let name = path.file_name().context("no name")?;
    Ok(name.to_string_lossy().into_owned())
}
