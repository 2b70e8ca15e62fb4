//! Recorders that send for many cameras: whose record it is, the serial in the message tells; curl logs in as they do.
//!
//! Needs `BORDERGATE_BIN` (the built program) and curl; without one of them each test says that it is skipped.

mod command;
mod curl;

use anyhow::ensure;
use curl::alert;
use curl::scene::Scene;

const ADDRESS: &str = "a4:14:37:e5:c2:b0";

#[tokio::test]
async fn a_recorders_cameras_are_found_by_their_serials() -> anyhow::Result<()> {
    let Some(border) = Scene::open(&[]).await? else {
        return Ok(());
    };
    let register = |source: &str, format: &str, serial: &str, recorder: &str| {
        let of = [
            "--gate",
            "huu-nghi",
            "--lane",
            "9",
            "--reading",
            "*=GATE_IN",
            "--recorder",
            recorder,
        ];
        let own = [
            "sources",
            "add",
            source,
            "--format",
            format,
            "--device-serial",
            serial,
        ];
        border.run(&[&own[..], &of[..]].concat())
    };
    register("nvr-cam-a", "hikvision-anpr", ADDRESS, "nvr-1")?;
    register("nvr-cam-b", "dahua-traffic", "LINE-CAM-9", "nvr-1")?;
    register("far-cam", "hikvision-anpr", "a4:14:37:e5:c2:b1", "nvr-2")?;
    let taken = register("nvr-cam-c", "hikvision-anpr", "A41437E5C2B0", "nvr-1");
    let taken = format!("{:#}", taken.expect_err("nvr-cam-a is that device"));
    ensure!(
        taken.contains("nvr-cam-a") && taken.contains("source.device_serial_taken"),
        "{taken}"
    );
    let user = format!("nvr-1:{}", border.password("recorder", "nvr-1")?);
    let login = ["--digest", "--user", &user];
    let at = "2026-11-12T08:15:00+07:00";
    let tollgate = std::fs::read_to_string(bordergate_tests::of_repository(
        "tests/tests/outsider_messages/dahua_tollgate.json",
    ))?;
    let broken = alert(ADDRESS, "29C-123.46", at).replace("</ANPR>", "");
    for (path, message, source, outcome) in [
        (
            "/v1/devices",
            alert(ADDRESS, "29C-123.45", at),
            "nvr-cam-a",
            "observed",
        ),
        (
            "/NotificationInfo/TollgateInfo",
            tollgate,
            "nvr-cam-b",
            "observed",
        ),
        // What cannot be read reaches its source too, and is put aside there.
        ("/v1/devices", broken, "nvr-cam-a", "quarantined"),
    ] {
        let answer = border.curl(path, &message, &login)?;
        let record = border.record(&answer.record_id()?).await?;
        let appearance = &record["appearances"][0];
        ensure!(
            appearance["outcome"] == outcome && appearance["source_id"] == source,
            "{record}"
        );
    }
    let foreign = alert("a4:14:37:e5:c2:b1", "29C-123.45", at);
    border
        .curl("/v1/devices", &foreign, &login)?
        .refuses(403, "source.not_yours")?;
    border
        .curl("/v1/devices/far-cam", &foreign, &login)?
        .refuses(403, "source.not_yours")?;
    let unknown = border.curl(
        "/v1/devices",
        &alert("a4:14:37:e5:c2:ff", "29C-123.45", at),
        &login,
    )?;
    unknown.refuses(404, "source.unknown")?;
    ensure!(unknown.body.contains("A41437E5C2FF"), "{unknown:?}");
    let mute = border.curl("/v1/devices", "no device at all", &login)?;
    mute.refuses(404, "source.unknown")?;
    let conflict = ["--header", "Bordergate-Source: nvr-cam-b"];
    let conflict = border.curl(
        "/v1/devices/nvr-cam-a",
        &foreign,
        &[&login[..], &conflict].concat(),
    )?;
    conflict.refuses(400, "source.conflict")?;
    let alive = border.curl(
        "/NotificationInfo/KeepAlive",
        r#"{"Active":"keepAlive"}"#,
        &login,
    )?;
    ensure!(
        alive.status == 200 && alive.body == r#"{"Result":true}"#,
        "{alive:?}"
    );
    Ok(())
}
