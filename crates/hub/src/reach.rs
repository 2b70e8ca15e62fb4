//! How a command reaches the hub: the running one through its HTTP door, or, when none runs, the
//! same routes inside this process under the data directory's lock. One way of doing each act.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::access::Caller;
use crate::app::App;
use crate::config::Settings;
use crate::lock::{Found, Lock, described};
use crate::open::{self, Mode};
use crate::{api, doors};

/// A hub to talk to by address, instead of the one on this machine.
#[derive(Clone, Debug, Default)]
pub struct Remote {
    /// Its address.
    pub url: Option<String>,
    /// File that holds the token.
    pub token_file: Option<PathBuf>,
    /// PEM file with the authority of its certificate.
    pub ca: Option<PathBuf>,
}

/// A hub that can be called.
pub enum Hub {
    /// One that runs, here or elsewhere.
    Running {
        /// The HTTP client.
        client: reqwest::Client,
        /// Its address without a closing slash.
        url: String,
        /// The token to call it with.
        token: Option<String>,
    },
    /// None runs: its routes inside this process.
    Here {
        /// The routes.
        routes: Router,
        /// What they share.
        app: Arc<App>,
        /// Keeps others out of the data directory; `None` when nothing lies there or nothing is written.
        lock: Option<Lock>,
    },
}

impl Hub {
    /// Reaches the hub that the settings (or `remote`) name.
    ///
    /// # Errors
    /// When the data directory is held by a process without a door, or log or store cannot be opened.
    pub async fn reach(settings: Settings, remote: &Remote, mode: Mode) -> anyhow::Result<Self> {
        if let Some(url) = &remote.url {
            return Self::running(url, remote);
        }
        let mut lock = None;
        if settings.is_embedded() && mode == Mode::Write {
            match Lock::take(&settings.data.dir)? {
                Found::Ours(taken) => lock = Some(taken),
                Found::Held(Some(holder)) if holder.http.is_some() => {
                    return Self::running(&holder.http.unwrap_or_default(), remote);
                }
                Found::Held(holder) => {
                    bail!(
                        "data directory {} is in use by {}",
                        settings.data.dir.display(),
                        described(holder.as_ref())
                    )
                }
            }
        }
        let app = open::app(settings, mode).await?;
        let routes = doors::http::records::routes().merge(api::routes());
        let routes = routes
            .layer(axum::Extension(Caller::Loopback))
            .with_state(Arc::clone(&app));
        Ok(Self::Here { routes, app, lock })
    }

    fn running(url: &str, remote: &Remote) -> anyhow::Result<Self> {
        let mut client = reqwest::Client::builder().timeout(Duration::from_secs(60));
        if let Some(ca) = &remote.ca {
            let pem = std::fs::read(ca).with_context(|| format!("cannot read {}", ca.display()))?;
            let authority =
                reqwest::Certificate::from_pem(&pem).with_context(|| ca.display().to_string())?;
            client = client.add_root_certificate(authority);
        }
        let token = remote.token_file.as_deref().map(open::secret).transpose()?;
        Ok(Self::Running {
            client: client.build()?,
            url: url.trim_end_matches('/').to_owned(),
            token,
        })
    }

    /// Calls a route and returns the body of its success.
    ///
    /// # Errors
    /// A problem the hub answers, in its words and with its code; or why it cannot be reached.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> anyhow::Result<Bytes> {
        let (status, bytes) = match self {
            Self::Running { client, url, token } => {
                let mut request = client.request(method, format!("{url}{path}")).body(body);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                if let Some(token) = token {
                    request = request.bearer_auth(token);
                }
                let response = request
                    .send()
                    .await
                    .with_context(|| format!("cannot reach the hub at {url}"))?;
                (response.status(), response.bytes().await?)
            }
            Self::Here { routes, .. } => {
                let mut request = Request::builder().method(method).uri(path);
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let response = routes
                    .clone()
                    .oneshot(request.body(Body::from(body))?)
                    .await?;
                let (parts, body) = response.into_parts();
                (parts.status, body.collect().await?.to_bytes())
            }
        };
        if status.is_success() {
            return Ok(bytes);
        }
        match serde_json::from_slice::<Value>(&bytes) {
            Ok(problem) if problem["code"].is_string() => {
                let text = |key: &str| problem[key].as_str().unwrap_or_default().to_owned();
                let allowed = problem["allowed"]
                    .as_array()
                    .map_or_else(String::new, |allowed| {
                        let values: Vec<&str> = allowed.iter().filter_map(Value::as_str).collect();
                        format!("; allowed: {}", values.join(", "))
                    });
                bail!("{} ({}){allowed}", text("detail"), text("code"))
            }
            _ => bail!("the hub answered {status}"),
        }
    }

    /// Calls a route with JSON in and out; `Value::Null` sends no body.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (headers, bytes) = match body {
            Value::Null => (vec![], Bytes::new()),
            body => (
                vec![(header::CONTENT_TYPE.as_str(), "application/json")],
                Bytes::from(serde_json::to_vec(body)?),
            ),
        };
        let answer = self.call(method, path, &headers, bytes).await?;
        if answer.is_empty() {
            Ok(Value::Null)
        } else {
            Ok(serde_json::from_slice(&answer)?)
        }
    }

    /// Ends what was opened here.
    pub async fn close(self) {
        if let Self::Here { app, lock, .. } = self {
            app.tasks.close();
            app.tasks.wait().await;
            app.store.close().await;
            drop(lock);
        }
    }
}
