//! What parts of split messages do to a batch: they wait, complete a message, or are given up.
//!
//! The observations of a message belong to the record that made it whole; the others keep the outcome `part`. A record
//! that would make it whole and is quarantined, because the message cannot be read or contradicts what is known, does not
//! count as there: the other parts wait on, so that a redrive of it finds them, and are given up in their time.

use bordergate_model::{Outcome, OutcomeKind};
use bordergate_sources::{Part, part};
use bordergate_store::{KeptPart, NewQuarantine};
use jiff::Timestamp;

use super::Overlay;
use crate::parts::Arrival;
use crate::run::{ReadRecord, joined};

impl Overlay<'_> {
    /// Takes a record that is one part of a message.
    pub(super) fn take_part(&mut self, read: &ReadRecord, part: &Part, log_time: Timestamp) {
        if self.is_repeated(read) {
            return self.note_duplicate(read, "record.duplicate");
        }
        let source_id = &read.logged.record.source_id;
        match self.parts.arrival(source_id, part) {
            Arrival::Double => self.note_duplicate(read, part::DUPLICATE),
            Arrival::Refused(code, detail) => {
                self.note_outcome(read, OutcomeKind::Quarantined, code.to_owned(), detail);
            }
            Arrival::Waits => {
                self.parts.keep(&read.logged, part, log_time);
                let code = part::WAITS.to_owned();
                self.note_outcome(read, OutcomeKind::Part, code, String::new());
            }
            Arrival::Completes(parts) => {
                let whole = joined(self.registered, read, &parts);
                let verdict = self.verdict(&whole);
                if !verdict.is_quarantined() {
                    self.parts.complete(&read.logged, part, log_time);
                }
                self.settle(&whole, verdict, log_time);
                self.joined.push(whole);
            }
        }
    }

    /// Puts the parts aside whose message was not completed in time.
    pub(super) fn give_up_parts(&mut self, log_time: Timestamp) {
        for (kept, missing, is_stored) in self.parts.give_up(log_time) {
            let outcome = Outcome {
                kind: OutcomeKind::Quarantined,
                code: part::MISSING.to_owned(),
            };
            let known = self.records.get_mut(&kept.record_id).into_iter().flatten();
            for known in known.filter(|known| known.offset == kept.offset) {
                known.outcome = Some(outcome.clone());
            }
            let row = quarantined(kept, missing);
            if is_stored {
                self.parts.put_aside(row);
                continue;
            }
            for new in &mut self.outcomes {
                if new.offset == row.offset {
                    new.outcome = outcome.clone();
                }
            }
            self.quarantine.push(row);
        }
    }

    fn note_duplicate(&mut self, read: &ReadRecord, code: &str) {
        self.note_outcome(read, OutcomeKind::Duplicate, code.to_owned(), String::new());
    }
}

fn quarantined(kept: KeptPart, detail: String) -> NewQuarantine {
    NewQuarantine {
        record_id: kept.record_id,
        offset: kept.offset,
        source_id: kept.source_id,
        gate_id: Some(kept.gate_id),
        format: kept.format,
        received_at: kept.received_at,
        code: part::MISSING.to_owned(),
        detail,
    }
}
