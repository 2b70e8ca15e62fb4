//! Output messages of Viet Nam customs (`vnaccs`): a header of 398 bytes, then one field per line by position.
//!
//! `header` reads the header and masks its password, `layout` holds where each field lies (data files by edition),
//! `body` the lines and how their dates, channels and weights are read, `declaration` and `vehicle` what a message
//! of either kind tells. Source: formats.md, VNACCS output messages.

mod body;
mod declaration;
mod header;
mod layout;
mod vehicle;

use crate::{Context, Error, Part, Read, multipart};

use body::Body;
use header::Header;
use layout::Layout;

pub(crate) use header::{join, redact};

/// Reads one whole message, or says which part of a split one it is.
///
/// # Errors
/// `vnaccs.header` (not 398 bytes and a line break), `vnaccs.unknown_code` (names the known codes), `vnaccs.split` (a part that
/// cannot be put together with others),
/// `vnaccs.truncated`, `vnaccs.time` (a date or time that is none), and those of the text layer.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    // As `redact` finds the message: what is read was masked.
    let parts = multipart::split("", context.body())?;
    let (message, offset) = match parts.as_deref() {
        Some([first, ..]) => (first.content, first.offset),
        _ => (context.body(), 0),
    };
    let header = Header::read(message, offset)?;
    let layout = Layout::of(header.code).ok_or_else(|| {
        let known: Vec<&str> = Layout::codes().collect();
        let detail = format!(
            "the output code at byte {} is none of {}",
            offset + header::CODE_AT,
            known.join(", ")
        );
        Error::new("vnaccs.unknown_code", detail)
    })?;
    if let Some((message_key, number, is_last)) = header.part(offset)? {
        return Ok(Read::Part(Part {
            message_key,
            number,
            is_last,
            bytes: context
                .logged
                .record
                .body
                .slice_ref(header::unmarked(message)),
        }));
    }
    header.check_length(message, offset)?;
    let body = Body::read(message, offset, layout)?;
    let observations = match layout.is_vehicle() {
        true => vec![vehicle::read(context, &header, layout, &body)?],
        false => declaration::read(context, &header, layout, &body)?,
    };
    context.finish(observations)
}
