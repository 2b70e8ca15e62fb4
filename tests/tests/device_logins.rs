//! Cameras that know user name and password only: curl logs in as they do.
//!
//! Needs `BORDERGATE_BIN` (the built program) and curl; without one of them each test says that it is skipped.

mod command;
mod curl;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use bordergate_tests::said;
use curl::scene::{PATIENCE, Scene};
use curl::{Answer, alert};
use serde_json::Value;

const CAMERA: &str = "hn-cam-in-1";
const ADDRESS: &str = "a4:14:37:e5:c2:b0";

#[tokio::test]
async fn a_camera_logs_in_by_digest_with_either_algorithm() -> anyhow::Result<()> {
    for (offered, used) in [("SHA-256, MD5", "SHA-256"), ("MD5", "MD5")] {
        let Some(border) = Scene::open(&[("ACCESS__DIGEST_ALGORITHMS", offered)]).await? else {
            return Ok(());
        };
        let user = format!("{CAMERA}:{}", border.password("source", CAMERA)?);
        let event = alert(ADDRESS, "29C-123.45", "2026-11-12T08:15:00+07:00");
        // The path names the source, or nothing but the login does.
        for (path, outcome) in [
            (format!("/v1/devices/{CAMERA}"), "observed"),
            ("/v1/devices".to_owned(), "duplicate"),
        ] {
            let answer = border.curl(&path, &event, &["--digest", "--user", &user])?;
            ensure!(
                answer.sent.contains(&format!("algorithm={used}")),
                "{answer:?}"
            );
            ensure!(
                answer.headers.matches("http/1.1 401").count() == 1,
                "{answer:?}"
            );
            ensure!(
                border.outcome(&answer.record_id()?).await? == outcome,
                "{path}"
            );
        }
        let other = border.curl(
            "/v1/devices/hn-cam-in-2",
            &event,
            &["--digest", "--user", &user],
        )?;
        other.refuses(403, "source.not_yours")?;
    }
    Ok(())
}

#[tokio::test]
async fn an_overheard_header_is_of_no_use_a_second_time() -> anyhow::Result<()> {
    let Some(mut border) = Scene::open(&[]).await? else {
        return Ok(());
    };
    let user = format!("{CAMERA}:{}", border.password("source", CAMERA)?);
    let event = alert(ADDRESS, "29C-123.45", "2026-11-12T08:15:00+07:00");
    let login = ["--digest", "--user", &user];
    let first = border.curl("/v1/devices", &event, &login)?;
    first.record_id()?;
    let overheard = format!("Authorization: {}", first.sent);
    let again = border.curl("/v1/devices", &event, &["--header", &overheard])?;
    again.refuses(401, "access.stale")?;
    ensure!(again.headers.contains("stale=true"), "{again:?}");
    let elsewhere = border.curl("/v1/devices/hn-cam-in-1", &event, &["--header", &overheard])?;
    elsewhere.refuses(400, "access.malformed")?;
    // Another process knows none of the nonces; the camera calculates again and is let in.
    border.restart().await?;
    let again = border.curl("/v1/devices", &event, &["--header", &overheard])?;
    again.refuses(401, "access.stale")?;
    border.curl("/v1/devices", &event, &login)?.record_id()?;
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_the_same_and_then_wait() -> anyhow::Result<()>
{
    let Some(border) = Scene::open(&[]).await? else {
        return Ok(());
    };
    let password = border.password("source", CAMERA)?;
    let event = alert(ADDRESS, "29C-123.45", "2026-11-12T08:15:00+07:00");
    let tried =
        |user: &str, scheme: &str| border.curl("/v1/devices", &event, &[scheme, "--user", user]);
    let told = |answer: &Answer| {
        let mut problem: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        problem["correlation_id"].take();
        let schemes = answer
            .headers
            .lines()
            .filter(|line| line.starts_with("www-authenticate"));
        let schemes =
            schemes.map(|line| line.split("nonce=").next().unwrap_or_default().to_owned());
        (answer.status, problem, schemes.collect::<Vec<_>>())
    };
    let wrong = format!("{CAMERA}:not-the-password");
    for scheme in ["--digest", "--basic"] {
        let (known, unknown) = (
            tried(&wrong, scheme)?,
            tried("nobody:not-the-password", scheme)?,
        );
        known.refuses(401, "access.unauthenticated")?;
        ensure!(!known.headers.contains("stale"), "{known:?}");
        ensure!(told(&known) == told(&unknown), "{known:?} {unknown:?}");
    }
    for _ in 2..10 {
        tried(&wrong, "--basic")?.refuses(401, "access.unauthenticated")?;
    }
    // Even the right password has to wait now; another name does not.
    let right = format!("{CAMERA}:{password}");
    let paused = tried(&right, "--basic")?;
    paused.refuses(429, "access.paused")?;
    ensure!(paused.headers.contains("retry-after: "), "{paused:?}");
    let other = border.password("source", "hn-cam-in-2")?;
    tried(&format!("hn-cam-in-2:{other}"), "--basic")?.record_id()?;
    Ok(())
}

#[tokio::test]
async fn a_password_is_changed_by_making_it_anew_and_ends_when_disabled() -> anyhow::Result<()> {
    let Some(border) = Scene::open(&[]).await? else {
        return Ok(());
    };
    let event = alert(ADDRESS, "29C-123.45", "2026-11-12T08:15:00+07:00");
    let mut child = Command::new(border.program())
        .args([
            "logins",
            "add",
            "source",
            CAMERA,
            "--username",
            "gate-1",
            "--password-stdin",
        ])
        .args(["--hub", &border.url(""), "--token-file", &border.token_file])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut stdin = child.stdin.take().context("it was asked for")?;
    stdin.write_all(b"chosen by a person\n")?;
    drop(stdin);
    said(child.wait_with_output()?)?;
    let old = ["--digest", "--user", "gate-1:chosen by a person"];
    border.curl("/v1/devices", &event, &old)?.record_id()?;
    let password = border.run(&["logins", "add", "source", CAMERA, "--username", "gate-1"])?;
    ensure!(password.len() == 16, "{password}");
    border
        .curl("/v1/devices", &event, &old)?
        .refuses(401, "access.unauthenticated")?;
    let user = format!("gate-1:{password}");
    let new = ["--digest", "--user", &user];
    border.curl("/v1/devices", &event, &new)?.record_id()?;
    let listed = border.run(&["logins", "list"])?;
    ensure!(!listed.contains(&password), "{listed}");
    let working = listed.lines().last().context("no login")?;
    let login_id = working.split_whitespace().next().context("no id")?;
    border.run(&["logins", "disable", login_id])?;
    border
        .curl("/v1/devices", &event, &new)?
        .refuses(401, "access.unauthenticated")?;
    // Elsewhere than on the paths of devices a password opens nothing.
    let records = border.curl("/v1/records/hn-cam-in-1", &event, &new)?;
    records.refuses(401, "access.unauthenticated")?;
    ensure!(!records.headers.contains("digest"), "{records:?}");
    Ok(())
}

#[tokio::test]
async fn a_camera_that_sends_all_before_it_listens_gets_the_challenge() -> anyhow::Result<()> {
    let Some(border) = Scene::open(&[]).await? else {
        return Ok(());
    };
    let body = vec![b'x'; 4 * 1024 * 1024];
    let mut camera = TcpStream::connect(border.place.http())?;
    camera.set_read_timeout(Some(PATIENCE))?;
    let head = format!(
        "POST /v1/devices HTTP/1.1\r\nHost: hub\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    camera.write_all(head.as_bytes())?;
    camera.write_all(&body)?;
    let mut answer = vec![0; 4096];
    let length = camera.read(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer[..length]);
    ensure!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    let schemes = answer
        .lines()
        .filter_map(|line| line.strip_prefix("www-authenticate: "));
    let schemes: Vec<&str> = schemes.filter_map(|line| line.split(' ').next()).collect();
    ensure!(
        schemes == ["Digest", "Digest", "Basic", "Bearer"],
        "{answer}"
    );
    Ok(())
}
