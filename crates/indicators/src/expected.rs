//! Which milestones a closed crossing should have, by gate, direction and channel (Q1).
//!
//! The default is indicators.md's; a table of rows (`expected_milestones.csv`) overrides it.

use std::collections::BTreeMap;

use bordergate_model::{Channel, Direction, Fault, GateId, Milestone};
use serde::{Deserialize, Serialize};

/// In a row: every gate without rows of its own, or every channel.
const ANY: &str = "*";

/// One row of the table as text: `gate_id,direction,channel,milestone`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ExpectedRow {
    /// Gate id, or `*` for every gate without rows of its own for this direction.
    pub gate_id: String,
    /// `export`, `import` or `unknown`.
    pub direction: String,
    /// `*` (or empty) for every channel, else the one channel in which it is expected.
    pub channel: String,
    /// Milestone code such as `GATE_IN`.
    pub milestone: String,
}

/// Why a table of expected milestones was refused; an administrator must correct the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected milestones, row {row}: {column} {value:?} is not known")]
pub struct ExpectedError {
    /// The row, from 1, the header not counted.
    pub row: usize,
    /// The column at fault.
    pub column: &'static str,
    /// What it holds.
    pub value: String,
}

impl ExpectedError {
    /// Stable label for problems.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "expected_milestones.bad_value"
    }

    /// Who must act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        Fault::Sender
    }
}

/// A milestone and the channel in which it is expected; `None`: in every channel.
type Item = (Milestone, Option<Channel>);

/// The table of expected milestones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedMilestones {
    /// By gate (`None`: every gate without an entry of its own) and direction.
    items: BTreeMap<(Option<GateId>, Direction), Vec<Item>>,
}

impl Default for ExpectedMilestones {
    /// Returns the table of indicators.md, Q1, for every gate.
    fn default() -> Self {
        use Milestone as M;
        const EXPORT: [Milestone; 8] = [
            M::GateIn,
            M::YardIn,
            M::Weighed,
            M::DeclRegistered,
            M::Channelled,
            M::Cleared,
            M::BorderControlled,
            M::CrossedOut,
        ];
        const IMPORT: [Milestone; 8] = [
            M::CrossedIn,
            M::BorderControlled,
            M::YardIn,
            M::Weighed,
            M::DeclRegistered,
            M::Channelled,
            M::Cleared,
            M::GateOut,
        ];
        let with_inspection = |always: [Milestone; 8]| {
            let mut items: Vec<Item> = always.map(|milestone| (milestone, None)).to_vec();
            items.push((M::InspectionEnd, Some(Channel::Red)));
            items
        };
        Self {
            items: BTreeMap::from([
                ((None, Direction::Export), with_inspection(EXPORT)),
                ((None, Direction::Import), with_inspection(IMPORT)),
            ]),
        }
    }
}

impl ExpectedMilestones {
    /// Returns the default overridden by `rows`: the rows of one gate (or `*`) and direction together
    /// replace what was expected there. A row given twice counts once.
    ///
    /// # Errors
    /// [`ExpectedError`] for the first row with a value that is not known.
    pub fn from_rows(rows: impl IntoIterator<Item = ExpectedRow>) -> Result<Self, ExpectedError> {
        let mut given: BTreeMap<(Option<GateId>, Direction), Vec<Item>> = BTreeMap::new();
        for (index, row) in rows.into_iter().enumerate() {
            let (key, item) = read(index + 1, &row)?;
            let items = given.entry(key).or_default();
            if !items.contains(&item) {
                items.push(item);
            }
        }
        let mut table = Self::default();
        table.items.extend(given);
        Ok(table)
    }

    /// Returns the table as rows, for whoever recomputes a figure: `*` first, then by gate, in order.
    #[must_use]
    pub fn rows(&self) -> Vec<ExpectedRow> {
        let text =
            |gate_id: &Option<GateId>| gate_id.as_ref().map_or(ANY, GateId::as_str).to_owned();
        self.items
            .iter()
            .flat_map(|((gate_id, direction), items)| {
                items.iter().map(move |(milestone, channel)| ExpectedRow {
                    gate_id: text(gate_id),
                    direction: direction.code().to_owned(),
                    channel: channel.map_or(ANY, Channel::code).to_owned(),
                    milestone: milestone.code().to_owned(),
                })
            })
            .collect()
    }

    /// Returns what a closed crossing should have, each once; empty when nothing is expected.
    #[must_use]
    pub fn of(&self, gate_id: &GateId, direction: Direction, channel: Channel) -> Vec<Milestone> {
        let items = self
            .items
            .get(&(Some(gate_id.clone()), direction))
            .or_else(|| self.items.get(&(None, direction)));
        let mut expected: Vec<Milestone> = items
            .into_iter()
            .flatten()
            .filter(|(_, only)| only.is_none_or(|only| only == channel))
            .map(|(milestone, _)| *milestone)
            .collect();
        expected.sort_unstable();
        expected.dedup();
        expected
    }
}

fn read(
    row: usize,
    text: &ExpectedRow,
) -> Result<((Option<GateId>, Direction), Item), ExpectedError> {
    let refused = |column, value: &str| ExpectedError {
        row,
        column,
        value: value.to_owned(),
    };
    let gate_id = match text.gate_id.trim() {
        ANY => None,
        name => Some(GateId::parse(name).map_err(|_| refused("gate_id", name))?),
    };
    let direction = Direction::from_code(text.direction.trim())
        .ok_or_else(|| refused("direction", &text.direction))?;
    let channel = match text.channel.trim() {
        "" | ANY => None,
        word => Some(Channel::from_code(word).ok_or_else(|| refused("channel", word))?),
    };
    let milestone = text
        .milestone
        .trim()
        .parse()
        .map_err(|_| refused("milestone", &text.milestone))?;
    Ok(((gate_id, direction), (milestone, channel)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(text: &str) -> GateId {
        GateId::parse(text).expect("a plain name")
    }

    fn row(gate_id: &str, direction: &str, channel: &str, milestone: &str) -> ExpectedRow {
        ExpectedRow {
            gate_id: gate_id.to_owned(),
            direction: direction.to_owned(),
            channel: channel.to_owned(),
            milestone: milestone.to_owned(),
        }
    }

    #[test]
    fn by_default_eight_are_expected_and_a_red_one_also_inspected() {
        let table = ExpectedMilestones::default();
        for direction in [Direction::Export, Direction::Import] {
            let green = table.of(&gate("huu-nghi"), direction, Channel::Green);
            let red = table.of(&gate("huu-nghi"), direction, Channel::Red);
            assert_eq!((green.len(), red.len()), (8, 9));
            assert!(red.contains(&Milestone::InspectionEnd));
        }
        let unknown = table.of(&gate("huu-nghi"), Direction::Unknown, Channel::Red);
        assert!(unknown.is_empty());
    }

    #[test]
    fn the_rows_of_a_gate_and_direction_replace_the_default_there_and_nowhere_else() {
        let table = ExpectedMilestones::from_rows([
            row("coc-nam", "export", "*", "GATE_IN"),
            row("coc-nam", "export", "red", "WEIGHED"),
            row("coc-nam", "export", "*", "GATE_IN"),
        ])
        .expect("known words");
        let of = |name, direction, channel| table.of(&gate(name), direction, channel).len();
        assert_eq!(of("coc-nam", Direction::Export, Channel::Green), 1);
        assert_eq!(of("coc-nam", Direction::Export, Channel::Red), 2);
        assert_eq!(of("coc-nam", Direction::Import, Channel::Green), 8);
        assert_eq!(of("huu-nghi", Direction::Export, Channel::Green), 8);
    }

    #[test]
    fn a_table_written_as_rows_reads_back_as_itself() {
        let rows = [
            row("*", "import", "", "GATE_OUT"),
            row("chi-ma", "export", "*", "YARD_IN"),
        ];
        let table = ExpectedMilestones::from_rows(rows).expect("known words");
        assert_eq!(ExpectedMilestones::from_rows(table.rows()), Ok(table));
    }

    #[test]
    fn an_unknown_word_is_refused_with_its_row_and_column() {
        for (bad, column) in [
            (row("a b", "export", "*", "GATE_IN"), "gate_id"),
            (row("*", "north", "*", "GATE_IN"), "direction"),
            (row("*", "export", "blue", "GATE_IN"), "channel"),
            (row("*", "export", "*", "PARKED"), "milestone"),
        ] {
            let good = row("*", "export", "*", "GATE_IN");
            let error = ExpectedMilestones::from_rows([good, bad]).expect_err("an unknown word");
            assert_eq!((error.row, error.column), (2, column));
        }
    }
}
