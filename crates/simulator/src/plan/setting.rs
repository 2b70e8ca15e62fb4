//! Noise as a person writes it: a factor, or a list of settings.

use super::Noise;

/// Names of the shares, as they are written.
const SHARES: &str = "misread, within_class, lost_character, lost_province, unreadable, doubled, resent, out_of_order, \
    late, missing, malformed";
/// Names of the clocks, as they are written.
const CLOCKS: &str = "wrong_clock_seconds, unknown_clock_seconds, clock_jump_seconds";

impl Noise {
    /// Returns this noise changed as `text` says: a factor of 0 or more (`3`), or settings by their names
    /// (`misread:0.1,missing:0.02,wrong_clock_seconds:60`), the others staying as they are.
    ///
    /// # Errors
    /// A sentence that names what is wrong and what is allowed.
    pub fn changed(&self, text: &str) -> Result<Self, String> {
        if let Ok(factor) = text.parse::<f64>() {
            return match factor.is_finite() && factor >= 0.0 {
                true => Ok(self.times(factor)),
                false => Err(format!("{text} is no factor of 0 or more")),
            };
        }
        let mut changed = self.clone();
        for setting in text.split(',') {
            let (name, value) = setting
                .split_once(':')
                .ok_or_else(|| format!("{setting:?} is neither a factor nor `name:value`"))?;
            changed.set(name.trim(), value.trim())?;
        }
        let fates = changed.doubled
            + changed.resent
            + changed.out_of_order
            + changed.late
            + changed.missing
            + changed.malformed;
        match fates <= 1.0 {
            true => Ok(changed),
            false => Err(format!(
                "what happens to messages adds up to {fates}, 1 at most"
            )),
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let clock = match name {
            "wrong_clock_seconds" => Some(&mut self.wrong_clock_seconds),
            "unknown_clock_seconds" => Some(&mut self.unknown_clock_seconds),
            "clock_jump_seconds" => Some(&mut self.clock_jump_seconds),
            _ => None,
        };
        if let Some(clock) = clock {
            let seconds = value
                .parse()
                .ok()
                .filter(|seconds: &i64| (-43_200..=43_200).contains(seconds));
            *clock = seconds.ok_or_else(|| {
                format!("{name} must be whole seconds, 43200 at most, not {value:?}")
            })?;
            return Ok(());
        }
        let share = match name {
            "misread" => &mut self.misread,
            "within_class" => &mut self.within_class,
            "lost_character" => &mut self.lost_character,
            "lost_province" => &mut self.lost_province,
            "unreadable" => &mut self.unreadable,
            "doubled" => &mut self.doubled,
            "resent" => &mut self.resent,
            "out_of_order" => &mut self.out_of_order,
            "late" => &mut self.late,
            "missing" => &mut self.missing,
            "malformed" => &mut self.malformed,
            _ => return Err(format!("{name:?} is none of {SHARES}, {CLOCKS}")),
        };
        let given = value
            .parse()
            .ok()
            .filter(|given| (0.0..=1.0).contains(given));
        *share =
            given.ok_or_else(|| format!("{name} must be a share from 0 to 1, not {value:?}"))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_changes_every_share_and_stops_at_one() {
        let noise = Noise::default();
        let thrice = noise.changed("3").expect("a factor");
        assert!((thrice.misread - 0.06).abs() < 1e-9 && (thrice.late - 0.03).abs() < 1e-9);
        assert_eq!(thrice.within_class, noise.within_class);
        assert_eq!(noise.changed("0"), Ok(Noise::none()));
        let most = noise.changed("1000").expect("a factor");
        let fates = most.doubled
            + most.resent
            + most.out_of_order
            + most.late
            + most.missing
            + most.malformed;
        assert!((fates - 1.0).abs() < 1e-9 && most.misread == 1.0);
    }

    #[test]
    fn settings_change_what_they_name_and_nothing_else() {
        let noise = Noise::default();
        let changed = noise
            .changed("misread:0.1, missing:0")
            .expect("two settings");
        let expected = Noise {
            misread: 0.1,
            missing: 0.0,
            ..noise.clone()
        };
        assert_eq!(changed, expected);
        let clocks = noise
            .changed("unknown_clock_seconds:-90,clock_jump_seconds:600")
            .expect("two clocks");
        assert_eq!(
            (clocks.unknown_clock_seconds, clocks.clock_jump_seconds),
            (-90, 600)
        );
        for wrong in [
            "-1",
            "NaN",
            "misread",
            "misread:2",
            "blur:0.1",
            "doubled:0.6,late:0.6",
            "wrong_clock_seconds:1.5",
        ] {
            assert!(noise.changed(wrong).is_err(), "{wrong}");
        }
    }
}
