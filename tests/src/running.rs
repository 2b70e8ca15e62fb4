//! One run of the program: its output goes to a file, and it never outlives the test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::until;

/// Longest wait for a stopped process to stand still.
const STOP: Duration = Duration::from_secs(5);

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Exit status; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Everything it printed, on both streams.
    pub output: String,
}

/// A process; killed when dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    log: PathBuf,
}

impl Running {
    /// Starts `command`, adding what it prints to the file `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command, log: &Path) -> anyhow::Result<Self> {
        let open = || {
            std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(log)
        };
        let child = command
            .stdin(Stdio::null())
            .stdout(open()?)
            .stderr(open()?)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        Ok(Self {
            child,
            log: log.to_path_buf(),
        })
    }

    /// Returns its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Returns what it has printed so far.
    #[must_use]
    pub fn output(&self) -> String {
        std::fs::read(&self.log)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// Returns whether it still runs.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn is_running(&mut self) -> anyhow::Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Sends it a signal by name, such as `STOP`.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn signal(&self, name: &str) -> anyhow::Result<()> {
        let status = Command::new("kill")
            .args(["-s", name, &self.pid().to_string()])
            .status()?;
        anyhow::ensure!(status.success(), "signal {name} was not sent");
        Ok(())
    }

    /// Stops it (SIGSTOP) and waits until all its threads stand still: the signal alone takes its time.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub async fn stop(&self) -> anyhow::Result<()> {
        self.signal("STOP")?;
        let threads = format!("/proc/{}/task", self.pid());
        until("every thread is stopped", STOP, async || {
            for thread in std::fs::read_dir(&threads)? {
                let stat = std::fs::read_to_string(thread?.path().join("stat"))?;
                // The name before the state is in brackets and may hold anything (man page proc, "stat").
                let (_, after_name) = stat.rsplit_once(") ").context("no name")?;
                if !after_name.starts_with('T') {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await
    }

    /// Kills it at once (SIGKILL) and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When it has not within `limit`; it is killed then.
    pub async fn wait(mut self, limit: Duration) -> anyhow::Result<Ended> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Ended {
                    code: status.code(),
                    output: self.output(),
                });
            }
            if begun.elapsed() > limit {
                bail!(
                    "still running after {} s; it printed: {}",
                    limit.as_secs(),
                    self.output()
                );
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
