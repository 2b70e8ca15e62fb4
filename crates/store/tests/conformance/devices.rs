//! What a device is known by: its serial, its user name and password, its recorder.

use bordergate_model::DeviceSerial;
use bordergate_store::{Ha1, Reference, Role, TokenGrant};
use uuid::Uuid;

use crate::bench::Bench;
use crate::sample::{registered_source, source};

const HA1: Ha1 = Ha1 {
    md5: [5; 16],
    sha256: [9; 32],
};

pub(crate) async fn a_device_is_one_source(bench: Bench) {
    let serial = DeviceSerial::parse("a4:14:37:e5:c2:b0").expect("an address");
    let mut camera = registered_source("cam-a", "huu-nghi");
    camera.device_serial = Some(serial);
    let first = bench.store.add_source(&camera).await.expect("it is free");
    assert_eq!(first.device_serial, camera.device_serial);
    assert_eq!(first.recorder_id.as_deref(), Some("nvr-1"));
    // A new version of the same source keeps it.
    bench
        .store
        .add_source(&camera)
        .await
        .expect("it is its own");
    let mut other = registered_source("cam-b", "tan-thanh");
    other.device_serial = camera.device_serial.clone();
    let error = bench.store.add_source(&other).await;
    let error = error.expect_err("cam-a has it");
    assert_eq!(error.code(), "source.device_serial_taken");
    assert!(error.to_string().contains("cam-a"), "{error}");
    let tables = Reference {
        gates: Vec::new(),
        sources: vec![other.clone()],
    };
    let error = bench.store.seed(&tables).await.expect_err("cam-a has it");
    assert_eq!(error.code(), "source.device_serial_taken");
    // A disabled source gives its device free, for good once another has it.
    let disabled = bench.store.disable_source(&source("cam-a")).await;
    assert!(disabled.expect("it is registered").is_disabled);
    let report = bench.store.seed(&tables).await.expect("it is free");
    assert_eq!(report.inserted_count, 1);
    let error = bench.store.add_source(&camera).await;
    let error = error.expect_err("cam-b has it");
    assert_eq!(error.code(), "source.device_serial_taken");
    // What is registered already is kept as it is, also by name only.
    let kept = bench.store.seed(&tables).await.expect("nothing to do");
    assert_eq!(kept.kept_count, 1);
}

pub(crate) async fn a_user_name_has_one_password_at_a_time(bench: Bench) {
    let grant = TokenGrant {
        role: Role::Recorder,
        subject: "nvr-1".to_owned(),
    };
    assert_eq!(bench.store.login("nvr").await.expect("it answers"), None);
    let first = bench.store.add_login("nvr", &HA1, &grant).await;
    let first = first.expect("it is new");
    assert_eq!((first.username.as_str(), first.disabled_at), ("nvr", None));
    let found = bench.store.login("nvr").await.expect("it answers");
    assert_eq!(found, Some((first.clone(), HA1)));
    let changed = Ha1 {
        md5: [6; 16],
        ..HA1
    };
    let second = bench.store.add_login("nvr", &changed, &grant).await;
    let second = second.expect("it replaces");
    let found = bench.store.login("nvr").await.expect("it answers");
    assert_eq!(found, Some((second.clone(), changed)));
    let all = bench.store.logins().await.expect("it answers");
    let old = all.iter().find(|one| one.login_id == first.login_id);
    assert!(old.is_some_and(|old| old.disabled_at.is_some()) && all.len() == 2);
    let off = bench.store.disable_login(second.login_id).await;
    let off = off.expect("it is there");
    assert_eq!(
        bench.store.disable_login(second.login_id).await.ok(),
        Some(off)
    );
    assert_eq!(bench.store.login("nvr").await.expect("it answers"), None);
    let error = bench.store.disable_login(Uuid::from_u128(9)).await;
    assert_eq!(error.expect_err("there is none").code(), "login.unknown");
    let person = TokenGrant {
        role: Role::Administrator,
        subject: "someone".to_owned(),
    };
    let error = bench.store.add_login("root", &HA1, &person).await;
    assert_eq!(error.expect_err("people have none").code(), "store.refused");
}
