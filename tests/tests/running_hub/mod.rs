//! A hub that runs as users run it: the built program, in a process of its own, on loopback.
//!
//! `BORDERGATE_BIN` names the program. The process ends when its owner is dropped.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// Longest wait for a hub to be ready, and for anything it was asked to do.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often a question is asked again meanwhile.
pub(crate) const ASK_EVERY: Duration = Duration::from_millis(50);

/// A hub with an embedded log and store in a folder of its own.
pub(crate) struct Hub {
    /// Address of the HTTP door, such as `127.0.0.1:40123`.
    pub(crate) http: String,
    /// Address of the gRPC door.
    pub(crate) grpc: String,
    program: PathBuf,
    folder: TempDir,
    child: Option<Child>,
}

impl Drop for Hub {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Hub {
    /// Returns a hub that does not run yet.
    pub(crate) fn new(program: &Path) -> anyhow::Result<Self> {
        // Every client reqwest makes needs the process's TLS provider, also for plain HTTP.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        Ok(Self {
            http: free_address()?,
            grpc: free_address()?,
            program: program.to_owned(),
            folder: tempfile::tempdir()?,
            child: None,
        })
    }

    /// Starts it and waits until `client` finds it ready at `scheme`.
    pub(crate) async fn serve(
        &mut self,
        scheme: &str,
        client: &reqwest::Client,
        more: &[&str],
    ) -> anyhow::Result<()> {
        let mut command = self.command();
        command.args(["serve", "--http", &self.http, "--grpc", &self.grpc]);
        command.args(more).stdin(Stdio::null());
        command.env("BORDERGATE__TELEMETRY__LOG_FILTER", "warn");
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        self.child = Some(child);
        let url = format!("{scheme}://{}/readyz", self.http);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                bail!("the hub ended early: {status}");
            }
            if let Ok(response) = client.get(&url).send().await
                && response.status().is_success()
            {
                return Ok(());
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        bail!("the hub is not ready after {} s", PATIENCE.as_secs())
    }

    /// Runs a command of the program on this hub's data and returns what it printed, without space at the ends.
    pub(crate) fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        said(self.command().args(arguments).output()?)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--data-dir").arg(self.folder.path());
        command
    }
}

/// Returns what a command printed when it succeeded.
pub(crate) fn said(output: Output) -> anyhow::Result<String> {
    let printed = String::from_utf8(output.stdout)?;
    if output.status.success() {
        return Ok(printed.trim().to_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    bail!("{}: {complaint}{printed}", output.status)
}

/// Returns the program; `None`, and says so, when none was named.
#[allow(
    clippy::disallowed_methods,
    reason = "tests are told where programs are by the environment"
)]
pub(crate) fn program() -> Option<PathBuf> {
    let named = std::env::var_os("BORDERGATE_BIN").filter(|value| !value.is_empty());
    if named.is_none() {
        println!("skipped: BORDERGATE_BIN is not set");
    }
    named.map(PathBuf::from)
}

/// Returns a path of the repository.
pub(crate) fn of_repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
