//! The TCP doors: devices that send bytes and nothing around them.
//!
//! Scales send their weight without an end, and keep nothing; electronic seals send reports and repeat each until it is
//! answered. How a stream is cut into records is `bordergate_sources::stream`'s; here are connections, limits and the
//! order of things: cut, append, answer.

mod peers;
mod scale;
mod seals;

use std::sync::Arc;

use bordergate_model::SourceId;
use bytes::Bytes;

use super::accept::Offer;
use super::refusal::Refusal;
use crate::app::App;

/// Opens the doors that the settings name.
///
/// # Errors
/// When an entry cannot be used or its port is taken; says which.
pub async fn start(app: &Arc<App>) -> anyhow::Result<()> {
    let tcp = &app.settings.tcp;
    for (index, entry) in tcp.scales.iter().enumerate() {
        scale::start(app, index + 1, entry).await?;
    }
    for (index, entry) in tcp.seals.iter().enumerate() {
        seals::start(app, index + 1, entry).await?;
    }
    Ok(())
}

/// Returns the offer of a record that was cut from the stream of a source as `format`.
///
/// # Errors
/// [`Refusal::Format`] when the source is registered with another one.
fn offer(
    app: &App,
    source_id: &SourceId,
    format: &'static str,
    content_type: &str,
    record: Vec<u8>,
) -> Result<Offer, Refusal> {
    let registrations = app.registrations.snapshot();
    if let Some(source) = registrations.source(source_id)
        && source.format != format
    {
        return Err(Refusal::Format {
            source_id: source_id.to_string(),
            format: source.format.clone(),
            cut: format,
        });
    }
    Ok(Offer {
        source_id: source_id.clone(),
        key: None,
        content_type: content_type.to_owned(),
        received_at: None,
        traceparent: None,
        device_headers: Vec::new(),
        body: Bytes::from(record),
    })
}
