//! A record at fault becomes one quarantine row, and the shard moves on.

use bordergate_model::GateId;

use crate::message::{OTHER_GATE, minute, nameless_weighing, report, scale, yard};
use crate::world::{SHARD, World};
use bordergate_store::Shards;

#[tokio::test]
async fn a_record_that_cannot_be_read_becomes_one_quarantine_row_and_the_shard_moves_on() {
    let world = World::new().await;
    let broken = yard("broken", "{", minute(1));
    let good = yard(
        "good",
        report("good", "GATE_IN", "12C-123.45", minute(1), ""),
        minute(2),
    );
    world.append([broken.clone(), good.clone()]).await;
    world.process(100).await;
    let quarantine = world.quarantine().await;
    assert_eq!(quarantine.len(), 1);
    assert_eq!(
        (quarantine[0].offset, quarantine[0].record_id),
        (0, broken.record_id)
    );
    assert_eq!(
        world.codes(broken.record_id).await,
        [quarantine[0].code.clone()]
    );
    assert_eq!(world.codes(good.record_id).await, ["observed"]);
    let progress = world.store.progress(SHARD).await.expect("it answers");
    assert_eq!(progress.expect("it was taken").next_offset, 2);
}

#[tokio::test]
async fn a_record_that_the_database_refuses_is_halved_down_to_one_row() {
    let world = World::new().await;
    world
        .on_store(
            "create trigger poison before insert on observations when new.event_id like '%poison' \
             begin select raise(abort, 'poison is refused'); end",
        )
        .await;
    let records: Vec<_> = (0..9)
        .map(|number| {
            let id = if number == 5 {
                "poison".to_owned()
            } else {
                format!("good-{number}")
            };
            let plate = format!("12C-123.4{number}");
            let body = report(&id, "GATE_IN", &plate, minute(30 * number), "");
            yard(&id, body, minute(30 * number + 1))
        })
        .collect();
    world.append(records.clone()).await;
    world.process(100).await;
    for (number, record) in records.iter().enumerate() {
        let code = if number == 5 {
            "store.refused"
        } else {
            "observed"
        };
        assert_eq!(
            world.codes(record.record_id).await,
            [code],
            "record {number}"
        );
    }
    assert_eq!(world.quarantine().await.len(), 1);
    assert_eq!(world.crossings().await.len(), 8);
}

#[tokio::test]
async fn a_record_whose_gate_is_of_another_shard_is_quarantined() {
    let world = World::new().await;
    let mut stray = yard(
        "stray",
        report("stray", "GATE_IN", "12C-123.45", minute(0), ""),
        minute(1),
    );
    stray.gate_id = Some(GateId::parse(OTHER_GATE).expect("a plain name"));
    world.append([stray.clone()]).await;
    world.process(100).await;
    assert_eq!(world.codes(stray.record_id).await, ["record.wrong_shard"]);
    assert_eq!(world.crossings().await.len(), 0);
}

#[tokio::test]
async fn a_key_used_again_for_other_bytes_that_name_no_event_is_quarantined() {
    let world = World::new().await;
    let first = scale("key", nameless_weighing(20_000), minute(1));
    let other = scale("key", nameless_weighing(21_000), minute(2));
    world.append([first.clone(), other, first.clone()]).await;
    world.process(1).await;
    let codes = world.codes(first.record_id).await;
    assert_eq!(codes, ["observed", "record.key_reused", "record.duplicate"]);
}

#[tokio::test]
async fn a_key_used_again_for_another_event_is_read() {
    let world = World::new().await;
    let first = yard(
        "key",
        report("a", "GATE_IN", "12C-123.45", minute(0), ""),
        minute(1),
    );
    let other = yard(
        "key",
        report("b", "GATE_IN", "29H-678.90", minute(0), ""),
        minute(2),
    );
    world.append([first.clone(), other]).await;
    world.process(100).await;
    assert_eq!(world.codes(first.record_id).await, ["observed", "observed"]);
    assert_eq!(world.crossings().await.len(), 2, "each vehicle has its own");
}
