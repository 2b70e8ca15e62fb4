//! The registrations a shard reads with, read from the database when a version is missing.

use std::collections::{HashMap, HashSet};

use bordergate_model::{GateId, Shard, Source, SourceId};
use bordergate_store::{Error, Store};

/// Sources by stamped version, and the gates of one shard.
#[derive(Debug, Default)]
pub(crate) struct Registered {
    sources: HashMap<(SourceId, u32), Source>,
    gates: HashSet<GateId>,
}

impl Registered {
    /// Reads every registration.
    pub(crate) async fn load(store: &dyn Store, shard: Shard) -> Result<Self, Error> {
        let sources = store.sources().await?;
        let gates = store.gates().await?;
        Ok(Self {
            sources: sources
                .into_iter()
                .map(|source| ((source.source_id.clone(), source.version), source))
                .collect(),
            gates: gates
                .into_iter()
                .filter(|gate| gate.shard == shard)
                .map(|gate| gate.gate_id)
                .collect(),
        })
    }

    /// Returns the source at the version a door stamped.
    pub(crate) fn source(&self, source_id: &SourceId, version: u32) -> Option<&Source> {
        self.sources.get(&(source_id.clone(), version))
    }

    /// Tells whether the gate's records lie in this shard.
    pub(crate) fn has_gate(&self, gate_id: &GateId) -> bool {
        self.gates.contains(gate_id)
    }

    /// Returns the shard's gates.
    pub(crate) fn gates(&self) -> Vec<GateId> {
        self.gates.iter().cloned().collect()
    }
}
