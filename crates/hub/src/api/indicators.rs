//! `GET /v1/indicators` and `GET /v1/indicators/{id}`: definitions and figures, as JSON or CSV.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bordergate_indicators::{Answer, DEFINITIONS, Definition, Dimension, Query, to_csv};
use serde::Serialize;

use super::evaluate;
use super::params::{Accept, Pairs};
use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::http::Problem;

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/indicators", get(list))
        .route("/v1/indicators/{id}", get(one))
}

/// Every indicator this hub computes.
#[derive(Debug, Serialize)]
struct Definitions {
    indicators: Vec<Described>,
}

/// One indicator and what may be asked of it.
#[derive(Debug, Serialize)]
struct Described {
    id: &'static str,
    version: u32,
    title_en: &'static str,
    title_vi: &'static str,
    unit: &'static str,
    definition: &'static str,
    parameters: &'static [&'static str],
    dimensions: Vec<&'static str>,
}

impl From<&'static Definition> for Described {
    fn from(definition: &'static Definition) -> Self {
        Self {
            id: definition.id,
            version: definition.version,
            title_en: definition.title_en,
            title_vi: definition.title_vi,
            unit: definition.unit,
            definition: definition.text,
            parameters: definition.parameters,
            dimensions: definition
                .dimensions
                .iter()
                .map(|dimension: &Dimension| dimension.code())
                .collect(),
        }
    }
}

async fn list(Extension(caller): Extension<Caller>) -> Result<Json<Definitions>, Problem> {
    caller.check(Right::SeeStatistics)?;
    Ok(Json(Definitions {
        indicators: DEFINITIONS.iter().map(Described::from).collect(),
    }))
}

async fn one(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    accept: Accept,
    Pairs(pairs): Pairs,
) -> Result<Response, Problem> {
    caller.check(Right::SeeStatistics)?;
    let query = Query::parse(&id, pairs)?;
    let answer =
        evaluate::evaluate(app.store.as_ref(), &app.registrations.snapshot(), &query).await?;
    Ok(if accept.names("text/csv") {
        as_csv(&answer)
    } else {
        Json(answer).into_response()
    })
}

/// Returns an answer as a CSV response.
#[must_use]
pub fn as_csv(answer: &Answer) -> Response {
    let file = format!(
        "attachment; filename=\"bordergate-{}.csv\"",
        answer.indicator
    );
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    (headers, to_csv(answer)).into_response()
}

impl From<evaluate::Error> for Problem {
    fn from(error: evaluate::Error) -> Self {
        match error {
            evaluate::Error::Query(error) => error.into(),
            evaluate::Error::Store(error) => error.into(),
        }
    }
}
