//! Leases and fences on Kafka and PostgreSQL: hubs that share the shards, one that is stopped and continued, and
//! commits whose answer is lost. Whatever happens, the same messages give the same crossings, each told once.
//!
//! Needs `BORDERGATE_BIN`, Kafka and PostgreSQL (the crate's README names the variables).

use anyhow::{Context, ensure};
use bordergate_tests::scene::{ONE, OTHER, scene};
use bordergate_tests::{Part, Proxy};
use futures_util::future::try_join;
use sqlx::Connection;

/// The first gate's shard is the first hub's, the second gate's the other's.
const FIRST_GATE: usize = 0;
const SECOND_GATE: usize = 1;

#[tokio::test]
async fn two_hubs_share_the_shards_and_every_record_is_processed_once() -> anyhow::Result<()> {
    scene(async |scene| {
        let (one, other) = scene.pair(Some("5")).await?;
        for part in [Part::First, Part::Second] {
            scene.post(&[&one, &other], FIRST_GATE, part).await?;
            scene.post(&[&other, &one], SECOND_GATE, part).await?;
        }
        scene.all_processed().await?;
        ensure!(scene.ledger.shards_of(ONE).await? == (0..4).collect());
        ensure!(scene.ledger.shards_of(OTHER).await? == (4..9).collect());
        scene.check(&one).await?;
        scene.check(&other).await
    })
    .await
}

#[tokio::test]
async fn a_hub_stopped_past_its_lease_drops_its_shards_and_writes_nothing() -> anyhow::Result<()> {
    scene(async |scene| {
        let (one, other) = scene.pair(None).await?;
        scene.first_parts(&[&one, &other]).await?;

        one.running.stop().await?;
        scene.post(&[&other], FIRST_GATE, Part::Second).await?;
        scene.post(&[&other], SECOND_GATE, Part::Second).await?;
        scene.owns(OTHER, 0..9).await?;
        scene.all_processed().await?;

        one.running.signal("CONT")?;
        one.drops(0..4).await?;
        scene.check(&one).await?;
        scene.check_epochs().await
    })
    .await
}

#[tokio::test]
async fn a_hub_stopped_before_its_commit_loses_the_transaction_and_the_shard() -> anyhow::Result<()>
{
    scene(async |scene| {
        let history = scene.history;
        let (one, other) = scene.pair(None).await?;
        scene.first_parts(&[&one, &other]).await?;

        // The feed is written last: behind it there is only the COMMIT.
        let lock = scene.lock("lock table feed in exclusive mode").await?;
        let stopped = async {
            let backend = scene.waiting_for("feed").await?;
            one.running.stop().await?;
            lock.close().await?;
            scene.state(backend, Some("idle in transaction")).await?;
            scene.state(backend, None).await
        };
        try_join(
            stopped,
            history.post(&[&other.place], FIRST_GATE, Part::Second),
        )
        .await?;
        scene.owns(OTHER, 0..9).await?;
        scene.processed(FIRST_GATE, Part::Second).await?;

        one.running.signal("CONT")?;
        one.drops(0..4).await?;
        // Met at the last statement or at the COMMIT itself, as the hub was caught before or after its answer.
        let output = one.running.output();
        ensure!(
            output.contains("terminating connection due to idle-in-transaction timeout"),
            "its transaction was not ended: {output}"
        );
        scene.post(&[&one], SECOND_GATE, Part::Second).await?;
        scene.all_processed().await?;
        scene.check(&one).await?;
        scene.check_epochs().await
    })
    .await
}

#[tokio::test]
async fn a_hub_that_lost_its_shard_does_not_write_before_the_new_owner_either() -> anyhow::Result<()>
{
    scene(async |scene| {
        let history = scene.history;
        let (one, other) = scene.pair(None).await?;
        scene.first_parts(&[&one, &other]).await?;

        // Held on, the lock lets neither hub write: the row still stands where the stopped one left it.
        let lock = scene
            .lock("lock table observations in exclusive mode")
            .await?;
        let stopped = async {
            let backend = scene.waiting_for("observations").await?;
            one.running.stop().await?;
            scene.state(backend, None).await
        };
        try_join(
            stopped,
            history.post(&[&other.place], FIRST_GATE, Part::Second),
        )
        .await?;
        scene.owns(OTHER, 0..9).await?;
        scene.waiting_for("observations").await?;

        one.running.signal("CONT")?;
        one.drops(0..1).await?;
        lock.close().await?;
        scene.post(&[&one], SECOND_GATE, Part::Second).await?;
        scene.all_processed().await?;
        scene.check(&one).await
    })
    .await
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_resolved_and_counts_once() -> anyhow::Result<()> {
    scene(async |scene| {
        let proxy = Proxy::open(scene.services.database_server()?).await?;
        let server = scene.services.database_server()?;
        let url = scene.services.database_url.replace(server, &proxy.address);
        let one = scene.start(ONE, &url, None).await?;
        scene.owns(ONE, 0..9).await?;

        proxy.cut_every(5);
        scene.first_parts(&[&one]).await?;
        scene.post(&[&one], FIRST_GATE, Part::Second).await?;
        scene.post(&[&one], SECOND_GATE, Part::Second).await?;
        let processed = scene.all_processed().await;
        processed.with_context(|| one.running.output())?;
        proxy.cut_every(0);

        let output = one.running.output();
        let unknown = output.matches("the outcome of a commit is unknown").count();
        ensure!(
            unknown >= 9,
            "{} cuts, {unknown} met: {output}",
            proxy.cut_count()
        );
        let epochs = scene.ledger.steps().await?.into_iter();
        let most = epochs.map(|step| step.epoch).max();
        ensure!(most == Some(1), "a shard was lost: {output}");
        scene.check(&one).await
    })
    .await
}
