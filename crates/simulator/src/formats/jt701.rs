//! Jointech JT701 seals (formats.md, E-seal): text messages in brackets, UTC.

use super::{Sight, Wire};
use crate::wall;

/// Where the seals of this simulation are locked: the dry port of Lang Son, about.
const PLACE: &str = "21.853120,N,106.761530,E";

/// An event of the seal's own kind; the registration says what the number of its source means.
pub(super) fn event(sight: &Sight<'_>, seal: &str) -> Wire {
    let (date, time) = moment(sight);
    let (word, index) = (sight.word(), sight.serial % 1_000);
    let text = format!("({seal},P45,{date},{time},{PLACE},A,0,0,{word},0,0013953759,0,0,{index})");
    Wire::new("text/plain", text)
}

/// A message of another kind.
pub(super) fn alive(sight: &Sight<'_>) -> Wire {
    let (date, time) = moment(sight);
    Wire::new("text/plain", format!("(7591225008,P22,{date},{time})"))
}

/// Returns `ddMMyy` and `HHmmss`.
fn moment(sight: &Sight<'_>) -> (String, String) {
    let utc = wall::utc_iso(sight.device_at, 0);
    let date = format!("{}{}{}", &utc[8..10], &utc[5..7], &utc[2..4]);
    (date, utc[11..19].replace(':', ""))
}
