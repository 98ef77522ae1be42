//! Softmax in fixed point: numbers of 32 bits of which some are in front of the point, as gemmlowp computes them.

use crate::fixed_point::{divide_by_power, high_product, multiply_by_power};
use crate::graph::Softmax;

/// Bits in front of the point of an exponent, and of the sum of the exponentials.
pub const EXPONENT_BITS: i32 = 5;
const SUM_BITS: i32 = 12;

/// Shares of 256 less 128, of channels.
pub fn softmax(own: &Softmax, channels: &[i8]) -> Vec<i8> {
    let largest = channels.iter().copied().max().unwrap_or_default();
    let exponentials: Vec<Option<i32>> = channels
        .iter()
        .map(|&byte| {
            let difference = i32::from(byte) - i32::from(largest);
            (difference >= own.least).then(|| exponential(own.multiplier.scale(difference)))
        })
        .collect();
    let parts = exponentials.iter().flatten();
    let sum: i32 = parts.map(|part| divide_by_power(*part, SUM_BITS)).sum();
    // sum = (1 + x) * 2^k with x between 0 and 1.
    let zeros = sum.leading_zeros() as i32;
    let bits_over_one = SUM_BITS - zeros;
    let fraction = (sum.cast_unsigned() << zeros)
        .wrapping_sub(1 << 31)
        .cast_signed();
    let scale = one_over_one_plus(fraction);
    let share = |exponential: i32| {
        let share = divide_by_power(high_product(scale, exponential), bits_over_one + 31 - 8);
        (share - 128).clamp(-128, 127) as i8
    };
    let shares = exponentials.into_iter();
    shares
        .map(|exponential| exponential.map_or(-128, share))
        .collect()
}

/// exp(a) for a number of at most 0 with [`EXPONENT_BITS`] in front of the point; all bits of the result are behind it.
fn exponential(a: i32) -> i32 {
    const FRACTION_BITS: i32 = 31 - EXPONENT_BITS;
    const QUARTER: i32 = 1 << (FRACTION_BITS - 2);
    // exp(-1/4), exp(-1/2), exp(-1) … exp(-16).
    const POWERS: [i32; 7] = [
        1_672_461_947,
        1_302_514_674,
        790_015_084,
        290_630_308,
        39_332_535,
        720_401,
        242,
    ];
    if a == 0 {
        return i32::MAX;
    }
    let below_quarter = (a & (QUARTER - 1)) - QUARTER;
    let mut result = exponential_of_quarter(multiply_by_power(below_quarter, EXPONENT_BITS as u32));
    let rest = below_quarter.wrapping_sub(a);
    for (i, power) in POWERS.into_iter().enumerate() {
        if rest & (1 << (FRACTION_BITS - 2 + i as i32)) != 0 {
            result = high_product(result, power);
        }
    }
    result
}

/// exp(a) for -1/4 <= a < 0: Taylor's series around -1/8.
fn exponential_of_quarter(a: i32) -> i32 {
    /// exp(-1/8), and a third.
    const CONSTANT: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = a.wrapping_add(1 << 28);
    let x2 = high_product(x, x);
    let x3 = high_product(x2, x);
    let x4 = high_product(x2, x2);
    let cubic = high_product(divide_by_power(x4, 2).wrapping_add(x3), THIRD);
    let series = divide_by_power(cubic.wrapping_add(x2), 1);
    CONSTANT.wrapping_add(high_product(CONSTANT, x.wrapping_add(series)))
}

/// 1 / (1 + a) for 0 <= a < 1, by three steps of Newton's method with two bits in front of the point.
fn one_over_one_plus(a: i32) -> i32 {
    const TWO_BITS_ONE: i32 = 1 << 29;
    /// 48/17 and -32/17.
    const START: i32 = 1_515_870_810;
    const SLOPE: i32 = -1_010_580_540;
    let sum = i64::from(a) + i64::from(i32::MAX);
    let half = ((sum + if sum >= 0 { 1 } else { -1 }) / 2) as i32;
    let mut x = START.wrapping_add(high_product(half, SLOPE));
    for _ in 0..3 {
        let error = TWO_BITS_ONE.wrapping_sub(high_product(half, x));
        x = x.wrapping_add(multiply_by_power(high_product(x, error), 2));
    }
    multiply_by_power(x, 1)
}
