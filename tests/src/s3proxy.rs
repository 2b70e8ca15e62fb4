//! A server of a test's own that speaks S3 and checks signatures: S3Proxy, which keeps its objects in a folder. A test
//! may stop, kill and start it, and look at the objects from outside.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::{Running, until, variable};

/// A Java machine starts within it, also beside compilers.
const READY: Duration = Duration::from_secs(60);
/// The access key the server knows.
const KEY_ID: &str = "gate-hub";
/// Its secret, of these tests only.
const SECRET: &str = "only-for-this-test";

/// A server on loopback with one bucket, `gates`; killed when dropped.
#[derive(Debug)]
pub struct S3Proxy {
    jars: PathBuf,
    folder: TempDir,
    port: u16,
    is_secure: bool,
    running: Option<Running>,
}

impl S3Proxy {
    /// Prepares a server with an empty bucket, or says that the test is skipped.
    ///
    /// # Errors
    /// When there is no folder or port to have.
    pub fn new_or_skip() -> anyhow::Result<Option<Self>> {
        let jars = variable("BORDERGATE_TEST_S3PROXY_JARS").map(PathBuf::from);
        let Some(jars) = jars.filter(|jars| Path::is_dir(jars)) else {
            println!(
                "skipped: BORDERGATE_TEST_S3PROXY_JARS names no folder with the jars of S3Proxy"
            );
            return Ok(None);
        };
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let server = Self {
            jars,
            folder: tempfile::tempdir()?,
            port,
            is_secure: false,
            running: None,
        };
        std::fs::create_dir_all(server.bucket())?;
        server.write_secret(SECRET)?;
        Ok(Some(server))
    }

    /// Makes it speak TLS, with a certificate of its own that is returned.
    ///
    /// # Errors
    /// When Java's tool for keys does not make one.
    pub fn secure(&mut self) -> anyhow::Result<PathBuf> {
        let keytool = |arguments: &[&str]| {
            let mut command = Command::new("keytool");
            command.current_dir(self.folder.path()).args(arguments);
            let store = [
                "-alias",
                "s3",
                "-keystore",
                "keys.p12",
                "-storepass",
                SECRET,
            ];
            let ended = command.args(store).output().context("cannot run keytool")?;
            ensure!(ended.status.success(), "{ended:?}");
            anyhow::Ok(())
        };
        let names = ["-dname", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1"];
        let kind = ["-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12"];
        keytool(&[&kind[..], &names[..]].concat())?;
        keytool(&["-exportcert", "-rfc", "-file", "ca.pem"])?;
        self.is_secure = true;
        Ok(self.authority())
    }

    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        let folder = self.folder.path();
        let address = self.endpoint();
        let listens = if self.is_secure {
            let keys = folder.join("keys.p12");
            let keys = keys.display();
            format!(
                "secure-endpoint={address}\ns3proxy.keystore-path={keys}\ns3proxy.keystore-password={SECRET}"
            )
        } else {
            format!("endpoint={address}")
        };
        let settings = format!(
            "s3proxy.{listens}\ns3proxy.authorization=aws-v4\ns3proxy.identity={KEY_ID}\ns3proxy.credential={SECRET}\n\
             jclouds.provider=filesystem-nio2\njclouds.filesystem.basedir={}\n",
            folder.join("buckets").display()
        );
        let file = folder.join("s3proxy.conf");
        std::fs::write(&file, settings)?;
        let mut command = Command::new("java");
        command
            .args(["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
            .args(["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp"])
            .arg(self.jars.join("*"))
            .args(["org.gaul.s3proxy.Main", "--properties"])
            .arg(file);
        let mut running = Running::start(command, &folder.join("s3proxy.log"))?;
        let client = self.client()?;
        // Its first answer takes seconds, which no hub is to be blamed for.
        until("the object store answers", READY, async || {
            ensure!(running.is_running()?, "it ended: {}", running.output());
            Ok(client.get(&address).send().await.is_ok())
        })
        .await?;
        self.running = Some(running);
        Ok(())
    }

    /// Kills it; its objects stay.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let mut running = self.running.take().context("it does not run")?;
        running.kill()
    }

    /// Returns the process, to be stopped and continued.
    ///
    /// # Errors
    /// When it does not run.
    pub fn process(&self) -> anyhow::Result<&Running> {
        self.running.as_ref().context("it does not run")
    }

    /// Returns the configuration that makes a hub keep pictures in the bucket, under `pictures`; `more` keys of
    /// `[images]` replace those of the same name.
    #[must_use]
    pub fn environment(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let secret = self.secret_file().display().to_string();
        let endpoint = self.endpoint();
        let ours = [
            ("URL", "s3://gates/pictures"),
            ("ENDPOINT", &endpoint),
            ("ACCESS_KEY_ID", KEY_ID),
            ("SECRET_ACCESS_KEY_FILE", &secret),
        ];
        let key = |(name, value): &(&str, &str)| {
            (format!("BORDERGATE__IMAGES__{name}"), (*value).to_owned())
        };
        ours.iter().chain(more).map(key).collect()
    }

    /// Writes what hubs believe to be the secret of the access key.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write_secret(&self, secret: &str) -> anyhow::Result<()> {
        let file = self.secret_file();
        std::fs::write(&file, secret)?;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
        Ok(())
    }

    /// Returns the folder that is the bucket: it is there as long as the folder is.
    #[must_use]
    pub fn bucket(&self) -> PathBuf {
        self.folder.path().join("buckets").join("gates")
    }

    /// Returns the pictures in the bucket, each the file `pictures/HASH/DAY`.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn pictures(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let prefix = self.bucket().join("pictures");
        for hash in entries(&prefix)? {
            if hash.is_dir() {
                files.extend(entries(&hash)?);
            }
        }
        files.sort();
        Ok(files)
    }

    fn client(&self) -> anyhow::Result<reqwest::Client> {
        // Another test of this process may have chosen it already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut client = reqwest::Client::builder().no_proxy().timeout(READY);
        if self.is_secure {
            let authority = std::fs::read(self.authority())?;
            client = client.tls_certs_only([reqwest::Certificate::from_pem(&authority)?]);
        }
        Ok(client.build()?)
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn endpoint(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    fn secret_file(&self) -> PathBuf {
        self.folder.path().join("secret")
    }
}

/// Returns what lies in a folder; nothing when it is not there.
fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
