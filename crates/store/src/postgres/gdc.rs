//! Questions to customs services, in PostgreSQL.

use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{GateId, SourceId};
use sqlx::{PgConnection, query, query_as};

use super::column::column;
use super::doors::fence;
use super::{PostgresStore, Stamp, sql};
use crate::failure::OrFailure;
use crate::rows::gdc::{QuestionTuple, ServiceTuple, question, service, span_us};
use crate::{AskedService, DoorLease, Error, Question, QuestionChange, QuestionStep, Questions};

#[async_trait]
impl Questions for PostgresStore {
    async fn begin_service(&self, url: &str) -> Result<AskedService, Error> {
        let url = url.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let begin = query_as(sql!("gdc_begin")).bind(url);
                let row: ServiceTuple = begin.fetch_one(connection).await.or_failure()?;
                service(row)
            })
        })
        .await
    }

    async fn next_question(
        &self,
        sources: &[(SourceId, GateId)],
        ask_for: Duration,
    ) -> Result<Option<(Question, u64)>, Error> {
        let row: Option<QuestionTuple<Stamp>> = query_as(sql!("gdc_next"))
            .bind(column(sources, |(source_id, _)| source_id.as_str()))
            .bind(column(sources, |(_, gate_id)| gate_id.as_str()))
            .bind(span_us(ask_for))
            .fetch_optional(&self.readers)
            .await
            .or_failure()?;
        row.map(question).transpose()
    }

    async fn note_question(&self, lease: &DoorLease, step: &QuestionStep) -> Result<bool, Error> {
        let (lease, step) = (lease.clone(), step.clone());
        self.write(move |connection| {
            Box::pin(async move {
                if !fence(connection, &lease).await? {
                    return Ok(false);
                }
                let pace = query(sql!("gdc_pace"))
                    .bind(&step.url)
                    .bind(i64::from(step.failure_count))
                    .bind(span_us(step.pause));
                pace.execute(&mut *connection).await.or_failure()?;
                note(connection, &step).await?;
                Ok(true)
            })
        })
        .await
    }

    async fn thin_questions(&self, kept_for: Duration, limit: u32) -> Result<u64, Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let thin = query(sql!("gdc_thin"))
                    .bind(span_us(kept_for))
                    .bind(i64::from(limit));
                let thinned = thin.execute(connection).await.or_failure()?;
                Ok(thinned.rows_affected())
            })
        })
        .await
    }
}

async fn note(connection: &mut PgConnection, step: &QuestionStep) -> Result<(), Error> {
    let link_part = step.declaration.link_part();
    let statement = match step.change {
        QuestionChange::Failed => return Ok(()),
        QuestionChange::Asked => query(sql!("gdc_asked"))
            .bind(step.source_id.as_str())
            .bind(link_part),
        QuestionChange::Answered {
            again_after,
            is_settled,
        } => query(sql!("gdc_answered"))
            .bind(step.source_id.as_str())
            .bind(link_part)
            .bind(span_us(again_after))
            .bind(is_settled),
        QuestionChange::Postponed { again_after } => query(sql!("gdc_postponed"))
            .bind(step.source_id.as_str())
            .bind(link_part)
            .bind(span_us(again_after)),
    };
    statement.execute(connection).await.or_failure().map(|_| ())
}
