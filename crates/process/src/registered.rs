//! The registrations a shard reads with, read from the database when a version is missing.

use std::collections::{HashMap, HashSet};

use bordergate_model::{GateId, Shard, Source, SourceId};
use bordergate_store::{Error, Store};

use crate::route::Offices;

/// Sources by stamped version, the gates of one shard, and for the router those of every shard.
#[derive(Debug, Default)]
pub(crate) struct Registered {
    sources: HashMap<(SourceId, u32), Source>,
    gates: HashSet<GateId>,
    routes: Option<Destinations>,
}

/// Where the router may send records.
#[derive(Debug, Default)]
pub(crate) struct Destinations {
    /// The codes of the gates.
    pub(crate) offices: Offices,
    /// The shard of each gate.
    pub(crate) shards: HashMap<GateId, Shard>,
}

impl Registered {
    /// Reads every registration, for a shard of gates or for the router's.
    pub(crate) async fn load(
        store: &dyn Store,
        shard: Shard,
        router: Option<Shard>,
    ) -> Result<Self, Error> {
        let sources = store.sources().await?;
        let gates = store.gates().await?;
        Ok(Self {
            routes: (router == Some(shard)).then(|| Destinations {
                offices: Offices::new(&gates),
                shards: gates
                    .iter()
                    .map(|gate| (gate.gate_id.clone(), gate.shard))
                    .collect(),
            }),
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

    /// Tells whether records of the gate lie in this shard; `None` stands for those whose gate the router must find.
    pub(crate) fn takes(&self, gate_id: Option<&GateId>) -> bool {
        match gate_id {
            Some(gate_id) => self.routes.is_none() && self.gates.contains(gate_id),
            None => self.routes.is_some(),
        }
    }

    /// Returns where records may be sent; `None` in a shard of gates.
    pub(crate) fn destinations(&self) -> Option<&Destinations> {
        self.routes.as_ref()
    }

    /// Tells whether the shard of each of these gates is known.
    pub(crate) fn sends_to<'g>(&self, mut gates: impl Iterator<Item = &'g GateId>) -> bool {
        let shards = self.routes.as_ref().map(|known| &known.shards);
        gates.all(|gate_id| shards.is_some_and(|shards| shards.contains_key(gate_id)))
    }

    /// Returns the shard's gates.
    pub(crate) fn gates(&self) -> Vec<GateId> {
        self.gates.iter().cloned().collect()
    }
}
