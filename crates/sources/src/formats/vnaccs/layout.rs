//! Where each field of each message lies, from the data files of one edition.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bordergate_model::{Direction, Milestone};
use serde::Deserialize;

/// The edition in force; layouts of other years are other folders.
const CODES: &str = include_str!("../../../layouts/vnaccs/2014/codes.csv");
const FIELDS: &str = include_str!("../../../layouts/vnaccs/2014/fields.csv");

/// What a field means to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Means {
    Declaration,
    Class,
    TransportMode,
    OfficeName,
    RegisteredDate,
    RegisteredTime,
    GrossWeight,
    GrossUnit,
    /// The number of containers.
    Containers,
    /// A container's number.
    Container,
    BondedArea,
    BorderGate,
    /// Free text that names the truck.
    Truck,
    /// A field that may name the vehicle.
    Vehicle,
    ArrivalDate,
    ArrivalTime,
    PermissionDate,
    PermissionTime,
    PermitDate,
    PermitTime,
    InspectionDate,
    InspectionTime,
    TransportStartDate,
    TransportArrivalDate,
    VehicleDeclaration,
    GateCode,
    Plate,
    Country,
    Chassis,
    PassageDate,
    PassageTime,
    /// A vehicle as `CC-PLATE`, with the code of its country.
    CountryAndPlate,
    /// A seal's number.
    Seal,
}

/// One message's layout.
#[derive(Debug)]
pub(super) struct Layout {
    /// The milestone the message is sent for; `None` when what it tells is no milestone of a crossing.
    pub(super) tells: Option<Milestone>,
    /// What the message is sent for, in a word of ours.
    pub(super) about: String,
    /// `None` for messages of either direction.
    pub(super) direction: Option<Direction>,
    /// The channel digit in the code; `None` for messages without one.
    pub(super) digit: Option<char>,
    /// Whether the layout was not at hand and is a similar message's.
    pub(super) is_assumed: bool,
    positions: BTreeMap<Means, Vec<usize>>,
}

impl Layout {
    /// Returns the layout of an output code; `None` for one we do not read.
    pub(super) fn of(code: &str) -> Option<&'static Self> {
        LAYOUTS.get(code)
    }

    /// Returns every output code that is read, in order.
    pub(super) fn codes() -> impl Iterator<Item = &'static str> {
        LAYOUTS.keys().map(String::as_str)
    }

    /// Returns the positions that mean something, counted from 1; none when the message has no such field.
    pub(super) fn positions(&self, means: Means) -> &[usize] {
        self.positions.get(&means).map_or(&[], Vec::as_slice)
    }

    /// Tells a message about a vehicle from one about a declaration.
    pub(super) fn is_vehicle(&self) -> bool {
        !self.positions(Means::Plate).is_empty()
    }
}

#[derive(Deserialize)]
struct CodeRow {
    code: String,
    layout: String,
    until: Option<usize>,
    tells: Option<Milestone>,
    direction: Option<Direction>,
    digit: Option<char>,
    assumed: String,
    about: String,
}

#[derive(Deserialize)]
struct FieldRow {
    layout: String,
    position: usize,
    count: usize,
    means: Means,
}

static LAYOUTS: LazyLock<BTreeMap<String, Layout>> = LazyLock::new(|| {
    let fields: Vec<FieldRow> = rows(FIELDS);
    let layout = |row: CodeRow| {
        let until = row.until.unwrap_or(usize::MAX);
        let mut positions: BTreeMap<Means, Vec<usize>> = BTreeMap::new();
        for field in fields.iter().filter(|field| field.layout == row.layout) {
            let lines = field.position..field.position + field.count;
            positions
                .entry(field.means)
                .or_default()
                .extend(lines.filter(|&position| position <= until));
        }
        let layout = Layout {
            tells: row.tells,
            about: row.about,
            direction: row.direction,
            digit: row.digit,
            is_assumed: row.assumed == "yes",
            positions,
        };
        (row.code, layout)
    };
    rows(CODES).into_iter().map(layout).collect()
});

fn rows<T: serde::de::DeserializeOwned>(table: &str) -> Vec<T> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    rows.expect("the tables are part of the program and a test reads them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read_and_every_code_has_a_layout() {
        assert_eq!(Layout::codes().count(), 23);
        // The number of a bonded transport lies where no document at hand says.
        for code in Layout::codes().filter(|code| !code.starts_with("VAS")) {
            let layout = Layout::of(code).expect("listed");
            let subject = if layout.is_vehicle() {
                Means::PassageDate
            } else {
                Means::Declaration
            };
            assert_eq!(layout.positions(subject).len(), 1, "{code}");
        }
    }

    #[test]
    fn an_assumed_layout_ends_where_it_is_known_to_hold() {
        let (assumed, whole) = (
            Layout::of("VAE2LD").expect("listed"),
            Layout::of("VAE1LF").expect("listed"),
        );
        assert!(assumed.is_assumed && !whole.is_assumed);
        assert_eq!(assumed.positions(Means::Vehicle), [50, 51]);
        assert_eq!(assumed.positions(Means::PermitDate), [0_usize; 0]);
        assert_eq!(
            (
                whole.positions(Means::Container).first(),
                whole.positions(Means::Container).last()
            ),
            (Some(&124), Some(&173))
        );
    }

    #[test]
    fn positions_are_those_of_the_documents() {
        for (code, means, expected) in [
            ("VAD3AC", Means::Class, 7),
            ("VAD1AC", Means::RegisteredDate, 15),
            ("VAD2AG", Means::PermitTime, 209),
            ("VAD1AG", Means::InspectionDate, 210),
            ("VAE1LF", Means::RegisteredTime, 15),
            ("VAE2LF", Means::PermitDate, 102),
            ("VAA352", Means::Plate, 72),
            ("VAA312", Means::PassageTime, 111),
        ] {
            assert_eq!(
                Layout::of(code).expect("listed").positions(means),
                [expected],
                "{code}"
            );
        }
    }
}
