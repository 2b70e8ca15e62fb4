//! Logging in with a token: a cookie that scripts cannot read and other sites cannot send.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bordergate_store::Role;

use super::frame::{Frame, address, render};
use crate::access::{Denied, token_sha256};
use crate::app::App;
use crate::doors::http::Problem;

/// Name of the cookie.
const COOKIE: &str = "bordergate_session";
/// How long a login lasts, in seconds: twelve hours, a shift.
const SESSION_SECONDS: u32 = 12 * 3600;
/// Longest form taken, in bytes.
const FORM_BYTES: usize = 4096;

/// Returns `Bearer <token>` from the session cookie; `None` without one.
#[must_use]
pub fn token(headers: &HeaderMap) -> Option<String> {
    let token = cookie(headers, COOKIE).filter(|token| !token.is_empty())?;
    Some(format!("Bearer {token}"))
}

/// Returns a cookie's value as sent; `None` without it.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Answers a request without a valid token: people are led to the login page, machines get the problem.
#[must_use]
pub fn refused(request: &Request, denied: Denied) -> Response {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let is_person = request.method() == Method::GET
        && accept.contains("text/html")
        && !accept.contains("text/event-stream")
        && !request.uri().path().starts_with("/v1/");
    if !is_person || denied != Denied::Unauthenticated {
        return Problem::from(denied).into_response();
    }
    let wanted = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    see_other(&address(
        "/login",
        &[("next".to_owned(), wanted.to_owned())],
    ))
}

/// Returns the login page's routes, which need no caller.
pub(super) fn public_routes() -> Router<Arc<App>> {
    Router::new().route("/login", get(form).post(log_in))
}

/// Returns the routes that need one.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/logout", post(log_out))
}

/// The login page.
#[derive(Template)]
#[template(path = "login.html")]
struct Login<'a> {
    frame: &'a Frame,
    next: String,
    refusal: Option<&'static str>,
}

async fn form(frame: Frame) -> Response {
    let next = frame.query.iter().find(|(name, _)| name == "next");
    let next = own_path(next.map_or("/", |(_, value)| value));
    frame.respond(render(&Login {
        frame: &frame,
        next,
        refusal: None,
    }))
}

async fn log_in(State(app): State<Arc<App>>, frame: Frame, body: axum::body::Bytes) -> Response {
    let fields = fields(&body);
    let field = |name: &str| {
        fields
            .iter()
            .find(|(known, _)| known == name)
            .map_or("", |(_, value)| value.trim())
    };
    let (token, next) = (field("token"), own_path(field("next")));
    let refusal = match app.store.token(token_sha256(token)).await {
        Err(error) => return frame.respond(Err(error.into())),
        Ok(None) => frame.t.login_refused,
        Ok(Some(found))
            if matches!(
                found.grant.role,
                Role::Source | Role::Recorder | Role::Partner
            ) =>
        {
            frame.t.login_machine
        }
        Ok(Some(_)) if !is_plain(token) => frame.t.login_refused,
        Ok(Some(_)) => {
            let mut response = see_other(&next);
            set_cookie(&mut response, &app, token, SESSION_SECONDS);
            return response;
        }
    };
    let mut response = frame.respond(render(&Login {
        frame: &frame,
        next,
        refusal: Some(refusal),
    }));
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

async fn log_out(State(app): State<Arc<App>>) -> Response {
    let mut response = see_other("/login");
    set_cookie(&mut response, &app, "", 0);
    response
}

fn set_cookie(response: &mut Response, app: &App, token: &str, seconds: u32) {
    let secure = if app.settings.http.tls_certificate.is_some() {
        "; Secure"
    } else {
        ""
    };
    let cookie =
        format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    let cookie = HeaderValue::from_str(&cookie).expect("the token was checked to be plain ASCII");
    response.headers_mut().append(header::SET_COOKIE, cookie);
}

fn see_other(location: &str) -> Response {
    let location = HeaderValue::from_str(location).unwrap_or(HeaderValue::from_static("/"));
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, location),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
    )
        .into_response()
}

/// A form's fields; none when the body is no form or over the limit.
fn fields(body: &[u8]) -> Vec<(String, String)> {
    let text = std::str::from_utf8(body)
        .ok()
        .filter(|text| text.len() <= FORM_BYTES)
        .unwrap_or_default();
    // A form's body is written like an address's query.
    let parsed = format!("/?{text}").parse::<Uri>().ok();
    let read = parsed.and_then(|uri| axum::extract::Query::try_from_uri(&uri).ok());
    read.map(|axum::extract::Query(fields)| fields)
        .unwrap_or_default()
}

fn is_plain(token: &str) -> bool {
    token
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Where to go after logging in: a path of this hub, never another site.
fn own_path(next: &str) -> String {
    let is_own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains(['\\', '\r', '\n', '\t']);
    if is_own && next.is_ascii() {
        next.to_owned()
    } else {
        "/".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn after_logging_in_no_other_site_is_opened() {
        for (next, expected) in [
            ("/statistics?by=hour", "/statistics?by=hour"),
            ("//evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\\evil.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(next), expected, "{next:?}");
        }
    }

    #[test]
    fn the_session_cookie_stands_for_a_bearer_token() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("lang=en; bordergate_session=bg_1; theme=dark"),
        );
        assert_eq!(token(&headers).as_deref(), Some("Bearer bg_1"));
        assert_eq!(token(&HeaderMap::new()), None);
    }

    #[test]
    fn people_are_led_to_the_login_page_and_machines_are_refused() {
        for (path, accept, status) in [
            ("/statistics", "text/html,*/*", StatusCode::SEE_OTHER),
            ("/v1/crossings", "text/html,*/*", StatusCode::UNAUTHORIZED),
            (
                "/board/events",
                "text/html, text/event-stream",
                StatusCode::UNAUTHORIZED,
            ),
            ("/", "*/*", StatusCode::UNAUTHORIZED),
        ] {
            let request = Request::builder()
                .uri(path)
                .header("accept", accept)
                .body(Body::empty())
                .expect("plain");
            assert_eq!(
                refused(&request, Denied::Unauthenticated).status(),
                status,
                "{path} {accept}"
            );
        }
    }

    #[test]
    fn a_form_is_read_and_anything_else_is_empty() {
        assert_eq!(
            fields(b"token=bg_1&next=%2Fsearch"),
            [
                ("token".to_owned(), "bg_1".to_owned()),
                ("next".to_owned(), "/search".to_owned())
            ]
        );
        assert!(fields(&[0xff, 0xfe]).is_empty());
    }
}
