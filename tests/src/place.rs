//! Where one hub of a test lives: its data directory, its ports and what it is configured with.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;

use crate::{Ended, Running, of_repository};

/// Longest wait for a hub to be ready: a lease of a killed one runs out within it.
const READY: Duration = Duration::from_secs(30);
/// Longest wait for a command.
const COMMAND: Duration = Duration::from_secs(60);

/// A hub's place; its folder is removed when dropped.
#[derive(Debug)]
pub struct Place {
    program: PathBuf,
    folder: TempDir,
    http: String,
    grpc: String,
    environment: Vec<(String, String)>,
    client: reqwest::Client,
}

impl Place {
    /// Makes a place with free ports and the given configuration, as environment variables.
    ///
    /// # Errors
    /// When there is no folder or port to have.
    pub fn new(program: &Path, environment: &[(String, String)]) -> anyhow::Result<Self> {
        // Another test of this process may have chosen it already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Ok(Self {
            program: program.to_path_buf(),
            folder: tempfile::tempdir()?,
            http: free_address()?,
            grpc: free_address()?,
            environment: environment.to_vec(),
            client: reqwest::Client::builder().timeout(READY).build()?,
        })
    }

    /// Returns the data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Keeps the hub from appending to its embedded log until the connection is closed: whoever holds its file keeps the
    /// append waiting.
    ///
    /// # Errors
    /// When the file cannot be opened or is held already.
    pub async fn log_locked(&self) -> anyhow::Result<SqliteConnection> {
        let file = self.data_dir().join("log.sqlite");
        let options = SqliteConnectOptions::new().filename(file);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        connection.execute("begin immediate").await?;
        Ok(connection)
    }

    /// Returns the folder that holds the data directory and the logs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the address of the HTTP door.
    #[must_use]
    pub fn http(&self) -> &str {
        &self.http
    }

    /// Returns the address of the gRPC door.
    #[must_use]
    pub fn grpc(&self) -> &str {
        &self.grpc
    }

    /// Returns the client that asks this place's doors.
    #[must_use]
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Starts the program here; `name` names the file with what it prints.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, name: &str, arguments: &[&str]) -> anyhow::Result<Running> {
        let log = self.folder.path().join(format!("{name}.log"));
        Running::start(self.command_line(arguments), &log)
    }

    fn command_line(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .arg("--data-dir")
            .arg(self.data_dir())
            .args(["--http", &self.http, "--grpc", &self.grpc])
            .envs(self.environment.iter().cloned())
            .current_dir(self.folder.path());
        command
    }

    /// Runs the program here until it ends.
    ///
    /// # Errors
    /// When it cannot be started or does not end within `limit`.
    pub async fn run(
        &self,
        name: &str,
        arguments: &[&str],
        limit: Duration,
    ) -> anyhow::Result<Ended> {
        self.start(name, arguments)?
            .wait(limit)
            .await
            .with_context(|| format!("{arguments:?}"))
    }

    /// Runs a command here that must end well.
    ///
    /// # Errors
    /// When it ends otherwise; says what it printed.
    pub async fn command(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let ended = self.run("command", arguments, COMMAND).await?;
        ensure!(ended.code == Some(0), "{arguments:?}: {ended:?}");
        Ok(())
    }

    /// Runs a command here that must end well, and returns what it printed on standard output alone, without space at
    /// the ends.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub fn said(&self, arguments: &[&str]) -> anyhow::Result<String> {
        said(self.command_line(arguments).output()?)
    }

    /// Registers the gates and sources of a folder of the repository, or of one named by its whole path.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub async fn seed(&self, tables: &str) -> anyhow::Result<()> {
        let tables = of_repository(tables).display().to_string();
        self.command(&["seed", &tables]).await
    }

    /// Makes the topic and the schema.
    ///
    /// # Errors
    /// As [`Self::command`].
    pub async fn prepare(&self) -> anyhow::Result<()> {
        self.command(&["topics", "create"]).await?;
        self.command(&["migrate"]).await
    }

    /// Starts `serve` and waits until its HTTP door answers.
    ///
    /// # Errors
    /// When it ends, or does not answer in time.
    pub async fn serve(&self) -> anyhow::Result<Running> {
        self.serve_with(&[]).await
    }

    /// As [`Self::serve`], with more arguments.
    ///
    /// # Errors
    /// As [`Self::serve`].
    pub async fn serve_with(&self, more: &[&str]) -> anyhow::Result<Running> {
        let mut hub = self.start("serve", &[&["serve"], more].concat())?;
        let begun = Instant::now();
        while self.get("/healthz").await.is_err() {
            if !hub.is_running()? || begun.elapsed() > READY {
                bail!("the hub does not answer; it printed: {}", hub.output());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(hub)
    }

    /// Returns the answer of the hub's HTTP door to `path`, as JSON lines when it has them.
    ///
    /// # Errors
    /// When the hub does not answer or refuses.
    pub async fn get(&self, path: &str) -> anyhow::Result<String> {
        let response = self
            .client
            .get(format!("http://{}{path}", self.http))
            .header("accept", "application/x-ndjson")
            .send()
            .await?;
        let (status, text) = (response.status(), response.text().await?);
        ensure!(status.is_success(), "{path} answered {status}: {text}");
        Ok(text)
    }

    /// Returns every crossing that the hub serves.
    ///
    /// # Errors
    /// When the hub does not answer, or not with JSON lines.
    pub async fn crossings(&self) -> anyhow::Result<Vec<Value>> {
        let text = self.get("/v1/crossings").await?;
        text.lines()
            .map(|line| serde_json::from_str(line).context("a crossing is no JSON"))
            .collect()
    }
}

/// Returns what a command printed when it ended well.
///
/// # Errors
/// When it ended otherwise; says what it printed.
pub fn said(output: Output) -> anyhow::Result<String> {
    let printed = String::from_utf8(output.stdout)?;
    if output.status.success() {
        return Ok(printed.trim().to_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    bail!("{}: {complaint}{printed}", output.status)
}

fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
