//! Which of several readings stands for a milestone (milestones.md, "Several readings of one milestone").

use std::cmp::Reverse;
use std::collections::BTreeSet;

use bordergate_model::{Milestone, Observation, Standing};
use jiff::Timestamp;

use crate::reading::moment;
use crate::visit::Visit;

/// Returns the reading that stands among dated ones of one milestone: believed before suspect, then the
/// highest revision, then the source's rank, then the earliest, or the latest of what ends something.
fn best<'a>(
    milestone: Milestone,
    readings: impl Iterator<Item = &'a Observation>,
) -> Option<&'a Observation> {
    readings
        .filter(|reading| reading.occurred.at.is_some())
        .min_by_key(|reading| {
            let at = reading.occurred.at.map_or(0, Timestamp::as_microsecond);
            let by_time = if milestone.ends_something() { -at } else { at };
            (
                reading.is_suspect,
                Reverse(corrected(reading)),
                reading.rank,
                by_time,
                reading.reference(),
            )
        })
}

/// Returns the revision by which a reading is compared with those of other events: that of a correction.
///
/// A camera's `new`, `update` and `lost` are revisions of its one event (formats.md, axis-lpv), among which
/// `family` has chosen; they put right nothing that another source has read.
fn corrected(reading: &Observation) -> u32 {
    match reading.corrects {
        Some(_) => reading.revision,
        None => 0,
    }
}

/// Returns the reading that stands for a milestone; `None` when no dated one does, or when it comes once
/// per declaration and one of the crossing's declarations does not have it yet.
///
/// A reading that names no declaration speaks for all of them.
fn stood(visit: &Visit, milestone: Milestone) -> Option<&Observation> {
    if milestone.is_per_declaration() {
        per_declaration(visit, milestone)
    } else {
        best(milestone, visit.of(milestone))
    }
}

/// Returns what stands for a milestone, at its own time.
pub(crate) fn standing(visit: &Visit, milestone: Milestone) -> Option<Standing> {
    let stood = stood(visit, milestone)?;
    Some(Standing {
        at: stood.occurred.at?,
        reading: stood.reference(),
        is_suspect: stood.is_suspect,
    })
}

fn per_declaration(visit: &Visit, milestone: Milestone) -> Option<&Observation> {
    let declarations: BTreeSet<&str> = visit
        .effective()
        .flat_map(|reading| &reading.declarations)
        .map(|number| number.link_part())
        .collect();
    if declarations.is_empty() {
        return best(milestone, visit.of(milestone));
    }
    let mut last: Option<&Observation> = None;
    for declaration in declarations {
        let about_it = visit.of(milestone).filter(|reading| {
            reading.declarations.is_empty()
                || reading
                    .declarations
                    .iter()
                    .any(|number| number.link_part() == declaration)
        });
        let stood = best(milestone, about_it)?;
        if last.is_none_or(|so_far| {
            (so_far.occurred.at, so_far.reference()) < (stood.occurred.at, stood.reference())
        }) {
            last = Some(stood);
        }
    }
    last
}

/// Returns the moment by which the reading that stands for a milestone is linked: not its own time when
/// its clock cannot be believed.
pub(crate) fn moment_of(visit: &Visit, milestone: Milestone) -> Option<Timestamp> {
    stood(visit, milestone).map(moment)
}
