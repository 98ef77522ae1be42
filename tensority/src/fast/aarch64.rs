//! Back ends for AArch64 processors.
//!
//! All have the state in vectors of 16 int8, in an order of their own. SMix is scalar: an exclusive
//! or with a rotated register is one instruction here, and there are registers enough.

#![expect(unsafe_code, reason = "the intrinsics of NEON ask for it")]

mod dotprod;
mod i8mm;
mod neon;

use core::arch::aarch64::*;

pub(super) use dotprod::DotProd;
pub(super) use i8mm::I8mm;
pub(super) use neon::Neon;

use super::memory::{State, Sum};
use super::smix::{Makes, SCALAR};
use crate::reference::DIMENSION;

/// The elements of a vector.
const LANES: usize = 16;

static SMIX: Makes = Makes::new(&[SCALAR]);

/// [`reduce`](crate::reduce) of single elements, which is what a load does: negative ones lose 1.
fn reduce_elements(elements: int8x16_t) -> int8x16_t {
    // SAFETY: every AArch64 processor with a system has NEON.
    unsafe { vaddq_s8(elements, vshrq_n_s8::<7>(elements)) }
}

/// Adds the elements of a state to a sum; `place` tells the row and the column of a byte.
#[inline(always)]
fn add(state: &State, sum: &mut Sum, place: impl Fn(usize) -> (usize, usize)) {
    let bytes = state
        .0
        .iter()
        .flat_map(|row| row.0)
        .flat_map(i16::to_le_bytes);
    for (i, byte) in bytes.take(DIMENSION * DIMENSION).enumerate() {
        let (r, c) = place(i);
        sum[r][c] = sum[r][c].wrapping_add(byte);
    }
}
