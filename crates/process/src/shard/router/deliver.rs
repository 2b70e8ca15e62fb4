//! Appending records to the shards of their gates.

use std::collections::HashMap;
use std::sync::Arc;

use bordergate_eventlog::Error as LogError;
use bordergate_model::{GateId, LoggedRecord, Offset, RawRecord, Shard as ShardNumber};
use futures_util::future::join_all;

use super::{Away, Decided, Shard};
use crate::Error;
use crate::route::{Decision, TOO_LARGE};

/// Appends under way at a time: they share the log's acknowledgements. Not more than `join_all` begins in order.
const APPENDS: usize = 24;

/// One append that is to be made.
struct Letter {
    /// Which unit it is of.
    unit: usize,
    /// Where the record lies in the router's shard.
    offset: Offset,
    shard: ShardNumber,
    record: RawRecord,
}

impl Shard {
    /// Appends what has a gate to the shard of that gate, in order; what was appended before is not appended again.
    /// Returns what was decided, with those waiting that the log does not take; where they go stays decided.
    ///
    /// # Errors
    /// What the log says of its own state; [`Away`] when it does not answer.
    pub(super) async fn deliver(
        &mut self,
        mut decided: Vec<Decided>,
    ) -> Result<Result<Vec<Decided>, Away>, Error> {
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
                        self.router.appended.insert(letter.offset);
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
            let (unit, decision) = &mut decided[unit];
            let offsets = unit.members.iter().map(|member| member.read.logged.offset);
            self.router.too_large.extend(offsets);
            *decision = Decision::Waits(TOO_LARGE, words);
        }
        Ok(Ok(decided))
    }

    fn letters(&self, decided: &[Decided]) -> Result<Vec<Letter>, Error> {
        let mut letters = Vec::new();
        for (number, (unit, decision)) in decided.iter().enumerate() {
            let Decision::Gate(gate_id, _) = decision else {
                continue;
            };
            let shard = self.shard_of(gate_id)?;
            let records = unit.members.iter().map(|member| &member.read.logged);
            let new = records.filter(|logged| !self.router.appended.contains(&logged.offset));
            letters.extend(new.map(|logged| Letter {
                unit: number,
                offset: logged.offset,
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
}

/// Returns the record as its gate's shard gets it: id, bytes, registration version and time of reception stay.
fn routed(logged: &LoggedRecord, gate_id: &GateId) -> RawRecord {
    RawRecord {
        gate_id: Some(gate_id.clone()),
        routed_from: Some((logged.shard, logged.offset)),
        ..logged.record.clone()
    }
}
