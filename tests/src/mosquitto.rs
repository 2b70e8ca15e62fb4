//! A Mosquitto of a test's own, which it may stop, kill and start again; and a publisher that never gives up.

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use rumqttc::{AsyncClient, MqttOptions, PublishNotice, PublishOptions};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::{Running, until, variable};

const READY: Duration = Duration::from_secs(10);
/// How long a publisher waits before it connects again.
const AGAIN: Duration = Duration::from_millis(50);

/// A broker on loopback that keeps its sessions on disk; killed when dropped.
#[derive(Debug)]
pub struct Mosquitto {
    program: PathBuf,
    folder: TempDir,
    port: u16,
    more: String,
    credentials: Option<(String, String)>,
    running: Option<Running>,
}

impl Mosquitto {
    /// Prepares a broker, or says that the test is skipped.
    ///
    /// # Errors
    /// When there is no folder or port to have.
    pub fn new_or_skip() -> anyhow::Result<Option<Self>> {
        let Some(program) = variable("BORDERGATE_TEST_MOSQUITTO") else {
            println!("skipped: BORDERGATE_TEST_MOSQUITTO is not set");
            return Ok(None);
        };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Some(Self {
            program: program.into(),
            folder: tempfile::tempdir()?,
            port,
            more: "allow_anonymous true\n".to_owned(),
            credentials: None,
            running: None,
        }))
    }

    /// Returns the folder with its configuration and sessions.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Returns its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets in only who gives this name and password, and adds `more` to its configuration.
    ///
    /// # Errors
    /// When the broker's own tool does not make the file of passwords.
    pub fn protect(&mut self, name: &str, password: &str, more: &str) -> anyhow::Result<()> {
        let passwords = self.folder.path().join("passwords");
        std::fs::write(&passwords, "")?;
        let made = Command::new("mosquitto_passwd")
            .arg("-b")
            .arg(&passwords)
            .args([name, password])
            .status()
            .context("cannot run mosquitto_passwd")?;
        ensure!(made.success(), "mosquitto_passwd ended with {made}");
        let passwords = passwords.display();
        self.more = format!("allow_anonymous false\npassword_file {passwords}\n{more}");
        self.credentials = Some((name.to_owned(), password.to_owned()));
        Ok(())
    }

    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// When it does not.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let folder = self.folder.path().display();
        // Started by root it would become another user, who may not enter the folder. Every change is saved at once.
        let settings = format!(
            "user root\nlistener {} 127.0.0.1\npersistence true\npersistence_location {folder}/\n\
             autosave_on_changes true\nautosave_interval 1\nmax_queued_messages 0\nlog_dest stderr\n{}",
            self.port, self.more
        );
        let file = self.folder.path().join("mosquitto.conf");
        std::fs::write(&file, settings)?;
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(file);
        let mut running = Running::start(command, &self.folder.path().join("mosquitto.log"))?;
        until("the broker listens", READY, async || {
            ensure!(running.is_running()?, "it ended: {}", running.output());
            Ok(TcpStream::connect(("127.0.0.1", self.port)).is_ok())
        })
        .await?;
        self.running = Some(running);
        Ok(())
    }

    /// Stops it as an administrator does, so that it saves its sessions.
    ///
    /// # Errors
    /// When it does not run or does not end.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        let running = self.running.take().context("the broker does not run")?;
        running.signal("TERM")?;
        running.wait(READY).await.map(drop)
    }

    /// Kills it and throws its sessions away.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill_and_forget(&mut self) -> anyhow::Result<()> {
        let mut running = self.running.take().context("the broker does not run")?;
        running.kill()?;
        std::fs::remove_file(self.folder.path().join("mosquitto.db")).context("no sessions")
    }

    /// Returns a publisher of this name.
    #[must_use]
    pub fn publisher(&self, name: &str) -> Publisher {
        let mut options = MqttOptions::new(name, ("127.0.0.1", self.port));
        options
            .set_clean_start(false)
            .set_session_expiry_interval(Some(3600));
        if let Some((name, password)) = &self.credentials {
            options.set_credentials(name, password.clone());
        }
        Publisher::new(options)
    }
}

/// A publisher that connects again until it is dropped, and sends again what was not acknowledged.
#[derive(Debug)]
pub struct Publisher {
    client: AsyncClient,
    polling: JoinHandle<()>,
}

impl Publisher {
    fn new(options: MqttOptions) -> Self {
        let (client, mut events) = AsyncClient::builder(options).capacity(16).build();
        let polling = tokio::spawn(async move {
            loop {
                if events.poll().await.is_err() {
                    tokio::time::sleep(AGAIN).await;
                }
            }
        });
        Self { client, polling }
    }

    /// Publishes; the notice tells when the broker has acknowledged it.
    ///
    /// # Errors
    /// When the topic is none.
    pub async fn publish(
        &self,
        topic: &str,
        payload: impl Into<Vec<u8>>,
        options: PublishOptions,
    ) -> anyhow::Result<PublishNotice> {
        let published = self.client.publish_tracked(topic, payload.into(), options);
        Ok(published.await?)
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.polling.abort();
    }
}
