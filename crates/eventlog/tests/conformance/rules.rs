//! What every log does.

mod appending;
mod reading;

use std::sync::Arc;
use std::time::Duration;

use bordergate_eventlog::{EventLog, RunLimit, ShardReader};
use bordergate_model::{LoggedRecord, Offset, Shard};
use tokio::time::Instant;

use crate::records::plain;

pub(crate) use appending::*;
pub(crate) use reading::*;

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
            a_record_deleted_under_a_reader_is_gone
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
