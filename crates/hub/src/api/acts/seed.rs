//! Seeding: gates, sources and the table of expected milestones, inserted where missing, never overwritten.

use std::collections::BTreeSet;

use bordergate_model::{Gate, GateId, Source};
use bordergate_store::{Reference, SeedReport, Store};
use serde::{Deserialize, Serialize};

use super::register::{NewGate, NewSource, checked_gate, checked_source};
use super::{Error, audit, field};
use crate::config::Log;
use crate::reference::{EXPECTED_MILESTONES, expected_milestones};

/// What to insert where missing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewReference {
    /// Gates.
    #[serde(default)]
    pub gates: Vec<NewGate>,
    /// Sources.
    #[serde(default)]
    pub sources: Vec<NewSource>,
    /// The text of `expected_milestones.csv`.
    #[serde(default)]
    pub expected_milestones: Option<String>,
}

/// Inserts what is missing of `reference`; everything is checked before anything is inserted.
///
/// # Errors
/// A field that does not fit, or a source whose gate is neither registered nor given.
pub async fn seed(
    store: &dyn Store,
    log: &Log,
    reference: NewReference,
    actor: &str,
) -> Result<SeedReport, Error> {
    let NewReference {
        gates,
        sources,
        expected_milestones: table,
    } = reference;
    let gates: Result<Vec<_>, _> = gates
        .into_iter()
        .map(|gate| checked_gate(log, gate))
        .collect();
    let sources: Result<Vec<_>, _> = sources.into_iter().map(checked_source).collect();
    let (gates, sources) = (gates?, sources?);
    check_gates(&store.gates().await?, &gates, &sources)?;
    if let Some(table) = &table {
        expected_milestones(table)
            .map_err(|error| field("expected_milestones", format!("cannot be read: {error:#}")))?;
    }
    let mut report = store.seed(&Reference { gates, sources }).await?;
    if let Some(table) = &table {
        let is_new = store.hub_state(EXPECTED_MILESTONES).await?.is_none();
        store.init_hub_state(EXPECTED_MILESTONES, table).await?;
        report.inserted_count += u64::from(is_new);
        report.kept_count += u64::from(!is_new);
    }
    let subject = format!(
        "inserted {}, kept {}",
        report.inserted_count, report.kept_count
    );
    audit(store, actor, "reference.seed", &subject).await?;
    Ok(report)
}

/// Every source's gate must be registered already, or come along.
fn check_gates(registered: &[Gate], gates: &[Gate], sources: &[Source]) -> Result<(), Error> {
    let known: BTreeSet<&GateId> = registered
        .iter()
        .chain(gates)
        .map(|gate| &gate.gate_id)
        .collect();
    let stray = sources.iter().find_map(|source| {
        let gate_id = source.gate_id.as_ref()?;
        (!known.contains(gate_id)).then_some((gate_id, &source.source_id))
    });
    match stray {
        None => Ok(()),
        Some((gate_id, source_id)) => Err(Error::Field {
            field: "gate_id",
            reason: format!("{gate_id} of source {source_id} is not registered"),
            allowed: known.into_iter().map(ToString::to_string).collect(),
        }),
    }
}
