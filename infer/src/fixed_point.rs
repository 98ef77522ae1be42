//! Fixed-point arithmetic as gemmlowp and TensorFlow Lite Micro define it.

/// A factor `multiplier / 2^31 * 2^shift`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier {
    /// 0, or 2^30 to 2^31 - 1.
    pub multiplier: i32,
    /// -31 to 30.
    pub shift: i32,
}

impl Multiplier {
    /// The factor nearest to a number that is not negative; 0 below 2^-32.
    pub fn of(factor: f64) -> Self {
        const ZERO: Multiplier = Multiplier {
            multiplier: 0,
            shift: 0,
        };
        if factor <= 0.0 || !factor.is_finite() {
            return ZERO;
        }
        // factor = fraction * 2^shift, with a fraction of at least one half and less than 1.
        let mut shift = 0;
        let mut fraction = factor;
        while fraction >= 1.0 {
            fraction /= 2.0;
            shift += 1;
        }
        while fraction < 0.5 {
            fraction *= 2.0;
            shift -= 1;
        }
        let mut multiplier = (fraction * (1_u64 << 31) as f64).round() as i64;
        if multiplier == 1 << 31 {
            multiplier /= 2;
            shift += 1;
        }
        match shift {
            ..-31 => ZERO,
            31.. => Self {
                multiplier: i32::MAX,
                shift: 30,
            },
            _ => Self {
                multiplier: multiplier as i32,
                shift,
            },
        }
    }

    /// `value` times the factor, rounded twice: after the multiplier and after the shift.
    pub fn scale(&self, value: i32) -> i32 {
        let shifted = value.wrapping_shl(self.shift.max(0).cast_unsigned());
        divide_by_power(high_product(shifted, self.multiplier), -self.shift.min(0))
    }
}

/// `a * b / 2^31`, rounded to nearest, a half up; the largest number if both are the least.
pub fn high_product(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    ((i64::from(a) * i64::from(b) + (1 << 30)) >> 31) as i32
}

/// `value / 2^exponent`, rounded to nearest, a half away from zero.
pub fn divide_by_power(value: i32, exponent: i32) -> i32 {
    let mask = (1_i64 << exponent) - 1;
    let rest = i64::from(value) & mask;
    let threshold = (mask >> 1) + i64::from(value < 0);
    ((i64::from(value) >> exponent) + i64::from(rest > threshold)) as i32
}

/// `value * 2^exponent`, or the nearest number that there is.
pub fn multiply_by_power(value: i32, exponent: u32) -> i32 {
    let wide = i64::from(value) << exponent;
    wide.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_what_they_stand_for() {
        for (factor, multiplier, shift) in [
            (0.5, 1 << 30, 0),
            (1.0, 1 << 30, 1),
            (0.75, 3 << 29, 0),
            (0.25, 1 << 30, -1),
            (3.0, 3 << 29, 2),
            (0.0, 0, 0),
            (1e-12, 0, 0),
        ] {
            assert_eq!(
                Multiplier::of(factor),
                Multiplier { multiplier, shift },
                "{factor}"
            );
        }
    }

    #[test]
    fn halves_are_rounded_up_and_then_away_from_zero() {
        assert_eq!(
            [-3, -1, 1, 3].map(|a| high_product(a, 1 << 30)),
            [-1, 0, 1, 2]
        );
        assert_eq!(
            [-3, -1, 1, 3].map(|a| divide_by_power(a, 1)),
            [-2, -1, 1, 2]
        );
        assert_eq!(divide_by_power(-7, 0), -7);
        assert_eq!(high_product(i32::MIN, i32::MIN), i32::MAX);
        assert_eq!(multiply_by_power(-3, 30), i32::MIN);
    }
}
