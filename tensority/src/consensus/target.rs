//! Target: the bound of a PoW hash.

use core::fmt;

use num_bigint::{BigInt, Sign};

use super::{bits_to_value, value_to_bits};
use crate::Error;

/// A positive target of 256 bits, held as little-endian bytes like a PoW hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Target(#[cfg_attr(feature = "serde", serde(with = "hex::serde"))] [u8; 32]);

impl Target {
    /// The target that every hash meets, 2^256 - 1.
    pub const MAX: Self = Self([0xff; 32]);

    /// The target of a header's bits.
    ///
    /// # Errors
    ///
    /// As [`from_value`](Self::from_value).
    pub fn from_bits(bits: u64) -> Result<Self, Error> {
        Self::from_value(&bits_to_value(bits))
    }

    /// The target of a value. One above 2^256 - 1, which bits can hold, becomes 2^256 - 1: every
    /// hash meets both.
    ///
    /// # Errors
    ///
    /// [`Error::NegativeTarget`] or [`Error::ZeroTarget`] if the value is not positive.
    pub fn from_value(value: &BigInt) -> Result<Self, Error> {
        match value.sign() {
            Sign::Minus => {
                return Err(Error::NegativeTarget {
                    bits: value_to_bits(value),
                });
            }
            Sign::NoSign => {
                return Err(Error::ZeroTarget {
                    bits: value_to_bits(value),
                });
            }
            Sign::Plus => {}
        }
        let bytes = value.magnitude().to_bytes_le();
        let mut target = [0; 32];
        match target.get_mut(..bytes.len()) {
            Some(low_bytes) => low_bytes.copy_from_slice(&bytes),
            None => target = [0xff; 32],
        }
        Ok(Self(target))
    }

    /// The target of 32 little-endian bytes: byte 31 is the most significant.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroTarget`] if all are zero.
    pub fn from_le_bytes(bytes: [u8; 32]) -> Result<Self, Error> {
        if bytes == [0; 32] {
            return Err(Error::ZeroTarget { bits: 0 });
        }
        Ok(Self(bytes))
    }

    /// The target that takes about `hashes` hashes on average, to the precision of the number:
    /// 2^256 / hashes, and [`MAX`](Self::MAX) for 1 or less or no number.
    pub fn of_average(hashes: f64) -> Self {
        let mut fraction = 1.0 / hashes;
        if !(0.0..1.0).contains(&fraction) {
            return Self::MAX;
        }
        let mut target = [0; 32];
        for byte in target.iter_mut().rev() {
            fraction *= 256.0;
            // Below 256, and cut to a whole number.
            *byte = fraction as u8;
            fraction -= f64::from(*byte);
        }
        if target == [0; 32] {
            target[0] = 1;
        }
        Self(target)
    }

    /// The number of hashes that it takes on average to meet it: 2^256 / (target + 1).
    pub fn hashes_on_average(self) -> f64 {
        let add = |below: f64, &byte: &u8| (below + f64::from(byte)) / 256.0;
        let fraction = self.0.iter().fold(0.0, add);
        // 2^-256, the smallest target's fraction being twice that.
        1.0 / (fraction + f64::from_bits((1023 - 256) << 52))
    }

    /// The 32 little-endian bytes.
    pub fn to_le_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The target as an integer.
    pub fn to_value(self) -> BigInt {
        BigInt::from_bytes_le(Sign::Plus, &self.0)
    }

    /// The bits of the target, which keep its three most significant bytes.
    pub fn to_bits(self) -> u64 {
        value_to_bits(&self.to_value())
    }

    /// Whether a PoW hash, read as a little-endian integer, does not exceed the target. Equality
    /// is enough.
    ///
    /// Source: Bytom v1.1.0, consensus/difficulty.
    pub fn is_met_by(&self, pow_hash: &[u8; 32]) -> bool {
        pow_hash.iter().rev().le(self.0.iter().rev())
    }
}

/// Shows the target as people write it: 64 hex digits, the most significant first.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .rev()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_equal_to_the_target_meets_it() {
        let mut bytes = [0; 32];
        bytes[1] = 7;
        let target = Target::from_le_bytes(bytes).unwrap();
        assert!(target.is_met_by(&bytes));
        bytes[0] = 1;
        assert!(!target.is_met_by(&bytes), "one more than the target");
        assert!(target.is_met_by(&[0; 32]));
    }

    #[test]
    fn the_last_byte_is_the_most_significant() {
        let mut bytes = [0; 32];
        bytes[31] = 1;
        let target = Target::from_le_bytes(bytes).unwrap();
        let mut hash = [0xff; 32];
        hash[31] = 0;
        assert!(target.is_met_by(&hash));
        hash[31] = 2;
        assert!(!target.is_met_by(&hash));
    }

    #[test]
    fn a_hash_takes_as_many_attempts_as_its_target_is_rare() {
        let hashes = |bits| Target::from_bits(bits).unwrap().hashes_on_average();
        assert_eq!(Target::MAX.hashes_on_average(), 1.0);
        assert!((hashes(0x2000_0000_003f_ffff) - 4.0).abs() < 1e-5);
        let work = std::string::ToString::to_string(&crate::work(0x1e00_0000_0001_1b68));
        let work: f64 = work.parse().unwrap();
        assert!((hashes(0x1e00_0000_0001_1b68) / work - 1.0).abs() < 1e-6);
        let one = Target::from_value(&1.into()).unwrap();
        assert_eq!(one.hashes_on_average(), 2f64.powi(255));
    }

    #[test]
    fn a_target_of_an_average_has_that_average() {
        for hashes in [1.5, 2.0, 720.0, 150_000.0, 1e12, 1e60] {
            let target = Target::of_average(hashes);
            assert!((target.hashes_on_average() / hashes - 1.0).abs() < 1e-9);
        }
        for all in [1.0, 0.5, 0.0, -3.0, f64::NAN] {
            assert_eq!(Target::of_average(all), Target::MAX);
        }
        assert!(Target::of_average(f64::INFINITY).is_met_by(&[0; 32]));
    }

    #[test]
    fn rejects_targets_that_are_not_positive() {
        let bits = 0x0480_0000_0012_3456;
        assert_eq!(Target::from_bits(bits), Err(Error::NegativeTarget { bits }));
        assert_eq!(
            Target::from_bits(1 << 60),
            Err(Error::ZeroTarget { bits: 0 })
        );
        assert_eq!(
            Target::from_le_bytes([0; 32]),
            Err(Error::ZeroTarget { bits: 0 })
        );
    }

    #[test]
    fn every_hash_meets_a_target_above_256_bits() {
        let target = Target::from_bits(0x2100_0000_00ff_ffff).unwrap();
        assert!(target.is_met_by(&[0xff; 32]));
    }

    #[test]
    fn solonet_genesis_bits_survive_a_round_trip() {
        let bits = 0x2000_0000_000c_cccc;
        let target = Target::from_bits(bits).unwrap();
        assert_eq!(target.to_bits(), bits);
        assert!(alloc::format!("{target}").starts_with("0ccccc00"));
    }
}
