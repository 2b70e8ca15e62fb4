//! One frame: STX, status A, B, C, six digits of weight, six of tare (absent in the short form), CR, perhaps a checksum.
//!
//! Seven data bits: the eighth may be parity and is not looked at. Leading zeros may be blanks. The checksum makes the
//! seven low bits of the sum of all bytes from STX on zero; a frame that fails it, half frames and noise between frames
//! are counted and left out. Layout: the vendor's tables of the continuous output and its status words.

use crate::Error;

const STX: u8 = 0x02;
const CR: u8 = 0x0d;
const LF: u8 = 0x0a;
/// STX and the three status bytes.
const HEAD: usize = 4;
const DIGITS: usize = 6;

/// What one frame tells, weights in kilograms.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Frame {
    /// The weight shown: gross, or net when `is_net`; negative below zero.
    pub(super) weight_kg: f64,
    pub(super) tare_kg: f64,
    pub(super) is_net: bool,
    pub(super) is_moving: bool,
    /// Over the scale's capacity, or under its zero.
    pub(super) is_overload: bool,
}

impl Frame {
    /// Returns the gross weight.
    pub(super) fn gross_kg(&self) -> f64 {
        if self.is_net {
            self.weight_kg + self.tare_kg
        } else {
            self.weight_kg
        }
    }
}

/// Returns every whole frame in order, and how many were broken.
///
/// # Errors
/// `mettler.no_frame` when there is none, with the byte of the first that is broken; `mettler.unit`.
pub(super) fn all(body: &[u8]) -> Result<(Vec<Frame>, usize), Error> {
    let mut frames = Vec::new();
    let (mut broken_count, mut first_broken) = (0, None);
    let mut at = 0;
    while let Some(found) = body.get(at..).and_then(start) {
        let begin = at + found;
        match length(&body[begin..]) {
            Ok(length) => {
                frames.push(frame(&body[begin..], begin)?);
                at = begin + length;
            }
            Err(problem) => {
                broken_count += 1;
                first_broken = first_broken.or(Some((begin, problem)));
                at = begin + 1;
            }
        }
    }
    if frames.is_empty() {
        let detail = match first_broken {
            Some((begin, problem)) => format!("no whole frame; the one at byte {begin} {problem}"),
            None => format!("no frame starts in {} bytes", body.len()),
        };
        return Err(Error::new("mettler.no_frame", detail));
    }
    Ok((frames, broken_count))
}

/// What the bytes of a stream begin with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Head {
    /// A whole frame of so many bytes, with its checksum or line feed; its gross weight, `None` when the scale tells
    /// none: overload, or a unit that is no truck scale's.
    Frame {
        length: usize,
        gross_kg: Option<f64>,
    },
    /// So many bytes that are no frame.
    Noise(usize),
    /// What may be a frame once there is more.
    More,
}

/// Returns what the bytes begin with. More bytes never change the answer, except for [`Head::More`].
///
/// A byte of the next frame must be there before a frame is whole: it may be the checksum. A checksum that looks like the
/// start of a frame is left to the next one, where it is noise.
pub(crate) fn head(bytes: &[u8]) -> Head {
    match start(bytes) {
        Some(0) => {}
        Some(noise) => return Head::Noise(noise),
        None if bytes.is_empty() => return Head::More,
        None => return Head::Noise(bytes.len()),
    }
    let Some(end) = shape(bytes) else {
        let status_and_digits = bytes[1..].split_at((HEAD - 1).min(bytes.len() - 1));
        let may_grow = bytes.len() <= HEAD + 2 * DIGITS
            && status_and_digits.0.iter().all(is_status)
            && status_and_digits.1.iter().all(is_digit);
        return if may_grow { Head::More } else { Head::Noise(1) };
    };
    let Some(next) = bytes.get(end + 1) else {
        return Head::More;
    };
    let whole = &bytes[..=end + 1];
    let length = match next & 0x7f {
        STX => end + 1,
        LF => whole.len(),
        _ if has_right_sum(whole) => whole.len(),
        _ => return Head::Noise(1),
    };
    let weighed = frame(bytes, 0).ok().filter(|frame| !frame.is_overload);
    Head::Frame {
        length,
        gross_kg: weighed.map(|frame| frame.gross_kg()),
    }
}

/// Tells whether the last byte makes the seven low bits of the sum zero.
fn has_right_sum(bytes: &[u8]) -> bool {
    let sum = |sum: u8, byte: &u8| sum.wrapping_add(byte & 0x7f);
    bytes.iter().fold(0, sum) & 0x7f == 0
}

fn is_digit(byte: &u8) -> bool {
    matches!(byte & 0x7f, b'0'..=b'9' | b' ')
}

fn is_status(byte: &u8) -> bool {
    byte & 0x7f >= 0x20
}

fn start(bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|byte| byte & 0x7f == STX)
}

/// Returns where the carriage return of a frame lies; `None` when the bytes have not the shape of one.
fn shape(bytes: &[u8]) -> Option<usize> {
    if bytes.first()? & 0x7f != STX || !bytes.get(1..HEAD)?.iter().all(is_status) {
        return None;
    }
    let end = bytes.iter().skip(HEAD).position(|byte| !is_digit(byte))? + HEAD;
    let is_whole = end == HEAD + DIGITS || end == HEAD + 2 * DIGITS;
    (is_whole && bytes[end] & 0x7f == CR).then_some(end)
}

/// Returns the length of a frame with its checksum, if it has one; what is wrong when it is broken.
fn length(bytes: &[u8]) -> Result<usize, &'static str> {
    let end = shape(bytes).ok_or("is cut or not of 6 or 12 digits")?;
    let next = end + 1;
    if bytes
        .get(next..)
        .is_none_or(|rest| rest.is_empty() || shape(rest).is_some())
    {
        return Ok(next);
    }
    match bytes[next] & 0x7f {
        _ if has_right_sum(&bytes[..=next]) => Ok(next + 1),
        // A line break some converters add, or the start of a frame that is cut.
        LF | STX => Ok(next),
        _ => Err("fails its checksum"),
    }
}

/// Reads a frame of whole shape that starts at `begin` of the body.
fn frame(bytes: &[u8], begin: usize) -> Result<Frame, Error> {
    let [_, a, b, c, ..] = *bytes else {
        unreachable!("its shape was looked at");
    };
    let bit = |byte: u8, at: u32| byte >> at & 1 == 1;
    // The decimal point: 0 is two zeros behind the digits, 2 none, 7 five decimals.
    let scale = 10_f64.powi(2 - i32::from(a & 7));
    let factor = factor(c & 7, bit(b, 4)).ok_or_else(|| {
        let at = begin + HEAD - 1;
        Error::new(
            "mettler.unit",
            format!("the unit in status C at byte {at} is no truck scale's"),
        )
    })?;
    let number = |from: usize| {
        let digits = bytes.get(from..from + DIGITS).unwrap_or_default();
        let digits = digits
            .iter()
            .map(|byte| byte & 0x7f)
            .filter(u8::is_ascii_digit);
        let whole = digits.fold(0_u32, |whole, digit| whole * 10 + u32::from(digit - b'0'));
        rounded(f64::from(whole) * scale * factor)
    };
    let has_tare = bytes[HEAD + DIGITS] & 0x7f != CR;
    let weight = number(HEAD);
    Ok(Frame {
        weight_kg: if bit(b, 1) { -weight } else { weight },
        tare_kg: if has_tare { number(HEAD + DIGITS) } else { 0.0 },
        is_net: bit(b, 0),
        is_moving: bit(b, 3),
        is_overload: bit(b, 2),
    })
}

/// Returns kilograms per unit; `None` for ounces and the like.
fn factor(further_unit: u8, is_kg: bool) -> Option<f64> {
    match further_unit {
        0 if is_kg => Some(1.0),
        0 => Some(0.453_592_37),
        1 => Some(0.001),
        2 => Some(1_000.0),
        6 => Some(907.184_74),
        _ => None,
    }
}

/// Rounds to grams: the product of decimal factors has none finer.
fn rounded(kg: f64) -> f64 {
    (kg * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(status: [u8; 3], digits: &str, has_checksum: bool) -> Vec<u8> {
        let mut bytes = [&[STX][..], &status, digits.as_bytes(), &[CR]].concat();
        if has_checksum {
            let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
            bytes.push(sum.wrapping_neg() & 0x7f);
        }
        bytes
    }

    #[test]
    fn units_points_and_signs_are_read_from_the_status() {
        for (status, expected) in [
            ([0x2a, 0x30, 0x20], 38_520.0),
            ([0x29, 0x30, 0x20], 385_200.0),
            ([0x2b, 0x30, 0x20], 3_852.0),
            ([0x2a, 0x32, 0x20], -38_520.0),
            ([0x2a, 0x20, 0x20], 17_472.378),
            ([0x2d, 0x30, 0x22], 38_520.0),
        ] {
            let (frames, _) = all(&bytes(status, "038520000000", false)).expect("a frame");
            assert_eq!(frames[0].weight_kg, expected, "{status:x?}");
        }
    }

    #[test]
    fn a_checksum_is_checked_where_there_is_one() {
        let status = [0x2a, 0x30, 0x20];
        let mut broken = bytes(status, "038520000000", true);
        broken[6] = b'9';
        let good = bytes(status, "038520000000", true);
        let (frames, broken_count) =
            all(&[broken.clone(), good.clone(), good].concat()).expect("two frames");
        assert_eq!((frames.len(), broken_count), (2, 1));
        assert_eq!(all(&broken).expect_err("broken").code(), "mettler.no_frame");
    }

    #[test]
    fn a_net_frame_gives_gross_with_its_tare() {
        let (frames, _) = all(&bytes([0x2a, 0x31, 0x20], " 20000 18520", false)).expect("a frame");
        assert_eq!(frames[0].gross_kg(), 38_520.0);
    }
}
