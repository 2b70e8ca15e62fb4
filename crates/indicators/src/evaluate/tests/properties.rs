//! What holds for any rows: groups part the whole, and the order of rows changes nothing.

use bordergate_model::Channel;
use proptest::prelude::*;

use super::{ask, at, crossing, fact, gate, of_crossings, of_facts};
use crate::{Exclusion, Fact, Group};

fn any_fact() -> impl Strategy<Value = Fact> {
    let figure = prop_oneof![
        3 => (0_i64..90_000).prop_map(Ok),
        1 => prop::sample::select(Exclusion::ALL).prop_map(Err),
    ];
    let channel = prop::sample::select(Channel::ALL);
    let place = prop::sample::select(vec!["huu-nghi", "tan-thanh", "coc-nam"]);
    let filed = prop::option::weighted(0.95, -50_000_i64..50_000);
    (figure, channel, place, filed).prop_map(|(figure, channel, place, filed)| Fact {
        channel,
        gate_id: gate(place),
        filed_at: filed.map(at),
        ..fact(figure)
    })
}

proptest! {
    #[test]
    fn groups_part_the_whole_and_no_row_is_lost_or_counted_twice(
        facts in prop::collection::vec(any_fact(), 0..80),
        by in prop::sample::select(vec!["hour", "day,gate", "week", "month,channel", "gate,channel"]),
    ) {
        let found = ask("C2", &format!("by={by}"), &of_facts(facts.clone()));
        let sum = |count: fn(&Group) -> u64| found.groups.iter().map(count).sum::<u64>();
        prop_assert_eq!(sum(|group| group.n), found.total.n);
        prop_assert_eq!(sum(|group| group.open), found.total.open);
        for (reason, count) in &found.total.excluded {
            let parts: u64 = found.groups.iter().map(|group| group.excluded[reason]).sum();
            prop_assert_eq!(parts, *count);
        }
        let all = found.total.n + found.total.excluded.values().sum::<u64>();
        prop_assert_eq!(all, facts.len() as u64);
    }

    #[test]
    fn the_order_of_rows_changes_nothing(facts in prop::collection::vec(any_fact(), 0..40)) {
        let turned: Vec<Fact> = facts.iter().rev().cloned().collect();
        let one = ask("C2", "by=day,channel", &of_facts(facts));
        let other = ask("C2", "by=day,channel", &of_facts(turned));
        prop_assert_eq!(one, other);
    }

    #[test]
    fn quiet_hours_add_groups_and_no_vehicles(minutes in prop::collection::vec(0_i64..6_000, 1..40)) {
        let rows = of_crossings(minutes.iter().map(|minute| crossing(Some(*minute))).collect());
        let found = ask("T1", "by=hour", &rows);
        prop_assert_eq!(found.groups.iter().map(|group| group.n).sum::<u64>(), found.total.n);
        let hour = |minute: &i64| minute.div_euclid(60);
        let first = minutes.iter().map(hour).min().expect("one or more");
        let last = minutes.iter().map(hour).max().expect("one or more");
        prop_assert_eq!(found.groups.len() as i64, last - first + 1);
    }
}
