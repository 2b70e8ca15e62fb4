//! What a test program says about itself: the closing line of libtest, and the tests that could not run.
//!
//! A test that lacks a service prints a line `skipped: WHY` and returns; it is counted as skipped, not as passed.

/// Counts of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Held.
    pub passed: usize,
    /// Did not hold, or did not come to an end.
    pub failed: usize,
    /// Could not run.
    pub skipped: usize,
}

impl Counts {
    /// Adds the other counts.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// What one or several test programs printed, read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Sums over all closing lines.
    pub counts: Counts,
    /// Names of tests that did not hold.
    pub failures: Vec<String>,
    /// Tests that did not run, each with its reason.
    pub skips: Vec<String>,
    /// Whether there was a closing line at all.
    pub is_closed: bool,
}

/// Reads the output of `cargo test` or of one test program started with `--show-output`.
pub fn read(output: &str) -> Reading {
    let mut reading = Reading::default();
    let mut speaker = "";
    let mut said_skipped = 0;
    for line in output.lines() {
        if let Some(summary) = line.strip_prefix("test result: ") {
            reading.counts.add(summary_counts(summary));
            reading.is_closed = true;
        } else if let Some(name) = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"))
        {
            speaker = name;
        } else if let Some(reason) = line.strip_prefix("skipped: ") {
            reading.skips.push(format!("{speaker}: {reason}"));
            said_skipped += 1;
        } else if let Some((name, verdict)) = line
            .strip_prefix("test ")
            .and_then(|rest| rest.rsplit_once(" ... "))
        {
            match verdict.strip_prefix("ignored") {
                Some(reason) => reading.skips.push(format!("{name}: ignored{reason}")),
                None if verdict == "FAILED" => reading.failures.push(name.to_owned()),
                None => {}
            }
        }
    }
    reading.counts.passed = reading.counts.passed.saturating_sub(said_skipped);
    reading.counts.skipped += said_skipped;
    reading
}

/// Reads `ok. 3 passed; 0 failed; 1 ignored; 0 measured; ...`.
fn summary_counts(summary: &str) -> Counts {
    let count = |word: &str| {
        summary
            .split([';', '.'])
            .find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok())
            .unwrap_or(0)
    };
    Counts {
        passed: count("passed"),
        failed: count("failed"),
        skipped: count("ignored"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_several_programs_are_summed() {
        let output = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s\n\
                      test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s";
        let reading = read(output);
        assert_eq!(
            reading.counts,
            Counts {
                passed: 14,
                failed: 1,
                skipped: 1
            }
        );
        assert!(reading.is_closed);
    }

    #[test]
    fn a_program_that_breaks_off_has_no_closing_line() {
        let reading = read("running 2 tests\ntest a ... ok\n");
        assert!(!reading.is_closed);
        assert_eq!(reading.counts, Counts::default());
    }

    #[test]
    fn failures_and_skips_are_named() {
        let output = "test a::holds ... ok\ntest b::breaks ... FAILED\ntest c::later ... ignored, needs a day\n\
                      \nsuccesses:\n\n---- a::holds stdout ----\nskipped: no Kafka\n\n\
                      test result: FAILED. 1 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        let reading = read(output);
        assert_eq!(reading.failures, ["b::breaks"]);
        assert_eq!(
            reading.skips,
            ["c::later: ignored, needs a day", "a::holds: no Kafka"]
        );
    }

    #[test]
    fn a_test_that_says_it_was_skipped_is_not_counted_as_passed() {
        let output = "---- a stdout ----\nskipped: no Kafka\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(
            read(output).counts,
            Counts {
                passed: 1,
                failed: 0,
                skipped: 1
            }
        );
        let nothing_but = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured";
        assert_eq!(
            read(nothing_but).counts,
            Counts {
                passed: 1,
                failed: 0,
                skipped: 0
            }
        );
    }
}
