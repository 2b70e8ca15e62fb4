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
            direction: None,
            cargo: None,
            is_loaded: None,
            corrects: None,
        }
    }
}
