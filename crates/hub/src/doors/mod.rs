//! The doors through which records come in: one way of accepting, whatever the protocol.

pub mod accept;
pub mod bridge;
mod complaints;
pub mod files;
pub mod gdc;
pub mod http;
mod lease;
pub mod mqtt;
mod own;
mod pauses;
pub mod refusal;
mod report;
mod settle;
pub mod states;
mod tcp;

use std::sync::Arc;

use uuid::Uuid;

use crate::app::App;
use crate::roles::spawn_watched;

/// Opens the doors that the settings name: to a broker, to devices, into folders, to other systems' topics and to
/// customs services. They close when the hub stops.
///
/// # Errors
/// When the settings of one cannot be used, or its port is taken; says which.
pub async fn start(app: &Arc<App>) -> anyhow::Result<()> {
    if let Some(door) = mqtt::open(app)? {
        spawn_watched(app, "mqtt", door.run());
    }
    tcp::start(app).await?;
    for (index, folder) in app.settings.folders.iter().enumerate() {
        let watching = files::watch(Arc::clone(app), folder.clone());
        spawn_watched(app, &format!("folder {}", index + 1), watching);
    }
    let owner = Uuid::new_v4();
    for (index, bridge) in app.settings.bridge.iter().enumerate() {
        let reading = bridge::read(Arc::clone(app), bridge.clone(), owner);
        spawn_watched(app, &format!("bridge {}", index + 1), reading);
    }
    for (index, entry) in app.settings.gdc.iter().enumerate() {
        let asking = gdc::ask(Arc::clone(app), entry.clone(), owner);
        spawn_watched(app, &format!("gdc {}", index + 1), asking);
    }
    Ok(())
}
