//! The reference tables in the repository have the columns this crate writes, and rows that mean something.

use std::collections::BTreeSet;

use bordergate_model::{GateId, Milestone, SourceId};
use bordergate_simulator::{gates_csv, sources_csv};

const GATES: &str = include_str!("../../../seeds/reference/gates.csv");
const SOURCES: &str = include_str!("../../../seeds/reference/sources.csv");
const EXPECTED: &str = include_str!("../../../seeds/reference/expected_milestones.csv");

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().skip(1).map(|line| line.split(',').collect())
}

#[test]
fn the_tables_have_the_documented_columns() {
    for (table, header) in [
        (GATES, gates_csv(&[])),
        (SOURCES, sources_csv(&[])),
        (EXPECTED, "gate_id,direction,channel,milestone\n".to_owned()),
    ] {
        assert_eq!(table.lines().next(), header.lines().next());
        let width = header.split(',').count();
        assert!(rows(table).all(|row| row.len() == width));
    }
}

#[test]
fn every_source_stands_at_a_gate_and_means_milestones() {
    let gates: BTreeSet<&str> = rows(GATES).map(|row| row[0]).collect();
    assert!(gates.iter().all(|gate| GateId::parse(gate).is_ok()));
    let mut names = BTreeSet::new();
    for row in rows(SOURCES) {
        assert!(
            SourceId::parse(row[0]).is_ok() && names.insert(row[0]),
            "{row:?}"
        );
        assert!(gates.contains(row[2]), "{row:?}");
        for reading in row[4].split(';').filter(|reading| !reading.is_empty()) {
            let (word, means) = reading.split_once('=').expect("word=MILESTONE");
            assert_eq!(word, word.to_lowercase());
            assert!(means.parse::<Milestone>().is_ok(), "{reading}");
        }
        assert_eq!(row[9], "false", "a real source sends no history");
    }
}

#[test]
fn expected_milestones_are_milestones() {
    assert!(rows(EXPECTED).all(|row| row[3].parse::<Milestone>().is_ok()));
    assert_eq!(rows(EXPECTED).count(), 18);
}
