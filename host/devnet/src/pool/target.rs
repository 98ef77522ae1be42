//! The targets of a difficulty: the one that shares are held against, and the one that is told.

use std::num::NonZero;

use num_bigint::BigInt;
use tensority::{Target, bits_to_value, value_to_bits};

/// What a PoW hash must not exceed to be a share: 2^256 / difficulty, of which three bytes are kept.
pub fn share_target(difficulty: NonZero<u64>) -> Target {
    let value = bits_to_value(value_to_bits(&quotient(difficulty)));
    Target::from_value(&value).expect("2^256 is greater than any difficulty")
}

/// What a job says of it: the four most significant bytes of 2^256 / difficulty, little-endian. They
/// are zero for difficulties above 2^32.
pub fn told_target(difficulty: NonZero<u64>) -> String {
    let target = Target::from_value(&quotient(difficulty));
    let target = target.expect("2^256 is greater than any difficulty");
    hex::encode(&target.to_le_bytes()[28..])
}

fn quotient(difficulty: NonZero<u64>) -> BigInt {
    (BigInt::from(1) << 256) / difficulty.get()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difficulty_has_these_targets() {
        for (difficulty, told, bits) in [
            (1, "ffffffff", 0x2100_0000_0001_0000),
            (5, "33333333", 0x2000_0000_0033_3333),
            (100_000, "c5a70000", 0x1e00_0000_00a7_c5ac),
            (1 << 33, "00000000", 0x1c00_0000_0080_0000),
        ] {
            let difficulty = NonZero::new(difficulty).unwrap();
            assert_eq!(told_target(difficulty), told);
            let target = Target::from_bits(bits).unwrap();
            assert_eq!(share_target(difficulty), target, "{difficulty}");
        }
    }
}
