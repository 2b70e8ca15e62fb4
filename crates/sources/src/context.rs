//! What a reader knows besides the bytes: the record, its registration, and how device times become moments.
//!
//! The rules of formats.md, "Clocks": the registered clock offset is subtracted from every device time, also
//! from one with an explicit (then wrong) zone; a time more than 300 s after reception or more than 45 days
//! before it is suspect. Gate, lane and rank come from the registration, never from the payload; the gate of a
//! province-wide source from the router.

use bordergate_model::{
    Basis, EcoString, GateId, LoggedRecord, Milestone, Observation, Occurred, Source,
};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::identifiers::detail;
use crate::multipart::Part;
use crate::text::{bounded, trimmed};
use crate::{Error, Read, pictures, time_text};

/// Most observations one record may give; readers stop collecting above it.
pub(crate) const MOST: usize = 1_000;
/// Longest original time text kept, in bytes.
const LONGEST_TIME_TEXT: usize = 64;
/// A device time further after reception cannot be believed.
const AHEAD: SignedDuration = SignedDuration::from_secs(300);
/// A device time further before reception cannot be believed.
const BEHIND: SignedDuration = SignedDuration::from_hours(45 * 24);
/// Start of the year 1: databases and people have no use for earlier moments.
const EARLIEST_SECOND: i64 = -62_135_596_800;

/// The record being read and the registration it is read with.
pub(crate) struct Context<'a> {
    /// The record at its place in the log.
    pub(crate) logged: &'a LoggedRecord,
    /// The registration.
    pub(crate) source: &'a Source,
    /// The gate: of the registration, else the one a record of a province-wide source was routed to.
    pub(crate) gate_id: &'a GateId,
}

impl<'a> Context<'a> {
    /// Returns the message as the log has it: as it came, but for pictures that were taken out.
    pub(crate) fn body(&self) -> &'a [u8] {
        &self.logged.record.body
    }

    /// Returns how many bytes the message had as it came.
    pub(crate) fn sent_bytes(&self) -> usize {
        self.logged.record.sent_bytes()
    }

    /// Returns the parts of the message, at the places they had as it came; `None` when it is no multipart body.
    ///
    /// # Errors
    /// Those of the multipart layer.
    pub(crate) fn parts(&self) -> Result<Option<Vec<Part<'a>>>, Error> {
        pictures::parts(&self.logged.record)
    }

    /// Returns the content type as sent.
    pub(crate) fn content_type(&self) -> &'a str {
        &self.logged.record.content_type
    }

    /// Returns an observation that says nothing yet, dated by reception.
    pub(crate) fn observation(&self, milestone: Option<Milestone>) -> Observation {
        let record = &self.logged.record;
        let source = (record.source_id.clone(), self.source.version);
        Observation {
            milestone,
            rank: self.source.rank,
            lane: self.source.lane.as_deref().map(EcoString::from),
            ..Observation::new(
                record.record_id,
                self.logged.offset,
                self.gate_id.clone(),
                source,
                record.received_at,
            )
        }
    }

    /// Returns an observation of the milestone that the registration gives a direction word; the word stays a detail.
    pub(crate) fn directed(&self, word: Option<&str>) -> Observation {
        let mut observation = self.observation(self.source.meaning(word));
        detail(
            &mut observation.details,
            "direction",
            word.unwrap_or_default(),
        );
        observation
    }

    /// Returns the lane: the registration's, else the message's.
    pub(crate) fn lane(&self, told: Option<&str>) -> Option<EcoString> {
        let told = || told.map(|lane| bounded(trimmed(lane), 32));
        let lane = self.source.lane.as_deref().or_else(told)?;
        (!lane.is_empty()).then(|| lane.into())
    }

    /// Returns the registered zone.
    ///
    /// # Errors
    /// `source.zone` when the registration names no IANA zone.
    pub(crate) fn zone(&self) -> Result<TimeZone, Error> {
        TimeZone::get(&self.source.zone).map_err(|_| {
            let (source_id, zone) = (&self.source.source_id, bounded(&self.source.zone, 64));
            Error::registration(
                "source.zone",
                format!("source {source_id} names zone {zone:?}, which is no IANA zone"),
            )
        })
    }

    /// Dates by reception, for a device that gave no time or none that can be read (then `text` keeps it).
    pub(crate) fn received(&self, text: Option<&str>) -> Occurred {
        occurred(Some(self.logged.record.received_at), text, Basis::Received)
    }

    /// Leaves it undated: ordered by reception, never in an interval.
    pub(crate) fn undated(&self, text: Option<&str>) -> Occurred {
        occurred(None, text, Basis::Undated)
    }

    /// Dates by a moment of the device's clock; `None` when correcting it leaves the years 1 to 9999.
    pub(crate) fn dated(&self, at: Timestamp, text: &str, basis: Basis) -> Option<Occurred> {
        let offset_seconds = self.source.clock_offset_seconds;
        if offset_seconds == 0 {
            return self.as_told(at, text, basis);
        }
        let at = at
            .checked_sub(SignedDuration::from_secs(offset_seconds))
            .ok()?;
        self.as_told(at, text, Basis::Corrected)
    }

    /// Dates by a moment that needs no correction; `None` outside the years 1 to 9999.
    pub(crate) fn as_told(&self, at: Timestamp, text: &str, basis: Basis) -> Option<Occurred> {
        // Microseconds are what the databases keep: a finer time would not read back as itself.
        let at = Timestamp::from_microsecond(at.as_microsecond()).ok()?;
        (at.as_second() >= EARLIEST_SECOND).then(|| occurred(Some(at), Some(text), basis))
    }

    /// Tells whether a time lies so far after reception that the clock cannot be believed.
    pub(crate) fn is_ahead(&self, occurred: &Occurred) -> bool {
        let received_at = self.logged.record.received_at;
        occurred
            .at
            .is_some_and(|at| at.duration_since(received_at) > AHEAD)
    }

    /// Dates by a wall clock of the registered zone; `None` as [`Self::dated`].
    ///
    /// # Errors
    /// `source.zone`.
    pub(crate) fn local(
        &self,
        wall: DateTime,
        text: &str,
        basis: Basis,
    ) -> Result<Option<Occurred>, Error> {
        let at = self.zone()?.to_ambiguous_timestamp(wall).compatible();
        Ok(at.ok().and_then(|at| self.dated(at, text, basis)))
    }

    /// Dates by an ISO 8601 text: its own offset, else the registered zone; `None` when it is neither.
    ///
    /// # Errors
    /// `source.zone`.
    pub(crate) fn iso(&self, text: &str) -> Result<Option<Occurred>, Error> {
        match time_text::iso(text) {
            Some(time_text::Iso::Moment(at)) => Ok(self.dated(at, text, Basis::Explicit)),
            Some(time_text::Iso::Wall(wall)) => self.local(wall, text, Basis::Configured),
            None => Ok(None),
        }
    }

    /// Closes the reading: numbers the observations and marks the clocks that cannot be believed.
    ///
    /// # Errors
    /// `record.too_many` above 1,000 observations.
    pub(crate) fn finish(&self, mut observations: Vec<Observation>) -> Result<Read, Error> {
        if observations.len() > MOST {
            let detail = format!(
                "{} readings in one record, {MOST} at most",
                observations.len()
            );
            return Err(Error::new("record.too_many", detail));
        }
        for (index, observation) in (0_u16..).zip(&mut observations) {
            observation.index = index;
            observation.is_suspect |= is_suspect(&observation.occurred, observation.received_at);
        }
        Ok(Read::Observations(observations))
    }
}

fn occurred(at: Option<Timestamp>, text: Option<&str>, basis: Basis) -> Occurred {
    let text = text.map(trimmed).filter(|text| !text.is_empty());
    Occurred {
        at,
        text: text.map(|text| bounded(text, LONGEST_TIME_TEXT).to_owned()),
        basis,
    }
}

fn is_suspect(occurred: &Occurred, received_at: Timestamp) -> bool {
    let ahead = |at: Timestamp| at.duration_since(received_at);
    occurred
        .at
        .map(ahead)
        .is_some_and(|ahead| ahead > AHEAD || ahead < -BEHIND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_suspect_past_300_s_ahead_or_45_days_behind() {
        let received_at: Timestamp = "2026-11-16T05:00:00Z".parse().expect("RFC 3339");
        for (at, expected) in [
            ("2026-11-16T05:05:00Z", false),
            ("2026-11-16T05:05:01Z", true),
            ("2026-10-02T05:00:00Z", false),
            ("2026-10-02T04:59:59Z", true),
        ] {
            let at: Timestamp = at.parse().expect("RFC 3339");
            assert_eq!(
                is_suspect(&occurred(Some(at), None, Basis::Explicit), received_at),
                expected,
                "{at}"
            );
        }
        assert!(!is_suspect(
            &occurred(None, None, Basis::Undated),
            received_at
        ));
    }
}
