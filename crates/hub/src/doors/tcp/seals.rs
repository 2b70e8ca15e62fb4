//! The door of electronic seals: each report is appended, then answered, so that the seal repeats what the log has not.
//!
//! A report that is refused is not answered: the seal keeps it and sends it again, until somebody has put the
//! registration right.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bordergate_model::SourceId;
use bordergate_sources::stream::{Cut, SealReports, answer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::offer;
use super::peers::Port;
use crate::access::Caller;
use crate::app::App;
use crate::config::SealPort;
use crate::doors::report::Report;
use crate::roles::spawn_watched;

const FORMAT: &str = "jt701-p45";
/// Longest a seal may take to take an answer.
const ANSWER: Duration = Duration::from_secs(10);

#[derive(Clone)]
struct Door {
    app: Arc<App>,
    report: Report,
    source_id: SourceId,
}

/// Starts the door of an entry; `number` is its place in the configuration, from 1.
///
/// # Errors
/// When the entry cannot be used or its port is taken.
pub async fn start(app: &Arc<App>, number: usize, entry: &SealPort) -> anyhow::Result<()> {
    let name = format!("tcp.seals {number}");
    let report = Report::new(app, &name);
    let source_id = SourceId::parse(&entry.source).with_context(|| format!("{name}: source"))?;
    let address = entry.listen.as_deref();
    let address = address.with_context(|| format!("{name}: listen is not set"))?;
    let port = Port::open(&name, address, &entry.peers, report.clone()).await?;
    let door = Door {
        app: Arc::clone(app),
        report,
        source_id,
    };
    spawn_watched(app, &name, door.run(port));
    Ok(())
}

impl Door {
    async fn run(self, port: Port) {
        let most = self.app.settings.tcp.max_connections;
        let places = Arc::new(Semaphore::new(most));
        let connection_count = move |places: &Semaphore| most - places.available_permits();
        loop {
            self.report.is_listening(connection_count(&places));
            let mut stream = tokio::select! {
                stream = port.accept() => stream,
                () = self.app.shutdown.cancelled() => break,
            };
            let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                self.report.count("tcp.too_many");
                let words = format!("{most} connections are open; further ones are closed");
                self.report.complains("tcp.too_many", &words);
                continue;
            };
            let (door, places) = (self.clone(), Arc::clone(&places));
            self.app.tasks.spawn(async move {
                door.serve(&mut stream).await;
                // First the place: a seal that sees its connection closed may connect again at once.
                drop(place);
                drop(stream);
                door.report.is_listening(connection_count(&places));
            });
        }
        self.report.is_waiting("stopped");
    }

    /// Reads a connection to its end.
    async fn serve(&self, stream: &mut TcpStream) {
        let idle = Duration::from_secs(self.app.settings.tcp.idle_seconds);
        let mut reports = SealReports::default();
        let mut buffer = [0; 4096];
        'connection: loop {
            let read = tokio::select! {
                read = tokio::time::timeout(idle, stream.read(&mut buffer)) => read,
                () = self.app.shutdown.cancelled() => break,
            };
            let Ok(Ok(length @ 1..)) = read else {
                break;
            };
            for cut in reports.push(&buffer[..length]) {
                let record = match cut {
                    Cut::Noise(bytes) => {
                        self.report.count_noise(bytes);
                        continue;
                    }
                    Cut::Record(record) => record,
                };
                let answer = answer(&record);
                if !self.is_kept(record).await {
                    continue;
                }
                let Some(answer) = answer else { continue };
                let answered = tokio::time::timeout(ANSWER, stream.write_all(&answer)).await;
                if !matches!(answered, Ok(Ok(()))) {
                    break 'connection;
                }
            }
        }
        self.report.count_noise(reports.unfinished_bytes());
    }

    /// Tells whether the log has the report now.
    async fn is_kept(&self, record: Vec<u8>) -> bool {
        let offered = offer(&self.app, &self.source_id, FORMAT, "text/plain", record);
        let accepted = match offered {
            Ok(offer) => {
                let caller = Caller::source(&offer.source_id);
                self.app.accept(&caller, offer).await
            }
            Err(refusal) => Err(refusal),
        };
        match accepted {
            Ok(_) => self.report.count("accepted"),
            Err(refusal) => {
                self.report.count(refusal.code());
                self.report.refuses(&refusal);
                return false;
            }
        }
        true
    }
}
