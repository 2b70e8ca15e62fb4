//! Bodies that are packed for the way (`Content-Encoding`): the record is what was packed, the limit counts what comes out,
//! and what the hub does not unpack is refused, not kept as noise.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped.

#[allow(
    dead_code,
    reason = "bodies are posted packed here, never as the border does"
)]
mod border;

use std::io::Write;

use anyhow::{Context, ensure};
use bordergate_tests::of_repository;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use border::Border;

const SCALE: &str = "/v1/records/o-scale";
const CAMERA: &str = "/v1/devices/hn-cam-in-1";

#[tokio::test]
async fn a_packed_body_is_kept_as_what_was_packed() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let ticket = std::fs::read(of_repository(
        "tests/tests/outsider_messages/weighbridge.json",
    ))?;
    for (path, encoding, status) in [
        (SCALE, "gzip", StatusCode::ACCEPTED),
        (SCALE, "x-gzip", StatusCode::ACCEPTED),
        (CAMERA, "GZIP", StatusCode::OK),
    ] {
        let answer = post(&border, path, encoding, packed(&ticket)?).await?;
        ensure!(answer.status() == status, "{encoding}: {answer:?}");
        ensure!(kept(&border, answer).await? == ticket, "{encoding}");
    }
    Ok(())
}

#[tokio::test]
async fn a_packed_body_is_limited_by_what_comes_out_of_it() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let bomb = packed(&vec![b' '; 64 * 1024 * 1024])?;
    ensure!(bomb.len() < 100_000, "small on its way");
    let answer = post(&border, SCALE, "gzip", bomb).await?;
    refused(answer, StatusCode::PAYLOAD_TOO_LARGE, "record.too_large").await
}

#[tokio::test]
async fn what_cannot_be_unpacked_is_refused() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    for encoding in ["br", "zstd", "deflate", "compress", "gzip, br"] {
        let answer = post(&border, SCALE, encoding, b"{}".to_vec()).await?;
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        refused(answer, status, "record.content_encoding").await?;
    }
    let mut cut = packed(b"{\"ticket\": \"T-1\"}")?;
    cut.truncate(cut.len() - 9);
    for broken in [cut, b"{}".to_vec()] {
        let answer = post(&border, SCALE, "gzip", broken).await?;
        refused(answer, StatusCode::BAD_REQUEST, "request.field").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_word_that_packs_nothing_leaves_the_body_alone() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    for encoding in ["identity", "utf-8", ""] {
        let answer = post(&border, SCALE, encoding, b"{}".to_vec()).await?;
        ensure!(answer.status() == StatusCode::ACCEPTED, "{answer:?}");
    }
    Ok(())
}

async fn open() -> anyhow::Result<Option<Border>> {
    Border::open(&["seeds/reference", "tests/tests/outsider_messages"]).await
}

async fn post(
    border: &Border,
    path: &str,
    encoding: &str,
    body: Vec<u8>,
) -> anyhow::Result<Response> {
    let request = border.client().post(border.url(path)).body(body);
    let request = request.header("content-type", "application/json");
    Ok(request.header("content-encoding", encoding).send().await?)
}

/// Returns the body of an accepted record as the hub kept it.
async fn kept(border: &Border, accepted: Response) -> anyhow::Result<Vec<u8>> {
    let named = accepted.headers().get("bordergate-record-id").cloned();
    let record_id = match named {
        Some(record_id) => record_id.to_str()?.to_owned(),
        None => {
            let receipt: Value = accepted.json().await?;
            receipt["record_id"]
                .as_str()
                .context("no record id")?
                .to_owned()
        }
    };
    border.record(&record_id).await?;
    let url = border.url(&format!("/v1/records/{record_id}/raw"));
    let raw = border.client().get(url).send().await?.error_for_status()?;
    Ok(raw.bytes().await?.to_vec())
}

async fn refused(answer: Response, status: StatusCode, code: &str) -> anyhow::Result<()> {
    ensure!(answer.status() == status, "{code}: {answer:?}");
    let problem: Value = answer.json().await?;
    ensure!(problem["code"] == code, "{problem}");
    Ok(())
}

fn packed(plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain)?;
    Ok(encoder.finish()?)
}
