//! Products without any particular instruction.

use super::kernel::kernel;
use super::product::Dot;

/// Needs nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portable;

kernel!(Portable, 128);

impl Dot for Portable {
    type Sums = [i32; 8];
    type Weights = [[i8; 4]; 8];
    type Bytes = [u8; 4];

    const LANES: usize = 8;
    const IS_TALL: bool = false;

    #[inline(always)]
    unsafe fn sums(self, place: *const i32) -> Self::Sums {
        // SAFETY: the caller says so.
        unsafe { place.cast::<Self::Sums>().read() }
    }

    #[inline(always)]
    unsafe fn store(self, place: *mut i32, sums: Self::Sums) {
        // SAFETY: the caller says so.
        unsafe { place.cast::<Self::Sums>().write(sums) }
    }

    #[inline(always)]
    unsafe fn weights(self, place: *const i8) -> Self::Weights {
        // SAFETY: the caller says so.
        unsafe { place.cast::<Self::Weights>().read() }
    }

    #[inline(always)]
    fn bytes(self, bytes: u32) -> Self::Bytes {
        bytes.to_ne_bytes()
    }

    #[inline(always)]
    fn dot(self, mut sums: Self::Sums, bytes: Self::Bytes, weights: Self::Weights) -> Self::Sums {
        for (sum, weights) in sums.iter_mut().zip(weights) {
            for (byte, weight) in bytes.into_iter().zip(weights) {
                let product = i32::from(i16::from(byte)) * i32::from(i16::from(weight));
                *sum = sum.wrapping_add(product);
            }
        }
        sums
    }

    #[inline(always)]
    fn add(self, sums: Self::Sums, more: Self::Sums) -> Self::Sums {
        std::array::from_fn(|lane| sums[lane].wrapping_add(more[lane]))
    }
}
