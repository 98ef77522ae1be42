//! Products of small matrices: 32 multiply-accumulates of int8 in an instruction, `smmla`.
//!
//! A vector holds eight elements of two rows, and the instruction adds the four dot products of two
//! rows of the state and two of the matrix to a vector of sums:
//!
//! ```text
//! vector 32p + h, byte 8l + b   =   state[row 2p + l][column 8h + b]
//! ```
//!
//! The matrix is put into the same order once per multiply. The intrinsic for the instruction is
//! not stable, so it is written in assembly.

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and an instruction is written in assembly"
)]

use core::arch::aarch64::*;
use core::arch::asm;
use std::arch::is_aarch64_feature_detected;
use std::hint::black_box;

use super::dotprod::four_to_a_lane;
use super::{LANES, SMIX, reduce_elements};
use crate::fast::kernel::Kernel;
use crate::fast::memory::{PreparedMatrix, State, Sum};
use crate::fast::smix::Makes;
use crate::reference::DIMENSION;

/// The vectors that hold two whole rows.
const GROUPS: usize = DIMENSION / 8;
/// Pairs of rows that are multiplied side by side, of the state and of the matrix.
const PAIRS: usize = 4;

/// The matrix by pairs of rows, in the order of the state.
#[repr(C, align(64))]
struct Pairs([[[[i8; 8]; 2]; GROUPS]; DIMENSION / 2]);

/// Proof that this processor has the instruction.
#[derive(Debug)]
pub(in crate::fast) struct I8mm(());

impl I8mm {
    /// The back end, if this processor has the instruction.
    pub(in crate::fast) fn detect() -> Option<&'static dyn Kernel> {
        is_aarch64_feature_detected!("i8mm").then_some(&Self(()))
    }
}

impl Kernel for I8mm {
    fn smix(&self) -> &'static Makes {
        &SMIX
    }

    fn update_starts(&self, m: &mut PreparedMatrix) {
        m.update_starts();
    }

    fn load(&self, m: &PreparedMatrix, state: &mut State) {
        let state = state.0.as_mut_ptr().cast::<i8>();
        for (h, rows) in m.rows.as_chunks::<8>().0.iter().enumerate() {
            for first in (0..DIMENSION).step_by(LANES) {
                let elements = |i: usize| {
                    // SAFETY: 16 bytes of a row are read.
                    reduce_elements(unsafe { vld1q_s8(rows[i].as_ptr().add(first)) })
                };
                let low = four_to_a_lane([0, 1, 2, 3].map(elements));
                let high = four_to_a_lane([4, 5, 6, 7].map(elements));
                for (i, (low, high)) in low.into_iter().zip(high).enumerate() {
                    // SAFETY: the state has room for 8192 vectors, and the index is below 4096.
                    unsafe {
                        let (low, high) = (vreinterpretq_s32_s8(low), vreinterpretq_s32_s8(high));
                        let place = state.add(LANES * (GROUPS * (first / 2 + 2 * i) + h));
                        vst1q_s8(place, vreinterpretq_s8_s32(vzip1q_s32(low, high)));
                        let place = place.add(LANES * GROUPS);
                        vst1q_s8(place, vreinterpretq_s8_s32(vzip2q_s32(low, high)));
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
                2 * (vector / GROUPS) + lane / 8,
                8 * (vector % GROUPS) + lane % 8,
            )
        });
    }

    fn multiply_in_registers(&self, times: usize) -> Option<u64> {
        // SAFETY: as above.
        Some(unsafe { multiply_in_registers(times) })
    }
}

/// To the four lanes of `sum`, the dot products of row 0 of `a` with rows 0 and 1 of `b`, and of
/// row 1 of `a` with these, are added.
#[target_feature(enable = "neon,i8mm")]
#[inline]
fn smmla(mut sum: int32x4_t, a: int8x16_t, b: int8x16_t) -> int32x4_t {
    // SAFETY: the instruction reads and writes these registers only.
    unsafe {
        asm!(
            "smmla {0:v}.4s, {1:v}.16b, {2:v}.16b",
            inout(vreg) sum, in(vreg) a, in(vreg) b,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    sum
}

#[target_feature(enable = "neon,i8mm")]
fn multiply(a: &State, m: &PreparedMatrix, product: &mut State) {
    let mut pairs = Pairs([[[[0; 8]; 2]; GROUPS]; DIMENSION / 2]);
    for (pair, rows) in pairs.0.iter_mut().zip(m.rows.as_chunks::<2>().0) {
        for (h, group) in pair.iter_mut().enumerate() {
            *group = rows.each_ref().map(|row| row.as_chunks().0[h]);
        }
    }
    let a = a.0.as_ptr().cast::<i8>();
    let product = product.0.as_mut_ptr().cast::<i8>();
    for p in (0..DIMENSION / 2).step_by(PAIRS) {
        let panel = LANES * GROUPS * p;
        for (block, pairs) in pairs.0.as_chunks().0.iter().enumerate() {
            // SAFETY: both states have room for 8192 vectors, and the panels end below 4096.
            unsafe { multiply_block(a.add(panel), pairs, block, product.add(panel)) };
        }
    }
}

/// # Safety
/// From `a` on, and from `product` on, there must be the vectors of four pairs of rows.
#[target_feature(enable = "neon,i8mm")]
#[inline]
unsafe fn multiply_block(
    a: *const i8,
    pairs: &[[[[i8; 8]; 2]; GROUPS]; PAIRS],
    block: usize,
    product: *mut i8,
) {
    let mut sums = [[vdupq_n_s32(0); PAIRS]; PAIRS];
    for h in 0..GROUPS {
        // SAFETY: a group of a pair is 16 bytes.
        let of_matrix = pairs
            .each_ref()
            .map(|pair| unsafe { vld1q_s8(pair[h].as_flattened().as_ptr()) });
        for (p, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the caller says so.
            let of_state = unsafe { vld1q_s8(a.add(LANES * (GROUPS * p + h))) };
            for (sum, &of_matrix) in sums.iter_mut().zip(&of_matrix) {
                *sum = smmla(*sum, of_state, of_matrix);
            }
        }
    }
    for (p, sums) in sums.iter().enumerate() {
        let place = LANES * (GROUPS * p + block);
        // SAFETY: the caller says so.
        unsafe { vst1q_s8(product.add(place), reduce(*sums)) };
    }
}

/// Reduces the dot products of two rows with eight matrix rows.
fn reduce(dots: [int32x4_t; PAIRS]) -> int8x16_t {
    // SAFETY: every AArch64 processor with a system has NEON.
    unsafe {
        let [v0, v1, v2, v3] = dots.map(|v| vreinterpretq_s64_s32(v));
        let row = |four: int64x2_t, other_four: int64x2_t| {
            let (four, other_four) = (
                vreinterpretq_s16_s64(four),
                vreinterpretq_s16_s64(other_four),
            );
            let words = vuzp1q_s16(four, other_four);
            // The second byte of `v + (v << 8)` is the low byte plus the second.
            vaddhn_s16(words, vshlq_n_s16::<8>(words))
        };
        vcombine_s8(
            row(vzip1q_s64(v0, v1), vzip1q_s64(v2, v3)),
            row(vzip2q_s64(v0, v1), vzip2q_s64(v2, v3)),
        )
    }
}

#[target_feature(enable = "neon,i8mm")]
fn multiply_in_registers(times: usize) -> u64 {
    const SUMS: usize = 16;
    let factor = vdupq_n_s8(black_box(3));
    let mut sums = [vdupq_n_s32(0); SUMS];
    for _ in 0..times {
        for sum in &mut sums {
            *sum = smmla(*sum, factor, factor);
        }
    }
    black_box(sums);
    (times * SUMS * 32) as u64
}
