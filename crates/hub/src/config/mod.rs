//! The hub's settings: what can be set, its default, and what it means.
//!
//! One macro writes the structure and its documentation, so that `check-config --keys` and the
//! example in `deploy/` cannot differ from the code. Where values come from: `load`.

mod bridge;
mod check;
mod check_doors;
mod devices;
mod entry;
mod folders;
mod gdc;
mod images;
mod kafka;
mod load;
mod network;
mod settings;

pub use bridge::{Begin, Bridge, BridgeTopic, OnGap};
pub use check::check;
pub use devices::{Scale, SealPort};
pub use folders::{Folder, Split};
pub use gdc::{Gdc, GdcSource};
pub use images::S3Url;
pub use kafka::KafkaSecurity;
pub use load::load;
pub use network::Network;
pub use settings::{Images, Log, Mqtt, Settings, Telemetry, keys};
