//! Accepting one record: identity and limits first, then the log's acknowledgement, then the receipt.
//!
//! The gate comes from the source's registration, never from the payload (DESIGN.md, "Accepting a record"). Records of a
//! province-wide source, which has none, go to the router's shard.

use std::sync::Arc;

use bordergate_model::{Gate, RawRecord, Receipt, RecordId, Source, SourceId};
use bordergate_sources::pictures;
use bordergate_store::{Role, TokenGrant};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use tracing::Instrument as _;
use tracing::field::Empty;

use super::refusal::Refusal;
use crate::access::{Caller, Denied};
use crate::app::App;
use crate::clock::new_record_id;
use crate::registrations::Snapshot;
use crate::telemetry::trace;

/// A record as a door hands it in.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The source it is sent under.
    pub source_id: SourceId,
    /// The sender's own key: a retry under the same key gets the same record id.
    pub key: Option<String>,
    /// The content type as sent; empty when none was.
    pub content_type: String,
    /// When a replay source received it; refused from any other source.
    pub received_at: Option<Timestamp>,
    /// W3C trace context of the request, as [`trace::of_caller`] reads it; the record carries it on unless the hub traces
    /// too.
    pub traceparent: Option<String>,
    /// The device's own `ce-*` headers.
    pub device_headers: Vec<(String, String)>,
    /// The message.
    pub body: Bytes,
}

/// Longest key a sender may give, in bytes.
pub const LONGEST_KEY: usize = 256;

impl App {
    /// Accepts a record and returns the receipt once the log has acknowledged it.
    ///
    /// A caller that hangs up does not cancel the append.
    ///
    /// # Errors
    /// A [`Refusal`]; nothing was kept, except that after [`Refusal::LogAway`] the record may be in the log.
    pub async fn accept(
        self: &Arc<Self>,
        caller: &Caller,
        offer: Offer,
    ) -> Result<Receipt, Refusal> {
        let result = self.accept_unmeasured(caller, offer).await;
        self.metrics.count_accepted(
            result
                .as_ref()
                .err()
                .map_or("accepted", |refusal| refusal.code()),
        );
        result
    }

    /// Checks that a source may send now, before a door fetches anything for it.
    ///
    /// # Errors
    /// [`Refusal::UnknownSource`], [`Refusal::Disabled`] and [`Refusal::Stopping`].
    pub fn check_sender(&self, source_id: &SourceId) -> Result<(), Refusal> {
        if self.shutdown.is_cancelled() {
            return Err(Refusal::Stopping);
        }
        let registrations = self.registrations.snapshot();
        let (source, gate) = registered(&registrations, source_id)?;
        check_enabled(source, gate)
    }

    async fn accept_unmeasured(
        self: &Arc<Self>,
        caller: &Caller,
        offer: Offer,
    ) -> Result<Receipt, Refusal> {
        if self.shutdown.is_cancelled() {
            return Err(Refusal::Stopping);
        }
        let registrations = self.registrations.snapshot();
        let (source, gate) = registered(&registrations, &offer.source_id)?;
        check_caller(caller, source)?;
        check_enabled(source, gate)?;
        let record = self.record(source, offer)?;
        let record = self.without_pictures(record).await?;
        let shard = gate.map_or(self.settings.log.router_shard, |gate| gate.shard);
        self.append(shard, record).await
    }

    /// Keeps the record's large pictures and returns the record without them. A crash before the append
    /// leaves pictures that no record names, which are swept like others.
    async fn without_pictures(&self, record: RawRecord) -> Result<RawRecord, Refusal> {
        let over_bytes = self.settings.images.detach_bytes;
        if over_bytes == 0 {
            return Ok(record);
        }
        let (record, taken) = pictures::detach(record, over_bytes);
        if taken.is_empty() {
            return Ok(record);
        }
        let kept = self.images.keep(taken, self.clock.now().into()).await;
        let written_bytes = kept.map_err(|error| {
            tracing::warn!(error.code = error.code(), "a record is refused: {error}");
            Refusal::ImagesAway { code: error.code() }
        })?;
        self.metrics.count_images_written(written_bytes);
        Ok(record)
    }

    /// Appends in a task of its own, so that a caller that hangs up cannot cancel it halfway.
    async fn append(
        self: &Arc<Self>,
        shard: u16,
        mut record: RawRecord,
    ) -> Result<Receipt, Refusal> {
        let record_id = record.record_id;
        let span = tracing::debug_span!(
            "append record",
            otel.kind = "producer",
            otel.status_code = Empty,
            record.id = %record_id,
            source.id = %record.source_id,
            shard,
            log.offset = Empty,
            error.code = Empty,
        );
        record.traceparent = trace::of_span(&span).or(record.traceparent);
        let log = Arc::clone(&self.log);
        let appending = async move { log.append(shard, record).await };
        let appended = self.tasks.spawn(appending.instrument(span.clone())).await;
        match appended {
            Ok(Ok(offset)) => {
                span.record("log.offset", offset);
                Ok(Receipt {
                    record_id,
                    shard,
                    offset,
                })
            }
            Ok(Err(error)) => {
                span.record("otel.status_code", "ERROR");
                span.record("error.code", error.code());
                tracing::warn!(
                    error.code = error.code(),
                    "an append to shard {shard} failed: {error}"
                );
                Err(error.into())
            }
            Err(_) => Err(Refusal::Internal {
                code: "hub.append_panicked",
            }),
        }
    }

    fn record(&self, source: &Source, offer: Offer) -> Result<RawRecord, Refusal> {
        let format = bordergate_sources::format(&source.format).ok_or(Refusal::Internal {
            code: "format.unknown",
        })?;
        let limit_bytes = self.settings.limits.record_bytes;
        if offer.body.is_empty() {
            return Err(Refusal::Empty);
        }
        if offer.body.len() > limit_bytes {
            return Err(Refusal::TooLarge { limit_bytes });
        }
        if let Some(accepted) = format.content_types {
            let essence = offer
                .content_type
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase();
            if !accepted.contains(&essence.as_str()) {
                let (format, content_type) = (source.format.clone(), offer.content_type);
                return Err(Refusal::ContentType {
                    format,
                    content_type,
                    accepted: accepted.join(", "),
                });
            }
        }
        let received_at = self.received_at(source, offer.received_at)?;
        let record_id = match offer.key.as_deref() {
            Some(key) if key.is_empty() || key.len() > LONGEST_KEY => {
                let reason = format!("must have 1 to {LONGEST_KEY} bytes");
                return Err(Refusal::Field {
                    field: "idempotency-key",
                    reason,
                });
            }
            Some(key) => RecordId::from_key(&source.source_id, key),
            None => new_record_id(received_at),
        };
        Ok(RawRecord {
            record_id,
            source_id: source.source_id.clone(),
            source_version: source.version,
            gate_id: source.gate_id.clone(),
            format: source.format.clone(),
            content_type: offer.content_type,
            received_at,
            is_replay: source.is_replay,
            traceparent: offer.traceparent,
            device_headers: offer.device_headers,
            redrive_of: None,
            detached: None,
            routed_from: None,
            body: redacted(format.redact, offer.body),
        })
    }

    fn received_at(&self, source: &Source, told: Option<Timestamp>) -> Result<Timestamp, Refusal> {
        const FIELD: &str = "bordergate-received-at";
        let now = self.clock.now();
        let Some(told) = told else { return Ok(now) };
        if !source.is_replay {
            let reason = format!(
                "source {} is not registered as a replay source",
                source.source_id
            );
            return Err(Refusal::Field {
                field: FIELD,
                reason,
            });
        }
        let ahead_seconds = self.settings.limits.received_ahead_seconds;
        if told.duration_since(now) > SignedDuration::from_secs(ahead_seconds) {
            let reason = format!("{told} is more than {ahead_seconds} s ahead of the hub's clock");
            return Err(Refusal::Field {
                field: FIELD,
                reason,
            });
        }
        // Microseconds are what the databases keep: a finer time would not read back as itself.
        Timestamp::from_microsecond(told.as_microsecond()).map_err(|error| Refusal::Field {
            field: FIELD,
            reason: error.to_string(),
        })
    }
}

/// Returns the newest registrations of a source and of its gate; a province-wide source has none.
fn registered<'r>(
    registrations: &'r Snapshot,
    source_id: &SourceId,
) -> Result<(&'r Source, Option<&'r Gate>), Refusal> {
    let source = registrations
        .source(source_id)
        .ok_or_else(|| Refusal::UnknownSource {
            source_id: source_id.to_string(),
        })?;
    let gate = source.gate_id.as_ref().map(|gate_id| {
        registrations.gate(gate_id).ok_or(Refusal::Internal {
            code: "gate.unknown",
        })
    });
    Ok((source, gate.transpose()?))
}

fn check_enabled(source: &Source, gate: Option<&Gate>) -> Result<(), Refusal> {
    if source.is_disabled || gate.is_some_and(|gate| gate.is_disabled) {
        return Err(Refusal::Disabled {
            source_id: source.source_id.to_string(),
        });
    }
    Ok(())
}

fn check_caller(caller: &Caller, source: &Source) -> Result<(), Refusal> {
    let Caller::Holder(TokenGrant { role, subject }) = caller else {
        return Ok(());
    };
    let is_theirs = match role {
        Role::Administrator => true,
        Role::Source => subject == source.source_id.as_str(),
        Role::Recorder => source.recorder_id.as_deref() == Some(subject),
        Role::Partner => source.partner_id.as_deref() == Some(subject),
        Role::Operator | Role::Analyst => return Err(Denied::Forbidden.into()),
    };
    if is_theirs {
        Ok(())
    } else {
        Err(Refusal::NotYours {
            source_id: source.source_id.to_string(),
        })
    }
}

/// Runs the format's redaction, if it has one, on a copy; most formats have none and nothing is copied.
fn redacted(redact: Option<fn(&mut [u8])>, body: Bytes) -> Bytes {
    let Some(redact) = redact else { return body };
    let mut copy = body.to_vec();
    redact(&mut copy);
    Bytes::from(copy)
}
