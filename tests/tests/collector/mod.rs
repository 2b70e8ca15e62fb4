//! A collector of traces: the receiving end of OTLP over gRPC, which keeps every span it is sent.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status, async_trait};

/// A running collector; it ends when dropped.
pub(crate) struct Collector {
    endpoint: String,
    certificate: String,
    kept: Kept,
    serving: JoinHandle<()>,
}

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<Span>>>);

#[async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = request.into_inner().resource_spans.into_iter();
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        let spans = scopes.flat_map(|scope| scope.spans);
        self.0.lock().expect("no holder panics").extend(spans);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Collector {
    /// Starts it on a free port of loopback, over TLS with a certificate that signs itself.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let endpoint = format!("https://{}", listener.local_addr()?);
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".into()])?;
        let certificate = made.cert.pem();
        let identity = Identity::from_pem(&certificate, made.signing_key.serialize_pem());
        let kept = Kept::default();
        let serving = Server::builder()
            .tls_config(ServerTlsConfig::new().identity(identity))?
            .add_service(TraceServiceServer::new(kept.clone()))
            .serve_with_incoming(TcpListenerStream::new(listener));
        let serving = tokio::spawn(async move {
            serving.await.expect("the listener stays open");
        });
        Ok(Self {
            endpoint,
            certificate,
            kept,
            serving,
        })
    }

    /// Returns its address as a URL.
    pub(crate) fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Returns its certificate, as PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Returns every span it was sent so far.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.kept.0.lock().expect("no holder panics").clone()
    }

    /// Returns the span of the request that continued a caller's trace.
    pub(crate) fn server_span(&self, trace: &str) -> Option<Span> {
        let mut spans = self.spans().into_iter();
        spans.find(|span| is_in(span, trace, SpanKind::Server))
    }

    /// Tells whether a batch that is stored links to the append of this trace.
    pub(crate) fn is_stored(&self, trace: &str) -> bool {
        let spans = self.spans();
        let mut appends = spans
            .iter()
            .filter(|span| is_in(span, trace, SpanKind::Producer));
        appends.any(|append| {
            spans.iter().any(|batch| {
                let is_batch = batch.kind == i32::from(SpanKind::Consumer);
                let mut links = batch.links.iter();
                is_batch
                    && links.any(|link| {
                        link.trace_id == append.trace_id && link.span_id == append.span_id
                    })
                    && spans.iter().any(|child| {
                        child.name == "commit" && child.parent_span_id == batch.span_id
                    })
            })
        })
    }
}

fn is_in(span: &Span, trace: &str, kind: SpanKind) -> bool {
    hex(&span.trace_id) == trace && span.kind == i32::from(kind)
}

/// Returns an id as `traceparent` writes it.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}

/// Returns an attribute of a span as text.
pub(crate) fn attribute(span: &Span, key: &str) -> Option<String> {
    let mut attributes = span.attributes.iter();
    let found = attributes.find(|attribute| attribute.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}
