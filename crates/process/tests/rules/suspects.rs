//! A record that ends the process is found after a few deaths; deaths anywhere else quarantine nothing.
//!
//! A hub dies here by never coming back from encoding a crossing: its thread is parked for good, as if the
//! process had been killed between linking and commit, and the next hub takes the shard uncleanly.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use bordergate_model::CrossingChange;
use bordergate_process::{Shard, Tools};
use bordergate_store::Shards;
use bytes::Bytes;

use crate::message::{minute, report, yard};
use crate::world::{Encode, SHARD, World, encode};

/// How a hub's life ended.
#[derive(Debug, PartialEq, Eq)]
enum Life {
    Killed,
    Done,
}

/// Where a dying hub says so.
type Grave = Mutex<Option<mpsc::Sender<Life>>>;

/// Ends the calling hub's life.
fn die(grave: &Grave) -> ! {
    let told = grave.lock().expect("nobody panics holding it").take();
    let told = told.expect("one death a life");
    told.send(Life::Killed).expect("the test waits");
    loop {
        std::thread::park();
    }
}

/// Lives one hub's life on a thread of its own, until everything is processed or it dies.
fn live(tools: Arc<Tools>, grave: &Grave) -> Life {
    let (end, ended) = mpsc::channel();
    *grave.lock().expect("nobody panics holding it") = Some(end.clone());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("threads can be started");
        let taken = runtime.block_on(Shard::take(tools, SHARD));
        let mut taken = taken.expect("nothing is wrong").expect("it is free");
        let stored = runtime.block_on(taken.run_until_idle());
        stored.expect("nothing is wrong");
        end.send(Life::Done).expect("the test waits");
    });
    ended.recv().expect("a life ends")
}

async fn world_of(plates: &[&str]) -> (World, Vec<bordergate_model::RawRecord>) {
    let world = World::new().await;
    let record = |(number, plate): (i64, &&str)| {
        let body = report(plate, "GATE_IN", plate, minute(30 * number), "");
        yard(plate, body, minute(30 * number + 1))
    };
    let records: Vec<_> = (0..).zip(plates).map(record).collect();
    world.append(records.clone()).await;
    (world, records)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_ended_the_process_more_than_three_times_is_quarantined_unread() {
    static GRAVE: Grave = Mutex::new(None);
    fn deadly(change: &CrossingChange) -> Bytes {
        if change.crossing.plate.as_deref() == Some("98C66666") {
            die(&GRAVE);
        }
        encode(change)
    }
    let (world, records) =
        world_of(&["12C-123.45", "29H-678.90", "98C-666.66", "15C-111.22"]).await;
    let row = async || {
        let row = world.store.progress(SHARD).await.expect("it answers");
        let row = row.expect("it was taken");
        (row.next_offset, row.suspect_offset, row.suspect_count)
    };
    let life = async || live(world.tools_apart(100, deadly).await, &GRAVE);
    assert_eq!(life().await, Life::Killed);
    assert_eq!(row().await, (0, None, 0), "the first batch is taken whole");
    for count in 1..=3 {
        assert_eq!(life().await, Life::Killed);
        assert_eq!(
            row().await,
            (2, Some(2), count),
            "written before it is tried"
        );
    }
    assert_eq!(life().await, Life::Done);
    assert_eq!(row().await, (4, None, 0), "the commit clears it");
    assert_eq!(
        world.codes(records[2].record_id).await,
        ["record.kills_process"]
    );
    for at in [0, 1, 3] {
        assert_eq!(world.codes(records[at].record_id).await, ["observed"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_campaign_quarantines_nothing() {
    static GRAVE: Grave = Mutex::new(None);
    static ENCODED: AtomicUsize = AtomicUsize::new(0);
    fn killed_at_the_third(change: &CrossingChange) -> Bytes {
        if ENCODED.fetch_add(1, Ordering::Relaxed) == 2 {
            die(&GRAVE);
        }
        encode(change)
    }
    let plates: Vec<String> = (10..30).map(|number| format!("12C-123.{number}")).collect();
    let plates: Vec<&str> = plates.iter().map(String::as_str).collect();
    let (world, records) = world_of(&plates).await;
    let mut deaths = 0;
    loop {
        ENCODED.store(0, Ordering::Relaxed);
        let encode: Encode = killed_at_the_third;
        match live(world.tools_apart(100, encode).await, &GRAVE) {
            Life::Killed => deaths += 1,
            Life::Done => break,
        }
    }
    assert!(deaths >= 9, "{deaths} deaths");
    assert_eq!(world.quarantine().await.len(), 0);
    for record in records {
        assert_eq!(world.codes(record.record_id).await, ["observed"]);
    }
}
