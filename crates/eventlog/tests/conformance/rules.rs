//! What every log does.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bordergate_eventlog::{EventLog, RunLimit, ShardReader};
use bordergate_model::{LoggedRecord, Offset, RawRecord, Shard};
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::bench::{Bench, RECORD_BYTES, SHARDS};
use crate::records::{large, odd, plain};

/// Runs every rule on a log that `$bench` gives, each as a test of its own.
macro_rules! rules {
    ($bench:path) => {
        $crate::rules::rules! { $bench:
            a_record_reads_back_equal_in_every_field
            a_shard_keeps_the_order_of_appends
            concurrent_appends_get_dense_offsets_of_their_own
            a_reader_starts_at_the_offset_asked_for
            start_and_end_say_what_is_kept
            a_waiting_reader_is_woken_by_an_append
            a_reader_without_records_waits_no_longer_than_told
            a_log_opened_again_keeps_everything
            an_offset_outside_of_what_is_kept_is_gone
            a_record_over_the_limit_is_too_large
            a_body_at_the_limit_is_kept
            readers_of_two_shards_do_not_disturb_each_other
            one_shard_can_be_read_by_two
            a_shard_is_opened_again_where_it_was_left
            a_run_keeps_its_limits
            a_run_is_filled_while_it_may_wait
            a_caller_that_hangs_up_cancels_nothing
            a_shard_beyond_the_last_is_named
            progress_is_shown_without_an_effect_on_reading
        }
    };
    ($bench:path: $($rule:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                if let Some(bench) = $bench().await {
                    $crate::rules::$rule(&bench).await;
                    bench.end().await;
                }
            }
        )*
    };
}
pub(crate) use rules;

/// Long enough for a loaded machine; reached only when a rule is broken.
const PATIENCE: Duration = Duration::from_secs(20);
const ANY: RunLimit = RunLimit {
    records: usize::MAX,
    body_bytes: usize::MAX,
};

/// Reads until `count` records came.
pub(crate) async fn read(reader: &mut dyn ShardReader, count: usize) -> Vec<LoggedRecord> {
    let deadline = Instant::now() + PATIENCE;
    let mut all = Vec::new();
    while all.len() < count && Instant::now() < deadline {
        let limit = RunLimit {
            records: count - all.len(),
            ..ANY
        };
        all.extend(
            reader
                .next_run(limit, Duration::from_secs(1))
                .await
                .expect("a run"),
        );
    }
    assert_eq!(all.len(), count, "so many records were to come");
    all
}

async fn append_all(log: &Arc<dyn EventLog>, shard: Shard, texts: &[&str]) -> Vec<Offset> {
    let mut offsets = Vec::new();
    for text in texts {
        offsets.push(log.append(shard, plain(text)).await.expect("appended"));
    }
    offsets
}

fn texts(run: &[LoggedRecord]) -> Vec<String> {
    run.iter()
        .map(|logged| String::from_utf8_lossy(&logged.record.body).into_owned())
        .collect()
}

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

pub(crate) async fn progress_is_shown_without_an_effect_on_reading(bench: &dyn Bench) {
    let log = bench.open().await;
    append_all(&log, 0, &["a", "b", "c"]).await;
    log.show_progress(0, 3).await.expect("shown");
    let mut reader = log.open(0, 0).await.expect("opened");
    assert_eq!(texts(&read(reader.as_mut(), 3).await), ["a", "b", "c"]);
}
