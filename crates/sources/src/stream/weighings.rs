//! One record per weighing from the continuous output of a scale (`mettler-continuous`): from the first frame at or above
//! the threshold to the first below it, with all that came between.
//!
//! A frame without a weight (overload, unknown unit) neither begins a weighing nor ends one. One that grows too long or
//! lasts too long is cut off there, and the next begins only after the platform was seen empty: a vehicle that stands for
//! hours is weighed once. Source: formats.md, Weighbridge, Mettler Toledo continuous.

use super::{Cut, add_noise};
use crate::formats::mettler_continuous::{Head, head};

/// The stream of one scale. It outlives connections: half a frame at the end of one is left out, the weighing goes on.
#[derive(Clone, Debug)]
pub struct Weighings {
    threshold_kg: f64,
    most_bytes: usize,
    /// The begin of a frame.
    unfinished: Vec<u8>,
    stand: Stand,
}

#[derive(Clone, Debug)]
enum Stand {
    /// Nothing stands on the platform.
    Empty,
    /// A vehicle is weighed; what came of it.
    Weighing(Vec<u8>),
    /// A vehicle whose weighing was cut off still stands there.
    CutOff,
}

impl Weighings {
    /// Returns the stream of a scale on whose platform nothing is known to stand.
    ///
    /// `threshold_kg` is the gross weight at which a weighing begins; `most_bytes` the length at which it is cut off.
    #[must_use]
    pub fn new(threshold_kg: f64, most_bytes: usize) -> Self {
        Self {
            threshold_kg,
            most_bytes,
            unfinished: Vec::new(),
            stand: Stand::Empty,
        }
    }

    /// Takes the next bytes and returns what is complete with them.
    #[must_use]
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let mut stream = std::mem::take(&mut self.unfinished);
        stream.extend_from_slice(bytes);
        let mut rest = stream.as_slice();
        loop {
            let (length, gross_kg) = match head(rest) {
                Head::More => break,
                Head::Noise(length) => {
                    self.noise(&rest[..length], &mut cuts);
                    rest = &rest[length..];
                    continue;
                }
                Head::Frame { length, gross_kg } => (length, gross_kg),
            };
            self.frame(&rest[..length], gross_kg, &mut cuts);
            rest = &rest[length..];
        }
        self.unfinished = rest.to_vec();
        cuts
    }

    /// Tells that the connection ended: what was begun of a frame will not be finished.
    #[must_use]
    pub fn disconnected(&mut self) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let unfinished = std::mem::take(&mut self.unfinished);
        self.noise(&unfinished, &mut cuts);
        cuts
    }

    /// Cuts off the weighing under way; `None` when there is none.
    pub fn cut_off(&mut self) -> Option<Vec<u8>> {
        match std::mem::replace(&mut self.stand, Stand::CutOff) {
            Stand::Weighing(bytes) => Some(bytes),
            before => {
                self.stand = before;
                None
            }
        }
    }

    /// Tells whether a weighing is under way.
    #[must_use]
    pub fn is_weighing(&self) -> bool {
        matches!(self.stand, Stand::Weighing(_))
    }

    fn frame(&mut self, frame: &[u8], gross_kg: Option<f64>, cuts: &mut Vec<Cut>) {
        let is_above = gross_kg.map(|kg| kg >= self.threshold_kg);
        match (&mut self.stand, is_above) {
            (Stand::Weighing(bytes), Some(false)) => {
                bytes.extend_from_slice(frame);
                cuts.push(Cut::Record(std::mem::take(bytes)));
                self.stand = Stand::Empty;
            }
            (Stand::Weighing(bytes), _) => {
                bytes.extend_from_slice(frame);
                self.bound(cuts);
            }
            (Stand::Empty, Some(true)) => {
                self.stand = Stand::Weighing(frame.to_vec());
                self.bound(cuts);
            }
            (Stand::CutOff, Some(false)) => self.stand = Stand::Empty,
            (Stand::Empty, None) => add_noise(cuts, frame.len()),
            (Stand::Empty | Stand::CutOff, _) => {}
        }
    }

    /// Noise within a weighing belongs to it: the reader tells how much of it there was.
    fn noise(&mut self, noise: &[u8], cuts: &mut Vec<Cut>) {
        match &mut self.stand {
            Stand::Weighing(bytes) => {
                // Byte by byte: how much came at once must not matter.
                let room = (self.most_bytes + 1).saturating_sub(bytes.len());
                let (within, beyond) = noise.split_at(room.min(noise.len()));
                bytes.extend_from_slice(within);
                self.bound(cuts);
                add_noise(cuts, beyond.len());
            }
            Stand::Empty | Stand::CutOff => add_noise(cuts, noise.len()),
        }
    }

    fn bound(&mut self, cuts: &mut Vec<Cut>) {
        if let Stand::Weighing(bytes) = &self.stand
            && bytes.len() > self.most_bytes
        {
            cuts.extend(self.cut_off().map(Cut::Record));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const THRESHOLD_KG: f64 = 500.0;

    fn frame(kg: u32) -> Vec<u8> {
        format!("\x02*0 {kg:06}000000\r").into_bytes()
    }

    fn summed(kg: u32) -> Vec<u8> {
        let mut bytes = frame(kg);
        let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        bytes.push(sum.wrapping_neg() & 0x7f);
        bytes
    }

    fn overload() -> Vec<u8> {
        b"\x02*4       000000\r".to_vec()
    }

    fn records(cuts: Vec<Cut>) -> Vec<Vec<u8>> {
        cuts.into_iter()
            .filter_map(|cut| match cut {
                Cut::Record(bytes) => Some(bytes),
                Cut::Noise(_) => None,
            })
            .collect()
    }

    fn noise(cuts: &[Cut]) -> usize {
        cuts.iter()
            .map(|cut| match cut {
                Cut::Record(_) => 0,
                Cut::Noise(bytes) => *bytes,
            })
            .sum()
    }

    fn weighings() -> Weighings {
        Weighings::new(THRESHOLD_KG, 1 << 16)
    }

    #[test]
    fn a_weighing_is_from_the_first_frame_above_to_the_first_below_as_they_came() {
        for of in [frame, summed] {
            let weighing = [of(500), of(38_520), of(499)].concat();
            let stream = [
                of(0),
                weighing.clone(),
                of(0),
                weighing.clone(),
                of(0),
                of(0),
            ]
            .concat();
            let mut scale = weighings();
            let cuts = scale.push(&stream);
            assert_eq!(noise(&cuts), 0);
            assert_eq!(records(cuts), [weighing.clone(), weighing]);
        }
    }

    #[test]
    fn a_line_feed_behind_a_frame_belongs_to_it() {
        let fed = |kg| [frame(kg), vec![b'\n']].concat();
        let weighing = [fed(900), fed(0)].concat();
        let mut scale = weighings();
        let cuts = scale.push(&[fed(0), weighing.clone(), fed(0)].concat());
        assert_eq!(cuts, [Cut::Record(weighing)]);
    }

    #[test]
    fn noise_between_weighings_is_counted_and_within_one_is_kept() {
        let mut scale = weighings();
        let weighing = [frame(900), b"\x02garbage".to_vec(), frame(0)].concat();
        let cuts = scale.push(&[b"abc".to_vec(), weighing.clone(), frame(0)].concat());
        assert_eq!(cuts, [Cut::Noise(3), Cut::Record(weighing)]);
    }

    #[test]
    fn a_frame_without_a_weight_neither_begins_nor_ends_a_weighing() {
        let mut scale = weighings();
        assert_eq!(
            records(scale.push(&[overload(), frame(0)].concat())),
            [[0; 0]; 0]
        );
        assert!(!scale.is_weighing());
        let weighing = [frame(900), overload(), frame(900), frame(0)].concat();
        let cuts = scale.push(&[weighing.clone(), frame(0)].concat());
        assert_eq!(records(cuts), [weighing]);
    }

    #[test]
    fn a_weighing_goes_on_over_a_lost_connection_and_half_a_frame_is_no_frame() {
        let mut scale = weighings();
        let _ = scale.push(&frame(900));
        let _ = scale.push(&frame(900)[..9]);
        assert_eq!(scale.disconnected(), []);
        let cuts = scale.push(&[frame(900), frame(0), frame(0)].concat());
        let expected = [frame(900), frame(900)[..9].to_vec(), frame(900), frame(0)];
        assert_eq!(records(cuts), [expected.concat()]);
    }

    #[test]
    fn a_vehicle_that_stands_too_long_is_weighed_once() {
        let mut scale = Weighings::new(THRESHOLD_KG, 40);
        let long = frame(900).repeat(20);
        let cuts = scale.push(&[long, frame(0), frame(900), frame(0), frame(0)].concat());
        let expected = [frame(900).repeat(3), [frame(900), frame(0)].concat()];
        assert_eq!(records(cuts), expected);
        let _ = scale.push(&[frame(900), frame(900)].concat());
        assert_eq!(scale.cut_off(), Some(frame(900)));
        assert_eq!(scale.cut_off(), None);
        assert!(!scale.is_weighing());
    }

    fn piece() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            4 => (0_u32..2_000).prop_map(frame),
            4 => (0_u32..2_000).prop_map(summed),
            1 => Just(overload()),
            1 => prop::collection::vec(any::<u8>(), 0..30),
            1 => (0_u32..2_000, 0_usize..17).prop_map(|(kg, end)| frame(kg)[..end].to_vec()),
        ]
    }

    proptest! {
        #[test]
        fn how_the_stream_was_split_changes_nothing(
            pieces in prop::collection::vec(piece(), 0..60),
            lengths in prop::collection::vec(1_usize..40, 1..20),
            most_bytes in 20_usize..200,
        ) {
            let stream = pieces.concat();
            let mut at_once = Weighings::new(THRESHOLD_KG, most_bytes);
            let whole = at_once.push(&stream);
            let mut by_chunks = Weighings::new(THRESHOLD_KG, most_bytes);
            let (mut rest, mut cuts) = (stream.as_slice(), Vec::new());
            for length in lengths.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, after) = rest.split_at((*length).min(rest.len()));
                cuts.extend(by_chunks.push(chunk));
                rest = after;
            }
            prop_assert_eq!(noise(&cuts), noise(&whole));
            prop_assert_eq!(records(cuts), records(whole));
            prop_assert_eq!(by_chunks.cut_off(), at_once.cut_off());
        }

        #[test]
        fn records_are_pieces_of_the_stream_of_bounded_length(
            pieces in prop::collection::vec(piece(), 0..60),
            most_bytes in 20_usize..200,
        ) {
            let stream = pieces.concat();
            let mut scale = Weighings::new(THRESHOLD_KG, most_bytes);
            let mut rest = stream.as_slice();
            for record in records(scale.push(&stream)) {
                let found = rest.windows(record.len()).position(|window| window == record);
                prop_assert!(found.is_some(), "{record:?} is not in the rest of the stream");
                rest = &rest[found.unwrap_or(0) + record.len()..];
                prop_assert!(record.len() <= most_bytes + 18);
            }
        }
    }
}
