//! What the demo shows at its end: figures per gate, exactness, the accounting, the exchange.

use std::fmt::Write;

use bordergate_indicators::{Group, Query, rounded};
use bordergate_simulator::Day;

use super::account::Account;
use super::compare::Comparison;
use super::lgsp::Follower;
use crate::api::evaluate::evaluate;
use crate::app::App;
use crate::cli::table;

/// Most crossings that are not exact to list with their reason.
const MOST_LISTED: usize = 40;

/// Returns the report as text.
///
/// # Errors
/// When a figure cannot be computed.
pub async fn report(
    app: &App,
    day: &Day,
    comparison: &Comparison,
    account: &Account,
    lgsp: &Follower,
) -> anyhow::Result<String> {
    let mut text = String::new();
    for gate in &day.gates {
        let vehicles = ask(app, "T1", gate.gate_id.as_str(), "").await?;
        let count = vehicles
            .first()
            .and_then(|group| group.value)
            .unwrap_or(0.0);
        writeln!(
            text,
            "\n{} ({}): {count:.0} vehicles crossed",
            gate.name_en, gate.gate_id
        )?;
        let mut rows = Vec::new();
        for (indicator, title) in [
            ("C2", "export, arrival to clearance"),
            ("C1", "import, arrival to release"),
        ] {
            for group in ask(app, indicator, gate.gate_id.as_str(), "channel").await? {
                rows.push(row(indicator, title, &group));
            }
        }
        text.push_str(&table::table(
            &[
                "",
                "time",
                "channel",
                "n",
                "median min",
                "P95 min",
                "excluded",
            ],
            &rows,
        ));
    }
    writeln!(
        text,
        "\n{} of {} simulated crossings reproduced exactly ({:.2} %).",
        comparison.exact_count,
        comparison.true_count,
        comparison.share() * 100.0
    )?;
    for (name, reason) in comparison.inexact.iter().take(MOST_LISTED) {
        writeln!(text, "  {name}: {reason}")?;
    }
    if comparison.inexact.len() > MOST_LISTED {
        writeln!(
            text,
            "  and {} more",
            comparison.inexact.len() - MOST_LISTED
        )?;
    }
    let counts: Vec<String> = account
        .counts
        .iter()
        .map(|(outcome, count)| format!("{count} {outcome}"))
        .collect();
    writeln!(
        text,
        "Records in the log: {}; {} unaccounted for.",
        counts.join(", "),
        account.unaccounted.len()
    )?;
    for place in account.unaccounted.iter().take(MOST_LISTED) {
        writeln!(text, "  {place}")?;
    }
    let seen = lgsp.seen();
    writeln!(
        text,
        "LGSP received and acknowledged {} crossing revisions, {} out of sequence.",
        seen.record_count, seen.gap_count
    )?;
    Ok(text)
}

async fn ask(app: &App, indicator: &str, gate: &str, by: &str) -> anyhow::Result<Vec<Group>> {
    let mut parameters = vec![("gate".to_owned(), gate.to_owned())];
    if !by.is_empty() {
        parameters.push(("by".to_owned(), by.to_owned()));
    }
    let query = Query::parse(indicator, parameters)?;
    Ok(
        evaluate(app.store.as_ref(), &app.registrations.snapshot(), &query)
            .await?
            .groups,
    )
}

fn row(indicator: &str, title: &str, group: &Group) -> Vec<String> {
    let minutes = |seconds: Option<f64>| {
        seconds.map_or_else(
            || "-".to_owned(),
            |seconds| rounded(seconds / 60.0, 1).to_string(),
        )
    };
    let distribution = group.distribution.as_ref();
    let p95 = distribution.and_then(|d| {
        d.percentiles
            .iter()
            .find(|percentile| percentile.p == 95.0)?
            .value
    });
    vec![
        indicator.to_owned(),
        title.to_owned(),
        group
            .key
            .first()
            .map(|part| part.value.clone())
            .unwrap_or_default(),
        group.n.to_string(),
        minutes(distribution.and_then(|d| d.median)),
        minutes(p95),
        group.excluded.values().sum::<u64>().to_string(),
    ]
}
