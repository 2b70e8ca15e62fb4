//! Impinj R700 RFID readers (`impinj-r700`): tag events as a JSON list, one object, or one object a line.
//!
//! A passing vehicle gives hundreds of reads: those of one tag at one antenna within a record become one observation
//! (first and last seen, count, strongest signal). Its event id is a hash over those, so a repeated record is a
//! duplicate; joining what several records tell of one visit is left to linking, by the tag. The registration maps
//! antennas by name or port, else `*`. Source: formats.md, RFID.

use std::collections::HashMap;

use bordergate_model::{Observation, Occurred};

use crate::camera::{documents, messages};
use crate::identifiers::{detail, tags};
use crate::json::{self, Fields};
use crate::text::Text;
use crate::{Context, Error, Read, event_id};

/// The reads of one tag at one antenna.
struct Seen {
    tag: String,
    antenna: String,
    first: Occurred,
    last: Occurred,
    strongest_cdbm: Option<f64>,
    read_count: usize,
    kept: Vec<(&'static str, String)>,
}

/// Reads and joins the tag events of a record.
///
/// # Errors
/// `impinj.no_event` (an object that is no event), `impinj.no_tag` (a tag event without an EPC), and those of the
/// text, JSON and multipart layers.
pub(crate) fn read(context: &Context<'_>) -> Result<Read, Error> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    for text in documents(context, "impinj.no_event")? {
        for text in lines(text) {
            let document = json::parse(text)?;
            for event in messages(document.root()) {
                let Some(one) = seen_of(context, &event)? else {
                    continue;
                };
                match places.get(&(one.tag.clone(), one.antenna.clone())) {
                    Some(&place) => seen[place].join(one),
                    None => {
                        places.insert((one.tag.clone(), one.antenna.clone()), seen.len());
                        seen.push(one);
                    }
                }
            }
        }
    }
    if seen.is_empty() {
        return Ok(Read::Ignored {
            code: "impinj.other_event",
        });
    }
    context.finish(
        seen.into_iter()
            .map(|one| one.observation(context))
            .collect(),
    )
}

/// Returns the lines of a stream of objects, or the whole text when its first line is no whole object.
fn lines(text: Text<'_>) -> Vec<Text<'_>> {
    let first = text
        .text
        .trim_start()
        .lines()
        .next()
        .unwrap_or_default()
        .trim();
    if !(first.starts_with('{') && first.ends_with('}')) {
        return vec![text];
    }
    let mut offset = text.offset;
    let pieces = text.text.split_inclusive('\n').map(|line| {
        let line = Text { text: line, offset };
        offset += line.text.len();
        line
    });
    pieces.filter(|line| !line.text.trim().is_empty()).collect()
}

/// Returns what one event saw; `None` for events of other kinds (antennas, GPIO, start and stop).
fn seen_of(context: &Context<'_>, event: &Fields<'_>) -> Result<Option<Seen>, Error> {
    let kind = event.scalar("eventType");
    if kind.as_deref().is_some_and(|kind| kind != "tagInventory") {
        return Ok(None);
    }
    let inventory = match event.child("tagInventoryEvent") {
        Some(inventory) => inventory,
        None if kind.is_none()
            && ["epc", "epcHex"]
                .iter()
                .any(|name| event.at(name).is_some()) =>
        {
            *event
        }
        None if kind.is_none() && event.is_object() && is_other_event(event) => return Ok(None),
        None => return Err(event.error("impinj.no_event", "tagInventoryEvent", "must be given")),
    };
    let Some(tag) = tag_of(&inventory) else {
        return Err(inventory.error("impinj.no_tag", "epc", "or epcHex must be given"));
    };
    let antenna = inventory.first_scalar(&["antennaName", "antennaPort"]);
    let at = occurred(context, event, &inventory)?;
    let keep = |name: &'static str| Some((name, inventory.scalar(name)?.into_owned()));
    let mut kept: Vec<_> = ["antennaPort", "antennaName", "tidHex"]
        .into_iter()
        .filter_map(keep)
        .collect();
    kept.extend(
        event
            .scalar("hostname")
            .map(|name| ("hostname", name.into_owned())),
    );
    Ok(Some(Seen {
        tag,
        antenna: antenna.unwrap_or_default().to_lowercase(),
        first: at.clone(),
        last: at,
        strongest_cdbm: inventory.figure("peakRssiCdbm"),
        read_count: 1,
        kept,
    }))
}

/// Tells an event of another kind without a type: it is dated and names something `...Event`.
fn is_other_event(event: &Fields<'_>) -> bool {
    event.held().any(|field| field.name().ends_with("Event"))
}

/// The EPC in hexadecimal: `epcHex`, else `epc` in base64 (both alphabets), or already in hexadecimal.
fn tag_of(inventory: &Fields<'_>) -> Option<String> {
    if let Some(hex) = inventory.scalar("epcHex") {
        return Some(hex.to_ascii_uppercase());
    }
    let epc = inventory.scalar("epc")?;
    // Sixteen base64 characters that are all hexadecimal digits happen once in 25 million tags.
    if epc.len() >= 16 && epc.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(epc.to_ascii_uppercase());
    }
    Some(match base64(&epc) {
        Some(bytes) if !bytes.is_empty() => hex::encode_upper(bytes),
        _ => epc.into_owned(),
    })
}

/// Reads base64 with or without padding; `None` when a character belongs to neither alphabet.
fn base64(text: &str) -> Option<Vec<u8>> {
    let (mut bits, mut bit_count, mut bytes) =
        (0_u32, 0_u32, Vec::with_capacity(text.len() * 3 / 4));
    for byte in text.trim_end_matches('=').bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xfff;
        bit_count += 6;
        if bit_count >= 8 {
            bit_count -= 8;
            bytes.push((bits >> bit_count) as u8);
        }
    }
    Some(bytes)
}

fn occurred(
    context: &Context<'_>,
    event: &Fields<'_>,
    inventory: &Fields<'_>,
) -> Result<Occurred, Error> {
    let last_seen = inventory.scalar("lastSeenTime");
    let text = last_seen.or_else(|| event.scalar("timestamp"));
    let dated = text
        .as_deref()
        .map(|text| context.iso(text))
        .transpose()?
        .flatten();
    Ok(dated.unwrap_or_else(|| context.received(text.as_deref())))
}

impl Seen {
    fn join(&mut self, other: Self) {
        if other.first.at < self.first.at {
            self.first = other.first;
        }
        if other.last.at > self.last.at {
            self.last = other.last;
        }
        self.strongest_cdbm = match (self.strongest_cdbm, other.strongest_cdbm) {
            (Some(one), Some(two)) => Some(one.max(two)),
            (one, two) => one.or(two),
        };
        self.read_count += other.read_count;
    }

    fn observation(self, context: &Context<'_>) -> Observation {
        let port = self.kept.iter().find(|(name, _)| *name == "antennaPort");
        let by_port = port.and_then(|(_, port)| context.source.readings.get(port).copied());
        let word = Some(self.antenna.as_str()).filter(|word| !word.is_empty());
        let by_name = word.and_then(|word| context.source.readings.get(word).copied());
        let mut observation =
            context.observation(by_name.or(by_port).or_else(|| context.source.meaning(None)));
        let text = |occurred: &Occurred| occurred.text.clone().unwrap_or_default();
        let (first, last, count) = (
            text(&self.first),
            text(&self.last),
            self.read_count.to_string(),
        );
        // A reading without a time cannot be told from the next of the same tag.
        if !first.is_empty() {
            let host = self.kept.iter().find(|(name, _)| *name == "hostname");
            let host = host.map(|(_, host)| host.as_str()).unwrap_or_default();
            let fields = [host, &self.tag, &self.antenna, &first, &last, &count];
            observation.event_id = Some(event_id::derived(&fields));
        }
        observation.occurred = self.first;
        tags(&mut observation, [self.tag.as_str()]);
        for (name, value) in &self.kept {
            detail(&mut observation.details, name, value);
        }
        detail(&mut observation.details, "last_seen", &last);
        detail(&mut observation.details, "read_count", &count);
        if let Some(strongest) = self.strongest_cdbm {
            detail(
                &mut observation.details,
                "peakRssiCdbm",
                &strongest.to_string(),
            );
        }
        observation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_and_any_padding_are_read() {
        for (text, expected) in [
            ("4oBo_A==", Some("E28068FC")),
            ("4oBo/A", Some("E28068FC")),
            ("", Some("")),
            ("a b", None),
        ] {
            assert_eq!(
                base64(text).map(hex::encode_upper).as_deref(),
                expected,
                "{text}"
            );
        }
    }
}
