//! Questions to customs services, in PostgreSQL.

use std::time::Duration;

use async_trait::async_trait;
use bordergate_model::{GateId, SourceId};
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

use super::column::column;
use super::{PostgresStore, Stamp, sql};
use crate::failure::OrFailure;
use crate::rows::gdc::{QuestionTuple, ServiceTuple, question, service, span_us};
use crate::{Error, Question, QuestionChange, QuestionStep, Questions, TakeService};

#[async_trait]
impl Questions for PostgresStore {
    async fn take_service(&self, url: &str, owner: Uuid) -> Result<TakeService, Error> {
        let url = url.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let row: Option<ServiceTuple> = query_as(sql!("gdc_take"))
                    .bind(url)
                    .bind(owner)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                row.map_or(Ok(TakeService::Held), |row| {
                    service(row).map(TakeService::Taken)
                })
            })
        })
        .await
    }

    async fn renew_service(&self, url: &str, owner_epoch: i64) -> Result<bool, Error> {
        let url = url.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let row: Option<i32> = query_scalar(sql!("gdc_renew"))
                    .bind(url)
                    .bind(owner_epoch)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                Ok(row.is_some())
            })
        })
        .await
    }

    async fn release_service(&self, url: &str, owner_epoch: i64) -> Result<(), Error> {
        let url = url.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let release = query(sql!("gdc_release")).bind(url).bind(owner_epoch);
                release.execute(connection).await.or_failure().map(|_| ())
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

    async fn note_question(&self, step: &QuestionStep) -> Result<bool, Error> {
        let step = step.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let row: Option<i32> = query_scalar(sql!("gdc_pace"))
                    .bind(&step.url)
                    .bind(step.owner_epoch)
                    .bind(i64::from(step.failure_count))
                    .bind(span_us(step.pause))
                    .fetch_optional(&mut *connection)
                    .await
                    .or_failure()?;
                if row.is_some() {
                    note(connection, &step).await?;
                }
                Ok(row.is_some())
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
