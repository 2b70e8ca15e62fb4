//! Seeded chance: the only source of variety, so that one seed gives one day.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A seeded generator with the few draws that traffic needs.
pub(crate) struct Dice(StdRng);

impl Dice {
    /// Starts a stream of its own for `purpose`, so that more noise does not change the traffic.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        Self(StdRng::seed_from_u64(
            seed ^ purpose.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        ))
    }

    /// Tells whether something of probability `share` happens.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// Draws from 0 (inclusive) to 1 (exclusive).
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Draws from `from` to `to`, both inclusive; `from` when the range is empty.
    pub(crate) fn between(&mut self, from: i64, to: i64) -> i64 {
        if to <= from {
            from
        } else {
            self.0.random_range(from..=to)
        }
    }

    /// Draws a number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0.random_range(0..limit)
    }

    /// Draws one of `choices`.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    /// Draws one of `bytes` as a character.
    pub(crate) fn letter(&mut self, letters: &str) -> char {
        char::from(self.pick(letters.as_bytes()))
    }

    /// Draws a duration in seconds around `median`: log-normal, half of them within a factor of about
    /// `exp(0.67 * spread)`, as waiting and clearance times are.
    pub(crate) fn around(&mut self, median: i64, spread: f64) -> i64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.unit()).cos();
        let factor = (spread * normal.clamp(-2.5, 2.5)).exp();
        (median as f64 * factor) as i64
    }

    /// Draws `count` decimal digits.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.letter("0123456789")).collect()
    }
}
