//! The door of one scale: a connection made or awaited, and one record per weighing.
//!
//! The weighing outlives the connection. A scale keeps nothing: what it sends while the hub is down is not weighed, and
//! weighings wait in memory while the log does not answer, up to a bound; beyond it the hub stops reading.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use bordergate_model::SourceId;
use bordergate_sources::stream::{Cut, Weighings};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::offer;
use super::peers::Port;
use crate::app::App;
use crate::config::Scale;
use crate::doors::pauses::Pauses;
use crate::doors::report::Report;
use crate::doors::settle::{Settled, settle};
use crate::roles::spawn_watched;

const FORMAT: &str = "mettler-continuous";
/// Longest weighing in bytes, unless the hub takes no records of such length: hours of frames.
const LONGEST_BYTES: usize = 1024 * 1024;
/// Room that the last frame of a weighing needs beyond its bound.
const LAST_FRAME_BYTES: usize = 64;
/// Most weighings that wait for the log.
const WAITING: usize = 64;
/// What the hub loses when it stops while the log does not answer.
const LOST: &str = "tcp.lost_at_stop";
/// Pauses before the next connection.
const PAUSES: Pauses = Pauses::new(Duration::from_millis(250), Duration::from_secs(30));
/// A connection, with the wait for it, that held longer is followed by the next after the first pause.
const STEADY: Duration = Duration::from_secs(30);
/// Longest a scale may take to answer a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Where the bytes come from.
enum Line {
    /// The hub connects to this `host:port`.
    Connect(String),
    /// The scale connects.
    Listen(Port),
}

struct Door {
    app: Arc<App>,
    report: Report,
    weighings: Weighings,
    longest: Duration,
    /// Since when a weighing is under way.
    begun_at: Option<Instant>,
    records: mpsc::Sender<Vec<u8>>,
}

/// Starts the door of an entry; `number` is its place in the configuration, from 1.
///
/// # Errors
/// When the entry cannot be used or its port is taken.
pub async fn start(app: &Arc<App>, number: usize, entry: &Scale) -> anyhow::Result<()> {
    let name = format!("tcp.scales {number}");
    let report = Report::new(app, &name);
    let source_id = SourceId::parse(&entry.source).with_context(|| format!("{name}: source"))?;
    let line = match (&entry.connect, &entry.listen) {
        (Some(address), None) => Line::Connect(address.clone()),
        (None, Some(address)) => {
            Line::Listen(Port::open(&name, address, &entry.peers, report.clone()).await?)
        }
        _ => anyhow::bail!("{name}: set either connect or listen"),
    };
    let most_bytes = app
        .settings
        .limits
        .record_bytes
        .saturating_sub(LAST_FRAME_BYTES)
        .min(LONGEST_BYTES);
    let (records, waiting) = mpsc::channel(WAITING);
    let door = Door {
        app: Arc::clone(app),
        report: report.clone(),
        weighings: Weighings::new(f64::from(entry.threshold_kg), most_bytes),
        longest: Duration::from_secs(entry.longest_seconds),
        begun_at: None,
        records,
    };
    app.tasks
        .spawn(keep(Arc::clone(app), report, source_id, waiting));
    spawn_watched(app, &name, door.run(line));
    Ok(())
}

impl Door {
    async fn run(mut self, line: Line) {
        let shutdown = self.app.shutdown.clone();
        let mut pauses = PAUSES;
        let mut next = None;
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            let stream = match next.take() {
                Some(stream) => Some(stream),
                None => tokio::select! {
                    stream = line.stream(&self.report) => stream,
                    () = overdue(self.begun_at, self.longest) => {
                        self.cut_off().await;
                        continue;
                    }
                    () = shutdown.cancelled() => break,
                },
            };
            if let Some(stream) = stream {
                self.report.is_connected();
                next = self.serve(stream, &line).await;
                let cuts = self.weighings.disconnected();
                self.keep(cuts).await;
            }
            if let (Line::Connect(address), false) = (&line, shutdown.is_cancelled()) {
                self.report.is_waiting("tcp.unreachable");
                if begun.elapsed() > STEADY {
                    pauses.begin_anew();
                }
                let words = format!("no connection with the scale at {address}");
                self.report.complains("tcp.unreachable", &words);
                tokio::select! {
                    () = tokio::time::sleep(pauses.take()) => {}
                    () = shutdown.cancelled() => {}
                }
            }
        }
        self.report.is_waiting("stopped");
    }

    /// Reads a connection to its end; returns the one that took its place, if one did: a scale that lost power comes
    /// back while its old connection still looks alive.
    async fn serve(&mut self, mut stream: TcpStream, line: &Line) -> Option<TcpStream> {
        let idle = Duration::from_secs(self.app.settings.tcp.idle_seconds);
        let shutdown = self.app.shutdown.clone();
        let mut buffer = [0; 4096];
        loop {
            tokio::select! {
                read = tokio::time::timeout(idle, stream.read(&mut buffer)) => match read {
                    Ok(Ok(length)) if length > 0 => {
                        let cuts = self.weighings.push(&buffer[..length]);
                        self.keep(cuts).await;
                    }
                    Ok(_) => return None,
                    Err(_) => {
                        let words = format!("silent for {} s; the connection is closed", idle.as_secs());
                        self.report.complains("tcp.idle", &words);
                        return None;
                    }
                },
                () = overdue(self.begun_at, self.longest) => self.cut_off().await,
                another = line.another() => return Some(another),
                () = shutdown.cancelled() => return None,
            }
        }
    }

    async fn keep(&mut self, cuts: Vec<Cut>) {
        for cut in cuts {
            match cut {
                Cut::Noise(bytes) => self.report.count_noise(bytes),
                Cut::Record(record) => {
                    self.begun_at = None;
                    self.hand_over(record).await;
                }
            }
        }
        if !self.weighings.is_weighing() {
            self.begun_at = None;
        } else if self.begun_at.is_none() {
            self.begun_at = Some(Instant::now());
        }
    }

    async fn cut_off(&mut self) {
        if let Some(record) = self.weighings.cut_off() {
            self.report.complains(
                "tcp.long_weighing",
                "a vehicle stands too long; the rest is left out",
            );
            self.hand_over(record).await;
        }
        self.begun_at = None;
    }

    async fn hand_over(&self, record: Vec<u8>) {
        tokio::select! {
            biased;
            // Its other end lives as long as the door.
            _ = self.records.send(record) => {}
            () = self.app.shutdown.cancelled() => tracing::error!(
                error.code = LOST,
                "a weighing found no place to wait for the log when the hub stopped, and is lost"
            ),
        }
    }
}

impl Line {
    /// Returns the next connection; `None` when it cannot be made now.
    async fn stream(&self, report: &Report) -> Option<TcpStream> {
        match self {
            Self::Connect(address) => {
                report.is_waiting("connecting");
                let connected = tokio::time::timeout(CONNECT, TcpStream::connect(address)).await;
                connected.ok()?.ok()
            }
            Self::Listen(port) => {
                report.is_listening(0);
                Some(port.accept().await)
            }
        }
    }

    /// Returns a connection that takes the place of the present one; a scale that is connected to never makes one.
    async fn another(&self) -> TcpStream {
        match self {
            Self::Connect(_) => std::future::pending().await,
            Self::Listen(port) => port.accept().await,
        }
    }
}

/// Waits until a weighing has lasted too long; for ever when none is under way.
async fn overdue(begun_at: Option<Instant>, longest: Duration) {
    match begun_at {
        Some(begun_at) => tokio::time::sleep_until((begun_at + longest).into()).await,
        None => std::future::pending().await,
    }
}

/// Offers weighings in their order, each until it is settled.
async fn keep(
    app: Arc<App>,
    report: Report,
    source_id: SourceId,
    mut records: mpsc::Receiver<Vec<u8>>,
) {
    let never = CancellationToken::new();
    let mut lost_count = 0;
    while let Some(record) = records.recv().await {
        let offered = offer(&app, &source_id, FORMAT, "application/octet-stream", record);
        if settle(&app, &report, offered, &never).await == Settled::Open {
            lost_count += 1;
        }
    }
    if lost_count > 0 {
        tracing::error!(
            error.code = LOST,
            source.id = %source_id,
            lost_count,
            "{lost_count} weighings of {source_id} waited for the log when the hub stopped, and are lost"
        );
    }
}
