//! Dot products: 16 multiply-accumulates of int8 in an instruction, `sdot`.
//!
//! The lanes of a vector are four rows of the state, and a lane holds four elements of its row.
//! The instruction takes the four elements of the matrix row from any lane of a vector, so nothing
//! is broadcast. The results of four matrix rows are the four elements of a lane of the product:
//!
//! ```text
//! vector 64p + g, lane l, byte b   =   state[row 4p + l][column 4g + b]
//! ```
//!
//! The intrinsic for the instruction is not stable, so it is written in assembly.

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and an instruction is written in assembly"
)]

use core::arch::aarch64::*;
use core::arch::asm;
use std::arch::is_aarch64_feature_detected;
use std::hint::black_box;

use super::{LANES, SMIX, reduce_elements};
use crate::fast::kernel::Kernel;
use crate::fast::memory::{PreparedMatrix, State, Sum};
use crate::fast::smix::Makes;
use crate::reference::DIMENSION;

/// The vectors that hold four whole rows.
const GROUPS: usize = DIMENSION / 4;
/// Vectors of rows that are multiplied side by side.
const PANELS: usize = 4;
/// Matrix rows that are multiplied side by side.
const COLUMNS: usize = 4;

/// Proof that this processor has the instruction.
#[derive(Debug)]
pub(in crate::fast) struct DotProd(());

impl DotProd {
    /// The back end, if this processor has the instruction.
    pub(in crate::fast) fn detect() -> Option<&'static dyn Kernel> {
        is_aarch64_feature_detected!("dotprod").then_some(&Self(()))
    }
}

impl Kernel for DotProd {
    fn smix(&self) -> &'static Makes {
        &SMIX
    }

    fn update_starts(&self, m: &mut PreparedMatrix) {
        m.update_starts();
    }

    fn load(&self, m: &PreparedMatrix, state: &mut State) {
        let state = state.0.as_mut_ptr().cast::<i8>();
        for (g, rows) in m.rows.as_chunks::<4>().0.iter().enumerate() {
            for first in (0..DIMENSION).step_by(LANES) {
                // SAFETY: 16 bytes of a row are read; the state has room for 8192 vectors, and the
                // index is below 4096.
                unsafe {
                    let elements = rows.each_ref().map(|row| vld1q_s8(row.as_ptr().add(first)));
                    for (i, vector) in four_to_a_lane(elements).into_iter().enumerate() {
                        let p = first / 4 + i;
                        vst1q_s8(state.add(LANES * (GROUPS * p + g)), reduce_elements(vector));
                    }
                }
            }
        }
    }

    fn multiply(&self, a: &State, m: &PreparedMatrix, _: &PreparedMatrix, product: &mut State) {
        // SAFETY: a value of this type proves that the processor has the instruction.
        unsafe { multiply(a, m, product) }
    }

    fn add(&self, state: &State, sum: &mut Sum) {
        super::add(state, sum, |i| {
            let (vector, lane) = (i / LANES, i % LANES);
            (
                4 * (vector / GROUPS) + lane / 4,
                4 * (vector % GROUPS) + lane % 4,
            )
        });
    }

    fn multiply_in_registers(&self, times: usize) -> Option<u64> {
        // SAFETY: as above.
        Some(unsafe { multiply_in_registers(times) })
    }
}

/// The bytes of four vectors, four to a lane, one of each: lane `l` of vector `i` has byte `4i + l`.
pub(super) fn four_to_a_lane([v0, v1, v2, v3]: [int8x16_t; 4]) -> [int8x16_t; 4] {
    // SAFETY: every AArch64 processor with a system has NEON.
    unsafe {
        let low = [vzip1q_s8(v0, v1), vzip1q_s8(v2, v3)].map(|v| vreinterpretq_s16_s8(v));
        let high = [vzip2q_s8(v0, v1), vzip2q_s8(v2, v3)].map(|v| vreinterpretq_s16_s8(v));
        [
            vzip1q_s16(low[0], low[1]),
            vzip2q_s16(low[0], low[1]),
            vzip1q_s16(high[0], high[1]),
            vzip2q_s16(high[0], high[1]),
        ]
        .map(|v| vreinterpretq_s8_s16(v))
    }
}

/// To each lane of `sum`, the dot product of a lane of `a` and lane `L` of `b` is added.
#[target_feature(enable = "neon,dotprod")]
#[inline]
fn sdot<const L: i32>(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: the instruction reads and writes these registers only.
    unsafe {
        asm!(
            "sdot {0:v}.4s, {1:v}.16b, {2:v}.4b[{3}]",
            inout(vreg) sum, in(vreg) a, in(vreg) b, const L,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

#[target_feature(enable = "neon,dotprod")]
fn multiply(a: &State, m: &PreparedMatrix, product: &mut State) {
    let a = a.0.as_ptr().cast::<i8>();
    let product = product.0.as_mut_ptr().cast::<i8>();
    for p in (0..DIMENSION / 4).step_by(PANELS) {
        let panel = LANES * GROUPS * p;
        for (block, rows) in m.rows.as_chunks().0.iter().enumerate() {
            // SAFETY: both states have room for 8192 vectors, and the panels end below 4096.
            unsafe { multiply_block(a.add(panel), rows, block, product.add(panel)) };
        }
    }
}

/// # Safety
/// From `a` on, and from `product` on, there must be the vectors of four panels.
#[target_feature(enable = "neon,dotprod")]
#[inline]
unsafe fn multiply_block(
    a: *const i8,
    rows: &[[i8; DIMENSION]; COLUMNS],
    block: usize,
    product: *mut i8,
) {
    let mut sums = [[vdupq_n_s32(0); COLUMNS]; PANELS];
    for first in (0..GROUPS).step_by(4) {
        // SAFETY: 16 bytes from 4 * first are inside of a row of 256.
        let four = rows
            .each_ref()
            .map(|row| unsafe { vld1q_s8(row.as_ptr().add(4 * first)) });
        for (p, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the caller says so.
            let lanes: [_; 4] = core::array::from_fn(|i| unsafe {
                vld1q_s8(a.add(LANES * (GROUPS * p + first + i)))
            });
            for (sum, &four) in sums.iter_mut().zip(&four) {
                *sum = sdot::<0>(*sum, lanes[0], four);
            }
            for (sum, &four) in sums.iter_mut().zip(&four) {
                *sum = sdot::<1>(*sum, lanes[1], four);
            }
            for (sum, &four) in sums.iter_mut().zip(&four) {
                *sum = sdot::<2>(*sum, lanes[2], four);
            }
            for (sum, &four) in sums.iter_mut().zip(&four) {
                *sum = sdot::<3>(*sum, lanes[3], four);
            }
        }
    }
    for (p, sums) in sums.iter().enumerate() {
        let place = LANES * (GROUPS * p + block);
        // SAFETY: the caller says so.
        unsafe { vst1q_s8(product.add(place), reduce(*sums)) };
    }
}

/// Reduces four vectors of dot products, and puts the four bytes of a lane next to one another.
fn reduce(dots: [int32x4_t; 4]) -> int8x16_t {
    // SAFETY: every AArch64 processor with a system has NEON.
    unsafe {
        let [v0, v1, v2, v3] = dots.map(|v| vreinterpretq_s16_s32(v));
        let pairs = |low: int16x8_t, high: int16x8_t| {
            let (low, high) = (vreinterpretq_s32_s16(low), vreinterpretq_s32_s16(high));
            let words = vreinterpretq_s16_s32(vsliq_n_s32::<16>(low, high));
            // The second byte of `v + (v << 8)` is the low byte plus the second.
            vaddq_s16(words, vshlq_n_s16::<8>(words))
        };
        let (even, odd) = (pairs(v0, v2), pairs(v1, v3));
        let bytes = vsriq_n_u16::<8>(vreinterpretq_u16_s16(odd), vreinterpretq_u16_s16(even));
        vreinterpretq_s8_u16(bytes)
    }
}

#[target_feature(enable = "neon,dotprod")]
fn multiply_in_registers(times: usize) -> u64 {
    const SUMS: usize = 16;
    let factor = vdupq_n_s8(black_box(3));
    let mut sums = [vdupq_n_s32(0); SUMS];
    for _ in 0..times {
        for sum in &mut sums {
            *sum = sdot::<0>(*sum, factor, factor);
        }
    }
    black_box(sums);
    (times * SUMS * 16) as u64
}
