//! VNNI: multiply-accumulates of four u8 by int8 in each lane of 32 bits, `vpdpbusd`.
//!
//! The lanes of a vector are rows of the state, and a lane holds four elements of its row, so
//! a multiply broadcasts four elements of a matrix row to all lanes, straight from the row-major
//! matrix. The results of four matrix rows are then the four elements of a lane of the product:
//! no lane ever crosses to another, and product and state have the same order.
//!
//! ```text
//! vector 64p + g, lane l, byte b   =   state[row LANES p + l][column 4g + b] + 128
//! ```
//!
//! The instruction multiplies unsigned by signed bytes. The state is the unsigned operand, held
//! with an offset of 128; what that adds to a dot product depends on the matrix row alone, and
//! the accumulators start with its negative: [`PreparedMatrix::starts`].
//!
//! The instruction exists on vectors of 512 bits with the encoding of AVX-512 (EVEX), and of 256
//! with that or the older one (VEX). The stages are written once for all; [`Vectors`] is what
//! differs.

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and functions are called that need instructions"
)]

mod avx;
mod avx512;

use std::hint::black_box;
use std::slice::Chunks;

pub(in crate::fast) use avx::detect as detect_avx_vnni;
pub(in crate::fast) use avx512::Avx512Vnni;

use crate::fast::memory::{PreparedMatrix, State, Sum};
use crate::reference::DIMENSION;

/// The vectors that hold whole rows, as many as a vector has lanes.
const GROUPS: usize = DIMENSION / 4;

/// Vectors of 32-bit lanes. A value of an implementing type exists only where the processor has
/// the instructions; its methods become these where they are inlined into a function that says so.
trait Vectors: Copy {
    type Vector: Copy;

    /// The lanes, each of which is a row of the state.
    const LANES: usize;

    /// The same number in all lanes.
    fn splat(self, number: i32) -> Self::Vector;

    /// # Safety
    /// The pointer must be valid for a read of an aligned vector.
    unsafe fn load(self, place: *const Self::Vector) -> Self::Vector;

    /// # Safety
    /// The pointer must be valid for a write of an aligned vector.
    unsafe fn store(self, place: *mut Self::Vector, vector: Self::Vector);

    /// One of the first elements in each lane, plus `offset`. There must be as many as lanes.
    fn widen(self, elements: &[i8], offset: i32) -> Self::Vector;

    /// `vpdpbusd`: to each lane of `sum`, the dot product of four unsigned bytes of `a` and four
    /// signed ones of `b` is added.
    fn dot(self, sum: Self::Vector, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Reduces four vectors of dot products, and puts the four bytes of a lane next to one another.
    /// The second byte of `v + (v << 8)` is the low byte plus the second.
    fn reduce(self, dots: [Self::Vector; 4]) -> Self::Vector;

    /// The sum of all lanes.
    fn sum(self, vector: Self::Vector) -> i32;

    /// Asks for a line of memory in the second-level cache.
    fn prefetch(self, line: &[i8]);
}

/// [`PreparedMatrix::update_starts`], with a sum of bytes as a dot product with ones.
#[inline(always)]
fn update_starts<V: Vectors>(v: V, m: &mut PreparedMatrix) {
    let ones = v.splat(0x0101_0101);
    for (start, row) in m.starts.iter_mut().zip(&m.rows) {
        let row = row.as_ptr().cast::<V::Vector>();
        let mut sums = v.splat(0);
        for i in 0..DIMENSION / (4 * V::LANES) {
            // SAFETY: the vectors lie in the row, which is aligned as the matrix is.
            sums = v.dot(sums, ones, unsafe { v.load(row.add(i)) });
        }
        *start = 0x8000 - 128 * v.sum(sums);
    }
}

#[inline(always)]
fn load<V: Vectors>(v: V, m: &PreparedMatrix, state: &mut State) {
    let state = state.0.as_mut_ptr().cast::<V::Vector>();
    for (g, four_rows) in m.rows.as_chunks::<4>().0.iter().enumerate() {
        for p in 0..DIMENSION / V::LANES {
            let [r0, r1, r2, r3] = four_rows;
            let elements = |row: &[i8; DIMENSION]| v.widen(&row[V::LANES * p..], 0x8000);
            let vector = v.reduce([elements(r0), elements(r1), elements(r2), elements(r3)]);
            // SAFETY: the state is aligned, and has room for twice as many vectors.
            unsafe { v.store(state.add(GROUPS * p + g), vector) };
        }
    }
}

/// Multiplies `PANELS` vectors of rows at a time, then the `REST` that is left, by `COLUMNS` matrix
/// rows at a time. A panel of rows stays in the first-level cache while the matrix passes by from
/// the second.
#[inline(always)]
fn multiply<V: Vectors, const PANELS: usize, const REST: usize, const COLUMNS: usize>(
    v: V,
    a: &State,
    m: &PreparedMatrix,
    next: &PreparedMatrix,
    product: &mut State,
) {
    let vectors = DIMENSION / V::LANES;
    const { assert!((DIMENSION / V::LANES) % PANELS == REST && DIMENSION.is_multiple_of(COLUMNS)) };
    let a = a.0.as_ptr().cast::<V::Vector>();
    let product = product.0.as_mut_ptr().cast::<V::Vector>();
    let mut fetch = next.rows.as_flattened().chunks(256);
    for first in (0..vectors - REST).step_by(PANELS) {
        let place = GROUPS * first;
        // SAFETY: both states are aligned, and have room for twice as many vectors.
        unsafe {
            let (a, product) = (a.add(place), product.add(place));
            multiply_panel::<V, PANELS, COLUMNS>(v, a, m, &mut fetch, product);
        }
    }
    if REST > 0 {
        let place = GROUPS * (vectors - REST);
        // SAFETY: as above.
        unsafe {
            let (a, product) = (a.add(place), product.add(place));
            multiply_panel::<V, REST, COLUMNS>(v, a, m, &mut fetch, product);
        }
    }
}

/// # Safety
/// From `a` on, and from `product` on, there must be `PANELS` times [`GROUPS`] aligned vectors.
#[inline(always)]
unsafe fn multiply_panel<V: Vectors, const PANELS: usize, const COLUMNS: usize>(
    v: V,
    a: *const V::Vector,
    m: &PreparedMatrix,
    fetch: &mut Chunks<i8>,
    product: *mut V::Vector,
) {
    let rows = m.rows.as_chunks::<COLUMNS>().0;
    let starts = m.starts.as_chunks::<COLUMNS>().0;
    for (block, (rows, starts)) in rows.iter().zip(starts).enumerate() {
        if let Some(bytes) = fetch.next() {
            // A hint: 64 KiB on their way to the second-level cache during one multiply.
            bytes.chunks(64).for_each(|line| v.prefetch(line));
        }
        let mut sums = [[v.splat(0); COLUMNS]; PANELS];
        for sums in &mut sums {
            for (sum, &start) in sums.iter_mut().zip(starts) {
                *sum = v.splat(start);
            }
        }
        for g in 0..GROUPS {
            // SAFETY: the caller says so.
            let lanes: [_; PANELS] =
                core::array::from_fn(|p| unsafe { v.load(a.add(GROUPS * p + g)) });
            for (c, row) in rows.iter().enumerate() {
                // SAFETY: four bytes from 4g are inside of a row of 256.
                let four = v.splat(unsafe { row.as_ptr().cast::<i32>().add(g).read_unaligned() });
                for p in 0..PANELS {
                    sums[p][c] = v.dot(sums[p][c], lanes[p], four);
                }
            }
        }
        for (p, sums) in sums.iter().enumerate() {
            for (i, four) in sums.as_chunks().0.iter().enumerate() {
                let place = GROUPS * p + COLUMNS / 4 * block + i;
                // SAFETY: the caller says so.
                unsafe { v.store(product.add(place), v.reduce(*four)) };
            }
        }
    }
}

/// Adds the elements of a state in vectors of `LANES` lanes to a sum.
fn add<const LANES: usize>(state: &State, sum: &mut Sum) {
    let lanes = state.0.iter().flat_map(|row| row.0.as_chunks::<2>().0);
    for (i, lane) in lanes.take(DIMENSION * GROUPS).enumerate() {
        let (vector, l) = (i / LANES, i % LANES);
        let (p, g) = (vector / GROUPS, vector % GROUPS);
        let bytes = lane.map(i16::to_le_bytes);
        let places = &mut sum[LANES * p + l][4 * g..];
        for (place, byte) in places.iter_mut().zip(bytes.as_flattened()) {
            *place = place.wrapping_add(byte ^ 0x80);
        }
    }
}

#[inline(always)]
fn multiply_in_registers<V: Vectors, const SUMS: usize>(v: V, times: usize) -> u64 {
    let factor = v.splat(black_box(0x0102_0304));
    let mut sums = [factor; SUMS];
    for _ in 0..times {
        for sum in &mut sums {
            *sum = v.dot(*sum, factor, factor);
        }
    }
    black_box(sums);
    (times * SUMS * 4 * V::LANES) as u64
}

/// A back end of [`Vectors`] that need some instructions, with these panels, rest and columns of
/// [`multiply`], and so many sums of [`multiply_in_registers`].
macro_rules! kernel {
    ($vectors:ty, $features:literal, $panels:literal, $rest:literal, $columns:literal, $sums:literal, $smix:path) => {
        impl $crate::fast::kernel::Kernel for $vectors {
            fn smix(&self) -> &'static $crate::fast::smix::Makes {
                &$smix
            }

            fn update_starts(&self, m: &mut PreparedMatrix) {
                #[target_feature(enable = $features)]
                fn update_starts(v: $vectors, m: &mut PreparedMatrix) {
                    super::update_starts(v, m);
                }
                // SAFETY: a value of this type proves that the processor has the instructions.
                unsafe { update_starts(*self, m) }
            }

            fn load(&self, m: &PreparedMatrix, state: &mut State) {
                #[target_feature(enable = $features)]
                fn load(v: $vectors, m: &PreparedMatrix, state: &mut State) {
                    super::load(v, m, state);
                }
                // SAFETY: as above.
                unsafe { load(*self, m, state) }
            }

            fn multiply(
                &self,
                a: &State,
                m: &PreparedMatrix,
                next: &PreparedMatrix,
                product: &mut State,
            ) {
                #[target_feature(enable = $features)]
                fn multiply(
                    v: $vectors,
                    a: &State,
                    m: &PreparedMatrix,
                    next: &PreparedMatrix,
                    product: &mut State,
                ) {
                    super::multiply::<_, $panels, $rest, $columns>(v, a, m, next, product);
                }
                // SAFETY: as above.
                unsafe { multiply(*self, a, m, next, product) }
            }

            fn add(&self, state: &State, sum: &mut Sum) {
                super::add::<{ <$vectors as Vectors>::LANES }>(state, sum);
            }

            fn multiply_in_registers(&self, times: usize) -> Option<u64> {
                #[target_feature(enable = $features)]
                fn multiply_in_registers(v: $vectors, times: usize) -> u64 {
                    super::multiply_in_registers::<_, $sums>(v, times)
                }
                // SAFETY: as above.
                Some(unsafe { multiply_in_registers(*self, times) })
            }
        }
    };
}
use kernel;
