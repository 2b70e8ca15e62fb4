//! VNACCS output messages: header of 398 bytes, then one field per line (formats.md, VNACCS).

use bordergate_model::Channel;

use super::Wire;
use crate::telling::{Declaration, What};
use crate::wall;

const HEADER_BYTES: usize = 398;
/// What stands in the password field; the door must mask it.
const PASSWORD: &str = "Sim#2026";

/// Writes the message of a declaration or a vehicle's passage, sent at `sent_at`; `None` for anything else.
pub(crate) fn message(
    what: &What,
    serial: u64,
    office: &str,
    place: &str,
    sent_at: i64,
) -> Option<Wire> {
    let (code, subject, fields) = match what {
        What::Declaration(told) if told.code.starts_with("VAD") => (
            told.code.as_str(),
            told.number.as_str(),
            import(told, office, place),
        ),
        What::Declaration(told) => (told.code.as_str(), told.number.as_str(), export(told)),
        What::Passage {
            code,
            plate,
            number,
        } => (
            *code,
            number.as_str(),
            passage(&plate.tail, plate.is_chinese(), number, place, sent_at),
        ),
        _ => return None,
    };
    let body: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let mut header = vec![b' '; HEADER_BYTES];
    let mut put = |at: usize, length: usize, text: &str| {
        let text = &text.as_bytes()[..text.len().min(length)];
        header[at..at + text.len()].copy_from_slice(text);
    };
    put(3, 5, &code[..3]);
    put(8, 7, code);
    put(15, 14, &wall::compact(sent_at));
    put(29, 8, "HQLS0001");
    put(37, 8, PASSWORD);
    put(115, 64, subject);
    put(219, 26, &format!("{}{serial:012}", wall::compact(sent_at)));
    put(245, 3, "001");
    put(248, 1, "E");
    put(249, 1, "R");
    put(392, 6, &format!("{:06}", HEADER_BYTES + 2 + body.len()));
    header.extend(b"\r\n");
    header.extend(body.bytes());
    Some(Wire::new("text/plain; charset=utf-8", header))
}

/// Fields of a body by their positions, from 1.
struct Fields(Vec<String>);

impl Fields {
    fn new(count: usize) -> Self {
        Self(vec![String::new(); count])
    }

    fn put(&mut self, position: usize, text: impl Into<String>) {
        self.0[position - 1] = text.into();
    }

    fn put_moment(&mut self, position: usize, at: Option<i64>) {
        if let Some(at) = at {
            self.put(position, wall::customs_day(at));
            self.put(position + 1, wall::customs_time(at));
        }
    }
}

/// VAD?AC and VAD?AG. The truck is free text that loses the province character.
fn import(told: &Declaration, office: &str, place: &str) -> Vec<String> {
    let is_permit = told.cleared_at.is_some();
    let mut fields = Fields::new(if is_permit { 214 } else { 60 });
    fields.put(1, &told.number);
    fields.put(7, class(told.channel));
    fields.put(10, "4");
    fields.put(13, office);
    fields.put_moment(15, Some(told.registered_at));
    fields.put(47, told.gross_kg.to_string());
    fields.put(48, "KGM");
    fields.put(49, told.containers.len().to_string());
    fields.put(52, place);
    fields.put(57, format!("XE TAI/{}", told.truck.tail));
    fields.put(58, wall::customs_day(told.registered_at));
    if is_permit {
        fields.put_moment(208, told.cleared_at);
        fields.put_moment(210, told.inspected_at);
    }
    fields.0
}

/// VAE?LD (up to position 96) and VAE?LF.
fn export(told: &Declaration) -> Vec<String> {
    let is_permit = told.cleared_at.is_some();
    let mut fields = Fields::new(if is_permit { 175 } else { 96 });
    fields.put(1, &told.number);
    fields.put(7, class(told.channel));
    fields.put_moment(14, Some(told.registered_at));
    fields.put(41, told.gross_kg.to_string());
    fields.put(42, "KGM");
    // The vehicle stands in one of two fields.
    let position = if told.number.as_bytes()[10].is_multiple_of(2) {
        50
    } else {
        51
    };
    fields.put(position, told.truck.tail.clone());
    if is_permit {
        fields.put_moment(100, told.inspected_at);
        fields.put_moment(102, told.cleared_at);
        for (place, container) in told.containers.iter().enumerate() {
            fields.put(124 + place, container);
        }
    }
    fields.0
}

/// VAA312 and VAA352: passage to the minute; the number is the vehicle's own declaration.
fn passage(plate: &str, is_chinese: bool, number: &str, place: &str, at: i64) -> Vec<String> {
    let mut fields = Fields::new(112);
    let (day, minute) = (
        wall::customs_day(at),
        wall::customs_time(at)[..4].to_owned(),
    );
    fields.put(1, number);
    fields.put(2, place);
    for (day_at, minute_at) in [(4, 5), (6, 7), (110, 111)] {
        fields.put(day_at, &day);
        fields.put(minute_at, &minute);
    }
    fields.put(72, plate);
    fields.put(73, if is_chinese { "CN" } else { "VN" });
    fields.0
}

fn class(channel: Channel) -> &'static str {
    match channel {
        Channel::Red => "3",
        Channel::Yellow => "2",
        _ => "1",
    }
}
