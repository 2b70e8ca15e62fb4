//! What every screen has around it: language, appearance, menu, and what a failure looks like.

use std::convert::Infallible;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::language::Language;
use super::session;
use super::texts::Texts;
use crate::api::params::Pairs;
use crate::doors::http::Problem;

/// How long a choice of language or appearance is kept, in seconds: a year.
const KEPT_SECONDS: u32 = 365 * 24 * 3600;

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device prefers.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    fn from_code(code: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark]
            .into_iter()
            .find(|theme| theme.code() == code)
    }

    /// Returns the word used in the address, the cookie and the style sheet.
    pub fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What surrounds a screen, taken from the request.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language.
    pub language: Language,
    /// Light or dark.
    pub theme: Theme,
    /// The words.
    pub t: &'static Texts,
    /// The path, such as `/statistics`.
    pub path: String,
    /// The query without `lang` and `theme`, in order.
    pub query: Vec<(String, String)>,
    /// Whether a session cookie came, so that logging out makes sense.
    pub has_session: bool,
    chosen: Vec<String>,
}

impl<S: Sync> FromRequestParts<S> for Frame {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let pairs = Pairs::from_request_parts(parts, state)
            .await
            .map(|pairs| pairs.0)
            .unwrap_or_default();
        Ok(Self::new(&parts.headers, parts.uri.path(), pairs))
    }
}

impl Frame {
    /// Reads the choices: the address beats the cookie, the cookie beats the default.
    pub fn new(headers: &HeaderMap, path: &str, pairs: Vec<(String, String)>) -> Self {
        let asked = |name: &str| {
            pairs
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        };
        let (lang, theme) = (asked("lang"), asked("theme"));
        let query = pairs
            .into_iter()
            .filter(|(name, _)| name != "lang" && name != "theme")
            .collect();
        let cookie = |name| session::cookie(headers, name);
        let mut chosen = Vec::new();
        let language = lang
            .as_deref()
            .and_then(Language::from_code)
            .inspect(|language| {
                chosen.push(kept("lang", language.code()));
            });
        let theme = theme
            .as_deref()
            .and_then(Theme::from_code)
            .inspect(|theme| {
                chosen.push(kept("theme", theme.code()));
            });
        let language = language
            .or_else(|| Language::from_code(cookie("lang")?))
            .unwrap_or_default();
        let theme = theme
            .or_else(|| Theme::from_code(cookie("theme")?))
            .unwrap_or_default();
        Self {
            language,
            theme,
            t: language.texts(),
            path: path.to_owned(),
            query,
            has_session: session::token(headers).is_some(),
            chosen,
        }
    }

    /// Returns the address of this screen with one more parameter: the language and appearance switches.
    pub fn with(&self, name: &str, value: &str) -> String {
        let mut pairs = self.query.clone();
        pairs.push((name.to_owned(), value.to_owned()));
        address(&self.path, &pairs)
    }

    /// Tells whether the screen is the one a menu entry leads to, for `aria-current`.
    pub fn is_at(&self, path: &str) -> bool {
        self.path == path
    }

    /// Answers with the screen, or with the page that says why there is none.
    pub fn respond(&self, screen: Result<String, Problem>) -> Response {
        let mut response = match screen {
            Ok(text) => Html(text).into_response(),
            Err(problem) => self.failure(&problem),
        };
        let headers = response.headers_mut();
        for cookie in &self.chosen {
            headers.append(
                header::SET_COOKIE,
                HeaderValue::from_str(cookie).expect("codes are plain ASCII"),
            );
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn failure(&self, problem: &Problem) -> Response {
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let detail = match status {
            StatusCode::FORBIDDEN => self.t.forbidden.to_owned(),
            _ => problem.detail.clone(),
        };
        let page = Failure {
            frame: self,
            detail,
            code: &problem.code,
            id: problem.correlation_id.to_string(),
        };
        (status, Html(render(&page).unwrap_or_default())).into_response()
    }
}

/// The page of a failure.
#[derive(Template)]
#[template(path = "failure.html")]
struct Failure<'a> {
    frame: &'a Frame,
    detail: String,
    code: &'a str,
    id: String,
}

/// Renders a template.
///
/// # Errors
/// A 500; templates are checked when the program is built, so only memory can fail.
pub fn render(template: &impl Template) -> Result<String, Problem> {
    template.render().map_err(|error| {
        tracing::error!("a page could not be rendered: {error}");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "web.render",
            "the page could not be made",
        )
    })
}

/// Returns a path with a percent-encoded query.
pub fn address(path: &str, pairs: &[(String, String)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

/// Percent-encodes everything but letters, digits and `-._~`.
pub fn escaped(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut escaped, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                escaped.push(char::from(byte));
            } else {
                escaped.push_str(&format!("%{byte:02X}"));
            }
            escaped
        })
}

fn kept(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Max-Age={KEPT_SECONDS}; SameSite=Lax; HttpOnly")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_beats_the_cookie_and_vietnamese_is_the_default() {
        let mut headers = HeaderMap::new();
        let asked = |headers: &HeaderMap, pairs: &[(&str, &str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            Frame::new(headers, "/", pairs).language
        };
        assert_eq!(asked(&headers, &[]), Language::Vi);
        headers.insert(
            header::COOKIE,
            HeaderValue::from_static("theme=dark; lang=en"),
        );
        assert_eq!(asked(&headers, &[]), Language::En);
        assert_eq!(asked(&headers, &[("lang", "vi")]), Language::Vi);
        assert_eq!(asked(&headers, &[("lang", "xx")]), Language::En);
    }

    #[test]
    fn a_switch_keeps_the_rest_of_the_address() {
        let pairs = vec![
            ("q".to_owned(), "12C 1&".to_owned()),
            ("lang".to_owned(), "en".to_owned()),
        ];
        let frame = Frame::new(&HeaderMap::new(), "/search", pairs);
        assert_eq!(frame.with("lang", "vi"), "/search?q=12C%201%26&lang=vi");
    }
}
