//! Mettler Toledo continuous output (formats.md, Weighbridge): the frames of one weighing, seven data bits.

use super::Wire;

/// Decimal point behind the last digit, increment 1.
const STATUS_A: u8 = 0x2a;
/// Gross, at rest, kilograms.
const STATUS_B: u8 = 0x30;
const MOTION: u8 = 0x08;
const STATUS_C: u8 = 0x20;

/// A vehicle drives on, stands still and drives off.
pub(super) fn weighing(gross_kg: i64) -> Wire {
    let up = (1..=6).map(|step| (gross_kg * step / 7, true));
    let still = (0..8).map(|step| (gross_kg + i64::from(step % 3 == 0) * 10, false));
    let down = (1..=4).map(|step| (gross_kg - gross_kg * step / 5, true));
    frames(up.chain(still).chain(down))
}

/// Nothing stands on it.
pub(super) fn empty() -> Wire {
    frames((0..5).map(|step| (step % 2 * 10, false)))
}

/// What is on the line when no frame is whole.
pub(super) fn noise() -> Wire {
    Wire::new("application/octet-stream", &b"\x02*0 0012\x02*8 \xff??"[..])
}

fn frames(weights: impl Iterator<Item = (i64, bool)>) -> Wire {
    let bytes: Vec<u8> = weights.flat_map(|(kg, moves)| frame(kg, moves)).collect();
    Wire::new("application/octet-stream", bytes)
}

/// STX, status A, B, C, weight, tare, CR, and the checksum that makes the sum of all a multiple of 128.
fn frame(kg: i64, is_moving: bool) -> Vec<u8> {
    let status = if is_moving {
        STATUS_B | MOTION
    } else {
        STATUS_B
    };
    let mut frame = vec![0x02, STATUS_A, status, STATUS_C];
    frame.extend(format!("{kg:06}{:06}\r", 0).bytes());
    let sum = frame.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    frame.push(sum.wrapping_neg() & 0x7f);
    frame
}
