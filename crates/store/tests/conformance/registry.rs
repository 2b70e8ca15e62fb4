//! Registrations, tokens and values of the hub.

use bordergate_store::{Reference, Role, SeedReport, TokenGrant};
use uuid::Uuid;

use crate::bench::Bench;
use crate::sample::{gate, reference, registered_gate, registered_source, source};

pub(crate) async fn seeds_never_overwrite(bench: Bench) {
    let mut changed = reference();
    changed.gates[0].name_en = "Other".to_owned();
    changed.sources[0].format = "vnaccs".to_owned();
    changed.sources.push(registered_source("new", "tan-thanh"));
    let report = bench.store.seed(&changed).await.expect("it answers");
    assert_eq!(
        report,
        SeedReport {
            inserted_count: 1,
            kept_count: 5
        }
    );
    assert_eq!(
        bench.store.gates().await.expect("it answers"),
        reference().gates
    );
    let sources = bench.store.sources().await.expect("it answers");
    let mut first = sources[0].clone();
    assert!(first.registered_at.take().is_some());
    assert_eq!(first, reference().sources[0]);
    // A changed source is not put back either.
    bench
        .store
        .disable_source(&source("new"))
        .await
        .expect("it is registered");
    let again = bench.store.seed(&changed).await.expect("it answers");
    assert_eq!(
        again,
        SeedReport {
            inserted_count: 0,
            kept_count: 6
        }
    );
    let homeless = Reference {
        gates: Vec::new(),
        sources: vec![registered_source("lost", "nowhere")],
    };
    let error = bench
        .store
        .seed(&homeless)
        .await
        .expect_err("its gate is not registered");
    assert_eq!(error.code(), "source.unknown_gate");
}

pub(crate) async fn a_gate_stays_on_its_shard(bench: Bench) {
    let moved = registered_gate("huu-nghi", 3);
    assert_eq!(
        bench
            .store
            .add_gate(&moved)
            .await
            .expect_err("it moved")
            .code(),
        "gate.shard_fixed"
    );
    let mut renamed = registered_gate("huu-nghi", 0);
    (renamed.name_en, renamed.version) = ("Huu Nghi Quan".to_owned(), 77);
    let second = bench.store.add_gate(&renamed).await.expect("it stayed");
    assert_eq!(
        (second.version, second.name_en.as_str()),
        (2, "Huu Nghi Quan")
    );
    let third = bench
        .store
        .disable_gate(&gate("huu-nghi"))
        .await
        .expect("it is registered");
    assert_eq!((third.version, third.is_disabled), (3, true));
    assert_eq!(
        bench
            .store
            .disable_gate(&gate("huu-nghi"))
            .await
            .expect("it is registered"),
        third
    );
    let new = bench
        .store
        .add_gate(&registered_gate("coc-nam", 5))
        .await
        .expect("it is new");
    assert_eq!((new.version, new.shard), (1, 5));
    let gates = bench.store.gates().await.expect("it answers");
    let versions: Vec<_> = gates
        .iter()
        .map(|gate| (gate.gate_id.as_str(), gate.version))
        .collect();
    assert_eq!(
        versions,
        [
            ("coc-nam", 1),
            ("huu-nghi", 1),
            ("huu-nghi", 2),
            ("huu-nghi", 3),
            ("tan-thanh", 1)
        ]
    );
    assert_eq!(gates[1].name_en, "Friendship", "earlier versions stay");
    let error = bench
        .store
        .disable_gate(&gate("nowhere"))
        .await
        .expect_err("not registered");
    assert_eq!(error.code(), "gate.unknown");
}

pub(crate) async fn a_source_may_have_no_gate(bench: Bench) {
    let mut customs = registered_source("ls-customs", "huu-nghi");
    customs.gate_id = None;
    let first = bench.store.add_source(&customs).await.expect("it answers");
    assert_eq!((first.version, &first.gate_id), (1, &None));
    customs.gate_id = Some(gate("huu-nghi"));
    let second = bench.store.add_source(&customs).await.expect("it answers");
    assert_eq!((second.version, second.gate_id), (2, customs.gate_id));
    let all = bench.store.sources().await.expect("it answers");
    assert!(all.contains(&first), "the first version is as it was");
}

pub(crate) async fn versions_of_a_source_are_kept(bench: Bench) {
    let mut changed = registered_source("hn-cam", "huu-nghi");
    (
        changed.clock_offset_seconds,
        changed.lane,
        changed.partner_id,
        changed.silent_after_seconds,
    ) = (90, None, None, None);
    let second = bench.store.add_source(&changed).await.expect("it answers");
    assert_eq!((second.version, second.clock_offset_seconds), (2, 90));
    assert!(second.registered_at.is_some());
    let third = bench
        .store
        .disable_source(&source("hn-cam"))
        .await
        .expect("it is registered");
    assert_eq!(
        (third.version, third.is_disabled, third.clock_offset_seconds),
        (3, true, 90)
    );
    let all = bench.store.sources().await.expect("it answers");
    let versions: Vec<_> = all
        .iter()
        .filter(|s| s.source_id == source("hn-cam"))
        .map(|s| s.version)
        .collect();
    assert_eq!((versions, &all[1]), (vec![1, 2, 3], &second));
    let homeless = registered_source("lost", "nowhere");
    assert_eq!(
        bench
            .store
            .add_source(&homeless)
            .await
            .expect_err("no such gate")
            .code(),
        "source.unknown_gate"
    );
    let error = bench
        .store
        .disable_source(&source("lost"))
        .await
        .expect_err("not registered");
    assert_eq!(error.code(), "source.unknown");
    let mut nul = registered_source("nul", "huu-nghi");
    nul.zone = "a\0b".to_owned();
    assert_eq!(
        bench
            .store
            .add_source(&nul)
            .await
            .expect_err("a NUL")
            .code(),
        "store.refused"
    );
    // Changes at once get versions one after the other.
    let adds = (0..6).map(|_| {
        let (store, changed) = (bench.store.clone(), changed.clone());
        tokio::spawn(async move {
            store
                .add_source(&changed)
                .await
                .expect("it answers")
                .version
        })
    });
    let mut versions = Vec::new();
    for add in adds.collect::<Vec<_>>() {
        versions.push(add.await.expect("no panic"));
    }
    versions.sort_unstable();
    assert_eq!(versions, [4, 5, 6, 7, 8, 9]);
}

pub(crate) async fn tokens_work_until_they_are_disabled(bench: Bench) {
    let grant = TokenGrant {
        role: Role::Partner,
        subject: "lgsp".to_owned(),
    };
    let token = bench
        .store
        .add_token([1; 32], &grant)
        .await
        .expect("it is new");
    assert_eq!((&token.grant, token.disabled_at), (&grant, None));
    assert_eq!(
        bench.store.token([1; 32]).await.expect("it answers"),
        Some(token.clone())
    );
    assert_eq!(bench.store.token([2; 32]).await.expect("it answers"), None);
    assert_eq!(
        bench
            .store
            .add_token([1; 32], &grant)
            .await
            .expect_err("it is there")
            .code(),
        "store.refused"
    );
    let other = bench
        .store
        .add_token(
            [2; 32],
            &TokenGrant {
                role: Role::Analyst,
                subject: "an".to_owned(),
            },
        )
        .await;
    let other = other.expect("it is new");
    let disabled = bench
        .store
        .disable_token(token.token_id)
        .await
        .expect("it is there");
    assert!(disabled.disabled_at.is_some());
    assert_eq!(
        bench
            .store
            .disable_token(token.token_id)
            .await
            .expect("it is there"),
        disabled
    );
    assert_eq!(bench.store.token([1; 32]).await.expect("it answers"), None);
    let mut all = bench.store.tokens().await.expect("it answers");
    all.sort_by_key(|one| one.token_id != token.token_id);
    assert_eq!(all, vec![disabled, other]);
    let error = bench
        .store
        .disable_token(Uuid::from_u128(9))
        .await
        .expect_err("there is none");
    assert_eq!(error.code(), "token.unknown");
}

pub(crate) async fn values_of_the_hub_are_set_once(bench: Bench) {
    assert_eq!(
        bench.store.hub_state("demo_day").await.expect("it answers"),
        None
    );
    assert_eq!(
        bench
            .store
            .init_hub_state("demo_day", "2026-11-16")
            .await
            .expect("it answers"),
        "2026-11-16"
    );
    assert_eq!(
        bench
            .store
            .init_hub_state("demo_day", "2027-01-01")
            .await
            .expect("it answers"),
        "2026-11-16"
    );
    assert_eq!(
        bench
            .store
            .hub_state("demo_day")
            .await
            .expect("it answers")
            .as_deref(),
        Some("2026-11-16")
    );
}
