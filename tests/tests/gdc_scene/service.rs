//! A customs service that speaks SOAP 1.1 as the real one does: it reads each request strictly, answers from a table, and
//! can be told to fail. It notes who asked what, and when.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::server::TlsStream;

use super::request::{self, Asked};

/// What the service is up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It answers.
    Well,
    /// It answers this status, with a page.
    Status(u16),
    /// It answers a SOAP fault.
    Fault,
    /// It answers a portal's page, and 200.
    Page,
    /// It begins an answer that has no end.
    Endless,
    /// It takes the request and says nothing.
    Silent,
    /// It sends the caller to another address of its own.
    Elsewhere,
    /// It answers half of what it should.
    Half,
}

/// A running service; it ends when dropped.
pub(crate) struct GdcService {
    /// Where it listens.
    pub(crate) url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    mood: Mutex<Mood>,
    /// By declaration: what it answers each time, the last for ever.
    answers: Mutex<HashMap<String, Vec<String>>>,
    asked: Mutex<Vec<Asked>>,
    elsewhere_count: Mutex<usize>,
}

impl Drop for GdcService {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl GdcService {
    /// Starts it in plain text.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/WS_Container/QRCode.asmx", listener.local_addr()?);
        Ok(Self::serve(listener, url))
    }

    /// Starts it with a certificate of its own, which is written to `ca`.
    pub(crate) async fn start_tls(ca: &Path) -> anyhow::Result<Self> {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
        std::fs::write(ca, made.cert.pem())?;
        let key = made.signing_key.serialize_der();
        let key = tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(key)
            .map_err(anyhow::Error::msg)?;
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        let tcp = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("https://localhost:{}/QRCode.asmx", tcp.local_addr()?.port());
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Ok(Self::serve(TlsListener { tcp, acceptor }, url))
    }

    fn serve<L: Listener<Addr = SocketAddr>>(listener: L, url: String) -> Self {
        let shared = Arc::new(Shared {
            mood: Mutex::new(Mood::Well),
            answers: Mutex::default(),
            asked: Mutex::default(),
            elsewhere_count: Mutex::default(),
        });
        let routes = Router::new()
            .route("/elsewhere", axum::routing::any(elsewhere))
            .fallback(answer)
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move {
            // It ends with the test.
            let _ = axum::serve(listener, routes).await;
        });
        Self { url, shared, task }
    }

    /// Tells it how to behave from now on.
    pub(crate) fn be(&self, mood: Mood) {
        *lock(&self.shared.mood) = mood;
    }

    /// Tells it what to answer about a declaration, the last answer for ever.
    pub(crate) fn knows(&self, declaration: &str, answers: &[String]) {
        lock(&self.shared.answers).insert(declaration.to_owned(), answers.to_vec());
    }

    /// Returns every question so far, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        lock(&self.shared.asked).clone()
    }

    /// Returns the declarations asked about so far, in order.
    pub(crate) fn declarations(&self) -> Vec<String> {
        let asked = self.asked().into_iter();
        asked.map(|asked| asked.declaration).collect()
    }

    /// Returns how many callers followed it elsewhere.
    pub(crate) fn elsewhere_count(&self) -> usize {
        *lock(&self.shared.elsewhere_count)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn elsewhere(State(shared): State<Arc<Shared>>) -> StatusCode {
    *lock(&shared.elsewhere_count) += 1;
    StatusCode::OK
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    const XML: [(header::HeaderName, &str); 1] =
        [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
    let at = Instant::now();
    let asked = match request::read(at, &headers, &body) {
        Ok(asked) => asked,
        Err(error) => {
            eprintln!("refused: {error:#}");
            return (StatusCode::BAD_REQUEST, format!("{error:#}")).into_response();
        }
    };
    let declaration = asked.declaration.clone();
    let before = {
        let mut all = lock(&shared.asked);
        let before = all
            .iter()
            .filter(|one| one.declaration == declaration && one.was_told);
        let before = before.count();
        let was_told = *lock(&shared.mood) == Mood::Well;
        all.push(Asked { was_told, ..asked });
        before
    };
    let told = {
        let answers = lock(&shared.answers);
        let known = answers.get(&declaration);
        let known = known.and_then(|known| known.get(before).or(known.last()));
        known
            .cloned()
            .unwrap_or_else(|| only_error("Không tìm thấy tờ khai"))
    };
    let mood = *lock(&shared.mood);
    match mood {
        Mood::Well => (XML, told).into_response(),
        Mood::Half => (XML, told[..told.len() / 2].to_owned()).into_response(),
        Mood::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, "<html><body>busy</body></html>").into_response()
        }
        Mood::Fault => {
            let fault = soap(
                "<soap:Fault><faultcode>soap:Server</faultcode><faultstring>busy</faultstring></soap:Fault>",
            );
            (StatusCode::INTERNAL_SERVER_ERROR, XML, fault).into_response()
        }
        Mood::Page => {
            let html = [(header::CONTENT_TYPE, "text/html")];
            (html, "<!DOCTYPE html><html><body>Bảo trì</body></html>").into_response()
        }
        Mood::Elsewhere => {
            let there = [(header::LOCATION, "/elsewhere")];
            (StatusCode::TEMPORARY_REDIRECT, there).into_response()
        }
        Mood::Endless => {
            let piece = Bytes::from_static(&[b' '; 16 * 1024]);
            let pieces = std::iter::repeat_with(move || Ok::<_, std::io::Error>(piece.clone()));
            (XML, Body::from_stream(futures_util::stream::iter(pieces))).into_response()
        }
        Mood::Silent => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            StatusCode::OK.into_response()
        }
    }
}

/// Returns the answer about a declaration, looked up at a minute of the hour, with one container.
pub(crate) fn list(declaration: &str, state: &str, error: &str, minute: u32) -> String {
    result(&format!(
        "<SoToKhai>{declaration}</SoToKhai><NgayToKhai>2026-11-16T00:00:00</NgayToKhai><MaDDGS>15BBC01   </MaDDGS>\
         <TrangThaiToKhai>{state}</TrangThaiToKhai><LuongToKhai>Luồng xanh</LuongToKhai>\
         <ThoiGianLayDuLieu>2026-11-16T12:{minute:02}:20</ThoiGianLayDuLieu><ThongBaoLoi>{error}</ThongBaoLoi>\
         <BangKe><diffgr:diffgram xmlns:diffgr=\"urn:schemas-microsoft-com:xml-diffgram-v1\"><DocumentElement xmlns=\"\">\
         <Table_BangKe diffgr:id=\"T1\"><SoContainer>CSQU3054383  </SoContainer><SoSeal>NA</SoSeal></Table_BangKe>\
         </DocumentElement></diffgr:diffgram></BangKe>"
    ))
}

/// Returns an answer that lets the goods of a declaration pass.
pub(crate) fn cleared(declaration: &str) -> String {
    list(declaration, "Thông quan", "", 0)
}

/// Returns an answer that is only an error, with HTTP 200.
pub(crate) fn only_error(error: &str) -> String {
    result(&format!("<ThongBaoLoi>{error}</ThongBaoLoi>"))
}

fn result(content: &str) -> String {
    const NAME: &str = "QueryBangKeDanhSachContainer";
    soap(&format!(
        "<{NAME}Response xmlns=\"http://tempuri.org/\"><{NAME}Result>{content}</{NAME}Result></{NAME}Response>"
    ))
}

fn soap(content: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope \
         xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>{content}</soap:Body></soap:Envelope>"
    )
}

/// A port behind TLS; a handshake that fails is left, the next one is waited for.
struct TlsListener {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.tcp.accept().await else {
                continue;
            };
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}
