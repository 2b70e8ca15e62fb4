//! The clocks of devices: what their readings of the last day say of them, and who is told when one seems wrong.
//!
//! Nothing here changes a time. An estimate is shown on demand; a clock that seems off, or jumped, is counted in
//! `/metrics` and warned of once. An administrator who believes it registers the offset.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bordergate_indicators::{ClockEstimate, estimate_clocks};
use bordergate_model::{GateId, SourceId};
use bordergate_store::{Error, Store};
use jiff::{SignedDuration, Timestamp};

use crate::app::App;

/// What the readings of a span of time say of each device's clock.
#[derive(Debug)]
pub struct Clocks {
    /// Start of the span, inclusive; `None` when nothing was processed yet.
    pub from: Option<Timestamp>,
    /// Its end, inclusive: the log time up to which records were processed.
    pub data_as_of: Option<Timestamp>,
    /// By source; `None`: too few dated readings. A source without any is missing.
    pub estimates: BTreeMap<SourceId, Option<ClockEstimate>>,
}

/// Estimates the clocks of a gate's devices, or of all, from what was received in the last `hours` of log time.
///
/// # Errors
/// Those of the store.
pub async fn clocks(
    store: &dyn Store,
    gate_id: Option<&GateId>,
    hours: u32,
) -> Result<Clocks, Error> {
    let Some(data_as_of) = store.data_as_of().await? else {
        return Ok(Clocks {
            from: None,
            data_as_of: None,
            estimates: BTreeMap::new(),
        });
    };
    let from = data_as_of.saturating_sub(SignedDuration::from_hours(hours.into()));
    let from = from.expect("a signed duration is always subtracted");
    let end = data_as_of.saturating_add(SignedDuration::from_micros(1));
    let end = end.expect("a signed duration is always added");
    let readings = store.clock_readings(gate_id, from, end).await?;
    Ok(Clocks {
        from: Some(from),
        data_as_of: Some(data_as_of),
        estimates: estimate_clocks(&readings),
    })
}

/// Hours of log time that are looked at when nobody says how many.
pub const HOURS: u32 = 24;

/// Looks at every clock now and then until the hub stops.
pub async fn watch(app: &Arc<App>) {
    let every = Duration::from_secs(app.settings.clocks.check_every_seconds.max(1).into());
    let mut warned = Warned::default();
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = app.shutdown.cancelled() => return,
        }
        match clocks(app.store.as_ref(), None, HOURS).await {
            Ok(clocks) => {
                app.metrics.set_suspect_clocks(warned.note(&clocks));
            }
            Err(error) => tracing::warn!("the clocks of devices could not be looked at: {error}"),
        }
    }
}

/// Clocks that were warned of: each once, again when it jumps again or goes wrong anew.
#[derive(Debug, Default)]
struct Warned(BTreeMap<SourceId, Option<Timestamp>>);

impl Warned {
    /// Warns of the clocks that were not wrong before, and returns how many are wrong.
    fn note(&mut self, clocks: &Clocks) -> usize {
        let suspect: BTreeMap<&SourceId, &ClockEstimate> = clocks
            .estimates
            .iter()
            .filter_map(|(source_id, estimate)| Some((source_id, estimate.as_ref()?)))
            .filter(|(_, estimate)| estimate.is_suspect())
            .collect();
        self.0
            .retain(|source_id, _| suspect.contains_key(source_id));
        for (&source_id, estimate) in &suspect {
            let jumped_at = estimate.jumps.last().map(|jump| jump.at);
            if self.0.insert(source_id.clone(), jumped_at) != Some(jumped_at) {
                warn(source_id, estimate);
            }
        }
        suspect.len()
    }
}

fn warn(source_id: &SourceId, estimate: &ClockEstimate) {
    let offset_seconds = estimate.offset_seconds.round();
    match estimate.jumps.last() {
        Some(jump) => tracing::warn!(source.id = %source_id, offset_seconds, jumped_at = %jump.at,
            jump_seconds = jump.by_seconds.round(),
            "the clock of source {source_id} jumped; `bordergate sources clocks` tells more"),
        None => tracing::warn!(source.id = %source_id, offset_seconds,
            "the clock of source {source_id} seems wrong; `bordergate sources clocks` tells more"),
    }
}

#[cfg(test)]
mod tests {
    use bordergate_indicators::{ClockBasis, ClockJump};

    use super::*;

    fn clocks(offset_seconds: f64, jumped_at: &[&str]) -> Clocks {
        let jump = |at: &&str| ClockJump {
            at: at.parse().expect("RFC 3339"),
            by_seconds: 600.0,
        };
        let estimate = ClockEstimate {
            offset_seconds,
            spread_seconds: 1.0,
            count: 50,
            basis: ClockBasis::Reception,
            jumps: jumped_at.iter().map(jump).collect(),
        };
        let source_id = SourceId::parse("camera").expect("a plain name");
        Clocks {
            from: None,
            data_as_of: None,
            estimates: BTreeMap::from([(source_id, Some(estimate))]),
        }
    }

    #[test]
    fn a_clock_is_warned_of_once_until_it_jumps_again_or_goes_wrong_anew() {
        let mut warned = Warned::default();
        let (first, second) = ("2026-11-16T05:00:00Z", "2026-11-16T06:00:00Z");
        let remembered = |warned: &Warned| warned.0.values().copied().flatten().next();
        assert_eq!(warned.note(&clocks(1.0, &[])), 0);
        assert!(warned.0.is_empty());
        assert_eq!(warned.note(&clocks(90.0, &[])), 1);
        assert_eq!((warned.0.len(), remembered(&warned)), (1, None));
        assert_eq!(warned.note(&clocks(90.0, &[first])), 1);
        assert_eq!(remembered(&warned), first.parse().ok());
        assert_eq!(warned.note(&clocks(1.0, &[first, second])), 1);
        assert_eq!(remembered(&warned), second.parse().ok());
        assert_eq!(warned.note(&clocks(1.0, &[])), 0);
        assert!(warned.0.is_empty(), "it would be warned of anew");
    }
}
