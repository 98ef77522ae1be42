//! Poisson distribution of the number of results.

use crate::account::Interval;

/// The probability of `count` results or fewer where `expected` are expected.
pub fn at_most(count: u64, expected: f64) -> f64 {
    if expected <= 0.0 {
        return 1.0;
    }
    // The terms as logarithms: the first one of many expected results is too small for a float.
    let mut logarithm = -expected;
    let mut sum = logarithm.exp();
    for number in 1..=count {
        logarithm += (expected / number as f64).ln();
        sum += logarithm.exp();
    }
    sum.min(1.0)
}

/// The rate that `count` results, each worth `weight`, in `seconds` stand for, with its 95 %
/// interval; nothing of no time.
///
/// The interval is the exact one (of the chi-square distribution), by the approximation of Wilson and
/// Hilferty, which is good to 1 % from one result on. Where results have different worths, `weight`
/// is their mean.
pub fn rate(count: u64, weight: f64, seconds: f64) -> Option<Interval> {
    if seconds <= 0.0 {
        return None;
    }
    let number = count as f64;
    let scale = weight / seconds;
    Some(Interval {
        value: number * scale,
        low: gamma_quantile(number, -NORMAL_97_5) * scale,
        high: gamma_quantile(number + 1.0, NORMAL_97_5) * scale,
    })
}

/// The quantile of the normal distribution at 97.5 %.
const NORMAL_97_5: f64 = 1.959_964;

/// The quantile of the gamma distribution of this shape, at that of the normal distribution.
fn gamma_quantile(shape: f64, normal: f64) -> f64 {
    if shape == 0.0 {
        return 0.0;
    }
    let ninth = 1.0 / (9.0 * shape);
    let root = 1.0 - ninth + normal * ninth.sqrt();
    shape * root.max(0.0).powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_the_tables() {
        assert!((at_most(0, 12.0) - 6.144e-6).abs() < 1e-8);
        assert!((at_most(5, 12.0) - 0.020_341).abs() < 1e-6);
        assert!((at_most(3, 3.0) - 0.647_232).abs() < 1e-6);
        assert_eq!(at_most(0, 0.0), 1.0);
    }

    #[test]
    fn many_expected_results_do_not_underflow() {
        assert!((at_most(10_000, 10_000.0) - 0.5).abs() < 0.01);
        assert!(at_most(9_000, 10_000.0) < 1e-20);
        assert!(at_most(20_000, 10_000.0) > 0.999_999);
    }

    #[test]
    fn intervals_are_those_of_the_tables() {
        // Exact 95 % limits of a Poisson count.
        for (count, low, high) in [
            (0, 0.0, 3.689),
            (1, 0.025, 5.572),
            (5, 1.623, 11.668),
            (10, 4.795, 18.390),
            (100, 81.36, 121.63),
        ] {
            let interval = rate(count, 1.0, 1.0).unwrap();
            assert_eq!(interval.value, count as f64);
            assert!((interval.low - low).abs() < 0.03, "{count}: {interval:?}");
            assert!((interval.high - high).abs() < 0.05, "{count}: {interval:?}");
        }
    }

    #[test]
    fn a_rate_is_of_time_and_worth() {
        let interval = rate(10, 720.0, 600.0).unwrap();
        assert!((interval.value - 12.0).abs() < 1e-9);
        assert!(interval.low < 6.0 && interval.high > 21.0);
        assert!(rate(10, 720.0, 0.0).is_none());
    }
}
