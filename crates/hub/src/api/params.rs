//! Query parameters: every one known, given once, and refused with the allowed values otherwise.

use std::collections::BTreeMap;
use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use bordergate_indicators::{Query, QueryError};
use serde::de::DeserializeOwned;

use crate::doors::http::Problem;

/// The query's names and values in order, percent-decoded.
pub struct Pairs(pub Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Pairs {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let axum::extract::Query(pairs) = read.map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "query.malformed",
                "the query is not percent-encoded UTF-8",
            )
        })?;
        Ok(Self(pairs))
    }
}

/// Whether the client asked for another content type than JSON, by its `Accept` header.
pub struct Accept(String);

impl<S: Sync> FromRequestParts<S> for Accept {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let accept = parts
            .headers
            .get(axum::http::header::ACCEPT)
            .and_then(|value| value.to_str().ok());
        Ok(Self(accept.unwrap_or_default().to_ascii_lowercase()))
    }
}

impl Accept {
    /// Tells whether the header names `content_type` itself; wildcards mean JSON.
    #[must_use]
    pub fn names(&self, content_type: &str) -> bool {
        self.0
            .split(',')
            .any(|range| range.split(';').next().unwrap_or_default().trim() == content_type)
    }
}

/// The one name in the path; its refusal is a problem like any other.
pub struct Id<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(id)) => Ok(Self(id)),
            Err(rejection) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "path.bad_id",
                rejection.body_text(),
            )),
        }
    }
}

/// Known parameters by name; blank ones count as not given, as forms send them.
#[derive(Clone, Debug, Default)]
pub struct Params(BTreeMap<&'static str, String>);

impl Params {
    /// Checks the names of `pairs` against `known`.
    ///
    /// # Errors
    /// A 400 that names the parameter: unknown, or given twice.
    pub fn read(pairs: Vec<(String, String)>, known: &[&'static str]) -> Result<Self, Problem> {
        let mut values = BTreeMap::new();
        for (name, value) in pairs {
            let Some(name) = known.iter().copied().find(|known| *known == name) else {
                let name: String = name.chars().take(80).collect();
                let allowed = known.iter().map(ToString::to_string).collect();
                let detail = format!(
                    "parameter {name:?} is unknown here; known are {}",
                    known.join(", ")
                );
                return Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "query.unknown_parameter",
                    detail,
                )
                .about(name, allowed));
            };
            if values.insert(name, value.trim().to_owned()).is_some() {
                return Err(bad(name, "is given twice", ["one value, given once"]));
            }
        }
        values.retain(|_, value| !value.is_empty());
        Ok(Self(values))
    }

    /// Returns a parameter's text; `None` when it was not given or is blank.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Returns a yes-or-no parameter: absent is no; present without a value, `true` or `1` is yes.
    ///
    /// # Errors
    /// A 400 for any other value.
    pub fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        match self.text(name) {
            None | Some("false" | "0") => Ok(false),
            Some("true" | "1") => Ok(true),
            Some(_) => Err(bad(name, "is neither yes nor no", ["true", "false"])),
        }
    }

    /// Returns a page size between 1 and `most`.
    ///
    /// # Errors
    /// A 400 for anything else.
    pub fn page_size(&self, default: u32, most: u32) -> Result<u32, Problem> {
        let Some(text) = self.text("page_size") else {
            return Ok(default.min(most));
        };
        let size = text.parse().ok().filter(|size| (1..=most).contains(size));
        size.ok_or_else(|| {
            bad(
                "page_size",
                "does not fit",
                [format!("a whole number from 1 to {most}")],
            )
        })
    }

    /// Returns the words of a comma-separated list, each read by `read`.
    ///
    /// # Errors
    /// A 400 that lists `allowed` for a word that is none of them.
    pub fn words<T>(
        &self,
        name: &'static str,
        allowed: impl Fn() -> Vec<String>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(Vec::new());
        };
        let words = text.split(',').map(str::trim);
        words
            .map(|word| read(word).ok_or_else(|| bad(name, "has an unknown word", allowed())))
            .collect()
    }

    /// Reads gate, direction, channel, from and to exactly as the indicators read them.
    ///
    /// # Errors
    /// A 400 that names the parameter and the allowed values.
    pub fn span(&self) -> Result<Query, Problem> {
        let shared = [
            "gate",
            "direction",
            "channel",
            "cargo",
            "loaded",
            "from",
            "to",
        ];
        let given = shared
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), self.text(name)?.to_owned())));
        Ok(Query::parse("C4", given)?)
    }

    /// Returns every parameter but those of paging, as one text: what a page token is bound to.
    #[must_use]
    pub fn canonical(&self) -> String {
        let paging = ["page_token", "page_size", "purpose"];
        let bound = self.0.iter().filter(|(name, _)| !paging.contains(name));
        bound
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect()
    }
}

/// Makes the 400 for one parameter's value. The value itself is left out: it may be a plate.
pub fn bad(
    name: &str,
    what: &str,
    allowed: impl IntoIterator<Item = impl Into<String>>,
) -> Problem {
    let allowed: Vec<String> = allowed.into_iter().map(Into::into).collect();
    let detail = format!("parameter {name} {what}; allowed: {}", allowed.join(", "));
    Problem::bad_parameter(name, detail).about(name, allowed)
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let status = match error {
            QueryError::UnknownIndicator { .. } => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.code(), error.to_string())
            .about(error.parameter(), error.allowed().to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_unknown_parameter_is_named_with_the_known_ones() {
        let problem =
            Params::read(pairs(&[("gat", "x")]), &["gate", "from"]).expect_err("a typing error");
        assert_eq!(
            (problem.status, problem.code.as_str()),
            (400, "query.unknown_parameter")
        );
        assert_eq!(problem.parameter.as_deref(), Some("gat"));
        assert_eq!(problem.allowed, ["gate", "from"]);
    }

    #[test]
    fn a_blank_field_of_a_form_counts_as_not_given() {
        let params = Params::read(pairs(&[("gate", " ")]), &["gate"]).expect("a blank field");
        assert_eq!(params.text("gate"), None);
    }

    #[test]
    fn a_malformed_value_is_refused_with_the_allowed_ones() {
        for (name, value) in [
            ("direction", "up"),
            ("channel", "blue"),
            ("from", "yesterday"),
            ("to", "2026-13-01"),
        ] {
            let params = Params::read(pairs(&[(name, value)]), &[name]).expect("a known name");
            let problem = params.span().expect_err(value);
            assert_eq!(problem.parameter.as_deref(), Some(name));
            assert!(!problem.allowed.is_empty(), "{name}");
        }
        let params =
            Params::read(pairs(&[("page_size", "0")]), &["page_size"]).expect("a known name");
        assert!(params.page_size(100, 1000).is_err());
    }

    #[test]
    fn paging_does_not_change_what_a_page_token_is_bound_to() {
        let known = ["gate", "page_size", "page_token"];
        let first = Params::read(pairs(&[("gate", "huu-nghi"), ("page_size", "5")]), &known)
            .expect("known");
        let second = Params::read(pairs(&[("page_token", "t"), ("gate", "huu-nghi")]), &known)
            .expect("known");
        assert_eq!(first.canonical(), second.canonical());
    }
}
