//! Retarget: the bits of the next block from the time the last blocks took.

use num_integer::Integer;

use super::{BlockHeader, bits_to_value, value_to_bits};

/// The number of blocks between two retargets.
pub const RETARGET_BLOCKS: u64 = 2016;

/// The seconds a block should take.
pub const TARGET_BLOCK_SECONDS: u64 = 150;

/// The bits of the block after `last`.
///
/// They change only after a block whose height is a multiple of [`RETARGET_BLOCKS`], the genesis
/// excepted: to the target of `last` times the seconds since `compare`, over those
/// [`RETARGET_BLOCKS`] should have taken, rounded down. There is no clamp. `compare` is the block
/// [`RETARGET_BLOCKS`] before `last` and only matters then.
///
/// Source: Bytom v1.1.0, consensus/difficulty.
#[doc(alias = "CalcNextRequiredDifficulty")]
pub fn next_bits(last: &BlockHeader, compare: &BlockHeader) -> u64 {
    if last.height == 0 || !last.height.is_multiple_of(RETARGET_BLOCKS) {
        return last.bits;
    }
    // Timestamps are compared as signed 64-bit integers, so a span can be negative.
    let span = last.timestamp.wrapping_sub(compare.timestamp).cast_signed();
    let expected_span = RETARGET_BLOCKS * TARGET_BLOCK_SECONDS;
    let target = (bits_to_value(last.bits) * span).div_floor(&expected_span.into());
    value_to_bits(&target)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BITS: u64 = 0x1e00_0000_0001_1b68;

    fn after(height: u64, seconds: u64) -> u64 {
        let compare = BlockHeader {
            timestamp: 1_000,
            ..BlockHeader::default()
        };
        let timestamp = compare.timestamp.wrapping_add(seconds);
        next_bits(
            &BlockHeader {
                height,
                timestamp,
                bits: BITS,
                ..compare.clone()
            },
            &compare,
        )
    }

    #[test]
    fn blocks_twice_as_slow_double_the_target() {
        assert_eq!(after(2016, 302_400), BITS);
        assert_eq!(after(2016, 604_800), 0x1e00_0000_0002_36d0);
    }

    #[test]
    fn bits_stay_within_a_period() {
        assert_eq!(after(0, 1), BITS);
        assert_eq!(after(2015, 1), BITS);
        assert_eq!(after(2017, 1), BITS);
    }

    #[test]
    fn time_that_runs_backwards_gives_a_negative_target() {
        assert_eq!(after(4032, 302_400_u64.wrapping_neg()), BITS | 1 << 55);
    }
}
