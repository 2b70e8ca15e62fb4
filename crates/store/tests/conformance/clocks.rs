//! Readings from which clocks are estimated.

use bordergate_model::{Basis, Milestone, Occurred};

use crate::bench::Bench;
use crate::sample::{Owner, at, crossing, gate, reading, registered_source, source, unlinked};

pub(crate) async fn dated_readings_of_devices_come_with_the_offset_that_holds(bench: Bench) {
    let store = &bench.store;
    let mut owner = Owner::take(store).await;
    let visit = crossing(&[
        reading(0, Milestone::GateIn),
        reading(10, Milestone::CrossedOut),
    ]);
    let mut batch = owner.batch_of(20, std::slice::from_ref(&visit));
    let mut suspect = reading(11, Milestone::Weighed);
    suspect.is_suspect = true;
    let mut received = reading(12, Milestone::Weighed);
    received.occurred.basis = Basis::Received;
    let mut undated = reading(13, Milestone::Weighed);
    undated.occurred = Occurred {
        at: None,
        text: None,
        basis: Basis::Undated,
    };
    let mut report = reading(14, Milestone::Weighed);
    report.rank = 1;
    let mut second = reading(15, Milestone::Weighed);
    second.index = 1;
    let mut silent = reading(16, Milestone::Weighed);
    silent.milestone = None;
    let others = [suspect, received, undated, report, second, silent];
    batch.observations.extend(others.map(unlinked));
    owner.commit(&batch).await;

    let (here, there) = (gate("huu-nghi"), gate("tan-thanh"));
    let of = async |gate_id, from, to| {
        let found = store.clock_readings(gate_id, at(from), at(to)).await;
        found.expect("it answers")
    };
    let all = of(Some(&here), 0, 3_600).await;
    let told: Vec<_> = all
        .iter()
        .map(|one| (one.occurred_at, one.received_at, one.milestone))
        .collect();
    let weighed = Some(Milestone::Weighed);
    assert_eq!(
        told,
        [
            (at(0), at(2), Some(Milestone::GateIn)),
            (at(600), at(602), Some(Milestone::CrossedOut)),
            (at(660), at(662), weighed),
            (at(960), at(962), None),
        ],
        "a suspect time is one to look at; what reception dates tells nothing"
    );
    let linked = all.iter().map(|one| one.crossing_id.is_some());
    assert_eq!(linked.collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!(all[0].crossing_id, Some(visit.crossing_id));
    assert_eq!(all[0].source_id, source("hn-cam"));
    assert_eq!(of(None, 0, 3_600).await, all);
    assert_eq!(of(Some(&there), 0, 3_600).await, []);
    assert_eq!(of(None, 2, 602).await.len(), 1, "half open, by reception");

    // Another lane changes nothing; another offset makes the earlier readings tell nothing of the clock.
    let mut changed = registered_source("hn-cam", "huu-nghi");
    changed.lane = Some("2".to_owned());
    store.add_source(&changed).await.expect("it answers");
    assert_eq!(of(None, 0, 3_600).await, all);
    changed.clock_offset_seconds = 83;
    let version = store.add_source(&changed).await.expect("it answers");
    assert_eq!(of(None, 0, 3_600).await, []);
    let mut corrected = reading(21, Milestone::Weighed);
    corrected.source_version = version.version;
    corrected.occurred.basis = Basis::Corrected;
    let mut batch = owner.batch(22);
    batch.observations.push(unlinked(corrected));
    owner.commit(&batch).await;
    assert_eq!(of(None, 0, 3_600).await.len(), 1);
}
