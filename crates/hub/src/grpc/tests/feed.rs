//! Pulling, streaming and acknowledging.

use std::collections::BTreeMap;

use bordergate_exchange::mapping::Change;
use bordergate_exchange::v1;
use bordergate_store::Role;
use tonic::{Code, Status};

use super::{LGSP, reason, running, within};

fn after(cursor: &str) -> v1::PullRecordsRequest {
    v1::PullRecordsRequest {
        cursor: cursor.to_owned(),
        page_size: 1,
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pulled_page_by_page_the_feed_has_every_record_once_and_in_order() {
    let running = running().await;
    for (gate, plate, milestone) in [
        ("huu-nghi", "12C-123.45", "GATE_IN"),
        ("tan-thanh", "29H-543.21", "GATE_IN"),
        ("huu-nghi", "12C-123.45", "WEIGHED"),
        ("huu-nghi", "51D-777.77", "GATE_IN"),
    ] {
        running.report(gate, plate, milestone).await;
    }
    let client = running.client(Role::Partner, LGSP).await;
    let mut got: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    let (mut cursor, mut records) = (String::new(), Vec::new());
    loop {
        let page = client.pull(&after(&cursor)).await.expect("a partner");
        assert!(page.records.len() <= 1, "the page size holds");
        for record in &page.records {
            got.entry(record.shard).or_default().push(record.sequence);
        }
        records.extend(page.records);
        cursor = page.next_cursor;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(got, BTreeMap::from([(2, vec![1, 2, 3]), (5, vec![1])]));
    let again = v1::PullRecordsRequest::default();
    let again = client.pull(&again).await.expect("a partner").records;
    let sorted = |mut records: Vec<v1::FeedRecord>| {
        records.sort_by_key(|record| (record.shard, record.sequence));
        records
    };
    assert_eq!(
        sorted(again),
        sorted(records),
        "reading again gives the same"
    );
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_feed_record_is_the_whole_crossing_with_its_readings() {
    let running = running().await;
    let first = running.report("huu-nghi", "12C-123.45", "GATE_IN").await;
    let second = running.report("huu-nghi", "12c 12345", "WEIGHED").await;
    let crossing = |record: v1::FeedRecord| match record.change.map(Change::try_from) {
        Some(Ok(Change::Crossing(crossing))) => crossing,
        other => panic!("not a crossing: {other:?}"),
    };
    let (first, second) = (crossing(first), crossing(second));
    assert_eq!(first.crossing_id, second.crossing_id);
    assert_eq!((first.readings.len(), second.readings.len()), (1, 2));
    assert!(second.revision > first.revision);
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_by_gate_passes_over_the_others_and_keeps_its_cursor() {
    let running = running().await;
    running.report("huu-nghi", "12C-123.45", "GATE_IN").await;
    running.report("tan-thanh", "29H-543.21", "GATE_IN").await;
    let client = running.client(Role::Partner, LGSP).await;
    let mut request = v1::PullRecordsRequest {
        gate_ids: vec!["tan-thanh".to_owned()],
        ..Default::default()
    };
    let page = client.pull(&request).await.expect("a known gate");
    let shards: Vec<u32> = page.records.iter().map(|record| record.shard).collect();
    assert_eq!((shards, page.has_more), (vec![5], false));
    let unfiltered = client.pull(&after(&page.next_cursor)).await;
    let status = unfiltered.expect_err("it would pass over the other gate");
    assert_eq!(reason(&status), "cursor.other_filter");
    request.gate_ids = vec!["nowhere".to_owned()];
    let status = client.pull(&request).await.expect_err("no such gate");
    assert_eq!(
        (status.code(), reason(&status).as_str()),
        (Code::InvalidArgument, "gate.unknown")
    );
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_that_cannot_be_right_is_refused_by_name() {
    let running = running().await;
    running.report("huu-nghi", "12C-123.45", "GATE_IN").await;
    let (ours, theirs) = (
        running.client(Role::Partner, LGSP).await,
        running.client(Role::Partner, "other").await,
    );
    let page = ours.pull(&after("")).await.expect("a partner");
    let mut spoiled = page.next_cursor.clone();
    let other = if spoiled.as_bytes()[9] == b'0' {
        "1"
    } else {
        "0"
    };
    spoiled.replace_range(9..10, other);
    let refused = |result: Result<v1::PullRecordsResponse, Status>| {
        let status = result.expect_err("the cursor is wrong");
        (status.code(), reason(&status))
    };
    for (result, code, expected) in [
        (
            ours.pull(&after(&spoiled)).await,
            Code::InvalidArgument,
            "cursor.invalid",
        ),
        (
            ours.pull(&after("-1")).await,
            Code::InvalidArgument,
            "cursor.invalid",
        ),
        (
            theirs.pull(&after(&page.next_cursor)).await,
            Code::PermissionDenied,
            "cursor.not_yours",
        ),
    ] {
        assert_eq!(refused(result), (code, expected.to_owned()));
    }
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledging_twice_or_lower_changes_nothing() {
    let running = running().await;
    running.report("huu-nghi", "12C-123.45", "GATE_IN").await;
    let client = running.client(Role::Partner, LGSP).await;
    let early = client
        .pull(&after(""))
        .await
        .expect("a partner")
        .next_cursor;
    running.report("huu-nghi", "51D-777.77", "GATE_IN").await;
    let late = client
        .pull(&after(&early))
        .await
        .expect("a partner")
        .next_cursor;
    let stands = vec![v1::ShardPosition {
        shard: 2,
        sequence: 2,
    }];
    let mut answers = Vec::new();
    for cursor in [&early, &late, &late, &early] {
        answers.push(client.acknowledge(cursor).await.expect("its own cursor"));
    }
    assert_eq!(
        (
            answers[0].positions[0].sequence,
            answers[0].unacknowledged_count
        ),
        (1, 1)
    );
    for answer in &answers[1..] {
        assert_eq!(
            (&answer.positions, answer.unacknowledged_count),
            (&stands, 0)
        );
    }
    let status = client
        .acknowledge("")
        .await
        .expect_err("nothing to acknowledge");
    assert_eq!(reason(&status), "cursor.invalid");

    let from_there = v1::PullRecordsRequest {
        start: v1::FeedStart::Acknowledged.into(),
        ..Default::default()
    };
    let rest = client.pull(&from_there).await.expect("a partner");
    assert!(rest.records.is_empty(), "everything is acknowledged");
    running.hub.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_on_with_what_is_stored_after_it_began() {
    let running = running().await;
    running.report("huu-nghi", "12C-123.45", "GATE_IN").await;
    let client = running.client(Role::Partner, LGSP).await;
    let mut feed = client.follow(v1::StreamRecordsRequest::default());
    let old = within(feed.next()).await.expect("alive");
    assert_eq!(old.records.len(), 1);
    running.report("tan-thanh", "29H-543.21", "GATE_IN").await;
    let new = within(feed.next()).await.expect("alive");
    let places: Vec<(u32, i64)> = new.records.iter().map(|r| (r.shard, r.sequence)).collect();
    assert_eq!(places, [(5, 1)]);
    let from_old = v1::PullRecordsRequest {
        cursor: old.next_cursor,
        ..Default::default()
    };
    let resumed = client
        .pull(&from_old)
        .await
        .expect("a stream's cursor is a cursor");
    assert_eq!(resumed.records, new.records);
    running.hub.stop().await;
}
