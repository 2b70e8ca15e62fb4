//! `GET /v1/crossings` and `GET /v1/crossings/{crossing_id}`: whole crossings, as JSON or JSON lines; one also as an
//! EPCIS document.
//!
//! Callers without the right to see vehicles get pseudonyms. Whoever finds a vehicle by its plate
//! leaves a row in the audit trail.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use bordergate_model::{
    ContainerNumber, Crossing, CrossingId, DeclarationNumber, KeyKind, MatchKey, PlateNumber,
    State as CrossingState,
};
use bordergate_sources::epcis;
use bordergate_store::{AuditEntry, CrossingFilter, CrossingPage};
use jiff::Timestamp;
use serde::Serialize;

use super::answers::{self, Veil};
use super::page;
use super::params::{Accept, Id, Pairs, Params, bad};
use crate::access::{Caller, Right};
use crate::app::App;
use crate::doors::http::Problem;

/// Content type of a crossing as an EPCIS document (JSON-LD).
const EPCIS: &str = "application/ld+json";
/// Rows of a page when the caller does not say.
const PAGE_ROWS: u32 = 100;

/// The parameters of a list of crossings.
pub const PARAMETERS: &[&str] = &[
    "gate",
    "direction",
    "channel",
    "from",
    "to",
    "state",
    "plate",
    "container",
    "declaration",
    "purpose",
    "page_size",
    "page_token",
];

/// Returns the routes of this file.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/v1/crossings", get(list))
        .route("/v1/crossings/{crossing_id}", get(one))
}

/// A page of crossings, by their first reading.
#[derive(Debug, Serialize)]
struct Page {
    /// The crossings.
    crossings: Vec<answers::Crossing>,
    /// Asks for the next page when given as `page_token`; `null` on the last.
    next_page_token: Option<String>,
    /// The log time up to which records were processed.
    data_as_of: Option<Timestamp>,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    accept: Accept,
    Pairs(pairs): Pairs,
) -> Result<Response, Problem> {
    caller.check(Right::SeeStatistics)?;
    let params = Params::read(pairs, PARAMETERS)?;
    let filter = filter(&app, &caller, &params).await?;
    let limit = params.page_size(PAGE_ROWS, app.settings.limits.page_rows)?;
    let after = after(&app, &params)?;
    if accept.names("application/x-ndjson") {
        return Ok(lines(app, caller, filter, after, limit));
    }
    let page = app.store.crossings(&filter, after, limit).await?;
    let next_page_token = next_token(&app, &params, &page);
    let crossings = whole(&app, &page, Veil::for_caller(&caller, &app.keys)).await?;
    let data_as_of = app.store.data_as_of().await?;
    Ok(Json(Page {
        crossings,
        next_page_token,
        data_as_of,
    })
    .into_response())
}

async fn one(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    accept: Accept,
    Id(crossing_id): Id<CrossingId>,
) -> Result<Response, Problem> {
    caller.check(Right::SeeStatistics)?;
    let found = app.store.crossing(crossing_id).await?;
    let unknown = || {
        Problem::not_found(
            "crossing.unknown",
            format!("there is no crossing {crossing_id}"),
        )
    };
    let crossing = found.ok_or_else(unknown)?;
    if accept.names(EPCIS) {
        return epcis_document(&crossing, &app.settings.http.base());
    }
    let facts = app.store.facts_of(&[crossing_id]).await?;
    Ok(Json(answers::crossing(
        &crossing,
        &facts,
        Veil::for_caller(&caller, &app.keys),
    ))
    .into_response())
}

/// The document names no vehicle, so that whoever may see the crossing may see all of it.
fn epcis_document(crossing: &Crossing, base: &str) -> Result<Response, Problem> {
    let document = epcis::write(crossing, base).ok_or_else(|| {
        let crossing_id = crossing.crossing_id;
        Problem::not_found(
            "epcis.empty",
            format!("crossing {crossing_id} has no milestone with a time to be believed"),
        )
    })?;
    Ok(([(header::CONTENT_TYPE, EPCIS)], document).into_response())
}

/// Reads the filter and records a search by plate.
///
/// # Errors
/// A 400 for a value that cannot be read; a 403 for a search without the right to it.
pub async fn filter(
    app: &App,
    caller: &Caller,
    params: &Params,
) -> Result<CrossingFilter, Problem> {
    let span = params.span()?;
    let registrations = app.registrations.snapshot();
    span.check_gate(registrations.gates().into_iter().map(|gate| &gate.gate_id))?;
    let states = || {
        CrossingState::ALL
            .iter()
            .map(|state| state.code().to_owned())
            .collect()
    };
    let key = key(params)?;
    if let Some((key, plate)) = &key {
        caller.check(Right::SearchPlate)?;
        if let Some(plate) = plate {
            audit_search(
                app,
                caller,
                plate,
                params.text("purpose").unwrap_or_default(),
            )
            .await?;
        }
        tracing::debug!(
            key.kind = key.kind.code(),
            "a search by {}",
            key.kind.code()
        );
    }
    Ok(CrossingFilter {
        gate_id: span.gate_id,
        direction: span.direction,
        channel: span.channel,
        states: params.words("state", states, CrossingState::from_code)?,
        key: key.map(|(key, _)| key),
        from: span.from,
        to: span.to,
    })
}

/// Writes the audit row of a search by plate.
///
/// # Errors
/// When the row cannot be written; then nothing may be shown.
pub async fn audit_search(
    app: &App,
    caller: &Caller,
    plate: &PlateNumber,
    purpose: &str,
) -> Result<(), Problem> {
    let subject = app.keys.pseudonym(plate.normal());
    audit_shown(app, caller, "search.plate", subject, purpose).await
}

/// Writes the audit row of showing somebody's data; of the purpose as given, 200 characters are kept.
///
/// # Errors
/// As [`audit_search`].
pub async fn audit_shown(
    app: &App,
    caller: &Caller,
    action: &str,
    subject: String,
    purpose: &str,
) -> Result<(), Problem> {
    let entry = AuditEntry {
        actor: caller.actor(),
        action: action.to_owned(),
        subject,
        purpose: purpose.chars().take(200).collect(),
    };
    Ok(app.store.audit(&entry).await?)
}

/// The key asked for, and the plate when it is one. At most one of the three may be given.
fn key(params: &Params) -> Result<Option<(MatchKey, Option<PlateNumber>)>, Problem> {
    let given = ["plate", "container", "declaration"]
        .map(|name| params.text(name).map(|text| (name, text)));
    let mut given = given.into_iter().flatten();
    let Some((name, text)) = given.next() else {
        return Ok(None);
    };
    if let Some((other, _)) = given.next() {
        return Err(bad(
            other,
            &format!("cannot go with {name}"),
            ["one of plate, container, declaration"],
        ));
    }
    let found = match name {
        "plate" => {
            let plate = PlateNumber::parse(text)
                .map_err(|_| bad(name, "is no plate", ["4 to 12 letters and digits"]))?;
            (
                MatchKey {
                    kind: KeyKind::Plate,
                    value: plate.tail().to_owned(),
                },
                Some(plate),
            )
        }
        "container" => {
            let shape = ["four letters and seven digits such as CSQU3054383"];
            let container = ContainerNumber::parse(text)
                .map_err(|_| bad(name, "is no container number", shape))?;
            (
                MatchKey {
                    kind: KeyKind::Container,
                    value: container.match_form().to_owned(),
                },
                None,
            )
        }
        _ => {
            let declaration = DeclarationNumber::parse(text)
                .map_err(|_| bad(name, "is no declaration number", ["11 or 12 digits"]))?;
            (
                MatchKey {
                    kind: KeyKind::Declaration,
                    value: declaration.link_part().to_owned(),
                },
                None,
            )
        }
    };
    Ok(Some(found))
}

/// Returns where the page asked for begins; `None` for the first.
///
/// # Errors
/// A 400 for a token of another query.
pub fn after(app: &App, params: &Params) -> Result<Option<(Timestamp, CrossingId)>, Problem> {
    let Some(token) = params.text("page_token") else {
        return Ok(None);
    };
    let place = page::place(&app.keys, &params.canonical(), token)?;
    Ok(page::read_crossing_place(&place))
}

/// Returns the token of the page after `page`; `None` on the last.
#[must_use]
pub fn next_token(app: &App, params: &Params, page: &CrossingPage) -> Option<String> {
    Some(page::token(
        &app.keys,
        &params.canonical(),
        &page::crossing_place(page.next?),
    ))
}

async fn whole(
    app: &App,
    page: &CrossingPage,
    veil: Veil<'_>,
) -> Result<Vec<answers::Crossing>, bordergate_store::Error> {
    let ids: Vec<CrossingId> = page
        .crossings
        .iter()
        .map(|crossing| crossing.crossing_id)
        .collect();
    let facts = if ids.is_empty() {
        Vec::new()
    } else {
        app.store.facts_of(&ids).await?
    };
    Ok(page
        .crossings
        .iter()
        .map(|crossing| answers::crossing(crossing, &facts, veil))
        .collect())
}

/// Every crossing from `after` on, one JSON object a line, read `limit` at a time. A failure cuts the
/// body short, which the client sees as an incomplete transfer.
fn lines(
    app: Arc<App>,
    caller: Caller,
    filter: CrossingFilter,
    mut after: Option<(Timestamp, CrossingId)>,
    limit: u32,
) -> Response {
    let body = async_stream::try_stream! {
        loop {
            let page = app.store.crossings(&filter, after, limit).await?;
            let crossings = whole(&app, &page, Veil::for_caller(&caller, &app.keys)).await?;
            let mut text = Vec::new();
            for crossing in &crossings {
                serde_json::to_writer(&mut text, crossing).expect("answers have string keys and finite numbers");
                text.push(b'\n');
            }
            yield bytes::Bytes::from(text);
            after = page.next;
            if after.is_none() || app.shutdown.is_cancelled() {
                break;
            }
        }
    };
    let body = Body::from_stream::<
        std::pin::Pin<
            Box<dyn futures_util::Stream<Item = Result<_, bordergate_store::Error>> + Send>,
        >,
    >(Box::pin(body));
    ([(header::CONTENT_TYPE, "application/x-ndjson")], body).into_response()
}
