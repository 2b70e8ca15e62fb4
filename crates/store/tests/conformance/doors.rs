//! Leases of doors.

use bordergate_store::DoorLease;
use uuid::Uuid;

use crate::bench::Bench;

const DOOR: &str = "gdc https://customs.example/lists";

/// Takes a door that nobody else has.
pub(crate) async fn take(bench: &Bench, door: &str, owner: u128) -> DoorLease {
    let taken = bench.store.take_door(door, Uuid::from_u128(owner)).await;
    taken.expect("it answers").expect("nobody else has it")
}

/// Whether the door is still ours.
pub(crate) async fn renew(bench: &Bench, lease: &DoorLease) -> bool {
    bench.store.renew_door(lease).await.expect("it answers")
}

/// Gives the door up.
pub(crate) async fn release(bench: &Bench, lease: &DoorLease) {
    bench.store.release_door(lease).await.expect("it answers");
}

pub(crate) async fn a_held_door_waits_for_its_lease(bench: Bench) {
    let first = take(&bench, DOOR, 1).await;
    let elsewhere = take(&bench, "bridge c/t/0", 2).await;
    assert_eq!((first.owner_epoch, elsewhere.owner_epoch), (1, 1));
    let other = bench.store.take_door(DOOR, Uuid::from_u128(2)).await;
    let other = other.expect("it answers");
    if !bench.has_leases() {
        assert_eq!(other.map(|lease| lease.owner_epoch), Some(2));
        return;
    }
    assert_eq!(other, None);
    bench
        .edit("update door_leases set lease_until = clock_timestamp() - interval '1 s'")
        .await;
    let second = take(&bench, DOOR, 2).await;
    assert_eq!(second.owner_epoch, first.owner_epoch + 1);
}

pub(crate) async fn an_earlier_owner_neither_renews_nor_releases(bench: Bench) {
    let first = take(&bench, DOOR, 1).await;
    assert!(renew(&bench, &first).await);
    release(&bench, &first).await;
    assert!(!renew(&bench, &first).await, "it was given up");
    let second = take(&bench, DOOR, 2).await;
    release(&bench, &first).await;
    assert!(!renew(&bench, &first).await);
    assert!(
        renew(&bench, &second).await,
        "the late release was not ours"
    );
}
