//! Readings a character away from a plate, and what they make known.

use super::*;

#[test]
fn a_near_way_home_joins_the_import_of_a_foreign_vehicle_only() {
    for (plate, near, expected) in [("E9U115", "E9U175", 1), ("12C12345", "12C12745", 2)] {
        let sent = vec![
            camera(plate, M::CrossedIn, 0),
            camera(plate, M::GateOut, 60),
            camera(near, M::CrossedOut, 90),
        ];
        assert_eq!(crossings(sent).0.len(), expected, "{plate}");
    }
}

#[test]
fn a_near_way_home_joins_an_import_whose_way_out_was_missed() {
    let sent = vec![
        camera("E9U115", M::CrossedIn, 0),
        camera("E9U115", M::YardOut, 60),
        camera("E9U175", M::CrossedOut, 90),
    ];
    assert_eq!(
        crossings(sent).0,
        ["import open CROSSED_IN YARD_OUT CROSSED_OUT"]
    );
}

#[test]
fn a_near_reading_joins_the_only_crossing_that_lacks_it() {
    let truck = [
        camera("12C12345", M::GateIn, 0),
        camera("12C12345", M::CrossedOut, 60),
    ];
    let near = camera("12C12745", M::YardIn, 10);
    let sent: Vec<Seen> = truck.iter().cloned().chain([near.clone()]).collect();
    assert_eq!(
        crossings(sent.clone()).0,
        ["export closed GATE_IN YARD_IN CROSSED_OUT"]
    );
    // Another truck is as near and lacks it too: nobody can tell.
    let twin = [
        camera("12C12845", M::GateIn, 5),
        camera("12C12845", M::CrossedOut, 65),
    ];
    let with_twin: Vec<Seen> = sent.iter().cloned().chain(twin.clone()).collect();
    assert_eq!(crossings(with_twin.clone()).0.len(), 3);
    // Once the twin has its own reading, only one is left.
    let decided = with_twin
        .into_iter()
        .chain([camera("12C12845", M::YardIn, 12)])
        .collect();
    assert_eq!(crossings(decided).0.len(), 2);
    // The reading comes after the line: no room.
    let late = truck
        .iter()
        .cloned()
        .chain([camera("12C12745", M::YardIn, 70)])
        .collect();
    assert_eq!(crossings(late).0.len(), 2);
    // It went out while the other truck, one character apart, was in the yard still.
    let out = truck
        .iter()
        .cloned()
        .chain([camera("12C12745", M::GateOut, 30)])
        .collect();
    assert_eq!(crossings(out).0.len(), 2);
    // A report is no sensor's reading.
    let typed = truck
        .iter()
        .cloned()
        .chain([report("12C12745", M::YardIn, 10)])
        .collect();
    assert_eq!(crossings(typed).0.len(), 2);
}

#[test]
fn a_way_out_belongs_to_a_return_that_was_misread() {
    let out = [
        camera("12C12345", M::GateIn, 0),
        camera("12C12345", M::CrossedOut, 60),
    ];
    let misread = camera("12C12745", M::Returned, 200);
    let with = |rest: &[Seen]| crossings(out.iter().chain(rest).cloned().collect()).0;
    let joined = ["export closed GATE_IN CROSSED_OUT RETURNED GATE_OUT"];
    let way_out = |minute| camera("12C12345", M::GateOut, minute);
    assert_eq!(with(&[misread.clone(), way_out(230)]), joined);
    let apart = [
        "export closed GATE_IN CROSSED_OUT RETURNED",
        "import closed GATE_OUT",
    ];
    assert_eq!(with(&[misread.clone(), way_out(261)]), apart);
    // Before the return, or read as another plate still: not the returned vehicle's.
    assert_eq!(with(&[misread.clone(), way_out(199)]).len(), 2);
    assert_eq!(with(&[misread, camera("12C12945", M::GateOut, 230)]), apart);
}
