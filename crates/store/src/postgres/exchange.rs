//! Feed, cursors and submissions in PostgreSQL.

use async_trait::async_trait;
use bordergate_model::Shard;
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

use super::column::column;
use super::{PostgresStore, Stamp, sql};
use crate::failure::OrFailure;
use crate::rows::feed::{FeedTuple, epoch, feed_row, feed_shard, forward, searched_to};
use crate::rows::submission::{Standing, check, not_begun, standing};
use crate::{Error, Exchange, FeedFilter, FeedRow, FeedShard, Submission, SubmissionState};

#[async_trait]
impl Exchange for PostgresStore {
    async fn feed_epoch(&self) -> Result<Uuid, Error> {
        epoch(crate::Registry::hub_state(self, crate::rows::feed::EPOCH).await?)
    }

    async fn feed_shards(&self) -> Result<Vec<FeedShard>, Error> {
        let rows: Vec<(i32, i64)> = query_as(sql!("feed_shards"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(feed_shard).collect()
    }

    async fn feed_rows(
        &self,
        shard: Shard,
        after_seq: i64,
        filter: &FeedFilter,
        limit: u32,
    ) -> Result<(Vec<FeedRow>, i64), Error> {
        // The end first: a row stored between the two selects is left for the next call.
        let last_seq: Option<i64> = query_scalar(sql!("feed_last"))
            .bind(i32::from(shard))
            .fetch_optional(&self.readers)
            .await
            .or_failure()?;
        let last_seq = last_seq.unwrap_or(0);
        let rows: Vec<FeedTuple<Stamp>> = query_as(sql!("feed_rows"))
            .bind(i32::from(shard))
            .bind(after_seq)
            .bind(last_seq)
            .bind((!filter.gates.is_empty()).then(|| column(&filter.gates, |gate| gate.as_str())))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        let rows: Vec<FeedRow> = rows.into_iter().map(feed_row).collect::<Result<_, _>>()?;
        let searched = searched_to(&rows, after_seq, last_seq, limit);
        Ok((rows, searched))
    }

    async fn partner_cursor(&self, partner_id: &str) -> Result<Vec<FeedShard>, Error> {
        let rows: Vec<(i32, i64)> = query_as(sql!("partner_cursor"))
            .bind(partner_id)
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(feed_shard).collect()
    }

    async fn acknowledge(
        &self,
        partner_id: &str,
        shards: &[FeedShard],
    ) -> Result<Vec<FeedShard>, Error> {
        crate::text::refuse_nul([("partner_id", partner_id)])?;
        let (partner_id, shards) = (partner_id.to_owned(), forward(shards));
        self.write(move |connection| {
            Box::pin(async move {
                let (shards, seqs): (Vec<i32>, Vec<i64>) = shards.into_iter().unzip();
                let acknowledge = query(sql!("partner_acknowledge"))
                    .bind(&partner_id)
                    .bind(shards)
                    .bind(seqs);
                acknowledge.execute(&mut *connection).await.or_failure()?;
                let rows: Vec<(i32, i64)> = query_as(sql!("partner_cursor"))
                    .bind(&partner_id)
                    .fetch_all(connection)
                    .await
                    .or_failure()?;
                rows.into_iter().map(feed_shard).collect()
            })
        })
        .await
    }

    async fn partner_lags(&self) -> Result<Vec<(String, i64)>, Error> {
        query_as(sql!("partner_lags"))
            .fetch_all(&self.readers)
            .await
            .or_failure()
    }

    async fn begin_submission(
        &self,
        submission: &Submission,
        stale_after_seconds: i64,
    ) -> Result<SubmissionState, Error> {
        check(submission)?;
        let submission = submission.clone();
        self.write(move |connection| Box::pin(begin(connection, submission, stale_after_seconds)))
            .await
    }

    async fn finish_submission(&self, submission: &Submission, answer: &[u8]) -> Result<(), Error> {
        let (submission, answer) = (submission.clone(), answer.to_vec());
        self.write(move |connection| Box::pin(finish(connection, submission, answer)))
            .await
    }
}

async fn begin(
    connection: &mut PgConnection,
    submission: Submission,
    stale_after_seconds: i64,
) -> Result<SubmissionState, Error> {
    let inserted: Option<String> = query_scalar(sql!("submission_insert"))
        .bind(&submission.partner_id)
        .bind(&submission.request_id)
        .bind(submission.body_sha256.to_vec())
        .fetch_optional(&mut *connection)
        .await
        .or_failure()?;
    if inserted.is_some() {
        return Ok(SubmissionState::Begun {
            is_taken_over: false,
        });
    }
    match standing(
        &submission,
        one(connection, &submission, stale_after_seconds).await?,
    ) {
        Standing::Is(state) => Ok(state),
        Standing::Stale => {
            let take_over = query(sql!("submission_take_over"))
                .bind(&submission.partner_id)
                .bind(&submission.request_id);
            take_over.execute(connection).await.or_failure()?;
            Ok(SubmissionState::Begun {
                is_taken_over: true,
            })
        }
    }
}

async fn one(
    connection: &mut PgConnection,
    submission: &Submission,
    stale_after_seconds: i64,
) -> Result<crate::rows::submission::SubmissionTuple, Error> {
    let one = query_as(sql!("submission_one"))
        .bind(&submission.partner_id)
        .bind(&submission.request_id)
        .bind(stale_after_seconds)
        .fetch_optional(connection)
        .await
        .or_failure()?;
    one.ok_or_else(|| not_begun(submission))
}

async fn finish(
    connection: &mut PgConnection,
    submission: Submission,
    answer: Vec<u8>,
) -> Result<(), Error> {
    let finished: Option<String> = query_scalar(sql!("submission_finish"))
        .bind(&submission.partner_id)
        .bind(&submission.request_id)
        .bind(submission.body_sha256.to_vec())
        .bind(answer)
        .fetch_optional(&mut *connection)
        .await
        .or_failure()?;
    if finished.is_some() {
        return Ok(());
    }
    // Another call took it over and answered: the first answer stays.
    match standing(&submission, one(connection, &submission, 0).await?) {
        Standing::Is(SubmissionState::Answered { .. }) => Ok(()),
        _ => Err(not_begun(&submission)),
    }
}
