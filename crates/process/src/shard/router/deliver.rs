//! Appending records to the shards of their gates.

use std::collections::HashMap;
use std::sync::Arc;

use bordergate_eventlog::Error as LogError;
use bordergate_model::{GateId, LoggedRecord, Offset, RawRecord, Shard as ShardNumber};
use futures_util::future::join_all;

use super::{Away, Decided, Shard};
use crate::Error;
use crate::route::{Decision, TOO_LARGE};
use crate::unit::Unit;

/// Appends under way at a time: they share the log's acknowledgements. Not more than `join_all` begins in order.
const APPENDS: usize = 24;

/// One append that is to be made.
struct Letter {
    /// Which unit it is of.
    unit: usize,
    /// Where the record lies in the router's shard.
    offset: Offset,
    gate_id: GateId,
    code: &'static str,
    shard: ShardNumber,
    record: RawRecord,
}

impl Shard {
    /// Appends what has a gate to the shard of that gate, in order; what was appended before is not appended again.
    /// Returns what was decided, with those waiting that the log does not take.
    ///
    /// # Errors
    /// What the log says of its own state; [`Away`] when it does not answer.
    pub(super) async fn deliver(
        &mut self,
        decided: Vec<Decided>,
    ) -> Result<Result<Vec<Decided>, Away>, Error> {
        let mut decided: Vec<Decided> = decided
            .into_iter()
            .map(|(unit, decision)| {
                let decision = self.as_appended(&unit, decision);
                (unit, decision)
            })
            .collect();
        let letters = self.letters(&decided)?;
        let log = Arc::clone(&self.tools.log);
        let mut too_large: HashMap<usize, String> = HashMap::new();
        for some in letters.chunks(APPENDS) {
            let appending = some
                .iter()
                .map(|letter| log.append(letter.shard, letter.record.clone()));
            let mut away = None;
            for (letter, appended) in some.iter().zip(join_all(appending).await) {
                match appended {
                    Ok(_) => {
                        let how = (letter.gate_id.clone(), letter.code);
                        self.router.appended.insert(letter.offset, how);
                    }
                    Err(error @ LogError::Unreachable { .. }) => away = Some(error),
                    Err(error @ LogError::TooLarge { .. }) => {
                        too_large.insert(letter.unit, error.to_string());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            if let Some(error) = away {
                tracing::warn!("records cannot be routed now: {error}");
                return Ok(Err(Away));
            }
        }
        for (unit, words) in too_large {
            decided[unit].1 = Decision::Waits(TOO_LARGE, words);
        }
        Ok(Ok(decided))
    }

    fn letters(&self, decided: &[Decided]) -> Result<Vec<Letter>, Error> {
        let mut letters = Vec::new();
        for (number, (unit, decision)) in decided.iter().enumerate() {
            let Decision::Gate(gate_id, code) = decision else {
                continue;
            };
            let shard = self.shard_of(gate_id)?;
            let records = unit.members.iter().map(|member| &member.read.logged);
            let new = records.filter(|logged| !self.router.appended.contains_key(&logged.offset));
            letters.extend(new.map(|logged| Letter {
                unit: number,
                offset: logged.offset,
                gate_id: gate_id.clone(),
                code,
                shard,
                record: routed(logged, gate_id),
            }));
        }
        Ok(letters)
    }

    fn shard_of(&self, gate_id: &GateId) -> Result<ShardNumber, Error> {
        let destinations = self.registered.destinations();
        let shard = destinations.and_then(|known| known.shards.get(gate_id));
        shard.copied().ok_or_else(|| Error::UnknownGate {
            gate_id: gate_id.clone(),
        })
    }

    /// A unit of which a record was appended already goes to the same gate, whatever points elsewhere by now.
    fn as_appended(&self, unit: &Unit, decision: Decision) -> Decision {
        let appended = &self.router.appended;
        let mut before = unit
            .members
            .iter()
            .filter_map(|member| appended.get(&member.read.logged.offset));
        match before.next() {
            Some((gate_id, code)) => Decision::Gate(gate_id.clone(), code),
            None => decision,
        }
    }
}

/// Returns the record as its gate's shard gets it: id, bytes, registration version and time of reception stay.
fn routed(logged: &LoggedRecord, gate_id: &GateId) -> RawRecord {
    RawRecord {
        gate_id: Some(gate_id.clone()),
        routed_from: Some((logged.shard, logged.offset)),
        ..logged.record.clone()
    }
}
