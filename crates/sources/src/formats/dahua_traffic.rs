//! Dahua, KBVision and CP Plus traffic events (`dahua-traffic`), in all three carriers.
//!
//! (a) `Events[0].Path=value` lines or `Code=...;data={json}` in text, bare or in a multipart stream with images;
//! (b) JSON `client.notifyEventStream`; (c) JSON `TollgateInfo` with `Picture`. The carrier is told by the bytes,
//! never by the content type. `carriers` finds the events, `event` reads those of (a) and (b), of which several frames of
//! one vehicle are one event (`frames`), and `tollgate` (c).
//! Source: formats.md, Dahua / KBVision / CP Plus.

mod carriers;
mod event;
mod frames;
mod lines;
mod tollgate;

use bordergate_model::Observation;

use crate::camera::one_per_event;
use crate::text::Text;
use crate::{Context, Error, Read, pictures};

/// What was found so far.
#[derive(Default)]
struct Found {
    observations: Vec<Observation>,
    heartbeat_count: usize,
    other_count: usize,
}

/// Reads every event of the record.
///
/// # Errors
/// `dahua.no_event` when nothing in it is an event or a heartbeat, and those of the text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut found = Found::default();
    match context.parts()? {
        None => carriers::read(context, Text::check(context.body(), 0)?, &mut found)?,
        Some(parts) => {
            for part in parts.iter().filter(|part| is_text(part.content)) {
                carriers::read(context, Text::check(part.content, part.offset)?, &mut found)?;
            }
        }
    }
    match found {
        Found { observations, .. } if !observations.is_empty() => {
            context.finish(one_per_event(observations))
        }
        Found {
            heartbeat_count: 1..,
            ..
        } => Ok(Read::Ignored {
            code: "dahua.heartbeat",
        }),
        Found {
            other_count: 1.., ..
        } => Ok(Read::Ignored {
            code: "dahua.other_event",
        }),
        _ => {
            let detail = format!(
                "no event, heartbeat or TollgateInfo in {} bytes",
                context.sent_bytes()
            );
            Err(Error::new("dahua.no_event", detail))
        }
    }
}

/// Tells text from images by the bytes: some firmware declares every part as octet-stream.
fn is_text(content: &[u8]) -> bool {
    let start = content.trim_ascii_start();
    !start.is_empty() && pictures::media_type(start).is_none()
}
