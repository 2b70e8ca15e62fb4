//! A router that dies between the append and its commit: nothing is lost, and nothing counts twice.

use std::sync::Arc;

use async_trait::async_trait;
use bordergate_eventlog::{Error as LogError, EventLog, ShardReader};
use bordergate_model::{Offset, RawRecord, Shard as ShardNumber};
use bordergate_process::Shard;

use crate::province::{DECLARATION, codes, entry, other_entry, permit, release, waiting};
use crate::world::{OTHER_SHARD, ROUTER, SHARD, World, encode};

/// A log whose appends are acknowledged, and whose caller dies before it hears of it.
struct Deadly {
    log: Arc<dyn EventLog>,
}

#[async_trait]
impl EventLog for Deadly {
    async fn append(&self, shard: ShardNumber, record: RawRecord) -> Result<Offset, LogError> {
        self.log.append(shard, record).await?;
        std::future::pending().await
    }

    async fn open(
        &self,
        shard: ShardNumber,
        from: Offset,
    ) -> Result<Box<dyn ShardReader>, LogError> {
        self.log.open(shard, from).await
    }

    async fn end(&self, shard: ShardNumber) -> Result<Offset, LogError> {
        self.log.end(shard).await
    }

    async fn start(&self, shard: ShardNumber) -> Result<Offset, LogError> {
        self.log.start(shard).await
    }

    async fn log_id(&self) -> Result<String, LogError> {
        self.log.log_id().await
    }

    async fn show_progress(&self, _: ShardNumber, _: Offset) -> Result<(), LogError> {
        Ok(())
    }
}

/// A hub routes everything in its log and dies after the appends, before the commit.
async fn die_between(world: &World) {
    let deadly = Arc::new(Deadly {
        log: world.log.clone(),
    });
    let taken = Shard::take(world.tools_on(deadly, 100, encode), ROUTER).await;
    let mut router = taken.expect("nothing is wrong").expect("it is free");
    let before = world.log.end(SHARD).await.expect("it answers")
        + world.log.end(OTHER_SHARD).await.expect("it answers");
    let dying = async {
        loop {
            let now = world.log.end(SHARD).await.expect("it answers")
                + world.log.end(OTHER_SHARD).await.expect("it answers");
            if now > before {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = router.run_until_idle() => panic!("the hub should have died"),
        () = dying => {}
    }
}

#[tokio::test]
async fn a_crash_between_append_and_commit_doubles_nothing() {
    let world = World::new().await;
    let record = permit("A", "VNHUGT");
    world.append_to(ROUTER, [record.clone()]).await;
    die_between(&world).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        [] as [&str; 0]
    );
    world.process_shard(ROUTER, 100).await;
    world.process(100).await;
    assert_eq!(
        codes(&world, ROUTER, record.record_id).await,
        ["route.place"]
    );
    assert_eq!(
        codes(&world, SHARD, record.record_id).await,
        ["observed", "record.duplicate"]
    );
    assert_eq!(world.crossings().await.len(), 1);
}

#[tokio::test]
async fn after_a_crash_a_record_goes_where_it_went_whatever_points_elsewhere_now() {
    let world = World::new().await;
    let waited = release("waited", "12C-232.32", DECLARATION);
    world.append_to(ROUTER, [waited.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    world
        .append_to(OTHER_SHARD, [other_entry("in", "12C-242.42", DECLARATION)])
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    die_between(&world).await;
    assert_eq!(waiting(&world).await.len(), 1, "it waits as before");
    world.process_shard(OTHER_SHARD, 100).await;
    // By now the declaration is at both gates, and the record at one.
    world.append([entry("in", "12C-252.52", DECLARATION)]).await;
    world.process(100).await;
    world.process_shard(ROUTER, 100).await;
    world.process_shard(OTHER_SHARD, 100).await;
    assert_eq!(
        codes(&world, ROUTER, waited.record_id).await,
        ["route.known"]
    );
    assert_eq!(
        codes(&world, OTHER_SHARD, waited.record_id).await,
        ["observed", "record.duplicate"]
    );
    assert_eq!(waiting(&world).await, []);
}
