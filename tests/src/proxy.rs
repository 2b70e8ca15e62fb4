//! A way to PostgreSQL that breaks just where it hurts: at a COMMIT whose answer does not come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// `commit` as a simple query: type, length of the rest, text (PostgreSQL manual, "Message Formats", `Query`).
const COMMIT: &[u8] = b"Q\0\0\0\x0bcommit\0";

/// Passes bytes between hubs and a server; cuts connections once told to.
#[derive(Debug)]
pub struct Proxy {
    /// Its `host:port`.
    pub address: String,
    cuts: Arc<Cuts>,
    accepting: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Cuts {
    /// Every so many commits one is cut; 0: none.
    every: AtomicU64,
    commits: AtomicU64,
    cut: AtomicU64,
}

/// Where a connection breaks.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The server commits, its answer is lost.
    Answer,
    /// The server never hears of the commit.
    Commit,
    /// The connection is gone the moment the commit was sent.
    Both,
}

impl Cuts {
    /// Counts a commit and tells whether its connection breaks, and where: each way in turn.
    fn next(&self) -> Option<Cut> {
        let every = self.every.load(Ordering::Relaxed);
        let commits = self.commits.fetch_add(1, Ordering::Relaxed);
        if every == 0 || !commits.is_multiple_of(every) {
            return None;
        }
        Some(match self.cut.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => Cut::Answer,
            1 => Cut::Commit,
            _ => Cut::Both,
        })
    }
}

impl Proxy {
    /// Opens a way to `server`, a `host:port`.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub async fn open(server: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, server) = (listener.local_addr()?.to_string(), server.to_owned());
        let cuts = Arc::new(Cuts::default());
        let of_connections = Arc::clone(&cuts);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, cuts) = (server.clone(), Arc::clone(&of_connections));
                tokio::spawn(async move {
                    // However a connection ends, both of its sides see it closed.
                    let _ = pass(client, &server, &cuts).await;
                });
            }
        });
        Ok(Self {
            address,
            cuts,
            accepting,
        })
    }

    /// Cuts at one of every so many commits from now on; 0: at none.
    pub fn cut_every(&self, commits: u64) {
        self.cuts.every.store(commits, Ordering::Relaxed);
    }

    /// Returns how many commits were cut.
    #[must_use]
    pub fn cut_count(&self) -> u64 {
        self.cuts.cut.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(mut client: TcpStream, server: &str, cuts: &Cuts) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let bytes = &asked[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                // The driver waits for each answer, so a commit comes whole and last.
                let cut = if bytes.ends_with(COMMIT) { cuts.next() } else { None };
                if matches!(cut, Some(Cut::Commit)) {
                    return Ok(());
                }
                server.write_all(bytes).await?;
                if matches!(cut, Some(Cut::Answer)) {
                    server.read_u8().await?;
                }
                if cut.is_some() {
                    return Ok(());
                }
            }
            read = server.read(&mut answered) => {
                let bytes = &answered[..read?];
                if bytes.is_empty() {
                    return Ok(());
                }
                client.write_all(bytes).await?;
            }
        }
    }
}
