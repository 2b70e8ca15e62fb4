//! One weighing of a Mettler Toledo scale (`mettler-continuous`): the frames of its continuous output as they came.
//!
//! `frame` finds the frames among noise and reads one. This file decides the stable value: the longest run of frames
//! without motion that lie within 20 kg of the run's first, and of it the median. A frame has no time, no plate and no
//! identity: the reading is dated by reception, is never a duplicate and carries no key. Source: formats.md,
//! Weighbridge, Mettler Toledo continuous.

mod frame;

pub(crate) use frame::{Head, head};

use bordergate_model::Milestone;

use crate::identifiers::detail;
use crate::{Context, Error, Read};

use frame::Frame;

/// Lightest weight that is a vehicle and not an empty platform, in kilograms.
const LIGHTEST_KG: f64 = 500.0;
/// How far weights of one stable run lie apart, in kilograms: an increment of a truck scale.
const HYSTERESIS_KG: f64 = 20.0;

/// Reads the frames of one weighing.
///
/// # Errors
/// `mettler.no_frame` (no whole frame with a right checksum), `mettler.unit` (no unit of a truck scale).
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let (frames, broken_count) = frame::all(context.body())?;
    let run = longest_stable(&frames);
    let overload = frames.iter().rev().find(|frame| frame.is_overload);
    let stable = run.get(run.len() / 2);
    let mut observation = context.observation(Some(
        context.source.meaning(None).unwrap_or(Milestone::Weighed),
    ));
    let details = &mut observation.details;
    match (stable, overload) {
        (Some(frame), _) => {
            observation.gross_kg = Some(frame.gross_kg());
            if frame.tare_kg > 0.0 {
                detail(details, "tare_kg", &frame.tare_kg.to_string());
            }
            detail(details, "shown", if frame.is_net { "net" } else { "gross" });
            detail(details, "stable_frames", &run.len().to_string());
        }
        (None, Some(_)) => detail(details, "weight_state", "overload"),
        (None, None) => {
            let is_light = frames.iter().all(|frame| frame.gross_kg() < LIGHTEST_KG);
            let code = if is_light {
                "mettler.empty"
            } else {
                "mettler.unstable"
            };
            return Ok(Read::Ignored { code });
        }
    }
    detail(details, "plate_state", "absent");
    detail(details, "frames", &frames.len().to_string());
    if broken_count > 0 {
        detail(details, "broken_frames", &broken_count.to_string());
    }
    context.finish(vec![observation])
}

/// Returns the longest stable run, sorted by weight; the later of two that are equally long.
fn longest_stable(frames: &[Frame]) -> Vec<Frame> {
    let mut longest: &[Frame] = &[];
    let mut from = 0;
    for (at, frame) in frames.iter().enumerate() {
        let is_stable = !frame.is_moving && !frame.is_overload && frame.gross_kg() >= LIGHTEST_KG;
        if !is_stable {
            from = at + 1;
            continue;
        }
        if (frame.gross_kg() - frames[from].gross_kg()).abs() > HYSTERESIS_KG {
            from = at;
        }
        if at + 1 - from >= longest.len() {
            longest = &frames[from..=at];
        }
    }
    let mut run = longest.to_vec();
    run.sort_by(|one, other| one.gross_kg().total_cmp(&other.gross_kg()));
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kg: f64, is_moving: bool) -> Frame {
        Frame {
            weight_kg: kg,
            tare_kg: 0.0,
            is_net: false,
            is_moving,
            is_overload: false,
        }
    }

    #[test]
    fn the_stable_value_is_of_the_longest_run_without_motion() {
        for (weights, expected) in [
            (
                vec![
                    (9_000.0, true),
                    (38_500.0, false),
                    (38_520.0, false),
                    (12_000.0, true),
                ],
                vec![38_500.0, 38_520.0],
            ),
            (
                vec![(12_000.0, false), (38_500.0, false), (38_500.0, false)],
                vec![38_500.0, 38_500.0],
            ),
            (
                vec![(38_500.0, false), (0.0, true), (38_560.0, false)],
                vec![38_560.0],
            ),
            (vec![(0.0, false), (0.0, false)], vec![]),
        ] {
            let frames: Vec<Frame> = weights
                .iter()
                .map(|&(kg, moving)| frame(kg, moving))
                .collect();
            let run: Vec<f64> = longest_stable(&frames)
                .iter()
                .map(Frame::gross_kg)
                .collect();
            assert_eq!(run, expected);
        }
    }
}
