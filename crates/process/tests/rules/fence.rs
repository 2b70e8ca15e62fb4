//! A shard that another owner took is dropped, and nothing of the old owner's is written.

use bordergate_process::Error;
use bordergate_store::Shards;

use crate::message::{minute, report, yard};
use crate::world::{SHARD, World, give_up};

#[tokio::test]
async fn an_owner_whose_epoch_is_past_drops_the_shard_and_writes_nothing() {
    let world = World::new().await;
    let record = yard(
        "1",
        report("a", "GATE_IN", "12C-123.45", minute(0), ""),
        minute(1),
    );
    let mut late = world.take().await;
    let mut owner = world.take().await;
    world.append([record.clone()]).await;
    let before = world.store.progress(SHARD).await.expect("it answers");
    let refused = late.run_until_idle().await;
    assert!(
        matches!(refused, Err(Error::Lost { shard: SHARD })),
        "{refused:?}"
    );
    assert_eq!(world.codes(record.record_id).await, Vec::<String>::new());
    assert_eq!(world.crossings().await.len(), 0);
    let after = world.store.progress(SHARD).await.expect("it answers");
    assert_eq!(after, before, "the row is the new owner's");
    drop(late);
    owner.run_until_idle().await.expect("it is the owner");
    assert_eq!(world.codes(record.record_id).await, ["observed"]);
    give_up(owner).await.expect("it is the owner");
}

#[tokio::test]
async fn giving_up_with_a_past_epoch_does_not_free_the_new_owners_shard() {
    let world = World::new().await;
    let late = world.take().await;
    let owner = world.take().await;
    give_up(late).await.expect("without effect");
    let row = world.store.progress(SHARD).await.expect("it answers");
    let row = row.expect("it was taken");
    assert_eq!(row.owner_epoch, owner.progress().owner_epoch);
    assert_eq!(row.owner, owner.progress().owner);
}
