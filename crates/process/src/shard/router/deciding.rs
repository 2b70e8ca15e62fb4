//! Deciding where records go: what is looked up, and that a decision stands in the database before anything is appended.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use bordergate_store::{Destination, Together, WantedUnrouted};

use super::{Away, Decided, Shard, patiently};
use crate::Error;
use crate::registered::Registered;
use crate::route::Decision;
use crate::run::{Content, ReadRecord};
use crate::unit::{Unit, Units, decisions, units, wanted};

impl Shard {
    /// Decides where the records of a run go; those that need no gate come beside.
    pub(super) async fn decide(
        &mut self,
        read: &[ReadRecord],
    ) -> Result<Result<(Vec<Decided>, Vec<ReadRecord>), Away>, Error> {
        let messages: BTreeSet<_> = read
            .iter()
            .filter_map(|read| match &read.content {
                Content::Part(part) => {
                    let source_id = read.logged.record.source_id.clone();
                    Some((source_id, part.message_key.clone()))
                }
                _ => None,
            })
            .collect();
        let wanted = WantedUnrouted {
            offsets: Vec::new(),
            messages: messages.into_iter().collect(),
        };
        let mut waiting = Vec::new();
        if !wanted.messages.is_empty() {
            let shard = self.progress.shard;
            match patiently(self.tools.store.unrouted(shard, &wanted).await)? {
                Ok(found) => waiting = found,
                Err(Away) => return Ok(Err(Away)),
            }
        }
        let Units { units, aside } = units(&self.registered, &self.board, read, waiting);
        let asked = self.ask(units).await?;
        Ok(asked.map(|decided| (decided, aside)))
    }

    /// Looks up what points to gates, decides, and writes the decisions down.
    pub(super) async fn ask(
        &mut self,
        units: Vec<Unit>,
    ) -> Result<Result<Vec<Decided>, Away>, Error> {
        if units.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        let Ok(links) = patiently(self.tools.store.links(&wanted(&units)).await)? else {
            return Ok(Err(Away));
        };
        let decisions = decisions(&self.registered, &units, &links);
        self.write_down(units.into_iter().zip(decisions).collect())
            .await
    }

    /// Writes down where units go before any is appended; what stands already, of the router's or a person's, holds.
    async fn write_down(
        &mut self,
        mut decided: Vec<Decided>,
    ) -> Result<Result<Vec<Decided>, Away>, Error> {
        let (shard, epoch) = (self.progress.shard, self.progress.owner_epoch);
        let store = Arc::clone(&self.tools.store);
        let together = decided.iter();
        let together: Vec<Together> = together
            .map(|(unit, decision)| unit.together(decision))
            .collect();
        let Ok(standing) = patiently(store.decide(shard, epoch, &together).await)? else {
            return Ok(Err(Away));
        };
        let standing = standing.ok_or(Error::Lost { shard })?;
        self.last_renewed = Instant::now();
        for ((_, decision), stands) in decided.iter_mut().zip(standing) {
            if let Some(Destination { gate_id, code }) = stands {
                *decision = Decision::Gate(gate_id, code);
            }
        }
        let gates = decided.iter().filter_map(|(_, decision)| match decision {
            Decision::Gate(gate_id, _) => Some(gate_id),
            Decision::Waits(..) => None,
        });
        // A person may name a gate that was registered a moment ago.
        if !self.registered.sends_to(gates) {
            let registered = Registered::load(store.as_ref(), shard, self.tools.router);
            let Ok(registered) = patiently(registered.await)? else {
                return Ok(Err(Away));
            };
            self.registered = registered;
        }
        Ok(Ok(decided))
    }
}
