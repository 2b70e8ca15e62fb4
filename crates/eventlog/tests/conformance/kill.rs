//! A process killed in the middle of appending loses nothing that it acknowledged.
//!
//! The process that is killed is this test program, started again with the path of a log in its environment.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use bordergate_eventlog::EventLog;
use bordergate_eventlog::embedded::EmbeddedLog;
use bordergate_model::{Offset, Shard};

use crate::bench::RECORD_BYTES;
use crate::records::plain;
use crate::rules::read;

/// Tells the process started again which log to append to.
const LOG: &str = "BORDERGATE_TEST_APPEND_TO";
const SHARDS: Shard = 2;
/// Times that one log is appended to and killed.
const KILLS: usize = 5;
/// Acknowledged appends to see before a kill, more each time.
const ACKNOWLEDGED: usize = 40;

#[tokio::test]
async fn what_was_acknowledged_is_found_after_a_kill() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("log.sqlite");
    let mut acknowledged: Vec<(Shard, Offset, String)> = Vec::new();
    for round in 1..=KILLS {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "kill::a_process_appends_until_it_is_killed",
                "--nocapture",
            ])
            .env(LOG, &path)
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut wanted = ACKNOWLEDGED * round;
        while wanted > 0 {
            let line = lines
                .next()
                .expect("it appends until it is killed")
                .expect("text");
            if let Some(receipt) = receipt(&line) {
                acknowledged.push(receipt);
                wanted -= 1;
            }
        }
        child.kill().expect("killed");
        // Whole lines that were on their way were acknowledged too.
        acknowledged.extend(
            lines
                .map_while(Result::ok)
                .filter_map(|line| receipt(&line)),
        );
        child.wait().expect("gone");
    }
    let log = EmbeddedLog::open(&path, SHARDS, RECORD_BYTES)
        .await
        .expect("opened after the kills");
    for shard in 0..SHARDS {
        let end = usize::try_from(log.end(shard).await.expect("end")).expect("0 or more");
        let mut reader = log.open(shard, 0).await.expect("opened");
        let run = read(reader.as_mut(), end).await;
        assert!(
            (0..)
                .zip(&run)
                .all(|(offset, logged)| logged.offset == offset),
            "no hole"
        );
        for (_, offset, record_id) in acknowledged.iter().filter(|(of, ..)| *of == shard) {
            let logged = &run[usize::try_from(*offset).expect("0 or more")];
            assert_eq!(
                &logged.record.record_id.to_string(),
                record_id,
                "offset {offset} of shard {shard}"
            );
        }
    }
}

fn receipt(line: &str) -> Option<(Shard, Offset, String)> {
    let mut words = line.strip_prefix("acknowledged ")?.split(' ');
    let (shard, offset, record_id) = (words.next()?, words.next()?, words.next()?);
    (record_id.len() == 36).then_some((
        shard.parse().ok()?,
        offset.parse().ok()?,
        record_id.to_owned(),
    ))
}

/// Does nothing unless it was started by the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_appends_until_it_is_killed() {
    #[allow(
        clippy::disallowed_methods,
        reason = "a test program has no configuration"
    )]
    let Some(path) = std::env::var_os(LOG).map(PathBuf::from) else {
        return;
    };
    let log = Arc::new(
        EmbeddedLog::open(&path, SHARDS, RECORD_BYTES)
            .await
            .expect("a log"),
    );
    let appenders = (0..8).map(|number: Shard| {
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            loop {
                let record = plain(&"x".repeat(20_000));
                let (shard, record_id) = (number % SHARDS, record.record_id);
                let offset = log.append(shard, record).await.expect("appended");
                let line = format!("acknowledged {shard} {offset} {record_id}\n");
                std::io::stdout()
                    .write_all(line.as_bytes())
                    .expect("the other side reads");
            }
        })
    });
    futures_util::future::join_all(appenders).await;
}
