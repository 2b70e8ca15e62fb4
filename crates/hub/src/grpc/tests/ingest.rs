//! Raw records over gRPC.

use bordergate_store::Role;
use tonic::Code;

use super::{raw, reason, running};
use bordergate_exchange::mapping::to_timestamp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_under_one_key_has_the_same_record_id() {
    let running = running().await;
    let client = running.client(Role::Source, "huu-nghi-yard").await;
    let record = raw("huu-nghi-yard", "k1", "12C-123.45", "GATE_IN");
    let first = client.publish(&record).await.expect("a good record");
    let again = client.publish(&record).await.expect("a good record");
    assert_eq!((&first.record_id, first.shard), (&again.record_id, 2));
    assert!(again.offset > first.offset);
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_answers_every_record_in_order_and_outlives_refused_ones() {
    let running = running().await;
    let client = running.client(Role::Source, "huu-nghi-yard").await;
    let mut records: Vec<_> = (0..300)
        .map(|number| {
            let plate = format!("12C-{:03}.45", number % 7);
            raw("huu-nghi-yard", &format!("k{number}"), &plate, "GATE_IN")
        })
        .collect();
    records[10].source_id = "tan-thanh-yard".to_owned();
    records[20].source_id = "unknown".to_owned();
    records[30].body.clear();
    records[40].received_at = Some(to_timestamp(jiff::Timestamp::UNIX_EPOCH));
    let answers = client
        .publish_all(records.clone())
        .await
        .expect("the stream ends well");
    assert_eq!(answers.len(), 300);
    let refused: Vec<(usize, &str, &str)> = answers
        .iter()
        .enumerate()
        .filter_map(|(place, answer)| {
            let error = answer.as_ref().err()?;
            Some((place, error.code.as_str(), error.field.as_str()))
        })
        .collect();
    let expected = [
        (10, "source.not_yours", "record.source_id"),
        (20, "source.unknown", "record.source_id"),
        (30, "record.empty", "record.body"),
        (40, "request.field", "record.received_at"),
    ];
    assert_eq!(refused, expected);
    let source_id = bordergate_model::SourceId::parse("huu-nghi-yard").expect("a plain name");
    for (record, answer) in records.iter().zip(&answers) {
        let Ok(receipt) = answer else { continue };
        let id = bordergate_model::RecordId::from_key(&source_id, &record.idempotency_key);
        assert_eq!(
            receipt.record_id,
            id.to_string(),
            "answers come in the order of records"
        );
    }
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_refused_record_is_a_status_with_its_field() {
    let running = running().await;
    let client = running.client(Role::Source, "huu-nghi-yard").await;
    let not_ours = raw("tan-thanh-yard", "k", "12C-123.45", "GATE_IN");
    let status = client.publish(&not_ours).await.expect_err("another source");
    assert_eq!(status.code(), Code::PermissionDenied);
    assert_eq!(reason(&status), "source.not_yours");
    let details = tonic_types::StatusExt::get_details_bad_request(&status);
    let details = details.expect("a field is at fault");
    assert_eq!(details.field_violations[0].field, "record.source_id");
    running.hub.stop().await;
}
