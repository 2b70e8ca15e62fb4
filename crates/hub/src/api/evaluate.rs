//! Answering one indicator query from the store: the same for HTTP, gRPC, the page and the command line.
//!
//! Fetches the rows the query needs; the figures themselves are `bordergate-indicators`'.

use bordergate_indicators::{
    Answer, Context, Dimension, Needs, Query, QueryError, Rows, answer, late_sources,
};
use bordergate_model::{Fault, GateId};
use bordergate_store::{MeasureFilter, Store};
use jiff::Timestamp;

use crate::registrations::Snapshot;

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The query must be changed.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The database did not answer.
    #[error(transparent)]
    Store(#[from] bordergate_store::Error),
}

impl Error {
    /// Stable label for problems and statuses.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Query(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Query(error) => error.fault(),
            Self::Store(error) => error.fault(),
        }
    }
}

/// Returns the answer to a query.
///
/// # Errors
/// [`Error::Query`] for a gate that is not registered and for too many backlogs; [`Error::Store`].
pub async fn evaluate(
    store: &dyn Store,
    registrations: &Snapshot,
    query: &Query,
) -> Result<Answer, Error> {
    query.check_gate(registrations.gates().into_iter().map(|gate| &gate.gate_id))?;
    let context = context(store, registrations, query.gate_id.as_ref()).await?;
    let rows = rows(store, query, context.data_as_of).await?;
    Ok(answer(query, &rows, context))
}

/// Returns one answer per way of splitting the same query, from rows that are fetched once.
///
/// # Errors
/// As [`evaluate`].
pub async fn evaluate_split(
    store: &dyn Store,
    registrations: &Snapshot,
    query: &Query,
    splits: &[&[Dimension]],
) -> Result<Vec<Answer>, Error> {
    query.check_gate(registrations.gates().into_iter().map(|gate| &gate.gate_id))?;
    let context = context(store, registrations, query.gate_id.as_ref()).await?;
    let rows = rows(store, query, context.data_as_of).await?;
    let answers = splits.iter().map(|by| {
        let query = Query {
            by: by.to_vec(),
            ..query.clone()
        };
        answer(&query, &rows, context.clone())
    });
    Ok(answers.collect())
}

/// Returns how far the data reaches and which sources (of one gate, or of all) are late by then.
///
/// # Errors
/// Those of the store.
pub async fn context(
    store: &dyn Store,
    registrations: &Snapshot,
    gate_id: Option<&GateId>,
) -> Result<Context, bordergate_store::Error> {
    let data_as_of = store.data_as_of().await?;
    let seen = store
        .sources_seen()
        .await?
        .into_iter()
        .map(|seen| (seen.source_id, seen.last_received_at))
        .collect();
    Ok(Context {
        data_as_of,
        late_sources: late_sources(registrations.sources(), &seen, data_as_of, gate_id),
    })
}

async fn rows(
    store: &dyn Store,
    query: &Query,
    data_as_of: Option<Timestamp>,
) -> Result<Rows, Error> {
    let filter = MeasureFilter {
        gate_id: query.gate_id.clone(),
        direction: query.direction,
        channel: query.channel,
        cargo: query.cargo,
        is_loaded: query.is_loaded,
        from: query.from,
        to: query.to,
    };
    let mut rows = Rows::default();
    match query.needs() {
        Needs::Facts(segments) => {
            for segment in segments {
                rows.facts.extend(store.facts(segment, &filter).await?);
            }
        }
        Needs::Crossings => rows.crossings = store.crossing_rows(&filter).await?,
        Needs::Backlog => {
            for moment in query.moments(data_as_of)? {
                rows.backlogs
                    .push((moment, store.backlog_rows(&filter, moment).await?));
            }
        }
        Needs::Readings => rows.readings = store.reading_rows(&filter).await?,
    }
    Ok(rows)
}
