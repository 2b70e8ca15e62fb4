//! Exact percentiles: linear interpolation between order statistics (Hyndman and Fan, type 7).
//!
//! The one function every interface uses, so that both databases give the same figure (rule 8).

/// Returns percentile `p` (0 to 100) of values sorted ascending, in their own unit; `None` for none.
///
/// With n values the place is `h = (n - 1) * p / 100`, counted from 0; between two values the line
/// joining them is read. Never an extrapolation: p = 0 is the minimum and p = 100 the maximum.
/// Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), definition 7.
#[must_use]
pub fn percentile(sorted: &[i64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = (last as f64 * p / 100.0).clamp(0.0, last as f64);
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    let fraction = place - below as f64;
    let (low, high) = (sorted[below], sorted[above]);
    let step = i128::from(high) - i128::from(low);
    Some((low as f64 + fraction * step as f64).clamp(low as f64, high as f64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Vehicles per hour of one day, sorted.
    const HOURS: [i64; 24] = [
        0, 0, 0, 0, 0, 0, 2, 5, 9, 14, 21, 30, 41, 52, 60, 64, 70, 77, 81, 88, 90, 95, 110, 140,
    ];

    #[test]
    fn type_7_reads_between_values_and_is_not_the_nearest_rank() {
        // n = 24: h = 23 * 0.95 = 21.85, between x[21] = 95 and x[22] = 110: 95 + 0.85 * 15 = 107.75.
        let type_7 = percentile(&HOURS, 95.0).expect("24 values");
        assert!((type_7 - 107.75).abs() < 1e-9, "{type_7}");
        // Nearest rank: the ceil(0.95 * 24) = ceil(22.8) = 23rd value is 110.
        let nearest = HOURS[(0.95_f64 * 24.0).ceil() as usize - 1];
        assert_eq!(nearest, 110);
        assert!((type_7 - nearest as f64).abs() > 1.0);
    }

    #[test]
    fn the_worked_places_of_five_values() {
        // h = 4 * p: p50 -> 2 (30); p80 -> 3.2 (40 + 0.2 * 60 = 52); p95 -> 3.8 (40 + 0.8 * 60 = 88).
        let sorted = [10, 20, 30, 40, 100];
        for (p, expected) in [
            (50.0, 30.0),
            (80.0, 52.0),
            (95.0, 88.0),
            (0.0, 10.0),
            (100.0, 100.0),
        ] {
            let found = percentile(&sorted, p).expect("five values");
            assert!((found - expected).abs() < 1e-9, "P{p}: {found}");
        }
    }

    #[test]
    fn nothing_has_no_percentile_and_one_value_is_all_of_them() {
        assert_eq!(percentile(&[], 50.0), None);
        assert_eq!(percentile(&[7], 99.0), Some(7.0));
    }

    proptest! {
        #[test]
        fn a_percentile_grows_with_p_and_stays_within_the_values(
            mut values in prop::collection::vec(-4_000_000_000_000_i64..4_000_000_000_000, 1..60),
            p in 0.0_f64..100.0,
            q in 0.0_f64..100.0,
        ) {
            values.sort_unstable();
            let (low, high) = (p.min(q), p.max(q));
            let at_low = percentile(&values, low).expect("at least one value");
            let at_high = percentile(&values, high).expect("at least one value");
            prop_assert!(at_low <= at_high);
            prop_assert!(values[0] as f64 <= at_low);
            prop_assert!(at_high <= values[values.len() - 1] as f64);
        }
    }
}
