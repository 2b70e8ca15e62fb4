//! Gate reports of container yards (`edifact-codeco`): UN/EDIFACT CODECO D.95B, several messages in one interchange.
//!
//! `charset` reads the characters (places in errors are those of the text in UTF-8), `syntax` cuts the interchange into segments, `message` reads one message. Wrong counts and failing check digits occur:
//! they are marked, not refused. Only an interchange that ends early is. Source: formats.md, UN/EDIFACT CODECO D.95B.

mod charset;
mod message;
mod syntax;

use bordergate_model::Observation;

use crate::context::MOST;
use crate::identifiers::detail;
use crate::text::Text;
use crate::{Context, Error, Read};

use message::Message;
use syntax::Segment;

/// Reads every CODECO of the interchange; messages of other types in it are passed over.
///
/// # Errors
/// `edifact.syntax`, `edifact.truncated` (no UNZ), `edifact.no_message` (no CODECO), `edifact.time`, each with its
/// place, and those of the text layer.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let body = charset::in_utf8(context.body());
    let text = Text::check(&body, 0)?;
    let interchange = syntax::segments(text)?;
    let mut header = None;
    let mut open: Option<Vec<&Segment<'_>>> = None;
    let mut observations: Vec<Observation> = Vec::new();
    // Messages of this interchange, and where its readings start.
    let (mut message_count, mut of_interchange) = (0, 0);
    for segment in &interchange.segments {
        if observations.len() > MOST {
            return context.finish(observations);
        }
        match segment.tag {
            "UNB" => {
                header = Some(segment);
                (message_count, of_interchange) = (0, observations.len());
            }
            "UNH" => open = Some(vec![segment]),
            "UNT" => {
                let Some(mut segments) = open.take() else {
                    continue;
                };
                segments.push(segment);
                message_count += 1;
                if segments[0].component(1, 0) == "CODECO" {
                    let message = Message {
                        interchange: &interchange,
                        header,
                        segments: &segments,
                    };
                    observations.extend(message.readings(context, text)?);
                }
            }
            "UNZ" => {
                let told = segment.component(0, 0).parse::<usize>();
                if told.is_ok_and(|told| told != message_count) {
                    let count = format!("{} told, {message_count} found", segment.component(0, 0));
                    for reading in &mut observations[of_interchange..] {
                        detail(&mut reading.details, "message_count", &count);
                    }
                }
                header = None;
                of_interchange = observations.len();
            }
            _ => open.iter_mut().for_each(|segments| segments.push(segment)),
        }
    }
    if header.is_some() || open.is_some() {
        let detail = format!(
            "the interchange ends inside a message or without UNZ at {}",
            text.place(text.text.len())
        );
        return Err(Error::new("edifact.truncated", detail));
    }
    if observations.is_empty() {
        let detail = format!(
            "{message_count} messages and no CODECO with equipment at {}",
            text.place(0)
        );
        return Err(Error::new("edifact.no_message", detail));
    }
    context.finish(observations)
}
