//! Asking a customs service for the container lists of the declarations that the board waits for (formats.md, "GDC").
//!
//! Which declaration is next, and when the service may be asked, is in the database: a hub that starts anew goes on
//! where the last one was, and of several hubs one asks, by a lease. Every answer is handed in as it came; a declaration
//! is noted as answered behind the log's acknowledgement. What is no answer is counted and slows the asking down.

mod answer;
mod breaker;
mod failure;
mod poll;
mod service;
mod soap;

use std::sync::Arc;
use std::time::Duration;

use bordergate_model::SourceId;
use bordergate_store::service_door;
use uuid::Uuid;

use super::lease::{Hindrance, Lease};
use super::refusal::Refusal;
use super::states::State;
use crate::app::App;
use crate::config::Gdc;
use breaker::Breaker;
use failure::{SERVICE, Trouble};
use service::Service;

/// The format of what the services answer.
const FORMAT: &str = "gdc-container-list";
/// How long a service is left alone when the trouble is ours.
const TROUBLE_PAUSE: Duration = Duration::from_secs(2);

/// One service and what is asked there.
struct Poller {
    app: Arc<App>,
    entry: Gdc,
    /// The sources and the code of each one's customs office.
    sources: Vec<(SourceId, String)>,
    service: Service,
    breaker: Breaker,
    owner: Uuid,
    state: State,
}

/// Opens the files that an entry names, and returns what is wrong with them as an error in words.
#[must_use]
pub fn unusable(entry: &Gdc) -> Option<(bool, String)> {
    let error = Service::new(entry, usize::MAX).err()?;
    Some((true, format!("gdc ({}): {error:#}", entry.url)))
}

/// Asks a service until the hub stops; `owner` names this process in leases.
pub async fn ask(app: Arc<App>, entry: Gdc, owner: Uuid) {
    let state = app.doors.of(format!("gdc {}", entry.url));
    let poller = loop {
        match Poller::new(&app, &entry, owner, state.clone()) {
            Ok(poller) => break poller,
            // A file that is mended is read at the next try.
            Err(trouble) => note(&app, &state, &trouble),
        }
        if !pause(&app, TROUBLE_PAUSE).await {
            return;
        }
    };
    while let Err(trouble) = poller.session().await {
        note(&app, &state, &trouble);
        if !pause(&app, TROUBLE_PAUSE).await {
            return;
        }
    }
}

impl Poller {
    fn new(app: &Arc<App>, entry: &Gdc, owner: Uuid, state: State) -> Result<Self, Trouble> {
        let limit_bytes = app.settings.limits.record_bytes;
        let service = Service::new(entry, limit_bytes).map_err(|error| Trouble::Configuration {
            reason: format!("{error:#}"),
        })?;
        let source = |entry: &crate::config::GdcSource| {
            let source_id = SourceId::parse(&entry.source).map_err(|_| Refusal::UnknownSource {
                source_id: entry.source.clone(),
            })?;
            Ok::<_, Refusal>((source_id, entry.office_code.clone()))
        };
        let sources = entry.sources.iter().map(source).collect::<Result<_, _>>();
        Ok(Self {
            app: Arc::clone(app),
            sources: sources.map_err(Hindrance::Refused)?,
            service,
            breaker: Breaker::new(entry),
            entry: entry.clone(),
            owner,
            state,
        })
    }

    /// Takes the service and asks; ends well when the hub stops.
    async fn session(&self) -> Result<(), Trouble> {
        self.usable_sources().map_err(Hindrance::Refused)?;
        let door = service_door(&self.entry.url);
        let lease = Lease::take(&self.app, SERVICE, &door, self.owner).await?;
        let ended = tokio::select! {
            ended = self.ask_on(&lease) => ended,
            hindrance = lease.keep() => Err(hindrance.into()),
        };
        lease.release(&self.state).await;
        ended
    }
}

/// Notes what a door waits for, and says so when it is new.
fn note(app: &App, state: &State, trouble: &Trouble) {
    let (code, door) = (trouble.code(), state.door());
    if state.set(code) && !app.shutdown.is_cancelled() {
        tracing::warn!(error.code = code, "{door} waits: {trouble}");
    }
}

/// Waits; tells whether the hub still runs.
async fn pause(app: &App, time: Duration) -> bool {
    tokio::select! {
        () = tokio::time::sleep(time) => true,
        () = app.shutdown.cancelled() => false,
    }
}
