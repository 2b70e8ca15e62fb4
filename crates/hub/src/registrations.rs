//! The registered gates and sources, kept in memory for the doors and the role `process`.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use bordergate_model::{Gate, GateId, Source, SourceId};
use bordergate_store::{Error, Store};

/// A consistent view of every version of every registration.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    gates: HashMap<GateId, Vec<Gate>>,
    sources: HashMap<SourceId, Vec<Source>>,
}

impl Snapshot {
    /// Builds the view from rows by id and version.
    #[must_use]
    pub fn new(gates: Vec<Gate>, sources: Vec<Source>) -> Self {
        let mut view = Self::default();
        for gate in gates {
            view.gates
                .entry(gate.gate_id.clone())
                .or_default()
                .push(gate);
        }
        for source in sources {
            view.sources
                .entry(source.source_id.clone())
                .or_default()
                .push(source);
        }
        view
    }

    /// Returns the newest version of a source.
    #[must_use]
    pub fn source(&self, source_id: &SourceId) -> Option<&Source> {
        self.sources.get(source_id)?.last()
    }

    /// Returns the newest version of a gate.
    #[must_use]
    pub fn gate(&self, gate_id: &GateId) -> Option<&Gate> {
        self.gates.get(gate_id)?.last()
    }

    /// Returns the newest version of every gate, by id.
    #[must_use]
    pub fn gates(&self) -> Vec<&Gate> {
        let mut gates: Vec<&Gate> = self
            .gates
            .values()
            .filter_map(|versions| versions.last())
            .collect();
        gates.sort_by(|a, b| a.gate_id.cmp(&b.gate_id));
        gates
    }

    /// Returns the newest version of every source, by id.
    #[must_use]
    pub fn sources(&self) -> Vec<&Source> {
        let mut sources: Vec<&Source> = self
            .sources
            .values()
            .filter_map(|versions| versions.last())
            .collect();
        sources.sort_by(|a, b| a.source_id.cmp(&b.source_id));
        sources
    }
}

/// The view that changes when someone registers something.
#[derive(Clone, Debug, Default)]
pub struct Registrations(Arc<RwLock<Arc<Snapshot>>>);

impl Registrations {
    /// Returns the present view.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clone()
    }

    /// Reads every registration anew.
    ///
    /// # Errors
    /// Those of the store; the old view stays.
    pub async fn refresh(&self, store: &dyn Store) -> Result<(), Error> {
        let fresh = Arc::new(Snapshot::new(store.gates().await?, store.sources().await?));
        *self
            .0
            .write()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = fresh;
        Ok(())
    }
}
