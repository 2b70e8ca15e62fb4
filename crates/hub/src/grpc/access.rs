//! Who may call which method: identity first, then the method's row in [`needs`]; without a row nobody may.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};

use tonic::body::Body;
use tonic::codegen::http;
use tonic::transport::server::TcpConnectInfo;
use tonic::{Request, Status};
use tower::{Layer, Service};

use crate::access::{self, Caller, Denied, Right};
use crate::app::App;
use crate::doors::refusal::Refusal;

/// What a method asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// Nothing: probes carry no token.
    Nothing,
    /// To be known.
    Identity,
    /// One of these rights.
    AnyOf(&'static [Right]),
}

/// Returns what a method needs; `None` for one without a row here.
fn needs(path: &str) -> Option<Need> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    Some(match (service, method) {
        (
            "bordergate.exchange.v1.ExchangeService",
            "PullRecords" | "StreamRecords" | "AckRecords" | "SubmitRecords",
        ) => Need::AnyOf(&[Right::Exchange]),
        ("bordergate.exchange.v1.CrossingService", "GetCrossing" | "ListCrossings") => {
            Need::AnyOf(&[Right::Exchange, Right::SeeVehicles])
        }
        ("bordergate.exchange.v1.IndicatorService", "ListIndicators" | "QueryIndicator") => {
            Need::AnyOf(&[Right::SeeStatistics])
        }
        ("bordergate.exchange.v1.IngestService", "PublishRecord" | "PublishRecords") => {
            Need::AnyOf(&[Right::Send])
        }
        ("grpc.health.v1.Health", "Check" | "Watch") => Need::Nothing,
        (
            "grpc.reflection.v1.ServerReflection" | "grpc.reflection.v1alpha.ServerReflection",
            "ServerReflectionInfo",
        ) => Need::Identity,
        _ => return None,
    })
}

/// Returns whether there is such a method.
pub(super) fn is_known(path: &str) -> bool {
    needs(path).is_some()
}

/// Returns the caller that the layer found.
///
/// # Errors
/// `UNAUTHENTICATED` when the layer did not run, which would be a mistake in the wiring.
pub(super) fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    let found = request.extensions().get::<Caller>().cloned();
    found.ok_or_else(|| Refusal::from(Denied::Unauthenticated).into())
}

/// Returns the partner as which a caller of `ExchangeService` acts; on loopback without a token that is `loopback`.
pub(super) fn partner_id(caller: &Caller) -> String {
    match caller {
        Caller::Loopback => "loopback".to_owned(),
        Caller::Holder(grant) => grant.subject.clone(),
    }
}

/// Puts [`Access`] around every service.
#[derive(Clone)]
pub(super) struct AccessLayer(Arc<App>);

impl AccessLayer {
    /// Returns the layer.
    pub(super) fn new(app: Arc<App>) -> Self {
        Self(app)
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access {
            app: Arc::clone(&self.0),
            inner,
        }
    }
}

/// Lets a request through to `inner` with its [`Caller`], or answers why not.
#[derive(Clone)]
pub(super) struct Access<S> {
    app: Arc<App>,
    inner: S,
}

type Answer = http::Response<Body>;
type Answering<E> = std::pin::Pin<Box<dyn Future<Output = Result<Answer, E>> + Send>>;

impl<S> Service<http::Request<Body>> for Access<S>
where
    S: Service<http::Request<Body>, Response = Answer, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Answer;
    type Error = Infallible;
    type Future = Answering<Infallible>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: http::Request<Body>) -> Self::Future {
        // The clone is not known to be ready; the one that was polled is.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let app = Arc::clone(&self.app);
        Box::pin(async move {
            let Some(need) = needs(request.uri().path()) else {
                return Ok(Status::unimplemented("there is no such method").into_http());
            };
            if need != Need::Nothing {
                let signs = Signs::of(&request);
                match identified(&app, need, signs).await {
                    Ok(caller) => request.extensions_mut().insert(caller),
                    Err(refusal) => return Ok(Status::from(refusal).into_http()),
                };
            }
            inner.call(request).await
        })
    }
}

/// By what a caller is known; a request's body cannot be shared while the database is asked.
struct Signs {
    peer: Option<IpAddr>,
    authorization: Option<String>,
}

impl Signs {
    fn of(request: &http::Request<Body>) -> Self {
        let connection = request.extensions().get::<TcpConnectInfo>();
        let peer = connection.and_then(TcpConnectInfo::remote_addr);
        let authorization = request.headers().get(http::header::AUTHORIZATION);
        let authorization = authorization.and_then(|value| value.to_str().ok());
        Self {
            peer: peer.map(|peer| peer.ip()),
            authorization: authorization.map(str::to_owned),
        }
    }
}

async fn identified(app: &App, need: Need, signs: Signs) -> Result<Caller, Refusal> {
    let peer = signs.peer.ok_or(Denied::Unauthenticated)?;
    let on_loopback =
        app.settings.access.tokens_on_loopback || !app.settings.grpc.address.ip().is_loopback();
    let authorization = signs.authorization.as_deref();
    let caller = access::identify(app.store.as_ref(), peer, authorization, on_loopback).await??;
    let is_allowed = match need {
        Need::Nothing | Need::Identity => true,
        Need::AnyOf(rights) => rights.iter().any(|right| caller.may(*right)),
    };
    if is_allowed {
        Ok(caller)
    } else {
        Err(Denied::Forbidden.into())
    }
}

#[cfg(test)]
mod tests {
    use bordergate_store::{Role, TokenGrant};

    use super::*;

    #[test]
    fn every_method_of_the_contract_has_its_row() {
        for path in bordergate_exchange::methods() {
            assert!(matches!(needs(&path), Some(Need::AnyOf(_))), "{path}");
        }
    }

    #[test]
    fn a_method_without_a_row_is_nobodys() {
        for path in [
            "/bordergate.exchange.v1.ExchangeService/DropRecords",
            "/bordergate.exchange.v2.ExchangeService/PullRecords",
            "/",
            "",
            "x",
        ] {
            assert_eq!(needs(path), None, "{path:?}");
        }
    }

    #[test]
    fn each_role_reaches_its_services_and_no_other() {
        let services = [
            "ExchangeService/SubmitRecords",
            "CrossingService/ListCrossings",
            "IndicatorService/QueryIndicator",
            "IngestService/PublishRecords",
        ];
        for (role, allowed) in [
            (Role::Source, [false, false, false, true]),
            (Role::Partner, [true, true, true, false]),
            (Role::Operator, [false, true, true, false]),
            (Role::Analyst, [false, false, true, false]),
            (Role::Administrator, [false, true, true, true]),
        ] {
            let subject = "x".to_owned();
            let caller = Caller::Holder(TokenGrant { role, subject });
            let reached = services.map(|service| {
                match needs(&format!("/bordergate.exchange.v1.{service}")) {
                    Some(Need::AnyOf(rights)) => rights.iter().any(|right| caller.may(*right)),
                    _ => false,
                }
            });
            assert_eq!(reached, allowed, "{role:?}");
        }
    }
}
