//! Runs the test programs of one group, each with a time limit and with its output kept in a file.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;

use super::build::{Built, TestProgram};
use super::group::Group;
use super::libtest::{self, Counts};
use super::report::Outcome;
use crate::environment::bordergate_names;
use crate::workspace::Workspace;

/// The package that tests the whole program; its targets `browser` and `deploy` are groups of their own.
const WHOLE_PACKAGE: &str = "bordergate-tests";

const PAUSE: Duration = Duration::from_millis(20);

/// Runs what belongs to the group; the outcome is skipped when nothing does.
pub fn run(
    group: Group,
    built: &Built,
    variables: &[(&str, String)],
    workspace: &Workspace,
) -> Outcome {
    let mut variables = variables.to_vec();
    if group != Group::Unit
        && let Some(hub) = &built.hub
    {
        variables.push(("BORDERGATE_BIN", hub.display().to_string()));
    }
    let mut outcome: Option<Outcome> = None;
    for program in built
        .tests
        .iter()
        .filter(|program| group_of(program) == group)
    {
        let logs = workspace.target_directory.join("test-logs");
        let name = format!("{}::{}", program.package, program.target);
        let of_program = match run_one(program, &name, group, &variables, &logs) {
            Ok(of_program) => of_program,
            Err(error) => Outcome::failed(&format!("{name}: {error:#}")),
        };
        match &mut outcome {
            Some(outcome) => outcome.merge(of_program),
            None => outcome = Some(of_program),
        }
    }
    outcome
        .filter(|outcome| !outcome.is_empty())
        .unwrap_or_else(|| Outcome::Skipped("there is no test of this group".to_owned()))
}

/// Returns the group that a test program belongs to.
fn group_of(program: &TestProgram) -> Group {
    match (program.package.as_str(), program.target.as_str()) {
        (WHOLE_PACKAGE, "browser") => Group::Browser,
        (WHOLE_PACKAGE, "deploy") => Group::Deploy,
        (WHOLE_PACKAGE, _) => Group::Whole,
        _ => Group::Unit,
    }
}

/// How long one program of the group may take.
fn limit_of(group: Group) -> Duration {
    Duration::from_secs(if group == Group::Whole {
        40 * 60
    } else {
        10 * 60
    })
}

fn run_one(
    program: &TestProgram,
    name: &str,
    group: Group,
    variables: &[(&str, String)],
    logs: &Path,
) -> anyhow::Result<Outcome> {
    fs::create_dir_all(logs).with_context(|| format!("cannot make {}", logs.display()))?;
    let log = logs.join(format!("{}-{}.log", program.package, program.target));
    let file = File::create(&log).with_context(|| format!("cannot make {}", log.display()))?;
    let mut command = Command::new(&program.executable);
    for inherited in bordergate_names() {
        command.env_remove(inherited);
    }
    command
        .arg("--show-output")
        .current_dir(&program.dir)
        .env("CARGO_MANIFEST_DIR", &program.dir)
        .envs(variables.iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::null())
        .stdout(file.try_clone().context("cannot share the log file")?)
        .stderr(file);
    let began = Instant::now();
    let status = run_within(&mut command, limit_of(group))?;
    let output = fs::read(&log)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .context("cannot read the log")?;
    let outcome = judge(name, status, &output);
    if let Outcome::Ran {
        counts: Counts {
            passed,
            failed,
            skipped,
        },
        ..
    } = outcome
    {
        if failed > 0 {
            println!("{output}");
        }
        println!(
            "   {name}: {passed} passed, {failed} failed, {skipped} skipped, {:.1} s",
            began.elapsed().as_secs_f64()
        );
    }
    Ok(outcome)
}

/// Runs the command; `None` when it was killed at the limit.
fn run_within(command: &mut Command, limit: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let mut child = command.spawn().context("cannot start the test program")?;
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().context("cannot watch the test program")? {
            return Ok(Some(status));
        }
        if began.elapsed() > limit {
            child.kill().context("cannot kill the test program")?;
            child.wait().context("cannot watch the test program")?;
            return Ok(None);
        }
        thread::sleep(PAUSE);
    }
}

/// Returns what the program showed; one that breaks off, or says well and ends badly, counts as one failure more.
fn judge(name: &str, status: Option<ExitStatus>, output: &str) -> Outcome {
    let mut reading = libtest::read(output);
    let broke_off = match status {
        None => Some("killed at the time limit".to_owned()),
        Some(status) if !status.success() && reading.counts.failed == 0 => {
            Some(format!("ended with {status}"))
        }
        Some(_) if !reading.is_closed => Some("ended without a result".to_owned()),
        Some(_) => None,
    };
    if let Some(how) = broke_off {
        reading.counts.failed += 1;
        reading.failures.push(how);
    }
    let named = |list: Vec<String>| {
        list.into_iter()
            .map(|test| format!("{name}: {test}"))
            .collect()
    };
    Outcome::Ran {
        counts: reading.counts,
        failures: named(reading.failures),
        skips: named(reading.skips),
        remark: None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn shell(script: &str) -> Option<ExitStatus> {
        run_within(
            Command::new("sh").args(["-c", script]),
            Duration::from_secs(20),
        )
        .expect("every Linux has sh")
    }

    fn failed_count(outcome: &Outcome) -> usize {
        match outcome {
            Outcome::Ran { counts, .. } => counts.failed,
            Outcome::Skipped(_) => 0,
        }
    }

    #[test]
    fn a_program_that_breaks_off_has_failed_whatever_it_printed() {
        let good = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        let bad = "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out";
        for (status, output, failed) in [
            (shell("exit 0"), good, 0),
            (shell("exit 101"), bad, 1),
            (shell("exit 0"), "running 1 test", 1),
            (shell("kill -ABRT $$"), "running 1 test", 1),
            (shell("exit 1"), good, 1),
            (None, good, 1),
        ] {
            assert_eq!(
                failed_count(&judge("p", status, output)),
                failed,
                "{status:?} {output}"
            );
        }
    }

    #[test]
    fn a_program_is_killed_at_its_limit() {
        let status = run_within(Command::new("sleep").arg("60"), Duration::ZERO)
            .expect("every Linux has sleep");
        assert_eq!(status, None);
    }

    #[test]
    fn only_the_package_of_whole_program_tests_has_groups_of_its_own() {
        for (package, target, group) in [
            ("bordergate-tests", "browser", Group::Browser),
            ("bordergate-tests", "deploy", Group::Deploy),
            ("bordergate-tests", "kills", Group::Whole),
            ("bordergate-eventlog", "conformance", Group::Unit),
            ("bordergate-hub", "browser", Group::Unit),
        ] {
            let program = TestProgram {
                package: package.to_owned(),
                target: target.to_owned(),
                executable: PathBuf::new(),
                dir: PathBuf::new(),
            };
            assert_eq!(group_of(&program), group, "{package} {target}");
        }
    }
}
