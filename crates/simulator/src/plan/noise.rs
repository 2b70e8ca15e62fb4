//! How messages are disturbed: shares of what goes wrong.

use crate::wall;

/// Shares of disturbed readings and messages, each 0 to 1.
///
/// A message has one fate: doubled, re-sent, out of order, late, missing and malformed exclude each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// Plate readings of sensors with one wrong character.
    pub misread: f64,
    /// Of the misread ones: the wrong character is of the right one's confusion class.
    pub within_class: f64,
    /// Plate readings of sensors with one character left out; these are not misread besides.
    pub lost_character: f64,
    /// Readings of Chinese plates by sensors without the province character.
    pub lost_province: f64,
    /// Plate readings of sensors without a plate.
    pub unreadable: f64,
    /// Messages sent twice at once.
    pub doubled: f64,
    /// Messages sent again 10 minutes to 6 hours later.
    pub resent: f64,
    /// Messages up to 10 minutes out of order.
    pub out_of_order: f64,
    /// Messages up to 3 hours late.
    pub late: f64,
    /// Messages that never come.
    pub missing: f64,
    /// Messages that cannot be read.
    pub malformed: f64,
    /// How much the clock of one camera at each gate is ahead, in seconds; registered with the camera.
    pub wrong_clock_seconds: i64,
    /// How much the clocks of sensors are ahead without anybody knowing, in seconds; below 0: behind.
    pub unknown_clock_seconds: i64,
    /// By how much these clocks jump at noon of every day, until midnight, in seconds; below 0: back.
    pub clock_jump_seconds: i64,
}

impl Default for Noise {
    /// Returns the noise that the demo promises to cope with.
    fn default() -> Self {
        Self {
            misread: 0.02,
            within_class: 0.8,
            lost_character: 0.0,
            lost_province: 0.3,
            unreadable: 0.005,
            doubled: 0.01,
            resent: 0.02,
            out_of_order: 0.05,
            late: 0.01,
            missing: 0.01,
            malformed: 0.002,
            wrong_clock_seconds: 437,
            unknown_clock_seconds: 0,
            clock_jump_seconds: 0,
        }
    }
}

impl Noise {
    /// Returns no noise at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            misread: 0.0,
            within_class: 0.0,
            lost_character: 0.0,
            lost_province: 0.0,
            unreadable: 0.0,
            doubled: 0.0,
            resent: 0.0,
            out_of_order: 0.0,
            late: 0.0,
            missing: 0.0,
            malformed: 0.0,
            wrong_clock_seconds: 0,
            unknown_clock_seconds: 0,
            clock_jump_seconds: 0,
        }
    }

    /// Returns this noise with every share `factor` times as great, `within_class` excepted; 0 is no noise at all.
    ///
    /// A share ends at 1, and the shares of a message's fates are lessened together so that they end at 1 in sum. The
    /// wrong clocks stay as wrong as they are.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        if factor <= 0.0 {
            return Self::none();
        }
        let fates = [
            self.doubled,
            self.resent,
            self.out_of_order,
            self.late,
            self.missing,
            self.malformed,
        ];
        let of_fates = factor.min(1.0 / fates.iter().sum::<f64>().max(f64::MIN_POSITIVE));
        Self {
            misread: (self.misread * factor).min(1.0),
            within_class: self.within_class,
            lost_character: (self.lost_character * factor).min(1.0),
            lost_province: (self.lost_province * factor).min(1.0),
            unreadable: (self.unreadable * factor).min(1.0),
            doubled: self.doubled * of_fates,
            resent: self.resent * of_fates,
            out_of_order: self.out_of_order * of_fates,
            late: self.late * of_fates,
            missing: self.missing * of_fates,
            malformed: self.malformed * of_fates,
            wrong_clock_seconds: self.wrong_clock_seconds,
            unknown_clock_seconds: self.unknown_clock_seconds,
            clock_jump_seconds: self.clock_jump_seconds,
        }
    }

    /// Returns how much a sensor's clock is ahead at a moment beyond what is registered, in seconds.
    pub(crate) fn clock_error(&self, at: i64) -> i64 {
        let has_jumped = at >= wall::on_day_of(at, 12, 0);
        self.unknown_clock_seconds + i64::from(has_jumped) * self.clock_jump_seconds
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_unknown_clock_is_wrong_all_day_and_jumps_from_noon_to_midnight() {
        let noise = Noise {
            unknown_clock_seconds: 90,
            clock_jump_seconds: -600,
            ..Noise::none()
        };
        let day = date(2026, 11, 23);
        for (hour, minute, expected) in [(0, 0, 90), (11, 59, 90), (12, 0, -510), (23, 59, -510)] {
            let at = wall::local(day, hour, minute);
            assert_eq!(noise.clock_error(at), expected, "{hour}:{minute}");
        }
        assert_eq!(
            noise.clock_error(wall::local(day, 24, 0)),
            90,
            "the next day"
        );
    }
}
