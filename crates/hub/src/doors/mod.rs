//! The doors through which records come in: one way of accepting, whatever the protocol.

pub mod accept;
pub mod bridge;
mod complaints;
pub mod files;
pub mod http;
pub mod mqtt;
mod own;
pub mod refusal;
mod report;
mod settle;
pub mod states;
mod tcp;

use std::sync::Arc;

use crate::app::App;
use crate::roles::spawn_watched;

/// Opens the doors to devices that the settings name; they close when the hub stops.
///
/// # Errors
/// When the settings of one cannot be used, or its port is taken; says which.
pub async fn start(app: &Arc<App>) -> anyhow::Result<()> {
    if let Some(door) = mqtt::open(app)? {
        spawn_watched(app, "mqtt", door.run());
    }
    tcp::start(app).await?;
    Ok(())
}
