//! Every record in the log against what the database says became of it (DESIGN.md, Accounting).

use std::collections::BTreeMap;
use std::time::Duration;

use bordergate_eventlog::RunLimit;

use crate::app::App;

/// What became of the records in the log.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Records by outcome: `observed` or an outcome's kind.
    pub counts: BTreeMap<&'static str, u64>,
    /// Places of records that nothing became of, or more than one thing.
    pub unaccounted: Vec<String>,
}

/// Reads the whole log and looks every record up.
///
/// # Errors
/// When log or store do not answer.
pub async fn account(app: &App) -> anyhow::Result<Account> {
    let mut account = Account::default();
    for shard in app.settings.processed_shards() {
        let end = app.log.end(shard).await?;
        let mut next = app.log.start(shard).await?;
        if next >= end {
            continue;
        }
        let mut reader = app.log.open(shard, next).await?;
        while next < end {
            let limit = RunLimit {
                records: 1000,
                body_bytes: 64 << 20,
            };
            let run = reader.next_run(limit, Duration::from_secs(10)).await?;
            anyhow::ensure!(
                !run.is_empty(),
                "the log of shard {shard} ended before its end"
            );
            for logged in &run {
                next = logged.offset + 1;
                let fates = app.store.record(logged.record.record_id).await?;
                let mine: Vec<_> = fates
                    .iter()
                    .filter(|fate| (fate.shard, fate.offset) == (shard, logged.offset))
                    .collect();
                match mine.as_slice() {
                    [fate] if fate.outcome.is_none() == fate.observations.is_empty() => {
                        account.unaccounted.push(format!(
                            "shard {shard} offset {}: two outcomes",
                            logged.offset
                        ));
                    }
                    [fate] => {
                        let outcome = fate
                            .outcome
                            .as_ref()
                            .map_or("observed", |outcome| outcome.kind.code());
                        *account.counts.entry(outcome).or_insert(0) += 1;
                    }
                    _ => account
                        .unaccounted
                        .push(format!("shard {shard} offset {}", logged.offset)),
                }
            }
        }
    }
    Ok(account)
}
