//! A hub from start to stop: doors open after the log and store answered, and close before they do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::app::App;
use crate::config::{Settings, check};
use crate::doors::http::server;
use crate::lock::Lock;
use crate::open::{self, Mode};
use crate::{api, doors, grpc, roles, tls, web};

/// Longest the hub waits for its roles and appends when it stops.
const DRAIN: Duration = Duration::from_secs(20);

/// A running hub.
pub struct Hub {
    /// What its parts share.
    pub app: Arc<App>,
    /// Where its HTTP door listens.
    pub http: SocketAddr,
    /// Where its gRPC door listens.
    pub grpc: SocketAddr,
    lock: Option<Lock>,
}

impl Hub {
    /// Starts the hub that the settings describe; `command` names it in the lock file.
    ///
    /// # Errors
    /// With settings that cannot work, a data directory in use, a log or store that does not
    /// answer, or a taken port; says which and what to do.
    pub async fn start(settings: Settings, command: &str) -> anyhow::Result<Self> {
        refuse_errors(&settings)?;
        let mut lock = if settings.is_embedded() {
            Some(Lock::take_or_fail(&settings.data.dir)?)
        } else {
            None
        };
        let http = listen(settings.http.address, "--http", "http.address").await?;
        let grpc = listen(settings.grpc.address, "--grpc", "grpc.address").await?;
        let (http_address, grpc_address) = (http.local_addr()?, grpc.local_addr()?);
        let http_tls = tls::acceptor(
            settings.http.tls_certificate.as_deref(),
            settings.http.tls_key.as_deref(),
            &tls::Clients::of_http(&settings),
        )?;
        if let Some(lock) = &mut lock {
            let scheme = if http_tls.is_some() { "https" } else { "http" };
            lock.sign(command, Some(format!("{scheme}://{http_address}")))?;
        }
        let app = open::app(settings, Mode::Write).await?;
        roles::start(&app).await?;
        doors::start(&app).await?;
        let routes = doors::http::records::routes()
            .merge(doors::http::devices::routes())
            .merge(api::routes())
            .merge(web::routes());
        let router = server::layered(&app, routes)
            .merge(web::public_routes(&app))
            .merge(api::health::routes(&app));
        let serving = server::serve(Arc::clone(&app), http, router, http_tls);
        app.tasks.spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!("the HTTP door ended: {error:#}");
            }
        });
        grpc::serve(&app, grpc)?;
        tracing::info!("HTTP and web page on {http_address}, gRPC on {grpc_address}");
        Ok(Self {
            app,
            http: http_address,
            grpc: grpc_address,
            lock,
        })
    }

    /// Stops the hub: no new work, then what is under way ends, then log and store close.
    pub async fn stop(self) {
        self.app.shutdown.cancel();
        self.app.tasks.close();
        if tokio::time::timeout(DRAIN, self.app.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                "work still under way after {} s is left; a restart takes it up",
                DRAIN.as_secs()
            );
        }
        self.app.store.close().await;
        drop(self.lock);
    }
}

/// The signals to stop, Ctrl-C and a polite kill; heard from here on, so that one during the start is not lost.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Begins to listen; from then on these signals do not end the process by themselves.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for one.
    pub async fn heard(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Starts a hub; `None` when it was to stop before it was up, and has.
    ///
    /// A start that is under way is waited for, as a stop is: what it took is given back then.
    ///
    /// # Errors
    /// Those of [`Hub::start`].
    pub async fn start(
        &mut self,
        settings: Settings,
        command: &str,
    ) -> anyhow::Result<Option<Hub>> {
        let mut starting = std::pin::pin!(Hub::start(settings, command));
        tokio::select! {
            started = &mut starting => return started.map(Some),
            () = self.heard() => tracing::info!("stopping, as soon as it is up"),
        }
        match tokio::time::timeout(DRAIN, starting).await {
            Ok(started) => started?.stop().await,
            Err(_) => tracing::warn!("not up after {} s: left as it is", DRAIN.as_secs()),
        }
        Ok(None)
    }
}

fn refuse_errors(settings: &Settings) -> anyhow::Result<()> {
    let findings = check(settings);
    for finding in findings.iter().filter(|finding| !finding.is_error) {
        tracing::warn!("{}: {}", finding.key, finding.message);
    }
    match findings.iter().find(|finding| finding.is_error) {
        Some(finding) => bail!("{}: {}", finding.key, finding.message),
        None => Ok(()),
    }
}

async fn listen(address: SocketAddr, flag: &str, key: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another address with {flag} or {key}")
    })
}
