//! Messages that someone who had seen no reader wrote from the documentation (`outsider_messages/`), and one that a real
//! camera sent: posted to a running hub as they stand, then asked for at its doors.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped. The real message lies
//! beside the repository, not in it.

mod border;

use std::path::Path;

use anyhow::{Context, ensure};
use bordergate_tests::{multipart, of_repository};
use serde_json::{Value, json};

use border::Border;

/// File, source, content type and time of reception of every message, in that time's order.
const DAY: [Message; 8] = [
    Message("vaa312.txt", "o-customs", "text/plain", "01:15:00"),
    Message(
        "dahua_mixed.bin",
        "o-yard",
        "multipart/x-mixed-replace; boundary=myboundary",
        "01:40:01",
    ),
    Message("vad1ag.txt", "o-customs", "text/plain", "04:35:00"),
    Message(
        "dahua_notify.json",
        "o-yard",
        "application/json",
        "05:00:01",
    ),
    Message(
        "weighbridge.json",
        "o-scale",
        "application/json",
        "05:51:00",
    ),
    Message("vae1lf.txt", "o-customs", "text/plain", "07:35:00"),
    Message(
        "milestone.json",
        "o-guard",
        "application/cloudevents+json",
        "07:36:00",
    ),
    Message(
        "dahua_tollgate.json",
        "o-line",
        "application/json",
        "07:41:00",
    ),
];

/// The real alert, seen from the repository.
const REAL_ALERT: &str = "../shared/real/hikvision-anpr.xml";
/// The camera it is posted as, bare.
const CAMERA: &str = "o-cam";

#[tokio::test]
async fn a_vehicle_message_of_customs_crosses_it_in_and_declares_nothing() -> anyhow::Result<()> {
    let Some((_, [reading])) = only("vaa312.txt").await? else {
        return Ok(());
    };
    tells(
        &reading,
        &json!({
            "milestone": "CROSSED_IN",
            "occurred_at": "2026-11-12T01:10:00Z",
            "basis": "configured",
            "rank": 2,
            "plate": "E9U115",
            // Its first field numbers the vehicle's own papers, not the cargo's.
            "declarations": [],
        }),
    )
}

#[tokio::test]
async fn an_import_clearance_is_three_readings_of_one_declaration() -> anyhow::Result<()> {
    let Some((_, readings)) = only::<3>("vad1ag.txt").await? else {
        return Ok(());
    };
    let expected = [
        ("DECL_REGISTERED", "2026-11-12T02:30:15Z"),
        ("INSPECTION_END", "2026-11-12T03:45:00Z"),
        ("CLEARED", "2026-11-12T04:29:30Z"),
    ];
    for (reading, (milestone, at)) in readings.iter().zip(expected) {
        tells(
            reading,
            &json!({
                "milestone": milestone,
                "occurred_at": at,
                "basis": "configured",
                "rank": 2,
                "plate": "E9U115",
                "declarations": ["107654321010"],
                "direction": "import",
                "channel": "green",
                "gross_kg": 18500.0,
            }),
        )?;
    }
    links_by(&readings, "declaration", "10765432101")
}

#[tokio::test]
async fn an_export_clearance_is_three_readings_with_plate_and_container() -> anyhow::Result<()> {
    let Some((border, readings)) = only::<3>("vae1lf.txt").await? else {
        return Ok(());
    };
    let expected = [
        ("DECL_REGISTERED", "2026-11-12T06:01:00Z"),
        ("INSPECTION_END", "2026-11-12T07:05:00Z"),
        ("CLEARED", "2026-11-12T07:29:00Z"),
    ];
    for (reading, (milestone, at)) in readings.iter().zip(expected) {
        tells(
            reading,
            &json!({
                "milestone": milestone,
                "occurred_at": at,
                "containers": ["CSQU3054383"],
                "declarations": ["301234567890"],
                "direction": "export",
                "channel": "yellow",
                "gross_kg": 21250.0,
            }),
        )?;
    }
    links_by(&readings, "declaration", "30123456789")?;
    let crossing = crossing_of(&border, &readings[0]).await?;
    ensure!(has_key(&crossing, "plate", "12C12345"), "{crossing}");
    Ok(())
}

#[tokio::test]
async fn a_weighing_is_dated_by_the_scale_and_named_by_its_ticket() -> anyhow::Result<()> {
    let Some((_, [reading])) = only("weighbridge.json").await? else {
        return Ok(());
    };
    tells(
        &reading,
        &json!({
            "milestone": "WEIGHED",
            "occurred_at": "2026-11-12T05:50:10Z",
            "basis": "explicit",
            "event_id": "C2-000431",
            "gross_kg": 40120.0,
        }),
    )
}

#[tokio::test]
async fn a_report_of_border_guards_keeps_its_rank_cargo_and_direction() -> anyhow::Result<()> {
    let Some((_, [reading])) = only("milestone.json").await? else {
        return Ok(());
    };
    tells(
        &reading,
        &json!({
            "milestone": "BORDER_CONTROLLED",
            "occurred_at": "2026-11-12T07:35:00Z",
            "basis": "explicit",
            "rank": 1,
            "cargo": "fruit",
            "is_loaded": true,
            "direction": "export",
        }),
    )
}

#[tokio::test]
async fn a_picture_of_a_tollgate_is_dated_to_the_millisecond() -> anyhow::Result<()> {
    let Some((_, [reading])) = only("dahua_tollgate.json").await? else {
        return Ok(());
    };
    tells(
        &reading,
        &json!({ "milestone": "CROSSED_OUT", "occurred_at": "2026-11-12T07:40:05.25Z" }),
    )
}

#[tokio::test]
async fn a_yard_camera_utc_is_corrected_by_the_registered_offset() -> anyhow::Result<()> {
    let Some((_, [reading])) = only("dahua_mixed.bin").await? else {
        return Ok(());
    };
    tells(
        &reading,
        &json!({
            "milestone": "YARD_IN",
            "occurred_at": "2026-11-12T01:40:00.25Z",
            "basis": "corrected",
        }),
    )
}

#[tokio::test]
async fn a_yard_camera_real_utc_is_right_whatever_the_offset() -> anyhow::Result<()> {
    let Some((_, [reading])) = only("dahua_notify.json").await? else {
        return Ok(());
    };
    tells(
        &reading,
        &json!({ "milestone": "YARD_OUT", "occurred_at": "2026-11-12T05:00:00.5Z" }),
    )
}

#[tokio::test]
async fn the_whole_day_comes_together_in_one_crossing_each_way() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    for message in &DAY {
        post_and_read(&border, message).await?;
    }
    let unlinked = get(&border, "/v1/observations?unlinked").await?;
    ensure!(unlinked["observations"] == json!([]), "{unlinked}");
    let all = get(&border, "/v1/observations").await?;
    let read = all["observations"].as_array().map(Vec::len);
    ensure!(read == Some(12), "{read:?} readings of 12");

    let page = get(&border, "/v1/crossings").await?;
    let crossings = page["crossings"].as_array().context("no crossings")?;
    let told: Vec<(&Value, Vec<&Value>)> = crossings.iter().map(direction_and_milestones).collect();
    let expected = [
        (
            json!("import"),
            vec![
                json!("CROSSED_IN"),
                json!("YARD_IN"),
                json!("DECL_REGISTERED"),
                json!("INSPECTION_END"),
                json!("CLEARED"),
                json!("YARD_OUT"),
            ],
        ),
        (
            json!("export"),
            vec![
                json!("WEIGHED"),
                json!("DECL_REGISTERED"),
                json!("INSPECTION_END"),
                json!("CLEARED"),
                json!("BORDER_CONTROLLED"),
                json!("CROSSED_OUT"),
            ],
        ),
    ];
    let expected: Vec<(&Value, Vec<&Value>)> = expected
        .iter()
        .map(|(direction, milestones)| (direction, milestones.iter().collect()))
        .collect();
    ensure!(told == expected, "{told:?}");
    let declared = |value| crossings.iter().any(|c| has_key(c, "declaration", value));
    ensure!(declared("10765432101") && declared("30123456789"));
    ensure!(!declared("20000000001"), "the vehicle's papers are no key");
    Ok(())
}

#[tokio::test]
async fn a_real_alert_is_read_alike_bare_and_in_either_multipart() -> anyhow::Result<()> {
    let Some(border) = open().await? else {
        return Ok(());
    };
    let path = of_repository(REAL_ALERT);
    if !path.is_file() {
        println!("skipped: {REAL_ALERT} is not beside the repository");
        return Ok(());
    }
    let alert = std::fs::read(path)?;
    // Between a picture and an empty part.
    let wrapped = multipart(&[
        (
            "licensePlatePicture.jpg",
            "image/jpeg",
            b"\xff\xd8\xff\xe0\r\n--\x00\xff\xd9",
        ),
        ("anpr.xml", "application/xml", &alert),
        ("detectionPicture.jpg", "image/jpeg", b""),
    ]);
    for (source_id, content_type, body) in [
        (CAMERA, "application/xml", &alert),
        ("o-form", "multipart/form-data; boundary=cut", &wrapped),
        ("o-mixed", "multipart/mixed; boundary=cut", &wrapped),
    ] {
        if source_id != CAMERA {
            border.register(&camera(source_id)).await?;
        }
        let accepted = border.accepted(source_id, content_type, body.clone(), None);
        let readings = readings(&border, &accepted.await?).await?;
        let [reading] = readings.as_slice() else {
            anyhow::bail!("one reading of {content_type}, but {readings:?}");
        };
        tells(
            reading,
            &json!({
                "milestone": "GATE_OUT",
                "plate": "PECT600",
                "confidence_percent": 97.0,
                "occurred_at": "2024-01-19T03:17:19Z",
                "basis": "explicit",
                "is_suspect": true,
            }),
        )
        .context(content_type)?;
        ensure!(reading["details"]["direction"] == "reverse", "{reading}");
    }
    Ok(())
}

/// A message of the folder: its file, source, content type and the time of its reception on that day.
struct Message(&'static str, &'static str, &'static str, &'static str);

/// Opens a hub with the reference tables and the outsider's sources; `None` without a program.
async fn open() -> anyhow::Result<Option<Border>> {
    Border::open(&["seeds/reference", "tests/tests/outsider_messages"]).await
}

/// Returns one more camera like the outsider's own.
fn camera(source_id: &str) -> Value {
    json!({
        "source_id": source_id,
        "format": "hikvision-anpr",
        "gate_id": "tan-thanh",
        "readings": { "forward": "GATE_IN", "reverse": "GATE_OUT" },
        "rank": 0,
    })
}

/// Opens a hub, posts one file of the day and returns what is read from it, `N` readings; `None` without a program.
async fn only<const N: usize>(file: &str) -> anyhow::Result<Option<(Border, [Value; N])>> {
    let Some(border) = open().await? else {
        return Ok(None);
    };
    let message = DAY.iter().find(|message| message.0 == file);
    let readings = post_and_read(&border, message.context("no such message")?).await?;
    let count = readings.len();
    let readings = readings.try_into().ok();
    let readings = readings.with_context(|| format!("{count} readings of {file}, not {N}"))?;
    Ok(Some((border, readings)))
}

async fn post_and_read(border: &Border, message: &Message) -> anyhow::Result<Vec<Value>> {
    let Message(file, source_id, content_type, time) = message;
    let folder = Path::new("tests/tests/outsider_messages").join(file);
    let body = std::fs::read(of_repository(&folder.to_string_lossy()))?;
    let received_at = format!("2026-11-12T{time}Z");
    let accepted = border.accepted(source_id, content_type, body, Some(&received_at));
    readings(border, &accepted.await?).await.context(*file)
}

/// Returns the readings of a record, once it is processed.
async fn readings(border: &Border, record_id: &str) -> anyhow::Result<Vec<Value>> {
    let record = border.record(record_id).await?;
    let fate = &record["appearances"][0];
    ensure!(fate["outcome"] == "observed", "{record}");
    let readings = fate["observations"].as_array();
    readings.cloned().context("no observations")
}

/// Returns the crossing that a reading is in.
async fn crossing_of(border: &Border, reading: &Value) -> anyhow::Result<Value> {
    let id = reading["crossing_id"].as_str().context("in no crossing")?;
    get(border, &format!("/v1/crossings/{id}")).await
}

async fn get(border: &Border, path: &str) -> anyhow::Result<Value> {
    let response = border.client().get(border.url(path)).send().await?;
    Ok(response.error_for_status()?.json().await?)
}

/// Checks that a reading has every field of `expected`, with its value.
fn tells(reading: &Value, expected: &Value) -> anyhow::Result<()> {
    for (field, value) in expected.as_object().context("no object")? {
        ensure!(
            &reading[field] == value,
            "{field} is not {value}: {reading}"
        );
    }
    Ok(())
}

/// Checks that readings are in one crossing, the later ones by this key.
fn links_by(readings: &[Value], kind: &str, value: &str) -> anyhow::Result<()> {
    let (first, later) = readings.split_first().context("no reading")?;
    for reading in later {
        ensure!(
            reading["crossing_id"] == first["crossing_id"],
            "another crossing: {reading}"
        );
        let key = json!({ "kind": kind, "value": value });
        ensure!(reading["link_key"] == key, "not by {key}: {reading}");
    }
    Ok(())
}

fn has_key(crossing: &Value, kind: &str, value: &str) -> bool {
    let keys = crossing["keys"].as_array();
    keys.is_some_and(|keys| keys.contains(&json!({ "kind": kind, "value": value })))
}

fn direction_and_milestones(crossing: &Value) -> (&Value, Vec<&Value>) {
    let milestones = crossing["milestones"].as_array();
    let mut milestones: Vec<&Value> = milestones.into_iter().flatten().collect();
    milestones.sort_by_key(|milestone| milestone["at"].as_str());
    let names = milestones.iter().map(|milestone| &milestone["milestone"]);
    (&crossing["direction"], names.collect())
}
