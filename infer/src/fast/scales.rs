//! From sums to bytes, many channels at a time.

use crate::graph::{Bounds, Convolution};

/// Vectors of channels that are computed together.
pub(crate) const PANEL: usize = 2;

/// Channels that are scaled together.
const GROUP: usize = 16;

/// The numbers of each channel, of as many as fill panels.
pub(crate) struct Scales {
    /// Channels that there are.
    pub channels: usize,
    /// What sums begin with.
    pub starts: Vec<i32>,
    multipliers: Vec<i32>,
    left: Vec<u32>,
    right: Vec<u32>,
    zero: i32,
    bounds: Bounds,
}

impl Scales {
    /// Those of a convolution, for panels of vectors of so many lanes.
    pub fn of(own: &Convolution, mut starts: Vec<i32>, lanes: usize) -> Self {
        let channels = own.bias.len();
        let padded = channels.next_multiple_of(PANEL * lanes);
        // A group may begin at any panel.
        let of_groups = padded + GROUP;
        let all = || own.multipliers.iter();
        let mut multipliers: Vec<_> = all().map(|own| own.multiplier).collect();
        let mut left: Vec<_> = all().map(|own| own.shift.max(0).unsigned_abs()).collect();
        let mut right: Vec<_> = all().map(|own| own.shift.min(0).unsigned_abs()).collect();
        starts.resize(padded, 0);
        multipliers.resize(of_groups, 0);
        left.resize(of_groups, 0);
        right.resize(of_groups, 0);
        Self {
            channels,
            starts,
            multipliers,
            left,
            right,
            zero: i32::from(own.zeros.1),
            bounds: own.bounds,
        }
    }

    /// The bytes + 128 of sums of the channels from `first` on, as [`Multiplier::scale`] makes them.
    ///
    /// [`Multiplier::scale`]: crate::fixed_point::Multiplier::scale
    #[inline(always)]
    pub fn finish(&self, first: usize, sums: &[i32], output: &mut [u8]) {
        let count = sums.len().min(output.len());
        let mut at = 0;
        while at + GROUP <= count {
            let sums = sums[at..].first_chunk().expect("as many sums");
            let bytes = self.finish_group(first + at, sums);
            output[at..at + GROUP].copy_from_slice(&bytes);
            at += GROUP;
        }
        if at < count {
            let mut rest = [0; GROUP];
            rest[..count - at].copy_from_slice(&sums[at..count]);
            let bytes = self.finish_group(first + at, &rest);
            output[at..count].copy_from_slice(&bytes[..count - at]);
        }
    }

    #[inline(always)]
    fn finish_group(&self, first: usize, sums: &[i32; GROUP]) -> [u8; GROUP] {
        let multipliers = self.multipliers[first..]
            .first_chunk::<GROUP>()
            .expect("padded");
        let left = self.left[first..].first_chunk::<GROUP>().expect("padded");
        let right = self.right[first..].first_chunk::<GROUP>().expect("padded");
        let (least, greatest) = (
            i32::from(self.bounds.least),
            i32::from(self.bounds.greatest),
        );
        let mut bytes = [0; GROUP];
        for n in 0..GROUP {
            let shifted = i64::from(sums[n].wrapping_shl(left[n]));
            let product = (shifted * i64::from(multipliers[n]) + (1 << 30)) >> 31;
            let product = product as i32;
            let mask = 1_i32.wrapping_shl(right[n]).wrapping_sub(1);
            let threshold = (mask >> 1) + i32::from(product < 0);
            let up = i32::from(product & mask > threshold);
            let scaled = product.wrapping_shr(right[n]) + up;
            let byte = scaled.wrapping_add(self.zero);
            // Bounds may be the wrong way round, and the lower one counts first.
            let bounded = if byte < least {
                least
            } else {
                byte.min(greatest)
            };
            bytes[n] = (bounded as i8).cast_unsigned() ^ 0x80;
        }
        bytes
    }
}
