//! What a plate reader weighed before it decided: other texts the plate may have.

use serde::{Deserialize, Serialize};

use crate::PlateNumber;

/// One reading of a plate among several of one vehicle. Personal data, so its plate prints masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The plate it would be.
    pub plate: PlateNumber,
    /// How sure the device is of it, 0 to 100 %; `None` when it does not say.
    pub confidence_percent: Option<f64>,
}
