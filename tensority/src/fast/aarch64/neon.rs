//! NEON: eight multiply-accumulates of int8 in an instruction, `smlal`.
//!
//! The sums have 16 bits and wrap, which is all that [`reduce`](crate::reduce) needs. The lanes of a
//! vector are rows of the state, and an element of the matrix is broadcast to all of them:
//!
//! ```text
//! vector 256p + c, lane l   =   state[row 16p + l][column c]
//! ```

#![expect(unsafe_code, reason = "vectors are loaded and stored through pointers")]

use core::arch::aarch64::*;
use std::hint::black_box;

use super::{LANES, SMIX, reduce_elements};
use crate::fast::kernel::Kernel;
use crate::fast::memory::{PreparedMatrix, State, Sum};
use crate::fast::smix::Makes;
use crate::reference::DIMENSION;

/// Vectors of rows that are multiplied side by side.
const PANELS: usize = 2;
/// Matrix rows that are multiplied side by side.
const COLUMNS: usize = 4;

/// The back end, which every AArch64 processor has.
#[derive(Debug)]
pub(in crate::fast) struct Neon;

impl Kernel for Neon {
    fn smix(&self) -> &'static Makes {
        &SMIX
    }

    fn update_starts(&self, m: &mut PreparedMatrix) {
        m.update_starts();
    }

    fn load(&self, m: &PreparedMatrix, state: &mut State) {
        let state = state.0.as_mut_ptr().cast::<i8>();
        for (c, row) in m.rows.iter().enumerate() {
            for (p, elements) in row.as_chunks::<LANES>().0.iter().enumerate() {
                // SAFETY: 16 bytes are read; the state has room for 8192 vectors, and the index is
                // below 4096.
                unsafe {
                    let vector = reduce_elements(vld1q_s8(elements.as_ptr()));
                    vst1q_s8(state.add(LANES * (DIMENSION * p + c)), vector);
                }
            }
        }
    }

    fn multiply(&self, a: &State, m: &PreparedMatrix, _: &PreparedMatrix, product: &mut State) {
        let a = a.0.as_ptr().cast::<i8>();
        let product = product.0.as_mut_ptr().cast::<i8>();
        for p in (0..DIMENSION / LANES).step_by(PANELS) {
            for (block, rows) in m.rows.as_chunks().0.iter().enumerate() {
                let panel = LANES * DIMENSION * p;
                // SAFETY: both states have room for 8192 vectors, and the panels end below 4096.
                unsafe { multiply_block(a.add(panel), rows, block, product.add(panel)) };
            }
        }
    }

    fn add(&self, state: &State, sum: &mut Sum) {
        super::add(state, sum, |i| {
            let vector = i / LANES;
            (LANES * (vector / DIMENSION) + i % LANES, vector % DIMENSION)
        });
    }

    fn multiply_in_registers(&self, times: usize) -> Option<u64> {
        const SUMS: usize = 16;
        // SAFETY: every AArch64 processor with a system has NEON.
        unsafe {
            let factor = vdup_n_s8(black_box(3));
            let mut sums = [vdupq_n_s16(0); SUMS];
            for _ in 0..times {
                for sum in &mut sums {
                    // Hidden from the compiler, which would take products of constants out of the loop.
                    *sum = vmlal_s8(*sum, black_box(factor), factor);
                }
            }
            black_box(sums);
        }
        Some((times * SUMS * 8) as u64)
    }
}

/// # Safety
/// From `a` on, and from `product` on, there must be the vectors of two panels.
#[inline(always)]
unsafe fn multiply_block(
    a: *const i8,
    rows: &[[i8; DIMENSION]; COLUMNS],
    block: usize,
    product: *mut i8,
) {
    // SAFETY: every AArch64 processor with a system has NEON; the caller says the rest.
    unsafe {
        // The lower and the upper eight lanes.
        let mut sums = [[[vdupq_n_s16(0); 2]; COLUMNS]; PANELS];
        for t in 0..DIMENSION {
            let lanes: [_; PANELS] =
                core::array::from_fn(|p| vld1q_s8(a.add(LANES * (DIMENSION * p + t))));
            for (c, row) in rows.iter().enumerate() {
                let element = vld1q_dup_s8(&raw const row[t]);
                for p in 0..PANELS {
                    let [low, high] = &mut sums[p][c];
                    *low = vmlal_s8(*low, vget_low_s8(lanes[p]), vget_low_s8(element));
                    *high = vmlal_high_s8(*high, lanes[p], element);
                }
            }
        }
        for (p, sums) in sums.iter().enumerate() {
            for (c, sums) in sums.iter().enumerate() {
                // The second byte of `v + (v << 8)` is the low byte plus the second.
                let [low, high] = sums.map(|v| vaddhn_s16(v, vshlq_n_s16::<8>(v)));
                let place = LANES * (DIMENSION * p + COLUMNS * block + c);
                vst1q_s8(product.add(place), vcombine_s8(low, high));
            }
        }
    }
}
