//! What every log does for those who append.

use std::collections::BTreeSet;
use std::sync::Arc;

use bordergate_model::{LoggedRecord, Offset, RawRecord, Shard};
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::{append_all, read, texts};
use crate::bench::{Bench, RECORD_BYTES, SHARDS};
use crate::records::{large, odd, plain};

pub(crate) async fn a_record_reads_back_equal_in_every_field(bench: &dyn Bench) {
    let log = bench.open().await;
    let written = odd();
    for (expected, record) in written.iter().enumerate() {
        let offset = log.append(1, record.clone()).await.expect("appended");
        assert_eq!(usize::try_from(offset), Ok(expected));
    }
    let mut reader = log.open(1, 0).await.expect("opened");
    let run = read(reader.as_mut(), written.len()).await;
    for (offset, (logged, record)) in (0..).zip(run.into_iter().zip(written)) {
        let expected = LoggedRecord {
            shard: 1,
            offset,
            record,
        };
        assert_eq!(logged, expected);
    }
}

pub(crate) async fn a_shard_keeps_the_order_of_appends(bench: &dyn Bench) {
    let log = bench.open().await;
    for index in 0..50 {
        log.append(index % SHARDS, plain(&index.to_string()))
            .await
            .expect("appended");
    }
    for shard in 0..SHARDS {
        let expected: Vec<String> = (0..50)
            .filter(|index| index % SHARDS == shard)
            .map(|index| index.to_string())
            .collect();
        let mut reader = log.open(shard, 0).await.expect("opened");
        let run = read(reader.as_mut(), expected.len()).await;
        assert_eq!(texts(&run), expected, "shard {shard}");
        assert!(run.iter().all(|logged| logged.shard == shard));
    }
}

pub(crate) async fn concurrent_appends_get_dense_offsets_of_their_own(bench: &dyn Bench) {
    let log = bench.open().await;
    let tasks = (0..400).map(|index: u16| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            let record = plain(&format!("{index}"));
            let offset = log
                .append(index % 2, record.clone())
                .await
                .expect("appended");
            (index % 2, offset, record)
        })
    });
    let mut appended: Vec<(Shard, Offset, RawRecord)> = Vec::new();
    for task in join_all(tasks).await {
        appended.push(task.expect("no panic"));
    }
    for shard in 0..2 {
        let offsets: BTreeSet<Offset> = appended
            .iter()
            .filter(|(of, ..)| *of == shard)
            .map(|(_, offset, _)| *offset)
            .collect();
        assert_eq!(offsets, (0..200).collect(), "shard {shard}");
        let mut reader = log.open(shard, 0).await.expect("opened");
        for logged in read(reader.as_mut(), 200).await {
            assert!(
                appended.contains(&(shard, logged.offset, logged.record)),
                "what lies at an offset is what got it"
            );
        }
    }
}

pub(crate) async fn start_and_end_say_what_is_kept(bench: &dyn Bench) {
    let log = bench.open().await;
    let range = async |shard| {
        (
            log.start(shard).await.expect("start"),
            log.end(shard).await.expect("end"),
        )
    };
    assert_eq!(range(2).await, (0, 0));
    append_all(&log, 2, &["a", "b", "c"]).await;
    assert_eq!(range(2).await, (0, 3));
    assert_eq!(range(1).await, (0, 0));
    bench.forget_below(2, 2).await;
    assert_eq!(range(2).await, (2, 3));
    bench.forget_below(2, 3).await;
    assert_eq!(range(2).await, (3, 3), "an empty shard starts at its end");
    assert_eq!(
        append_all(&log, 2, &["d"]).await,
        [3],
        "an offset is never given twice"
    );
}

pub(crate) async fn a_log_opened_again_keeps_everything(bench: &dyn Bench) {
    let log = bench.open().await;
    let log_id = log.log_id().await.expect("an id");
    assert!(!log_id.is_empty());
    append_all(&log, 3, &["a", "b"]).await;
    drop(log);
    let log = bench.open().await;
    assert_eq!(log.log_id().await.expect("an id"), log_id);
    assert_eq!(append_all(&log, 3, &["c"]).await, [2]);
    let mut reader = log.open(3, 0).await.expect("opened");
    assert_eq!(texts(&read(reader.as_mut(), 3).await), ["a", "b", "c"]);
}

pub(crate) async fn a_record_over_the_limit_is_too_large(bench: &dyn Bench) {
    let log = bench.open().await;
    let by_body = large(RECORD_BYTES + 1);
    let by_headers = RawRecord {
        device_headers: vec![("ce-x".to_owned(), "x".repeat(80 * 1024))],
        ..plain("small")
    };
    for record in [by_body, by_headers] {
        let error = log.append(0, record).await.expect_err("too large");
        assert_eq!(error.code(), "log.too_large");
    }
    assert_eq!(
        append_all(&log, 0, &["next"]).await,
        [0],
        "a refused record takes no offset"
    );
}

pub(crate) async fn a_body_at_the_limit_is_kept(bench: &dyn Bench) {
    let log = bench.open().await;
    let record = RawRecord {
        device_headers: vec![("ce-x".to_owned(), "x".repeat(50 * 1024))],
        ..large(RECORD_BYTES)
    };
    log.append(0, record.clone()).await.expect("at the limit");
    append_all(&log, 0, &["after"]).await;
    let mut reader = log.open(0, 0).await.expect("opened");
    let run = read(reader.as_mut(), 2).await;
    assert!(run[0].record == record, "8 MiB come back byte by byte");
    assert_eq!(texts(&run[1..]), ["after"]);
}

pub(crate) async fn a_caller_that_hangs_up_cancels_nothing(bench: &dyn Bench) {
    let log = bench.open().await;
    // Asked once, then dropped.
    let answer = log.append(0, plain("kept")).now_or_never();
    assert!(answer.is_none(), "nothing is durable at once");
    let mut reader = log.open(0, 0).await.expect("opened");
    assert_eq!(texts(&read(reader.as_mut(), 1).await), ["kept"]);
}

pub(crate) async fn a_shard_beyond_the_last_is_named(bench: &dyn Bench) {
    let log = bench.open().await;
    let beyond = SHARDS;
    let codes = [
        log.append(beyond, plain("lost"))
            .await
            .expect_err("no such shard")
            .code(),
        log.open(beyond, 0)
            .await
            .err()
            .expect("no such shard")
            .code(),
        log.start(beyond).await.expect_err("no such shard").code(),
        log.end(beyond).await.expect_err("no such shard").code(),
    ];
    assert_eq!(codes, ["log.no_such_shard"; 4]);
}
