//! One thing that a device or system tells: the event behind a message, before noise and before any format.

use bordergate_model::{CargoClass, Channel, Direction, Milestone};

use crate::border::Spot;
use crate::identity::Plate;

/// What one message is to say, where, and when it is said.
#[derive(Clone, Debug)]
pub(crate) struct Telling {
    /// Number of the gate.
    pub(crate) gate: usize,
    /// Where.
    pub(crate) spot: Spot,
    /// When the device or system speaks.
    pub(crate) told_at: i64,
    /// What it says.
    pub(crate) what: What,
    /// What the vehicle's visit is called.
    pub(crate) visit: usize,
}

/// What is said.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A camera sees a plate.
    Plate { milestone: Milestone, plate: Plate },
    /// A vehicle is weighed.
    Weighing {
        plate: Plate,
        gross_kg: i64,
        tare_kg: i64,
    },
    /// The numbers on a vehicle's boxes are read.
    Boxes {
        milestone: Milestone,
        numbers: Vec<String>,
    },
    /// An antenna reads a tag.
    Tag { milestone: Milestone, tag: String },
    /// An electronic seal is locked.
    Seal { milestone: Milestone, seal: String },
    /// A yard tells of a vehicle at its gate, to the minute.
    YardReport(YardReport),
    /// The customs container list service is asked about a cleared declaration: undated.
    ContainerList(ContainerList),
    /// The single window answers.
    Response(Response),
    /// Customs tells of a goods declaration.
    Declaration(Declaration),
    /// Customs tells of a vehicle's passage, to the minute.
    Passage {
        code: &'static str,
        plate: Plate,
        number: String,
    },
    /// An agency reports a milestone.
    Report(Box<Report>),
    /// The device is alive; nothing to keep.
    Alive,
}

/// What a yard tells.
#[derive(Clone, Debug)]
pub(crate) struct YardReport {
    pub(crate) milestone: Milestone,
    pub(crate) plate: Plate,
    /// One or more.
    pub(crate) containers: Vec<String>,
    /// On the first box.
    pub(crate) seal: Option<String>,
    pub(crate) gross_kg: i64,
}

/// What the container list service answers of a declaration that is cleared.
#[derive(Clone, Debug)]
pub(crate) struct ContainerList {
    /// Twelve digits.
    pub(crate) number: String,
    pub(crate) channel: Channel,
    pub(crate) registered_at: i64,
    pub(crate) containers: Vec<String>,
    pub(crate) gross_kg: i64,
}

/// What the single window answers.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) milestone: Milestone,
    pub(crate) at: i64,
    /// Twelve digits.
    pub(crate) number: String,
}

/// State of a goods declaration.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    /// Output code such as `VAD1AC`.
    pub(crate) code: String,
    /// Twelve digits.
    pub(crate) number: String,
    pub(crate) channel: Channel,
    pub(crate) registered_at: i64,
    /// Only in permits of red declarations.
    pub(crate) inspected_at: Option<i64>,
    /// Only in permits.
    pub(crate) cleared_at: Option<i64>,
    pub(crate) truck: Plate,
    pub(crate) containers: Vec<String>,
    pub(crate) gross_kg: i64,
}

/// A milestone report.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    /// The report's own id.
    pub(crate) id: String,
    pub(crate) milestone: Milestone,
    pub(crate) at: i64,
    pub(crate) plate: Option<Plate>,
    pub(crate) to_plate: Option<Plate>,
    pub(crate) trailer: Option<Plate>,
    pub(crate) trip: Option<String>,
    pub(crate) containers: Vec<String>,
    pub(crate) declarations: Vec<String>,
    pub(crate) seals: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) direction: Option<Direction>,
    pub(crate) cargo: Option<CargoClass>,
    pub(crate) is_loaded: Option<bool>,
    /// Id of the report it corrects.
    pub(crate) corrects: Option<String>,
}

impl Report {
    /// Returns a report of nothing but its milestone and time.
    pub(crate) fn new(id: String, milestone: Milestone, at: i64) -> Self {
        Self {
            id,
            milestone,
            at,
            plate: None,
            to_plate: None,
            trailer: None,
            trip: None,
            containers: Vec::new(),
            declarations: Vec::new(),
            seals: Vec::new(),
            tags: Vec::new(),
            direction: None,
            cargo: None,
            is_loaded: None,
            corrects: None,
        }
    }
}
