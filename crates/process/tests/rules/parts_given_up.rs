//! Split messages that do not become whole: given up by log time, or put aside.

use bordergate_model::RawRecord;

use crate::parts::{DAY, clock, codes_of, kept, noon, observed_at, three};
use crate::world::World;

#[tokio::test]
async fn a_missing_part_is_given_up_by_log_time_and_what_is_there_is_quarantined() {
    let world = World::new().await;
    let [one, two, three] = three("A", 0);
    world
        .append([one.clone(), three.clone(), clock(DAY - 1)])
        .await;
    world.process(100).await;
    let there = [one.clone(), three.clone()];
    assert_eq!(
        codes_of(&world, &there).await,
        ["vnaccs.part", "vnaccs.part"]
    );
    world.append([clock(DAY)]).await;
    world.process(100).await;
    let missing = "vnaccs.part_missing";
    assert_eq!(codes_of(&world, &there).await, [missing, missing]);
    let quarantine = world.quarantine().await;
    let rows: Vec<_> = quarantine
        .iter()
        .map(|row| (row.offset, row.code.as_str()))
        .collect();
    assert_eq!(rows, [(0, missing), (1, missing)]);
    assert_eq!(
        quarantine[0].detail,
        "of 3 parts of the message came 1, 3 within 24 h, not 2"
    );
    assert_eq!(kept(&world).await, [], "nothing is kept of it");

    // The missing one comes too late and waits; what was put aside is redriven and meets it.
    let redriven = |record: &RawRecord, offset| RawRecord {
        received_at: noon(DAY + 10),
        redrive_of: Some(offset),
        ..record.clone()
    };
    let late = RawRecord {
        received_at: noon(DAY + 5),
        ..two
    };
    world
        .append([late.clone(), redriven(&three, 1), redriven(&one, 0)])
        .await;
    world.process(100).await;
    let codes = codes_of(&world, &[late, three, one.clone()]).await;
    let expected = [
        "vnaccs.part",
        "vnaccs.part_missing vnaccs.part",
        "vnaccs.part_missing observed",
    ];
    assert_eq!(codes, expected);
    assert_eq!(observed_at(&world, one.record_id).await, [6]);
}

#[tokio::test]
async fn a_message_that_the_database_refuses_puts_its_last_part_aside_and_the_others_wait_for_a_redrive()
 {
    let world = World::new().await;
    world
        .on_store(
            "create trigger poison before insert on observations when new.event_id like 'A %' \
             begin select raise(abort, 'poison is refused'); end",
        )
        .await;
    let [one, two, three] = three("A", 0);
    let others = [one.clone(), two.clone()];
    world
        .append([one, two, clock(3), three.clone(), clock(4)])
        .await;
    world.process(100).await;
    assert_eq!(world.codes(three.record_id).await, ["store.refused"]);
    assert_eq!(
        codes_of(&world, &others).await,
        ["vnaccs.part", "vnaccs.part"]
    );
    assert_eq!(
        world.quarantine().await.len(),
        1,
        "the halves ended at the record at fault"
    );

    world.on_store("drop trigger poison").await;
    let again = RawRecord {
        received_at: noon(10),
        redrive_of: Some(3),
        ..three.clone()
    };
    world.append([again]).await;
    world.process(100).await;
    assert_eq!(
        world.codes(three.record_id).await,
        ["store.refused", "observed"]
    );
    assert_eq!(
        codes_of(&world, &others).await,
        ["vnaccs.part", "vnaccs.part"]
    );
}

#[tokio::test]
async fn a_whole_that_cannot_be_read_puts_its_last_part_aside_and_the_others_are_given_up() {
    let world = World::new().await;
    let broken = three("A", 0).map(|mut record| {
        let text = String::from_utf8(record.body.to_vec()).expect("letters");
        record.body = text.replace("16112026\r\n", "1611XX26\r\n").into();
        record
    });
    world.append(broken.clone()).await;
    world.process(100).await;
    let codes = codes_of(&world, &broken).await;
    assert_eq!(codes, ["vnaccs.part", "vnaccs.part", "vnaccs.time"]);
    let waiting = kept(&world).await;
    let numbers: Vec<u16> = waiting.iter().map(|part| part.number).collect();
    assert_eq!(numbers, [1, 2], "the last one does not count as there");
    assert!(waiting.iter().all(|part| part.bytes.is_some()));
    world.append([clock(DAY)]).await;
    world.process(100).await;
    let codes = codes_of(&world, &broken).await;
    let expected = ["vnaccs.part_missing", "vnaccs.part_missing", "vnaccs.time"];
    assert_eq!(codes, expected);
}
