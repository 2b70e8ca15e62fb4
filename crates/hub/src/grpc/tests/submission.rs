//! Submitting batches: once, however often.

use bordergate_exchange::submission;
use bordergate_exchange::v1;
use bordergate_exchange::v1::submit_result::Result as Outcome;
use bordergate_store::{Role, Submission};
use tonic::Code;

use super::{LGSP, reason, report, running};

fn record(source_id: &str, id: &str) -> v1::SubmittedRecord {
    v1::SubmittedRecord {
        source_id: source_id.to_owned(),
        content_type: "application/cloudevents+json".to_owned(),
        body: report(id, "12C-123.45", "GATE_IN").into(),
        received_at: None,
    }
}

fn batch(request_id: &str, records: Vec<v1::SubmittedRecord>) -> v1::SubmitRecordsRequest {
    v1::SubmitRecordsRequest {
        request_id: request_id.to_owned(),
        records,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_record_has_its_receipt_or_its_own_error() {
    let running = running().await;
    let client = running.client(Role::Partner, LGSP).await;
    let mut empty = record("huu-nghi-lgsp", "c");
    empty.body.clear();
    let records = vec![
        record("huu-nghi-lgsp", "a"),
        record("huu-nghi-yard", "b"),
        empty,
        record("no name", "d"),
        record("tan-thanh-lgsp", "e"),
        record("nowhere", "f"),
    ];
    let answer = client
        .submit(&batch("r1", records))
        .await
        .expect("a good batch");
    let outcomes: Vec<(u32, String, String)> = answer
        .results
        .into_iter()
        .map(|result| match result.result.expect("always there") {
            Outcome::Receipt(receipt) => (receipt.shard, String::new(), String::new()),
            Outcome::Error(error) => (0, error.code, error.field),
        })
        .collect();
    let refused = |code: &str, field: &str| (0, code.to_owned(), field.to_owned());
    let accepted = |shard| (shard, String::new(), String::new());
    let expected = [
        accepted(2),
        refused("source.not_yours", "records[1].source_id"),
        refused("record.empty", "records[2].body"),
        refused("id.shape", "records[3].source_id"),
        accepted(5),
        refused("source.unknown", "records[5].source_id"),
    ];
    assert_eq!(outcomes, expected);
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_gets_the_same_answer_and_other_records_are_refused() {
    let running = running().await;
    let client = running.client(Role::Partner, LGSP).await;
    let request = batch(
        "r1",
        vec![record("huu-nghi-lgsp", "a"), record("huu-nghi-yard", "b")],
    );
    let first = client.submit(&request).await.expect("a good batch");
    let end = running.hub.app.log.end(2).await.expect("the log answers");
    let again = client.submit(&request).await.expect("the same batch");
    assert_eq!(again, first);
    let end_after = running.hub.app.log.end(2).await.expect("the log answers");
    assert_eq!(end_after, end, "nothing is appended again");

    let other = batch("r1", vec![record("huu-nghi-lgsp", "z")]);
    let status = client.submit(&other).await.expect_err("another batch");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "request_id.reused")
    );

    let namesake = running.client(Role::Partner, "other").await;
    let theirs = batch("r1", vec![record("huu-nghi-lgsp", "z")]);
    let answer = namesake.submit(&theirs).await.expect("its own request id");
    let result = answer.results[0].result.clone().expect("always there");
    assert!(matches!(result, Outcome::Error(error) if error.code == "source.not_yours"));
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_at_the_same_time_append_each_record_once() {
    let running = running().await;
    let client = running.client(Role::Partner, LGSP).await;
    let records = (0..50).map(|number| record("huu-nghi-lgsp", &number.to_string()));
    let request = batch("r1", records.collect());
    // As partners do: a call that is told to come back comes back.
    let call = async || {
        loop {
            match client.submit(&request).await {
                Err(status) if reason(&status) == "submission.under_way" => {
                    let wait = bordergate_exchange::errors::retry_after(&status);
                    tokio::time::sleep(wait.expect("it says when")).await;
                }
                answer => return answer.expect("a good batch"),
            }
        }
    };
    let answers = futures_util::future::join_all((0..8).map(|_| call())).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(
        running.hub.app.log.end(2).await.expect("the log answers"),
        50
    );
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_call_is_at_it_a_call_waits_and_is_then_told_to_come_back() {
    let running = running().await;
    let request = batch("r1", vec![record("huu-nghi-lgsp", "a")]);
    let read = submission::read(request.clone()).expect("a good batch");
    let row = Submission {
        partner_id: LGSP.to_owned(),
        request_id: read.request_id,
        body_sha256: read.body_sha256,
    };
    let store = &running.hub.app.store;
    store
        .begin_submission(&row, 60)
        .await
        .expect("the store answers");
    let client = running.client(Role::Partner, LGSP).await;
    let status = client.submit(&request).await.expect_err("under way");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Aborted, "submission.under_way")
    );
    assert!(bordergate_exchange::errors::retry_after(&status).is_some());
    let answer = v1::SubmitRecordsResponse::default();
    let stored = submission::stored(&answer);
    store
        .finish_submission(&row, &stored)
        .await
        .expect("the store answers");
    assert_eq!(client.submit(&request).await.expect("finished"), answer);
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_cannot_be_one_is_refused_as_a_whole() {
    let running = running().await;
    let client = running.client(Role::Partner, LGSP).await;
    for (request, expected) in [
        (
            batch("", vec![record("huu-nghi-lgsp", "a")]),
            "submission.request_id",
        ),
        (batch("r1", Vec::new()), "submission.records"),
    ] {
        let status = client.submit(&request).await.expect_err(expected);
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::InvalidArgument, expected)
        );
    }
    running.hub.stop().await;
}
