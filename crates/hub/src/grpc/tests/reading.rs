//! Looking for crossings and asking for figures.

use bordergate_exchange::v1;
use bordergate_exchange::v1::list_crossings_request::Identifier;
use bordergate_store::Role;
use tonic::Code;

use super::{LGSP, reason, running};

fn looking_for(identifier: Identifier) -> v1::ListCrossingsRequest {
    v1::ListCrossingsRequest {
        identifier: Some(identifier),
        purpose: "lost driver".to_owned(),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crossings_are_listed_page_by_page_with_their_facts() {
    let running = running().await;
    for plate in ["12C-123.45", "29H-543.21", "51D-777.77"] {
        running.report("huu-nghi", plate, "GATE_IN").await;
    }
    let operator = running.client(Role::Operator, "desk").await;
    let mut service = operator.crossing_service();
    let mut request = v1::ListCrossingsRequest {
        gate_id: "huu-nghi".to_owned(),
        page_size: 2,
        ..Default::default()
    };
    let first = service
        .list_crossings(request.clone())
        .await
        .expect("an operator")
        .into_inner();
    assert_eq!(first.crossings.len(), 2);
    assert!(!first.crossings[0].facts.is_empty(), "facts are there");
    request.page_token.clone_from(&first.next_page_token);
    let second = service
        .list_crossings(request.clone())
        .await
        .expect("an operator")
        .into_inner();
    assert_eq!(
        (second.crossings.len(), second.next_page_token.as_str()),
        (1, "")
    );

    request.gate_id = "tan-thanh".to_owned();
    let status = service
        .list_crossings(request)
        .await
        .expect_err("a token of another query");
    assert_eq!(status.code(), Code::InvalidArgument);

    let crossing = first.crossings[0].crossing.as_ref().expect("always there");
    let crossing_id = crossing.crossing_id.clone();
    let request = v1::GetCrossingRequest { crossing_id };
    let found = service
        .get_crossing(request)
        .await
        .expect("an operator")
        .into_inner();
    assert_eq!(found.crossing.as_ref(), Some(&first.crossings[0]));
    for (text, code, expected) in [
        (
            "00000000-0000-0000-0000-000000000000",
            Code::NotFound,
            "crossing.unknown",
        ),
        ("x", Code::InvalidArgument, "query.bad_value"),
    ] {
        let request = v1::GetCrossingRequest {
            crossing_id: text.to_owned(),
        };
        let status = service.get_crossing(request).await.expect_err(expected);
        assert_eq!((status.code(), reason(&status).as_str()), (code, expected));
    }
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn looking_for_a_plate_is_recorded_without_the_plate() {
    let running = running().await;
    running.report("huu-nghi", "12C-123.45", "GATE_IN").await;
    let partner = running.client(Role::Partner, LGSP).await;
    let mut service = partner.crossing_service();
    let request = looking_for(Identifier::Plate("12c 12345".to_owned()));
    let found = service
        .list_crossings(request)
        .await
        .expect("a partner")
        .into_inner();
    assert_eq!(found.crossings.len(), 1);
    let entries = running
        .hub
        .app
        .store
        .audit_entries(50)
        .await
        .expect("the store answers");
    let searches = entries
        .iter()
        .filter(|(_, entry)| entry.action == "search.plate");
    let searches: Vec<_> = searches.map(|(_, entry)| entry).collect();
    assert_eq!(searches.len(), 1);
    assert_eq!(
        (searches[0].actor.as_str(), searches[0].purpose.as_str()),
        ("partner:lgsp-lang-son", "lost driver")
    );
    assert!(!searches[0].subject.contains("12C12345"));

    let request = looking_for(Identifier::Container("no container".to_owned()));
    let status = service
        .list_crossings(request)
        .await
        .expect_err("no container number");
    assert_eq!(reason(&status), "query.bad_value");
    let analyst = running.client(Role::Analyst, "a").await;
    let request = v1::ListCrossingsRequest::default();
    let status = analyst
        .crossing_service()
        .list_crossings(request)
        .await
        .expect_err("an analyst");
    assert_eq!(status.code(), Code::PermissionDenied);
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_come_with_their_definition_and_wrong_fields_by_name() {
    let running = running().await;
    running.report("huu-nghi", "12C-123.45", "GATE_IN").await;
    running
        .report("huu-nghi", "12C-123.45", "CROSSED_OUT")
        .await;
    let analyst = running.client(Role::Analyst, "a").await;
    let mut service = analyst.indicator_service();
    let list = service.list_indicators(v1::ListIndicatorsRequest {}).await;
    assert!(list.expect("an analyst").into_inner().indicators.len() > 10);
    let mut request = v1::QueryIndicatorRequest {
        indicator_id: "T1".to_owned(),
        gate_id: "huu-nghi".to_owned(),
        ..Default::default()
    };
    let answer = service
        .query_indicator(request.clone())
        .await
        .expect("an analyst");
    let answer = answer.into_inner().answer.expect("always there");
    assert_eq!(answer.total.expect("always there").value, Some(1.0));
    assert!(answer.data_as_of.is_some());
    request.gate_id = "nowhere".to_owned();
    let status = service
        .query_indicator(request)
        .await
        .expect_err("no such gate");
    assert_eq!(reason(&status), "query.bad_value");
    let details = tonic_types::StatusExt::get_details_bad_request(&status);
    let details = details.expect("a field is at fault");
    assert_eq!(details.field_violations[0].field, "gate_id");
    running.hub.stop().await;
}
