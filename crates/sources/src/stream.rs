//! Cutting an endless stream of a device's bytes into records: bytes in, records out, and nothing else.
//!
//! A record does not depend on how the bytes were split on the way. What belongs to no record is counted, and no more
//! than one unfinished record is ever held, of bounded length.

mod seals;
mod weighings;

pub use seals::{SealReports, answer};
pub use weighings::Weighings;

/// What a piece of the stream came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// A record, byte for byte as it came.
    Record(Vec<u8>),
    /// So many bytes that belong to no record.
    Noise(usize),
}

/// Adds bytes of no record to what was cut last, if that was noise too.
fn add_noise(cuts: &mut Vec<Cut>, bytes: usize) {
    match cuts.last_mut() {
        _ if bytes == 0 => {}
        Some(Cut::Noise(before)) => *before += bytes,
        _ => cuts.push(Cut::Noise(bytes)),
    }
}
