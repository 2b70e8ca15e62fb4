//! A router that dies before or after the append, before its commit: nothing is lost, nothing counts twice, and whatever happens
//! until the restart, nothing goes to two gates.

use std::sync::Arc;

use async_trait::async_trait;
use bordergate_eventlog::{Error as LogError, EventLog, ShardReader};
use bordergate_model::{Offset, RawRecord, Shard as ShardNumber};
use bordergate_process::{Error, Shard};
use bordergate_store::Registry as _;
use tokio_util::sync::CancellationToken;

use crate::message::GATE;
use crate::province::{DECLARATION, codes, entry, logged, other_entry, permit, release, waiting};
use crate::world::{OTHER_SHARD, ROUTER, SHARD, World, encode};

/// When the hub dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Death {
    /// Before the record is in the log of its gate.
    BeforeAppend,
    /// After it is there, before the hub hears of it.
    AfterAppend,
}

/// A log whose caller dies while it appends.
struct Deadly {
    log: Arc<dyn EventLog>,
    death: Death,
    dying: CancellationToken,
}

#[async_trait]
impl EventLog for Deadly {
    async fn append(&self, shard: ShardNumber, record: RawRecord) -> Result<Offset, LogError> {
        if self.death == Death::AfterAppend {
            self.log.append(shard, record).await?;
        }
        self.dying.cancel();
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

/// A hub routes everything in its log and dies over it.
async fn die(world: &World, death: Death) {
    let dying = CancellationToken::new();
    let deadly = Arc::new(Deadly {
        log: world.log.clone(),
        death,
        dying: dying.clone(),
    });
    let taken = Shard::take(world.tools_on(deadly, 100, encode), ROUTER).await;
    let mut router = taken.expect("nothing is wrong").expect("it is free");
    tokio::select! {
        _ = router.run_until_idle() => panic!("the hub should have died"),
        () = dying.cancelled() => {}
    }
}

#[tokio::test]
async fn a_crash_between_append_and_commit_doubles_nothing() {
    let world = World::new().await;
    let record = permit("A", "VNHUGT");
    world.append_to(ROUTER, [record.clone()]).await;
    die(&world, Death::AfterAppend).await;
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
    die(&world, Death::AfterAppend).await;
    assert_eq!(waiting(&world).await.len(), 1, "it waits as before");
    world.process_shard(OTHER_SHARD, 100).await;
    // By now the declaration is at both gates, and the record at one.
    world.append([entry("in", "12C-252.52", DECLARATION)]).await;
    world.process(100).await;
    world.process_shard(ROUTER, 100).await;
    world.process_shard(OTHER_SHARD, 100).await;
    assert_eq!(
        codes(&world, ROUTER, waited.record_id).await,
        ["route.link"]
    );
    assert_eq!(
        codes(&world, OTHER_SHARD, waited.record_id).await,
        ["observed", "record.duplicate"]
    );
    assert_eq!(waiting(&world).await, []);
}

/// From now on the code in messages of `VNXXXX` names the gate under test, and beats every link.
async fn register_the_code(world: &World) {
    let gates = world.store.gates().await.expect("the database answers");
    let mut gate = gates
        .into_iter()
        .find(|gate| gate.gate_id.as_str() == GATE)
        .expect("it is registered");
    gate.office_codes.push("VNXXXX".to_owned());
    world.store.add_gate(&gate).await.expect("a new version");
}

#[tokio::test]
async fn after_a_crash_a_record_goes_where_it_was_decided_though_its_gate_has_read_nothing_yet() {
    for death in [Death::BeforeAppend, Death::AfterAppend] {
        let world = World::new().await;
        world
            .append_to(OTHER_SHARD, [other_entry("in", "12C-262.62", DECLARATION)])
            .await;
        world.process_shard(OTHER_SHARD, 100).await;
        let record = permit("A", "VNXXXX");
        world.append_to(ROUTER, [record.clone()]).await;
        die(&world, death).await;
        register_the_code(&world).await;
        // The sender heard nothing and sends it once more.
        world.append_to(ROUTER, [record.clone()]).await;
        world.process_shard(ROUTER, 100).await;
        world.process(100).await;
        world.process_shard(OTHER_SHARD, 100).await;
        assert_eq!(
            logged(&world, SHARD).await,
            [],
            "{death:?}: no copy at the other gate"
        );
        assert_eq!(
            codes(&world, ROUTER, record.record_id).await,
            ["route.link", "route.known"],
            "{death:?}"
        );
        let there = codes(&world, OTHER_SHARD, record.record_id).await;
        assert_eq!(there[0], "observed", "{death:?}");
        assert!(
            there[1..].iter().all(|code| code == "record.duplicate"),
            "{there:?}"
        );
        assert_eq!(world.crossings().await.len(), 1, "{death:?}");
    }
}

#[tokio::test]
async fn a_router_that_was_overtaken_sends_nothing_to_another_gate() {
    let world = World::new().await;
    world
        .append_to(OTHER_SHARD, [other_entry("in", "12C-272.72", DECLARATION)])
        .await;
    world.process_shard(OTHER_SHARD, 100).await;
    let taken = Shard::take(world.tools(100, encode), ROUTER).await;
    let mut overtaken = taken.expect("nothing is wrong").expect("it is free");
    let record = permit("A", "VNXXXX");
    world.append_to(ROUTER, [record.clone()]).await;
    world.process_shard(ROUTER, 100).await;
    register_the_code(&world).await;
    let error = overtaken.run_until_idle().await;
    assert!(
        matches!(error, Err(Error::Lost { shard: ROUTER })),
        "{error:?}"
    );
    assert_eq!(logged(&world, SHARD).await, []);
    assert_eq!(
        logged(&world, OTHER_SHARD).await.len(),
        2,
        "the vehicle and the record, once"
    );
}
