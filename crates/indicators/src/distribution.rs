//! R1: the distribution of durations, exact, with percentiles withheld for small numbers.
//!
//! Definition: indicators.md, R1 and rules 8 and 10. Rounding is left to displays.

use crate::answer::{Distribution, Percentile};
use crate::percentile::percentile;

/// Below this number of values every percentile is withheld (rule 10).
pub const SUPPRESSED_BELOW: usize = 5;

/// The percentiles every distribution has.
const ALWAYS: [f64; 4] = [80.0, 90.0, 95.0, 99.0];

/// Returns the distribution of `sorted` microseconds (ascending) in units of `unit_us`
/// microseconds, with `asked` percentiles beside P80, P90, P95 and P99; `None` for no values.
#[must_use]
pub fn distribution(sorted: &[i64], unit_us: i64, asked: &[f64]) -> Option<Distribution> {
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let unit = unit_us as f64;
    let n = sorted.len();
    let mean_us = sorted.iter().map(|value| i128::from(*value)).sum::<i128>() as f64 / n as f64;
    let read = |p: f64| {
        percentile(sorted, p)
            .filter(|_| n >= SUPPRESSED_BELOW)
            .map(|value| value / unit)
    };
    let mut wanted: Vec<f64> = ALWAYS.iter().chain(asked).copied().collect();
    wanted.sort_by(f64::total_cmp);
    wanted.dedup();
    Some(Distribution {
        mean: mean_us / unit,
        min: first as f64 / unit,
        max: last as f64 / unit,
        median: read(50.0),
        sd: deviation_us(sorted, mean_us).map(|value| value / unit),
        percentiles: wanted
            .into_iter()
            .map(|p| Percentile { p, value: read(p) })
            .collect(),
    })
}

/// Returns the standard deviation with n - 1; `None` for fewer than two values.
fn deviation_us(values: &[i64], mean_us: f64) -> Option<f64> {
    let free = values.len().checked_sub(1).filter(|free| *free > 0)?;
    let squares: f64 = values
        .iter()
        .map(|value| (*value as f64 - mean_us).powi(2))
        .sum();
    Some((squares / free as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000;

    #[test]
    fn a_distribution_worked_by_hand() {
        // 600, 1200, 1800, 2400, 6000 s: mean 12000 / 5 = 2400; squares of the distances from it
        // 1800^2 + 1200^2 + 600^2 + 0 + 3600^2 = 18,000,000; / 4 = 4,500,000; root = 2121.3203...
        // P95: h = 4 * 0.95 = 3.8: 2400 + 0.8 * 3600 = 5280.
        let sorted: Vec<i64> = [600, 1200, 1800, 2400, 6000].map(|s| s * SECOND).to_vec();
        let found = distribution(&sorted, SECOND, &[50.0]).expect("five values");
        assert_eq!((found.mean, found.min, found.max), (2400.0, 600.0, 6000.0));
        assert_eq!(found.median, Some(1800.0));
        assert!((found.sd.expect("two values or more") - 4_500_000_f64.sqrt()).abs() < 1e-9);
        let p95 = found.percentiles.iter().find(|one| one.p == 95.0);
        let p95 = p95.and_then(|one| one.value).expect("P95 is always given");
        assert!((p95 - 5280.0).abs() < 1e-9);
        assert_eq!(
            found
                .percentiles
                .iter()
                .map(|one| one.p)
                .collect::<Vec<_>>(),
            [50.0, 80.0, 90.0, 95.0, 99.0]
        );
    }

    #[test]
    fn below_five_values_every_percentile_is_withheld_and_the_rest_stays() {
        for n in 1..=5_i64 {
            let sorted: Vec<i64> = (1..=n).map(|s| s * SECOND).collect();
            let found = distribution(&sorted, SECOND, &[]).expect("a value");
            let is_withheld = n < 5;
            assert_eq!(found.median.is_none(), is_withheld, "n = {n}");
            assert!(
                found
                    .percentiles
                    .iter()
                    .all(|one| one.value.is_none() == is_withheld)
            );
            assert_eq!((found.min, found.max), (1.0, n as f64));
            assert_eq!(found.sd.is_none(), n == 1);
        }
    }

    #[test]
    fn hours_are_seconds_over_3600() {
        let found = distribution(&[5_400 * SECOND], 3_600 * SECOND, &[]).expect("a value");
        assert_eq!(found.mean, 1.5);
    }
}
