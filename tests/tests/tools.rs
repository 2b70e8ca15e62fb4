//! What people's own tools show of a running hub: kcat and Kafka's group tool its log, psql its tables, a client that
//! knows only reflection its gRPC door.
//!
//! Needs `BORDERGATE_BIN`, Kafka and PostgreSQL (the crate's README names the variables) and the tool of each test;
//! without them a test says that it is skipped.

mod command;
mod reflected;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use bordergate_tests::{Place, Running, Services, of_repository, program_or_skip, until, variable};
use prost_reflect::{DynamicMessage, Value as Field};
use serde_json::{Value, json};

use command::{has_or_skip, printed, printed_of};
use reflected::{Reflected, Server};

/// Longest wait for a record to be processed, for a lease to run out, for the group's offset to be told.
const PATIENCE: Duration = Duration::from_secs(60);
/// The camera that posts, and the file it posts.
const YARD: &str = "o-yard";
const NOTIFICATION: &str = "dahua_notify.json";
/// When the hub is told it was received.
const RECEIVED_AT: &str = "2026-11-12T05:00:01Z";
/// The service of partners.
const EXCHANGE: &str = "bordergate.exchange.v1.ExchangeService";

#[tokio::test]
async fn kcat_shows_each_record_as_posted_under_cloudevents_headers() -> anyhow::Result<()> {
    if !has_or_skip("kcat", &["-V"]) {
        return Ok(());
    }
    on_services(async |border| {
        let body = outsiders(NOTIFICATION)?;
        let receipt = border.post("application/json", &body).await?;
        let message = border.message_at(&receipt)?;
        let payload = message["payload"].as_str().context("no payload")?;
        ensure!(payload.as_bytes() == body, "changed: {payload}");
        let mut headers = headers(&message)?;
        // Where a trace is under way, the record says so.
        headers.remove("traceparent");
        let expected = BTreeMap::from(
            [
                ("ce_specversion", "1.0"),
                ("ce_id", text(&receipt["record_id"])?),
                ("ce_source", YARD),
                ("ce_type", "dahua-traffic"),
                ("ce_time", RECEIVED_AT),
                ("content-type", "application/json"),
                ("ce_gate", "huu-nghi"),
                ("ce_sourceversion", "1"),
                ("ce_replay", "true"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        ensure!(headers == expected, "{headers:#?}");

        let mixed = outsiders("dahua_mixed.bin")?;
        let boundary = "multipart/x-mixed-replace; boundary=myboundary";
        let receipt = border.post(boundary, &mixed).await?;
        let bytes = printed(border.kcat_at(&receipt)?.args(["-f", "%s"]))?;
        ensure!(bytes == mixed, "bytes that are no text are changed");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_group_tool_shows_no_lag_but_of_what_no_hub_has_read() -> anyhow::Result<()> {
    let Some(jars) = variable("BORDERGATE_TEST_KAFKA_JARS") else {
        println!("skipped: BORDERGATE_TEST_KAFKA_JARS is not set");
        return Ok(());
    };
    if !has_or_skip("java", &["-version"]) || !has_or_skip("kcat", &["-V"]) {
        return Ok(());
    }
    on_services(async |border| {
        let receipt = border
            .post("application/json", &outsiders(NOTIFICATION)?)
            .await?;
        border.until_lag(&jars, 0).await?;

        let message = border.message_at(&receipt)?;
        border.stop().await?;
        border.produce_again(&receipt, &message)?;
        border.until_lag(&jars, 1).await?;

        border.start().await?;
        border.until_lag(&jars, 0).await?;
        let path = format!("/v1/records/{}", text(&receipt["record_id"])?);
        let record: Value = serde_json::from_str(&border.place.get(&path).await?)?;
        let outcomes: Vec<&Value> = record["appearances"]
            .as_array()
            .context("no appearances")?
            .iter()
            .map(|appearance| &appearance["outcome"])
            .collect();
        ensure!(outcomes == ["observed", "duplicate"], "{record}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn psql_shows_a_comment_on_every_table_and_column() -> anyhow::Result<()> {
    if !has_or_skip("psql", &["--version"]) {
        return Ok(());
    }
    on_services(async |border| {
        let psql = |statement: &str| {
            let url = border.services.database_url.as_str();
            printed_of("psql", &["-X", "-A", "-t", "-d", url, "-c", statement])
        };
        let bare = psql(
            "select c.relname, coalesce(a.attname, '(itself)') \
             from pg_class c \
             join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public' \
             left join lateral ( \
                 select 0 as attnum, null as attname \
                 union all \
                 select attnum, attname from pg_attribute \
                 where attrelid = c.oid and attnum > 0 and not attisdropped \
             ) a on true \
             left join pg_description d \
                 on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = a.attnum \
             where c.relkind in ('r', 'p', 'v', 'm', 'f') and d.description is null",
        )?;
        ensure!(bare.is_empty(), "without a comment:\n{bare}");
        let crossings = psql("\\d+ crossings")?;
        let comment = "When it crossed the line in its direction (T1).";
        ensure!(crossings.contains(comment), "{crossings}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_client_that_knows_only_reflection_pulls_acknowledges_and_submits() -> anyhow::Result<()>
{
    on_services(async |border| {
        let token = border.partner_token("lgsp").await?;
        for version in ["v1", "v1alpha"] {
            let server = Server::connect(border.place.grpc(), &token, version).await?;
            let services = server.services().await?;
            for service in [
                EXCHANGE,
                "bordergate.exchange.v1.CrossingService",
                "bordergate.exchange.v1.IndicatorService",
                "bordergate.exchange.v1.IngestService",
                "grpc.health.v1.Health",
            ] {
                let listed = services.iter().any(|name| name == service);
                ensure!(listed, "{version}: {service} is not among {services:?}");
                let files = server.files(service).await.context(version)?;
                ensure!(!files.is_empty(), "{version}: no file of {service}");
            }
            let exchange = Reflected::learn(server, EXCHANGE).await?;
            submit(&exchange, version).await?;
            let cursor = pull(&exchange).await?;
            let cursor = vec![("cursor", Field::String(cursor))];
            let acknowledged = exchange.call("AckRecords", cursor).await?;
            let positions = field(&acknowledged, "positions")?;
            let is_told = positions.as_list().is_some_and(|all| !all.is_empty());
            ensure!(is_told, "{version}: {positions:?}");
        }
        Ok(())
    })
    .await
}

/// Submits one milestone report; it must be receipted.
async fn submit(exchange: &Reflected, name: &str) -> anyhow::Result<()> {
    let report = json!({
        "specversion": "1.0",
        "id": format!("report-{name}"),
        "source": "urn:example:hn-lgsp",
        "type": "vn.langson.bordergate.milestone.reported",
        "time": "2026-03-02T08:15:00+07:00",
        "data": { "milestone": "GATE_IN", "plate": "29C-123.45", "direction": "export" },
    });
    let content_type = "application/cloudevents+json".to_owned();
    let record = exchange.message(
        "bordergate.exchange.v1.SubmittedRecord",
        vec![
            ("source_id", Field::String("hn-lgsp".to_owned())),
            ("content_type", Field::String(content_type)),
            ("body", Field::Bytes(report.to_string().into())),
        ],
    )?;
    let request = vec![
        ("request_id", Field::String(name.to_owned())),
        ("records", Field::List(vec![record])),
    ];
    let answer = exchange.call("SubmitRecords", request).await?;
    let results = field(&answer, "results")?;
    let result = match results.as_list() {
        Some([result]) => result.as_message().context("no message")?,
        other => bail!("one result, but {other:?}"),
    };
    ensure!(result.has_field_by_name("receipt"), "refused: {result:?}");
    Ok(())
}

/// Pulls until the feed has a record; returns the cursor after it.
async fn pull(exchange: &Reflected) -> anyhow::Result<String> {
    let mut cursor = None;
    until("the feed has a record", PATIENCE, async || {
        let first = vec![("page_size", Field::U32(1))];
        let page = exchange.call("PullRecords", first).await?;
        let records = field(&page, "records")?;
        let next = field(&page, "next_cursor")?;
        cursor = next.as_str().map(ToOwned::to_owned);
        Ok(records.as_list().is_some_and(|records| records.len() == 1))
    })
    .await?;
    cursor.context("no cursor")
}

fn field(message: &DynamicMessage, name: &str) -> anyhow::Result<Field> {
    let value = message.get_field_by_name(name);
    Ok(value
        .with_context(|| format!("no field {name}"))?
        .into_owned())
}

/// A hub on Kafka and PostgreSQL, with the reference tables and the outsider's sources.
struct Border {
    services: Services,
    place: Place,
    hub: Option<Running>,
}

/// Runs a check over a running hub, then removes its topic and database; says when it is skipped.
async fn on_services(
    check: impl AsyncFnOnce(&mut Border) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let Some(services) = Services::make_or_skip().await? else {
        return Ok(());
    };
    let place = Place::new(&program, &services.environment(&[]))?;
    let mut border = Border {
        services: services.clone(),
        place,
        hub: None,
    };
    let checked = async {
        border.place.prepare().await?;
        for tables in ["seeds/reference", "tests/tests/outsider_messages"] {
            border.place.seed(tables).await?;
        }
        border.start().await?;
        check(&mut border).await
    };
    let checked = checked.await;
    drop(border);
    services.remove().await?;
    checked
}

impl Border {
    async fn start(&mut self) -> anyhow::Result<()> {
        self.hub = Some(self.place.serve().await?);
        Ok(())
    }

    /// Asks the hub to end, as a service manager does.
    async fn stop(&mut self) -> anyhow::Result<()> {
        let hub = self.hub.take().context("no hub runs")?;
        hub.signal("TERM")?;
        let ended = hub.wait(PATIENCE).await?;
        ensure!(ended.code == Some(0), "{ended:?}");
        Ok(())
    }

    /// Posts a message of the yard's camera and waits until it is processed; returns its receipt.
    async fn post(&self, content_type: &str, body: &[u8]) -> anyhow::Result<Value> {
        let url = format!("http://{}/v1/records/{YARD}", self.place.http());
        let request = self.place.client().post(url);
        let request = request
            .header("content-type", content_type)
            .header("bordergate-received-at", RECEIVED_AT)
            .body(body.to_vec());
        let response = request.send().await?.error_for_status()?;
        let receipt: Value = response.json().await?;
        let path = format!("/v1/records/{}", text(&receipt["record_id"])?);
        until("the record is processed", PATIENCE, async || {
            Ok(self.place.get(&path).await.is_ok())
        })
        .await?;
        Ok(receipt)
    }

    /// Returns kcat's command for the message of a receipt.
    fn kcat_at(&self, receipt: &Value) -> anyhow::Result<std::process::Command> {
        let mut kcat = std::process::Command::new("kcat");
        kcat.args(["-C", "-e", "-q", "-b", &self.services.brokers]);
        kcat.args(["-t", &self.services.topic, "-c", "1"]);
        kcat.args(["-p", &receipt["shard"].to_string()]);
        kcat.args(["-o", &receipt["offset"].to_string()]);
        Ok(kcat)
    }

    /// Returns what kcat says of the message of a receipt.
    fn message_at(&self, receipt: &Value) -> anyhow::Result<Value> {
        let line = printed(self.kcat_at(receipt)?.arg("-J"))?;
        serde_json::from_slice(&line).context("kcat printed no JSON")
    }

    /// Appends the message of a receipt once more with kcat, as any client of Kafka may.
    fn produce_again(&self, receipt: &Value, message: &Value) -> anyhow::Result<()> {
        let body = self.place.folder().join("body");
        std::fs::write(&body, text(&message["payload"])?)?;
        let mut kcat = std::process::Command::new("kcat");
        kcat.args(["-P", "-b", &self.services.brokers]);
        kcat.args(["-t", &self.services.topic]);
        kcat.args(["-p", &receipt["shard"].to_string()]);
        if let Some(key) = message["key"].as_str() {
            kcat.args(["-k", key]);
        }
        for (name, value) in headers(message)? {
            kcat.args(["-H", &format!("{name}={value}")]);
        }
        printed(kcat.arg(&body))?;
        Ok(())
    }

    /// Waits until Kafka's group tool shows this lag of the hub's group on this topic, over all shards.
    async fn until_lag(&self, jars: &str, lag: u64) -> anyhow::Result<()> {
        let what = format!("the group tool shows a lag of {lag}");
        until(&what, PATIENCE, async || {
            let shown = printed_of(
                "java",
                &[
                    "-cp",
                    &format!("{jars}/*"),
                    "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
                    "--bootstrap-server",
                    &self.services.brokers,
                    "--describe",
                    "--group",
                    "bordergate",
                ],
            )?;
            // A shard without a committed offset has none.
            let lags: Option<Vec<u64>> = shown
                .lines()
                .map(|line| line.split_whitespace().collect::<Vec<_>>())
                .filter(|columns| columns.get(1) == Some(&self.services.topic.as_str()))
                .map(|columns| columns.get(5)?.parse().ok())
                .collect();
            Ok(lags.is_some_and(|lags| !lags.is_empty() && lags.iter().sum::<u64>() == lag))
        })
        .await
    }

    /// Makes a token of a partner.
    async fn partner_token(&self, partner_id: &str) -> anyhow::Result<String> {
        let url = format!("http://{}/v1/admin/tokens", self.place.http());
        let wanted = json!({ "role": "partner", "subject": partner_id });
        let request = self.place.client().post(url).json(&wanted);
        let made: Value = request.send().await?.error_for_status()?.json().await?;
        Ok(text(&made["token"])?.to_owned())
    }
}

/// Returns the headers that kcat shows: a list of names and values in turn.
fn headers(message: &Value) -> anyhow::Result<BTreeMap<String, String>> {
    let list = message["headers"].as_array().context("no headers")?;
    list.chunks(2)
        .map(|pair| match pair {
            [name, value] => Ok((text(name)?.to_owned(), text(value)?.to_owned())),
            _ => bail!("a header without a value: {pair:?}"),
        })
        .collect()
}

fn text(value: &Value) -> anyhow::Result<&str> {
    value.as_str().with_context(|| format!("no text: {value}"))
}

fn outsiders(file: &str) -> anyhow::Result<Vec<u8>> {
    let folder = of_repository("tests/tests/outsider_messages");
    Ok(std::fs::read(folder.join(file))?)
}
