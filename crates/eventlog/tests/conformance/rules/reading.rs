//! What every log does for those who read.

use std::time::Duration;

use bordergate_eventlog::RunLimit;
use bordergate_model::Offset;
use tokio::time::Instant;

use super::{ANY, PATIENCE, append_all, read, texts};
use crate::bench::{Bench, RECORD_BYTES};
use crate::records::large;

pub(crate) async fn a_reader_starts_at_the_offset_asked_for(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["a", "b", "c", "d"]).await;
    let mut reader = log.open(0, 2).await.expect("opened");
    assert_eq!(texts(&read(reader.as_mut(), 2).await), ["c", "d"]);
    let mut at_end = log.open(0, 4).await.expect("the end can be waited at");
    let nothing = at_end
        .next_run(ANY, Duration::from_millis(300))
        .await
        .expect("a run");
    assert!(nothing.is_empty());
    append_all(&log, 0, &["e"]).await;
    assert_eq!(texts(&read(at_end.as_mut(), 1).await), ["e"]);
}

pub(crate) async fn a_waiting_reader_is_woken_by_an_append(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["warm"]).await;
    let mut reader = log.open(0, 1).await.expect("opened");
    let nothing = reader
        .next_run(ANY, Duration::from_millis(500))
        .await
        .expect("a run");
    assert!(nothing.is_empty());
    let waiting = tokio::spawn(async move {
        let run = reader.next_run(ANY, PATIENCE).await.expect("a run");
        (run, Instant::now())
    });
    append_all(&log, 0, &["bell"]).await;
    let acknowledged = Instant::now();
    let (run, came) = waiting.await.expect("no panic");
    assert_eq!(texts(&run), ["bell"]);
    let late = came.saturating_duration_since(acknowledged);
    assert!(
        late < Duration::from_secs(2),
        "woken {late:?} after the append"
    );
}

pub(crate) async fn a_reader_without_records_waits_no_longer_than_told(bench: &dyn Bench) {
    let log = bench.open().await;
    let mut reader = log.open(0, 0).await.expect("opened");
    let began = Instant::now();
    let run = reader
        .next_run(ANY, Duration::from_millis(200))
        .await
        .expect("a run");
    assert!(run.is_empty());
    let waited = began.elapsed();
    assert!(waited >= Duration::from_millis(200), "{waited:?}");
    assert!(waited < Duration::from_secs(5), "{waited:?}");
}

pub(crate) async fn an_offset_outside_of_what_is_kept_is_gone(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["a", "b", "c", "d"]).await;
    let refused = async |from: Offset| {
        let error = log.open(0, from).await.err().expect("no reader outside");
        assert_eq!(error.code(), "log.offset_gone");
        error.to_string()
    };
    assert_eq!(
        refused(5).await,
        "offset 5 of shard 0 is not in the log, which keeps 0 to 4"
    );
    bench.forget_below(0, 2).await;
    assert_eq!(
        refused(1).await,
        "offset 1 of shard 0 is not in the log, which keeps 2 to 4"
    );
    let mut reader = log.open(0, 2).await.expect("the start is inside");
    assert_eq!(texts(&read(reader.as_mut(), 2).await), ["c", "d"]);
}

pub(crate) async fn a_record_deleted_under_a_reader_is_gone(bench: &dyn Bench) {
    /// More than any reader fetches ahead.
    const LARGE_COUNT: i64 = 10;
    let log = bench.open().await;
    for _ in 0..LARGE_COUNT {
        log.append(0, large(RECORD_BYTES)).await.expect("appended");
    }
    let mut reader = log.open(0, 0).await.expect("opened");
    let mut next = 0;
    for logged in read(reader.as_mut(), 1).await {
        next = logged.offset + 1;
    }
    bench.forget_below(0, LARGE_COUNT).await;
    let error = loop {
        match reader.next_run(ANY, PATIENCE).await {
            Ok(run) => next = run.last().expect("none left out").offset + 1,
            Err(error) => break error,
        }
    };
    let expected = format!("offset {next} of shard 0 is not in the log, which keeps 10 to 10");
    assert_eq!(error.to_string(), expected);
    let again = reader
        .next_run(ANY, PATIENCE)
        .await
        .expect_err("it stays gone");
    assert_eq!(again.to_string(), expected);
}

pub(crate) async fn readers_of_two_shards_do_not_disturb_each_other(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["a0", "a1", "a2", "a3"]).await;
    append_all(&log, 1, &["b0", "b1", "b2"]).await;
    let mut first = log.open(0, 0).await.expect("opened");
    assert_eq!(texts(&read(first.as_mut(), 2).await), ["a0", "a1"]);
    let mut second = log.open(1, 1).await.expect("opened");
    assert_eq!(texts(&read(second.as_mut(), 2).await), ["b1", "b2"]);
    assert_eq!(
        texts(&read(first.as_mut(), 2).await),
        ["a2", "a3"],
        "the first goes on"
    );
    drop(second);
    append_all(&log, 0, &["a4"]).await;
    assert_eq!(
        texts(&read(first.as_mut(), 1).await),
        ["a4"],
        "and nothing comes twice"
    );
}

pub(crate) async fn one_shard_can_be_read_by_two(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["a", "b", "c"]).await;
    let mut processing = log.open(0, 0).await.expect("opened");
    assert_eq!(texts(&read(processing.as_mut(), 1).await), ["a"]);
    for _ in 0..3 {
        let mut evidence = log.open(0, 0).await.expect("opened a second time");
        assert_eq!(texts(&read(evidence.as_mut(), 2).await), ["a", "b"]);
    }
    assert_eq!(texts(&read(processing.as_mut(), 2).await), ["b", "c"]);
}

pub(crate) async fn a_shard_is_opened_again_where_it_was_left(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["a", "b", "c", "d", "e"]).await;
    for (from, expected) in [(0, "a"), (3, "d"), (1, "b"), (1, "b"), (4, "e")] {
        let mut reader = log.open(0, from).await.expect("opened");
        assert_eq!(texts(&read(reader.as_mut(), 1).await), [expected]);
    }
}

pub(crate) async fn a_run_keeps_its_limits(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["aaaa", "bbbb", "cccc", "dddd"]).await;
    let mut reader = log.open(0, 0).await.expect("opened");
    let mut run = async |records, body_bytes| {
        let limit = RunLimit {
            records,
            body_bytes,
        };
        texts(&reader.next_run(limit, PATIENCE).await.expect("a run"))
    };
    assert_eq!(run(1, usize::MAX).await, ["aaaa"]);
    assert_eq!(run(9, 1).await, ["bbbb"], "always one record");
    let rest = run(9, 7).await;
    assert_eq!(rest, ["cccc"], "two would be 8 bytes");
    assert_eq!(run(9, 8).await, ["dddd"]);
}

pub(crate) async fn a_run_is_filled_while_it_may_wait(bench: &dyn Bench) {
    let log = bench.open().await;
    let mut reader = log.open(0, 0).await.expect("opened");
    let limit = RunLimit { records: 5, ..ANY };
    let filling = tokio::spawn(async move {
        reader
            .next_filled_run(limit, PATIENCE, PATIENCE)
            .await
            .expect("a run")
    });
    for text in ["a", "b", "c", "d", "e", "f"] {
        append_all(&log, 0, &[text]).await;
    }
    assert_eq!(
        texts(&filling.await.expect("no panic")),
        ["a", "b", "c", "d", "e"]
    );
}

pub(crate) async fn progress_is_shown_without_an_effect_on_reading(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["a", "b", "c"]).await;
    log.show_progress(0, 3).await.expect("shown");
    let mut reader = log.open(0, 0).await.expect("opened");
    assert_eq!(texts(&read(reader.as_mut(), 3).await), ["a", "b", "c"]);
}
