//! Messages that someone who had seen no reader wrote from the documentation (`outsider_messages/`), and one that a real
//! camera sent: posted to a running hub as they stand, then asked for at its doors.
//!
//! Needs `BORDERGATE_BIN` (the built program); without it each test says that it is skipped. The real message lies
//! beside the repository, not in it.

mod running_hub;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, ensure};
use reqwest::StatusCode;
use serde_json::{Value, json};

use running_hub::{ASK_EVERY, Hub, PATIENCE, of_repository, program};

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
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let [reading] = border.read("vaa312.txt").await?;
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
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let readings: [Value; 3] = border.read("vad1ag.txt").await?;
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
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let readings: [Value; 3] = border.read("vae1lf.txt").await?;
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
    let crossing = border.crossing_of(&readings[0]).await?;
    ensure!(has_key(&crossing, "plate", "12C12345"), "{crossing}");
    Ok(())
}

#[tokio::test]
async fn a_weighing_is_dated_by_the_scale_and_named_by_its_ticket() -> anyhow::Result<()> {
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let [reading] = border.read("weighbridge.json").await?;
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
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let [reading] = border.read("milestone.json").await?;
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
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let [reading] = border.read("dahua_tollgate.json").await?;
    tells(
        &reading,
        &json!({ "milestone": "CROSSED_OUT", "occurred_at": "2026-11-12T07:40:05.25Z" }),
    )
}

#[tokio::test]
async fn a_yard_camera_utc_is_corrected_by_the_registered_offset() -> anyhow::Result<()> {
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let [reading] = border.read("dahua_mixed.bin").await?;
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
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let [reading] = border.read("dahua_notify.json").await?;
    tells(
        &reading,
        &json!({ "milestone": "YARD_OUT", "occurred_at": "2026-11-12T05:00:00.5Z" }),
    )
}

#[tokio::test]
async fn the_whole_day_comes_together_in_one_crossing_each_way() -> anyhow::Result<()> {
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    for message in &DAY {
        border.post_and_read(message).await?;
    }
    let unlinked = border.get("/v1/observations?unlinked").await?;
    ensure!(unlinked["observations"] == json!([]), "{unlinked}");
    let all = border.get("/v1/observations").await?;
    let read = all["observations"].as_array().map(Vec::len);
    ensure!(read == Some(12), "{read:?} readings of 12");

    let page = border.get("/v1/crossings").await?;
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
    let Some(border) = Border::open().await? else {
        return Ok(());
    };
    let path = of_repository(REAL_ALERT);
    if !path.is_file() {
        println!("skipped: {REAL_ALERT} is not beside the repository");
        return Ok(());
    }
    let alert = std::fs::read(path)?;
    let wrapped = multipart(&alert);
    for (source_id, content_type, body) in [
        (CAMERA, "application/xml", &alert),
        ("o-form", "multipart/form-data; boundary=cut", &wrapped),
        ("o-mixed", "multipart/mixed; boundary=cut", &wrapped),
    ] {
        if source_id != CAMERA {
            border.register_camera(source_id).await?;
        }
        let record_id = border
            .post(source_id, content_type, body.clone(), None)
            .await?;
        let readings = border.readings(&record_id).await?;
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

/// A running hub with the reference tables and the outsider's sources.
struct Border {
    hub: Hub,
    http: reqwest::Client,
}

impl Border {
    /// Opens it; `None` without a program.
    async fn open() -> anyhow::Result<Option<Self>> {
        let Some(program) = program() else {
            return Ok(None);
        };
        let mut hub = Hub::new(&program)?;
        for tables in ["seeds/reference", "tests/tests/outsider_messages"] {
            hub.run(&["seed", &of_repository(tables).display().to_string()])?;
        }
        let http = reqwest::Client::new();
        hub.serve("http", &http, &[]).await?;
        Ok(Some(Self { hub, http }))
    }

    /// Registers one more camera like the outsider's own.
    async fn register_camera(&self, source_id: &str) -> anyhow::Result<()> {
        let source = json!({
            "source_id": source_id,
            "format": "hikvision-anpr",
            "gate_id": "tan-thanh",
            "readings": { "forward": "GATE_IN", "reverse": "GATE_OUT" },
            "rank": 0,
        });
        let request = self.http.post(self.url("/v1/admin/sources")).json(&source);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Posts one file of the day and returns what is read from it, `N` readings.
    async fn read<const N: usize>(&self, file: &str) -> anyhow::Result<[Value; N]> {
        let message = DAY.iter().find(|message| message.0 == file);
        let readings = self
            .post_and_read(message.context("no such message")?)
            .await?;
        let count = readings.len();
        readings
            .try_into()
            .ok()
            .with_context(|| format!("{count} readings of {file}, not {N}"))
    }

    async fn post_and_read(&self, message: &Message) -> anyhow::Result<Vec<Value>> {
        let Message(file, source_id, content_type, time) = message;
        let folder = Path::new("tests/tests/outsider_messages").join(file);
        let body = std::fs::read(of_repository(&folder.to_string_lossy()))?;
        let received_at = format!("2026-11-12T{time}Z");
        let record_id = self
            .post(source_id, content_type, body, Some(&received_at))
            .await?;
        self.readings(&record_id).await.context(*file)
    }

    /// Posts a body and returns the id of its record.
    async fn post(
        &self,
        source_id: &str,
        content_type: &str,
        body: Vec<u8>,
        received_at: Option<&str>,
    ) -> anyhow::Result<String> {
        let url = self.url(&format!("/v1/records/{source_id}"));
        let mut request = self.http.post(url).header("content-type", content_type);
        if let Some(at) = received_at {
            request = request.header("bordergate-received-at", at);
        }
        let response = request.body(body).send().await?;
        let (status, receipt) = (response.status(), response.json::<Value>().await?);
        ensure!(status == StatusCode::ACCEPTED, "{source_id}: {receipt}");
        let record_id = receipt["record_id"].as_str().context("no record id")?;
        Ok(record_id.to_owned())
    }

    /// Returns the readings of a record, once it is processed.
    async fn readings(&self, record_id: &str) -> anyhow::Result<Vec<Value>> {
        let url = self.url(&format!("/v1/records/{record_id}"));
        let begun = Instant::now();
        loop {
            let response = self.http.get(&url).send().await?;
            if response.status() != StatusCode::NOT_FOUND {
                let record: Value = response.error_for_status()?.json().await?;
                let fate = &record["appearances"][0];
                ensure!(fate["outcome"] == "observed", "{record}");
                let readings = fate["observations"].as_array();
                return readings.cloned().context("no observations");
            }
            ensure!(begun.elapsed() < PATIENCE, "{record_id} is not processed");
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// Returns the crossing that a reading is in.
    async fn crossing_of(&self, reading: &Value) -> anyhow::Result<Value> {
        let id = reading["crossing_id"].as_str().context("in no crossing")?;
        self.get(&format!("/v1/crossings/{id}")).await
    }

    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let response = self.http.get(self.url(path)).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.hub.http)
    }
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

/// Puts an alert between a picture and an empty part, with the boundary `cut`.
fn multipart(alert: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    let parts: [(&str, &str, &[u8]); 3] = [
        (
            "licensePlatePicture.jpg",
            "image/jpeg",
            b"\xff\xd8\xff\xe0\r\n--\x00\xff\xd9",
        ),
        ("anpr.xml", "application/xml", alert),
        ("detectionPicture.jpg", "image/jpeg", b""),
    ];
    for (name, content_type, content) in parts {
        let head = format!(
            "--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            content.len()
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--cut--\r\n");
    body
}
