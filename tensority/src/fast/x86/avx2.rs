//! AVX2: 16 multiply-accumulates of 16-bit integers in an instruction, `vpmaddwd`.
//!
//! As with AVX-512 VNNI the lanes of a vector are rows of the state, here eight, and a lane holds
//! two elements of its row, each 16 bits wide:
//!
//! ```text
//! vector 128p + g, lane l, word w   =   state[row 8p + l][column 2g + w]
//! ```
//!
//! (`vpmaddubsw` on bytes would do twice as much, but it saturates.) The matrix is widened to 16
//! bits once per multiply, which costs one part in a hundred and spares 16 MiB per matrix list.

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and functions are called that need AVX2"
)]

use core::arch::x86_64::*;
use std::hint::black_box;
use std::is_x86_feature_detected;

use super::smix::{self, Xor3};
use crate::fast::kernel::Kernel;
use crate::fast::memory::{Entries, PreparedMatrix, Row, State, Sum};
use crate::fast::smix::{Loops, Makes, SCALAR, Smix};

/// The rows in a vector.
const LANES: usize = 8;
/// The vectors that hold eight whole rows.
const GROUPS: usize = 128;
/// Vectors of rows that are multiplied side by side.
const PANELS: usize = 2;
/// Matrix rows that are multiplied side by side.
const COLUMNS: usize = 4;
/// The room that the panels take in a [`State`].
const ROWS: usize = PANELS * LANES;

/// Proof that this processor has AVX2.
#[derive(Debug)]
pub(in crate::fast) struct Avx2(());

impl Avx2 {
    /// The back end, if this processor has the instructions.
    pub(in crate::fast) fn detect() -> Option<&'static dyn Kernel> {
        is_x86_feature_detected!("avx2").then_some(&Self(()))
    }
}

/// The makes of SMix for a processor that has AVX2.
pub(super) static SMIX: Makes = Makes::new(&[Smix::new("vector", &Avx2(())), SCALAR]);

impl Kernel for Avx2 {
    fn smix(&self) -> &'static Makes {
        &SMIX
    }

    fn update_starts(&self, m: &mut PreparedMatrix) {
        // SAFETY: a value of this type proves that the processor has the instructions.
        unsafe { update_starts(m) }
    }

    fn load(&self, m: &PreparedMatrix, state: &mut State) {
        // SAFETY: as above.
        unsafe { load(m, state) }
    }

    fn multiply(&self, a: &State, m: &PreparedMatrix, _: &PreparedMatrix, product: &mut State) {
        // SAFETY: as above.
        unsafe { multiply(a, m, product) }
    }

    fn add(&self, state: &State, sum: &mut Sum) {
        let vectors = state
            .0
            .iter()
            .flat_map(|row| row.0.as_chunks::<{ 2 * LANES }>().0);
        for (i, vector) in vectors.enumerate() {
            let (p, g) = (i / GROUPS, i % GROUPS);
            for (row, lane) in sum[LANES * p..].iter_mut().zip(vector.as_chunks::<2>().0) {
                for (place, &element) in row[2 * g..].iter_mut().zip(lane) {
                    *place = place.wrapping_add(element as u8);
                }
            }
        }
    }

    fn multiply_in_registers(&self, times: usize) -> Option<u64> {
        // SAFETY: as above.
        Some(unsafe { multiply_in_registers(times) })
    }
}

impl Loops for Avx2 {
    fn fill(
        &self,
        x: &mut [u32; 32],
        v: &mut Entries,
        even: &mut PreparedMatrix,
        odd: &mut PreparedMatrix,
    ) {
        // SAFETY: a value of this type proves that the processor has the instructions.
        unsafe { fill(self, x, v, even, odd) }
    }

    fn mix(&self, x: &mut [u32; 32], v: &Entries) {
        // SAFETY: as above.
        unsafe { mix(self, x, v) }
    }
}

impl Xor3 for Avx2 {
    #[inline(always)]
    fn xor3(&self, x: __m128i, y: __m128i, z: __m128i) -> __m128i {
        // SAFETY: a value of this type proves that the processor has the instructions.
        unsafe { _mm_xor_si128(_mm_xor_si128(x, y), z) }
    }
}

#[target_feature(enable = "avx2")]
fn fill(
    kernel: &Avx2,
    x: &mut [u32; 32],
    v: &mut Entries,
    even: &mut PreparedMatrix,
    odd: &mut PreparedMatrix,
) {
    smix::fill(kernel, x, v, even, odd);
}

#[target_feature(enable = "avx2")]
fn mix(kernel: &Avx2, x: &mut [u32; 32], v: &Entries) {
    smix::mix(kernel, x, v);
}

#[target_feature(enable = "avx2")]
fn update_starts(m: &mut PreparedMatrix) {
    m.update_starts();
}

#[target_feature(enable = "avx2")]
fn load(m: &PreparedMatrix, state: &mut State) {
    let state = state.0.as_mut_ptr().cast::<__m256i>();
    for (g, two_rows) in m.rows.as_chunks::<2>().0.iter().enumerate() {
        for p in 0..256 / LANES {
            let elements = |row: &[i8; 256]| {
                let elements = row[LANES * p..][..LANES].as_ptr();
                // SAFETY: the slice has 8 bytes, and the load asks for no alignment.
                _mm256_cvtepi8_epi32(unsafe { _mm_loadl_epi64(elements.cast()) })
            };
            let [r0, r1] = two_rows;
            let vector = reduce(elements(r0), elements(r1));
            // SAFETY: the state is 4096 aligned vectors.
            unsafe { _mm256_store_si256(state.add(GROUPS * p + g), vector) };
        }
    }
}

#[target_feature(enable = "avx2")]
fn multiply(a: &State, m: &PreparedMatrix, product: &mut State) {
    let mut wide = [[[0_i16; 256]; COLUMNS]; 256 / COLUMNS];
    for (wide, row) in wide.as_flattened_mut().iter_mut().zip(&m.rows) {
        for (wide, &element) in wide.iter_mut().zip(row) {
            *wide = i16::from(element);
        }
    }
    let a = a.0.as_chunks::<ROWS>().0;
    let product = product.0.as_chunks_mut::<ROWS>().0;
    for (a, product) in a.iter().zip(product) {
        for (block, rows) in wide.iter().enumerate() {
            multiply_block(a, rows, block, product);
        }
    }
}

#[target_feature(enable = "avx2")]
#[inline]
fn multiply_block(
    a: &[Row; ROWS],
    rows: &[[i16; 256]; COLUMNS],
    block: usize,
    product: &mut [Row; ROWS],
) {
    let a = a.as_ptr().cast::<__m256i>();
    let product = product.as_mut_ptr().cast::<__m256i>();
    let mut sums = [[_mm256_setzero_si256(); COLUMNS]; PANELS];
    for g in 0..GROUPS {
        // SAFETY: `a` is PANELS times GROUPS aligned vectors.
        let lanes: [_; PANELS] =
            core::array::from_fn(|p| unsafe { _mm256_load_si256(a.add(GROUPS * p + g)) });
        for (c, row) in rows.iter().enumerate() {
            // SAFETY: two elements from 2g are inside of a row of 256.
            let two = unsafe { row.as_ptr().cast::<i32>().add(g).read_unaligned() };
            let two = _mm256_set1_epi32(two);
            for p in 0..PANELS {
                let products = _mm256_madd_epi16(lanes[p], two);
                sums[p][c] = _mm256_add_epi32(sums[p][c], products);
            }
        }
    }
    for (p, sums) in sums.iter().enumerate() {
        for (i, [v0, v1]) in sums.as_chunks().0.iter().enumerate() {
            let vector = reduce(*v0, *v1);
            // SAFETY: as for `a`; a block is below 64 and has two vectors.
            unsafe {
                _mm256_store_si256(product.add(GROUPS * p + COLUMNS / 2 * block + i), vector)
            };
        }
    }
}

/// Reduces two vectors of dot products to 16-bit elements, the two of a lane next to one another.
#[target_feature(enable = "avx2")]
#[inline]
fn reduce(v0: __m256i, v1: __m256i) -> __m256i {
    const ODD_WORDS: i32 = 0xaa;
    let words = _mm256_blend_epi16::<ODD_WORDS>(v0, _mm256_slli_epi32::<16>(v1));
    // The second byte of `v + (v << 8)` is the low byte plus the second.
    let sums = _mm256_add_epi16(words, _mm256_slli_epi16::<8>(words));
    _mm256_srai_epi16::<8>(sums)
}

#[target_feature(enable = "avx2")]
fn multiply_in_registers(times: usize) -> u64 {
    const SUMS: usize = 12;
    let factor = _mm256_set1_epi16(black_box(3));
    let mut sums = [factor; SUMS];
    for _ in 0..times {
        for sum in &mut sums {
            // A product of the sum itself: one of constants would be taken out of the loop.
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(*sum, factor));
        }
    }
    black_box(sums);
    (times * SUMS * 16) as u64
}
