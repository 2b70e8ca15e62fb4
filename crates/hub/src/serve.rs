//! A hub from start to stop: doors open after the log and store answered, and close before they do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpListener;

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

/// Waits for the signal to stop: Ctrl-C or a polite kill.
///
/// # Errors
/// When the signals cannot be listened to.
pub async fn stop_signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for Ctrl-C"),
        _ = terminate.recv() => Ok(()),
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
