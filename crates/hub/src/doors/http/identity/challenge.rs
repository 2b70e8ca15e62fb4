//! Answering who is not known: devices are told how to log in, and may first finish what they are sending.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, Limited};

use super::{Signs, digest, login};
use crate::access::Denied;
use crate::app::App;
use crate::doors::http::Problem;

/// Returns the answer to a caller who is not known: on paths of devices a challenge, elsewhere as the web page does.
pub async fn refused(app: &App, signs: &Signs, request: Request, denied: Denied) -> Response {
    if !signs.is_device {
        return crate::web::session::refused(&request, denied);
    }
    drain(request.into_body(), app.settings.limits.record_bytes).await;
    let mut response = Problem::from(denied).into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        let headers = response.headers_mut();
        let bearer = headers.remove(header::WWW_AUTHENTICATE);
        // Digest comes first: some clients look at the first only.
        let nonce = app.logins.nonce();
        let is_stale = denied == Denied::Stale;
        let digests = login::offered(app);
        let mut schemes: Vec<String> = digests
            .map(|algorithm| digest::challenge(algorithm, &nonce, is_stale))
            .collect();
        if signs.is_private() {
            schemes.push(format!(
                "Basic realm=\"{}\", charset=\"UTF-8\"",
                digest::REALM
            ));
        }
        let schemes = schemes
            .into_iter()
            .filter_map(|it| HeaderValue::try_from(it).ok());
        for scheme in schemes.chain(bearer) {
            headers.append(header::WWW_AUTHENTICATE, scheme);
        }
    }
    response
}

/// Reads a body to its end and forgets it. A camera sends its whole message before it looks for an answer; one that is
/// cut off meanwhile sees a broken connection instead of the challenge.
async fn drain(body: Body, limit_bytes: usize) {
    if body.is_end_stream() {
        return;
    }
    let mut body = std::pin::pin!(Limited::new(body, limit_bytes));
    while let Some(Ok(_)) = body.frame().await {}
}
