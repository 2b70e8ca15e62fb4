//! Who gets in, what the door says of itself, and how it closes.

use std::time::Duration;

use bordergate_exchange::v1;
use bordergate_store::Role;
use tonic::transport::Endpoint;
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use super::{raw, reason, running, running_with, within};
use crate::config::Settings;
use bordergate_exchange::client::Client;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_good_token_nobody_gets_in() {
    let running = running().await;
    let unknown = running.settings().token("bg_unknown");
    for settings in [running.settings(), unknown] {
        let client = Client::new(settings).expect("a good address");
        let refused = client.pull(&v1::PullRecordsRequest::default()).await;
        let status = refused.expect_err("no good token");
        assert_eq!(status.code(), Code::Unauthenticated);
        assert_eq!(reason(&status), "access.unauthenticated");
    }
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_opens_only_what_its_role_may() {
    let running = running().await;
    let source = running.client(Role::Source, "huu-nghi-yard").await;
    let partner = running.client(Role::Partner, "lgsp").await;
    let pull = source.pull(&v1::PullRecordsRequest::default()).await;
    let publish = partner
        .publish(&raw("huu-nghi-yard", "k", "12C12345", "GATE_IN"))
        .await;
    for refused in [pull.map(drop), publish.map(drop)] {
        let status = refused.expect_err("the role has no right");
        assert_eq!(status.code(), Code::PermissionDenied);
        assert_eq!(reason(&status), "access.forbidden");
    }
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anyone_may_ask_for_health_and_holders_of_tokens_for_the_contract() {
    let running = running().await;
    let endpoint = Endpoint::from_shared(format!("http://{}", running.hub.grpc));
    let channel = endpoint.expect("a good address").connect_lazy();
    let mut health = HealthClient::new(channel.clone());
    let service = "bordergate.exchange.v1.ExchangeService".to_owned();
    let request = HealthCheckRequest { service };
    let mut states = health.watch(request).await.expect("known").into_inner();
    loop {
        let state = within(states.message()).await.expect("the stream lives");
        if state.is_some_and(|state| state.status() == ServingStatus::Serving) {
            break;
        }
    }
    drop(states);

    let mut reflection = ServerReflectionClient::new(channel);
    let list = || ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let nobody = reflection
        .server_reflection_info(tokio_stream::once(list()))
        .await;
    assert_eq!(nobody.expect_err("no token").code(), Code::Unauthenticated);
    let store = running.hub.app.store.as_ref();
    let token = crate::api::acts::add_token(store, Role::Analyst, "a", "test").await;
    let bearer = format!("Bearer {}", token.expect("a good subject").token);
    let mut request = Request::new(tokio_stream::once(list()));
    request
        .metadata_mut()
        .insert("authorization", bearer.parse().expect("plain"));
    let answers = reflection
        .server_reflection_info(request)
        .await
        .expect("a token");
    let answer = within(answers.into_inner().message())
        .await
        .expect("an answer");
    let Some(MessageResponse::ListServicesResponse(services)) =
        answer.and_then(|a| a.message_response)
    else {
        panic!("not a list of services");
    };
    let names: Vec<String> = services
        .service
        .into_iter()
        .map(|service| service.name)
        .collect();
    for name in [
        "ExchangeService",
        "CrossingService",
        "IndicatorService",
        "IngestService",
    ] {
        let name = format!("bordergate.exchange.v1.{name}");
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_over_the_limit_is_refused_and_the_door_stays_open() {
    let running = running().await;
    let client = running.client(Role::Source, "huu-nghi-yard").await;
    let mut record = raw("huu-nghi-yard", "big", "12C12345", "GATE_IN");
    let limit_bytes = running.hub.app.settings.limits.record_bytes;
    record.body = vec![b' '; limit_bytes + 1].into();
    let status = client
        .publish(&record)
        .await
        .expect_err("over the record limit");
    assert_eq!(reason(&status), "record.too_large");
    record.body = vec![b' '; limit_bytes + 100_000].into();
    let status = client
        .publish(&record)
        .await
        .expect_err("over the message limit");
    assert_eq!(status.code(), Code::OutOfRange);
    // The same, packed into some kilobytes: the limit holds for what it unpacks to.
    let packed = client
        .ingest_service()
        .send_compressed(tonic::codec::CompressionEncoding::Gzip);
    let request = v1::PublishRecordRequest {
        record: Some(record),
    };
    let status = { packed }
        .publish_record(request)
        .await
        .expect_err("a bomb");
    assert!(
        matches!(status.code(), Code::OutOfRange | Code::ResourceExhausted),
        "{status:?}"
    );
    let record = raw("huu-nghi-yard", "small", "12C12345", "GATE_IN");
    client.publish(&record).await.expect("a good record");
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_hub_ends_its_streams_with_a_hint_to_come_back() {
    let running = running().await;
    let client = running.client(Role::Partner, "lgsp").await;
    let mut service = client.exchange_service();
    let stream = service.stream_records(v1::StreamRecordsRequest::default());
    let mut stream = stream.await.expect("a partner").into_inner();
    let first = within(stream.message())
        .await
        .expect("alive")
        .expect("a sign of life");
    assert!(first.records.is_empty() && !first.next_cursor.is_empty());
    let stopping = tokio::spawn(running.hub.stop());
    let status = within(stream.message()).await.expect_err("the hub stops");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::Unavailable, "hub.stopping")
    );
    within(stopping).await.expect("the hub stops in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_over_the_most_waits_until_one_closes() {
    let mut settings = Settings::default();
    settings.grpc.max_connections = 1;
    let running = running_with(settings).await;
    let endpoint = || {
        let endpoint = Endpoint::from_shared(format!("http://{}", running.hub.grpc));
        endpoint.expect("a good address").connect_lazy()
    };
    let mut first = HealthClient::new(endpoint());
    let answered = first.check(HealthCheckRequest::default()).await;
    answered.expect("the first has the place");
    let mut second = HealthClient::new(endpoint());
    let mut waiting =
        tokio::spawn(async move { second.check(HealthCheckRequest::default()).await });
    let early = tokio::time::timeout(Duration::from_millis(500), &mut waiting).await;
    assert!(early.is_err(), "the second was served beside the first");
    drop(first);
    let answered = within(waiting).await.expect("the call ends");
    answered.expect("the place of the first is free");
    running.hub.stop().await;
}
