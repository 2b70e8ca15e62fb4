//! What came of each group, and the report at the end: every group by name, every failure and every skip.

use std::fmt;
use std::time::Duration;

use super::group::Group;
use super::libtest::Counts;

/// What came of a group, or of a part of one.
#[derive(Debug)]
pub enum Outcome {
    /// It ran; a check without tests of its own counts as one.
    Ran {
        /// Sums over its tests.
        counts: Counts,
        /// What failed, by name.
        failures: Vec<String>,
        /// What did not run, by name and reason.
        skips: Vec<String>,
        /// A word about how far it went.
        remark: Option<String>,
    },
    /// It could not run, and why.
    Skipped(String),
}

impl Outcome {
    /// Returns the outcome of a single check that held.
    pub fn passed() -> Self {
        Self::Ran {
            counts: Counts {
                passed: 1,
                ..Counts::default()
            },
            failures: Vec::new(),
            skips: Vec::new(),
            remark: None,
        }
    }

    /// Returns the outcome of a single check that did not hold.
    pub fn failed(what: &str) -> Self {
        let counts = Counts {
            failed: 1,
            ..Counts::default()
        };
        Self::Ran {
            counts,
            failures: vec![what.to_owned()],
            skips: Vec::new(),
            remark: None,
        }
    }

    /// Adds a word about how far it went.
    pub fn with_remark(mut self, text: &str) -> Self {
        if let Self::Ran { remark, .. } = &mut self {
            *remark = Some(text.to_owned());
        }
        self
    }

    /// Adds things that could not run, counted one each.
    pub fn add_skips(&mut self, reasons: impl Iterator<Item = String>) {
        if let Self::Ran { counts, skips, .. } = self {
            for reason in reasons {
                counts.skipped += 1;
                skips.push(reason);
            }
        }
    }

    /// Adds another part of the same group.
    pub fn merge(&mut self, other: Self) {
        match (&mut *self, other) {
            (
                Self::Ran {
                    counts,
                    failures,
                    skips,
                    ..
                },
                Self::Ran {
                    counts: more,
                    failures: more_failures,
                    skips: more_skips,
                    ..
                },
            ) => {
                counts.add(more);
                failures.extend(more_failures);
                skips.extend(more_skips);
            }
            (ran @ Self::Ran { .. }, Self::Skipped(reason)) => {
                ran.add_skips(std::iter::once(reason))
            }
            (Self::Skipped(reason), mut other) => {
                other.add_skips(std::iter::once(std::mem::take(reason)));
                *self = other;
            }
        }
    }

    /// Returns whether it ran without a single test in it.
    pub fn is_empty(&self) -> bool {
        self.counts() == Counts::default()
    }

    fn counts(&self) -> Counts {
        match self {
            Self::Ran { counts, .. } => *counts,
            Self::Skipped(_) => Counts {
                skipped: 1,
                ..Counts::default()
            },
        }
    }
}

/// All groups so far.
#[derive(Debug, Default)]
pub struct Report {
    groups: Vec<(String, Duration, Outcome)>,
}

impl Report {
    /// Adds a group with the time it took.
    pub fn add(&mut self, group: Group, took: Duration, outcome: Outcome) {
        self.groups.push((group.name(), took, outcome));
    }

    /// Adds something that is not a group and could not be tested.
    pub fn note_skip(&mut self, what: &str, reason: &str) {
        self.groups.push((
            what.to_owned(),
            Duration::ZERO,
            Outcome::Skipped(reason.to_owned()),
        ));
    }

    /// Returns whether nothing failed and, where skips are denied, nothing was skipped.
    pub fn has_passed(&self, denies_skips: bool) -> bool {
        let Counts {
            failed, skipped, ..
        } = self.total();
        failed == 0 && !(denies_skips && skipped > 0)
    }

    fn total(&self) -> Counts {
        self.groups
            .iter()
            .fold(Counts::default(), |mut total, (_, _, outcome)| {
                total.add(outcome.counts());
                total
            })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        for (name, took, outcome) in &self.groups {
            let seconds = took.as_secs_f64();
            match outcome {
                Outcome::Ran {
                    counts:
                        Counts {
                            passed,
                            failed,
                            skipped,
                        },
                    failures,
                    skips,
                    remark,
                } => {
                    let verdict = if *failed > 0 { "FAILED" } else { "passed" };
                    writeln!(
                        f,
                        "{name:<10}{verdict:<8}{seconds:>8.1} s  {passed} passed, {failed} failed, {skipped} skipped"
                    )?;
                    for line in failures {
                        writeln!(f, "    failed: {line}")?;
                    }
                    for line in skips {
                        writeln!(f, "    skipped: {line}")?;
                    }
                    if let Some(remark) = remark {
                        writeln!(f, "    {remark}")?;
                    }
                }
                Outcome::Skipped(reason) => {
                    writeln!(f, "{name:<10}skipped {seconds:>8.1} s  {reason}")?
                }
            }
        }
        let names = |was_skipped: bool| {
            let chosen = self
                .groups
                .iter()
                .filter(|(_, _, outcome)| matches!(outcome, Outcome::Skipped(_)) == was_skipped);
            let names: Vec<_> = chosen.map(|(name, ..)| name.as_str()).collect();
            if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            }
        };
        writeln!(
            f,
            "\ngroups that ran: {}\ngroups skipped: {}",
            names(false),
            names(true)
        )?;
        let Counts {
            passed,
            failed,
            skipped,
        } = self.total();
        writeln!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        report.add(Group::Fmt, Duration::from_millis(1_250), Outcome::passed());
        report.add(
            Group::Whole,
            Duration::ZERO,
            Outcome::Skipped("needs kafka, which does not run".to_owned()),
        );
        report
    }

    #[test]
    fn the_report_names_what_ran_what_did_not_and_why_and_ends_with_the_counts() {
        let text = report().to_string();
        assert!(text.contains("needs kafka, which does not run"), "{text}");
        assert!(
            text.contains("groups that ran: fmt\ngroups skipped: whole\n"),
            "{text}"
        );
        assert_eq!(text.lines().last(), Some("1 passed, 0 failed, 1 skipped"));
    }

    #[test]
    fn a_skip_fails_only_where_skips_are_denied_and_a_failure_always() {
        let mut report = report();
        assert!(report.has_passed(false));
        assert!(!report.has_passed(true));
        report.add(
            Group::Clippy,
            Duration::ZERO,
            Outcome::failed("cargo clippy"),
        );
        assert!(!report.has_passed(false));
        assert!(report.to_string().contains("failed: cargo clippy"));
    }

    #[test]
    fn parts_of_a_group_are_summed_and_keep_their_skips() {
        let mut outcome = Outcome::Skipped("no browser".to_owned());
        outcome.merge(Outcome::passed());
        outcome.merge(Outcome::failed("x"));
        assert_eq!(
            outcome.counts(),
            Counts {
                passed: 1,
                failed: 1,
                skipped: 1
            }
        );
    }
}
