//! The groups of checks: their names, their order, and the services each uses.

use clap::ValueEnum;

use crate::services::{CHROMEDRIVER, KAFKA, POSTGRES};

/// One group; declared in the order they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Group {
    /// Formatting
    Fmt,
    /// Lints, none tolerated
    Clippy,
    /// Edges between crates
    Arrows,
    /// Licences, banned libraries and registries
    Deny,
    /// Documentation and its examples
    Doc,
    /// The program and all test programs
    Build,
    /// Tests of the crates
    Unit,
    /// Tests of the whole program
    Whole,
    /// Tests of the web page in Chromium
    Browser,
    /// Tests of what is deployed
    Deploy,
}

impl Group {
    /// Returns the name it is asked for and reported by.
    pub fn name(self) -> String {
        self.to_possible_value()
            .expect("no group is hidden")
            .get_name()
            .to_owned()
    }

    /// Returns the names of the services it uses.
    pub fn services(self) -> &'static [&'static str] {
        match self {
            Self::Unit | Self::Whole => &[KAFKA, POSTGRES],
            Self::Browser => &[CHROMEDRIVER],
            _ => &[],
        }
    }

    /// Returns whether the whole group is moot without its services; a unit test skips itself one by one instead.
    pub fn cannot_do_without_services(self) -> bool {
        matches!(self, Self::Whole | Self::Browser)
    }

    fn runs_programs(self) -> bool {
        matches!(
            self,
            Self::Unit | Self::Whole | Self::Browser | Self::Deploy
        )
    }
}

/// Returns the groups to run in their order: those named, or all; with the build when one of them needs it.
pub fn chosen(named: &[Group]) -> Vec<Group> {
    let is_chosen = |group: &Group| {
        named.is_empty()
            || named.contains(group)
            || (*group == Group::Build && named.iter().any(|other| other.runs_programs()))
    };
    Group::value_variants()
        .iter()
        .copied()
        .filter(is_chosen)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_run_in_their_order_however_they_are_named() {
        assert_eq!(
            chosen(&[Group::Arrows, Group::Fmt]),
            [Group::Fmt, Group::Arrows]
        );
        assert_eq!(chosen(&[]), Group::value_variants());
    }

    #[test]
    fn test_programs_are_built_before_they_run() {
        assert_eq!(
            chosen(&[Group::Deploy, Group::Fmt]),
            [Group::Fmt, Group::Build, Group::Deploy]
        );
        assert!(Group::Build < Group::Unit);
    }
}
