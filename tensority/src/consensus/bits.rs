//! Bits, the compact form of a target, and the work it stands for.
//!
//! The value has no upper limit of 256 bits here, and it can be negative: Bytom computes with
//! such values, though no hash meets a negative one and every hash meets one above 2^256.

use num_bigint::{BigInt, BigUint, Sign};

const MANTISSA_BITS: u32 = 55;
const SIGN_BIT: u64 = 1 << MANTISSA_BITS;

/// The value of bits: `mantissa * 256^(exponent - 3)`, rounded towards zero, where the exponent is
/// the top byte, bit 55 the sign, and the mantissa all 55 bits below.
///
/// Source: Bytom v1.1.0, consensus/difficulty.
#[doc(alias = "CompactToBig")]
pub fn bits_to_value(bits: u64) -> BigInt {
    let exponent = bits >> (MANTISSA_BITS + 1);
    let mantissa = bits & (SIGN_BIT - 1);
    let magnitude = if exponent <= 3 {
        BigUint::from(mantissa >> (8 * (3 - exponent)))
    } else {
        BigUint::from(mantissa) << (8 * (exponent - 3))
    };
    let sign = if bits & SIGN_BIT == 0 {
        Sign::Plus
    } else {
        Sign::Minus
    };
    BigInt::from_biguint(sign, magnitude)
}

/// The bits of a value, of which three bytes are kept.
///
/// The exponent is the number of bytes of the value's magnitude. Unlike in Bitcoin a mantissa from
/// 0x800000 to 0xffffff is kept as it is, for the sign is bit 55. As in the original, a negative
/// value is rounded away from zero, and an exponent above 255 loses its high bits.
///
/// Source: Bytom v1.1.0, consensus/difficulty.
#[doc(alias = "BigToCompact")]
pub fn value_to_bits(value: &BigInt) -> u64 {
    let exponent = value.magnitude().bits().div_ceil(8);
    // The shift of a signed integer rounds down: away from zero if it is negative.
    let kept = if exponent <= 3 {
        value << (8 * (3 - exponent))
    } else {
        value >> (8 * (exponent - 3))
    };
    let mantissa = kept.iter_u64_digits().next().unwrap_or(0);
    let sign = if value.sign() == Sign::Minus {
        SIGN_BIT
    } else {
        0
    };
    exponent << (MANTISSA_BITS + 1) | sign | mantissa
}

/// The expected number of hashes to meet the target of bits: `2^256 / (target + 1)`, rounded
/// down, and zero for a target that is not positive. The node's API calls it the difficulty.
///
/// Source: Bytom v1.1.0, consensus/difficulty.
#[doc(alias = "CalcWork")]
pub fn work(bits: u64) -> BigUint {
    match bits_to_value(bits).into_parts() {
        (Sign::Plus, target) => (BigUint::from(1_u8) << 256) / (target + 1_u8),
        _ => BigUint::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mainnet_genesis_bits_read_as_their_target() {
        let bits = 0x1e00_0000_0001_1b68;
        let value = BigInt::from(0x1_1b68) << (8 * 27);
        assert_eq!(bits_to_value(bits), value);
        assert_eq!(value_to_bits(&value), bits);
        assert_eq!(work(bits), BigUint::from(15_154_807_u32));
    }

    #[test]
    fn the_top_mantissa_bit_of_bitcoin_is_an_ordinary_bit() {
        let bits = 0x2000_0000_0080_0000;
        assert_eq!(bits_to_value(bits), BigInt::from(1) << 255);
        assert_eq!(value_to_bits(&(BigInt::from(1) << 255)), bits);
    }

    #[test]
    fn targets_that_are_not_positive_have_no_work() {
        assert_eq!(work(0), BigUint::ZERO);
        assert_eq!(work(0x0480_0000_0012_3456), BigUint::ZERO);
    }
}
