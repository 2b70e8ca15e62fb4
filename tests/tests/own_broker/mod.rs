//! A Kafka broker of a test's own that takes TLS with SCRAM logins, and plain text for the other system that writes.
//!
//! Also for what cannot be done to a broker that others use. Started from the jars that `BORDERGATE_TEST_KAFKA_JARS` names; keys and certificates are made by openssl.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, ensure};
use bordergate_tests::variable;
use tempfile::TempDir;

/// The login the broker knows.
pub(crate) const USER: &str = "hub";
/// Its password, of this test only.
pub(crate) const PASSWORD: &str = "only-for-this-test";

/// A broker; killed when dropped.
pub(crate) struct OwnBroker {
    /// `host:port` where TLS and a login are asked for.
    pub(crate) secure: String,
    /// `host:port` in plain text.
    pub(crate) plain: String,
    folder: TempDir,
    process: Child,
}

impl Drop for OwnBroker {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl OwnBroker {
    /// Starts a broker; `None`, and says so, where jars, Java or openssl are not there.
    pub(crate) fn start_or_skip() -> anyhow::Result<Option<Self>> {
        let jars = variable("BORDERGATE_TEST_KAFKA_JARS").map(PathBuf::from);
        let Some(jars) = jars.filter(|jars| Path::is_dir(jars)) else {
            println!("skipped: BORDERGATE_TEST_KAFKA_JARS names no folder with Kafka's jars");
            return Ok(None);
        };
        for (program, question) in [("java", "-version"), ("openssl", "version")] {
            let answered = quiet(Command::new(program).arg(question)).status();
            if !answered.is_ok_and(|status| status.success()) {
                println!("skipped: {program} is not there");
                return Ok(None);
            }
        }
        let folder = tempfile::tempdir()?;
        make_keys(folder.path())?;
        let (secure, plain, controller) = (free_address()?, free_address()?, free_address()?);
        let settings = folder.path().join("server.properties");
        fs::write(
            &settings,
            properties(folder.path(), &secure, &plain, &controller),
        )?;
        let scram = format!("SCRAM-SHA-512=[name={USER},password={PASSWORD}]");
        let mut format = java(&jars, "kafka.tools.StorageTool");
        format.args([
            "format",
            "-t",
            "MkU3OEVBNTcwNTJENDM2Qg",
            "--add-scram",
            &scram,
            "-c",
        ]);
        let formatted = format.arg(&settings).current_dir(folder.path()).status()?;
        ensure!(formatted.success(), "the data folder could not be made");
        let mut broker = java(&jars, "kafka.Kafka");
        let process = broker.arg(&settings).current_dir(folder.path()).spawn()?;
        Ok(Some(Self {
            secure,
            plain,
            folder,
            process,
        }))
    }

    /// Sends it a signal by name: `STOP` makes it answer nobody, `CONT` lets it go on.
    pub(crate) fn signal(&self, name: &str) -> anyhow::Result<()> {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &pid]).status()?;
        ensure!(sent.success(), "signal {name} was not sent");
        Ok(())
    }

    /// Returns the PEM file of the authority that signed the broker's certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }
}

fn properties(folder: &Path, secure: &str, plain: &str, controller: &str) -> String {
    let folder = folder.display();
    [
        "process.roles=broker,controller".to_owned(),
        "node.id=1".to_owned(),
        format!("controller.quorum.voters=1@{controller}"),
        format!("listeners=SECURE://{secure},PLAIN://{plain},CONTROLLER://{controller}"),
        "controller.listener.names=CONTROLLER".to_owned(),
        "inter.broker.listener.name=PLAIN".to_owned(),
        "listener.security.protocol.map=SECURE:SASL_SSL,PLAIN:PLAINTEXT,CONTROLLER:PLAINTEXT"
            .to_owned(),
        "ssl.keystore.type=PEM".to_owned(),
        format!("ssl.keystore.location={folder}/broker.pem"),
        "sasl.enabled.mechanisms=SCRAM-SHA-512".to_owned(),
        "listener.name.secure.scram-sha-512.sasl.jaas.config=\
         org.apache.kafka.common.security.scram.ScramLoginModule required;"
            .to_owned(),
        format!("log.dirs={folder}/data"),
        "auto.create.topics.enable=false".to_owned(),
        "offsets.topic.num.partitions=1".to_owned(),
        "offsets.topic.replication.factor=1".to_owned(),
    ]
    .join("\n")
}

/// Makes an authority, and a key with a certificate of it for 127.0.0.1.
fn make_keys(folder: &Path) -> anyhow::Result<()> {
    let openssl = |arguments: &str| -> anyhow::Result<()> {
        let mut command = Command::new("openssl");
        let run = quiet(
            command
                .args(arguments.split_whitespace())
                .current_dir(folder),
        );
        ensure!(run.status()?.success(), "openssl {arguments}");
        Ok(())
    };
    fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\n")?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!(
        "req -x509 {key} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"
    ))?;
    openssl(&format!(
        "req {key} -subj /CN=broker -keyout broker.key -out broker.csr"
    ))?;
    openssl(
        "x509 -req -in broker.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out broker.crt",
    )?;
    let pair = [
        fs::read(folder.join("broker.key"))?,
        fs::read(folder.join("broker.crt"))?,
    ];
    fs::write(folder.join("broker.pem"), pair.concat()).context("the broker's key store")
}

fn java(jars: &Path, class: &str) -> Command {
    let mut command = Command::new("java");
    command.args([
        "-Xmx384m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
    ]);
    command.arg(jars.join("*")).arg(class);
    quiet(&mut command);
    command
}

fn quiet(command: &mut Command) -> &mut Command {
    let command = command.stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null())
}

fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}
