//! Starting a process that outlives this one, knowing it again, and stopping exactly it.
//!
//! A process id is used again by the system some day; together with the start time and the boot it names one process.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};

/// Pause between two looks at something that takes a while.
const PAUSE: Duration = Duration::from_millis(50);
/// How long a process may take to end by itself before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// Names one process of one boot of one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Process id.
    pub pid: u32,
    /// Clock ticks from the boot to the start of the process.
    pub started_ticks: u64,
    /// The kernel's id of this boot.
    pub boot_id: String,
}

impl Identity {
    /// Returns the identity of the process that has this id now; `None` when there is none or it has ended.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .ok()?
            .trim()
            .to_owned();
        Some(Self {
            pid,
            started_ticks: started_ticks(&stat)?,
            boot_id,
        })
    }

    /// Returns whether the very process still runs.
    pub fn is_alive(&self) -> bool {
        Self::of(self.pid).as_ref() == Some(self)
    }
}

/// Starts the command apart from this terminal, its output added to the log file.
///
/// # Errors
/// When the log cannot be opened or the program cannot be started.
pub fn start(command: &mut Command, log: &Path) -> anyhow::Result<Child> {
    let file = File::options()
        .create(true)
        .append(true)
        .open(log)
        .with_context(|| format!("cannot open {}", log.display()))?;
    command
        .stdin(Stdio::null())
        .stdout(file.try_clone().context("cannot share the log file")?)
        .stderr(file)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {}", command.get_program().display()))
}

/// Waits until the probe succeeds.
///
/// # Errors
/// When the process ends before that, or the limit passes (the process is then killed); both name the log.
pub fn wait_until_ready(
    child: &mut Child,
    limit: Duration,
    log: &Path,
    probe: impl Fn() -> bool,
) -> anyhow::Result<()> {
    let began = Instant::now();
    while !probe() {
        if let Some(status) = child.try_wait().context("cannot watch the process")? {
            bail!(
                "it ended with {status}; its log is {}:\n{}",
                log.display(),
                last_lines(log)
            );
        }
        if began.elapsed() > limit {
            child
                .kill()
                .context("cannot kill a process that does not answer")?;
            child.wait().context("cannot watch the process")?;
            bail!(
                "no answer within {} s; its log is {}:\n{}",
                limit.as_secs(),
                log.display(),
                last_lines(log)
            );
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

/// Asks the process to end by the signal, and kills it when it has not within half a minute.
///
/// # Errors
/// When it cannot be signalled, or survives even that.
pub fn stop(identity: &Identity, signal: &str) -> anyhow::Result<()> {
    for (signal, limit) in [(signal, STOP_LIMIT), ("KILL", STOP_LIMIT)] {
        if !identity.is_alive() {
            return Ok(());
        }
        let sent = Command::new("kill")
            .arg(format!("-{signal}"))
            .arg(identity.pid.to_string())
            .status();
        if !sent.context("cannot run kill")?.success() && identity.is_alive() {
            bail!("may not signal process {}", identity.pid);
        }
        let began = Instant::now();
        while identity.is_alive() && began.elapsed() < limit {
            thread::sleep(PAUSE);
        }
    }
    if identity.is_alive() {
        bail!("process {} does not end", identity.pid);
    }
    Ok(())
}

/// Returns the end of a log, indented, for an error message.
fn last_lines(log: &Path) -> String {
    let text = fs::read(log)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..]
        .iter()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Returns the start time out of `/proc/PID/stat`; `None` for a process that has ended and waits for its parent.
///
/// The program's name stands in brackets and may hold brackets and blanks: fields are counted after the last one.
/// Source: proc_pid_stat(5), fields 3 (state) and 22 (starttime).
fn started_ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    match fields.next()? {
        "Z" | "X" => None,
        _ => fields.nth(18)?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> Child {
        Command::new("sleep")
            .arg("60")
            .spawn()
            .expect("every Linux has sleep")
    }

    #[test]
    fn a_process_is_known_by_its_start_and_not_by_its_number_alone() {
        let mut child = sleeper();
        let identity = Identity::of(child.id()).expect("it runs");
        assert!(identity.is_alive());
        let other = Identity {
            started_ticks: identity.started_ticks + 1,
            ..identity.clone()
        };
        assert!(!other.is_alive());
        stop(&other, "TERM").expect("nothing to stop");
        assert!(
            identity.is_alive(),
            "the process with the same number was left alone"
        );
        stop(&identity, "TERM").expect("it can be stopped");
        assert!(!identity.is_alive());
        child.wait().expect("it was ours");
    }

    #[test]
    fn the_start_time_is_read_past_any_name_and_the_dead_have_none() {
        let tail = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4242 20";
        for (state, expected) in [
            ("S", Some(4242)),
            ("R", Some(4242)),
            ("Z", None),
            ("X", None),
        ] {
            assert_eq!(
                started_ticks(&format!("7 (a) b) c) {state} {tail}")),
                expected,
                "{state}"
            );
        }
        assert_eq!(started_ticks("7 (cut) S 1 2"), None);
    }

    #[test]
    fn a_process_that_ends_early_is_an_error_that_names_the_log() {
        let log = std::env::temp_dir().join(format!("xtask-early-{}", std::process::id()));
        let mut child = start(
            Command::new("sh").args(["-c", "echo no room; exit 3"]),
            &log,
        )
        .expect("every Linux has sh");
        let error = wait_until_ready(&mut child, Duration::from_secs(20), &log, || false)
            .expect_err("it ended");
        let message = error.to_string();
        assert!(
            message.contains("no room") && message.contains(&log.display().to_string()),
            "{message}"
        );
        fs::remove_file(log).expect("it was written");
    }

    #[test]
    fn a_process_that_never_answers_is_killed_at_the_limit() {
        let log = std::env::temp_dir().join(format!("xtask-deaf-{}", std::process::id()));
        let mut child =
            start(Command::new("sleep").arg("60"), &log).expect("every Linux has sleep");
        let identity = Identity::of(child.id()).expect("it runs");
        wait_until_ready(&mut child, Duration::ZERO, &log, || false)
            .expect_err("it does not answer");
        assert!(!identity.is_alive());
        fs::remove_file(log).expect("it was opened");
    }
}
