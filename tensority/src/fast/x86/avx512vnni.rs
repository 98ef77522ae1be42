//! AVX-512 VNNI: 64 multiply-accumulates of u8 by int8 in an instruction, `vpdpbusd`.
//!
//! The lanes of a vector are 16 rows of the state, and a lane holds four elements of its row, so
//! a multiply broadcasts four elements of a matrix row to all lanes, straight from the row-major
//! matrix. The results of four matrix rows are then the four elements of a lane of the product:
//! no lane ever crosses to another, and product and state have the same order.
//!
//! ```text
//! vector 64p + g, lane l, byte b   =   state[row 16p + l][column 4g + b] + 128
//! ```
//!
//! The instruction multiplies unsigned by signed bytes. The state is the unsigned operand, held
//! with an offset of 128; what that adds to a dot product depends on the matrix row alone, and
//! the accumulators start with its negative: [`PreparedMatrix::starts`].

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and functions are called that need AVX-512"
)]

use core::arch::x86_64::*;
use std::hint::black_box;
use std::is_x86_feature_detected;

use super::smix::{self, Xor3};
use crate::fast::kernel::Kernel;
use crate::fast::memory::{Entries, PreparedMatrix, Row, State, Sum};

/// The rows in a vector.
const LANES: usize = 16;
/// The vectors that hold 16 whole rows.
const GROUPS: usize = 64;
/// Vectors of rows that are multiplied side by side.
const PANELS: usize = 2;
/// The room that the panels take in a [`State`].
const ROWS: usize = PANELS * GROUPS / 8;
/// Matrix rows that are multiplied side by side.
const COLUMNS: usize = 8;

/// Proof that this processor has AVX-512 VNNI.
#[derive(Debug)]
pub(in crate::fast) struct Avx512Vnni(());

impl Avx512Vnni {
    /// The back end, if this processor has the instructions.
    pub(in crate::fast) fn detect() -> Option<&'static dyn Kernel> {
        let present = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vnni");
        present.then_some(&Self(()))
    }
}

impl Kernel for Avx512Vnni {
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

    fn load(&self, m: &PreparedMatrix, state: &mut State) {
        // SAFETY: as above.
        unsafe { load(m, state) }
    }

    fn multiply(&self, a: &State, m: &PreparedMatrix, next: &PreparedMatrix, product: &mut State) {
        // SAFETY: as above.
        unsafe { multiply(a, m, next, product) }
    }

    fn add(&self, state: &State, sum: &mut Sum) {
        let vectors = state
            .0
            .iter()
            .flat_map(|row| row.0.as_chunks::<{ 2 * LANES }>().0);
        for (i, vector) in vectors.take(LANES * GROUPS).enumerate() {
            let (p, g) = (i / GROUPS, i % GROUPS);
            for (row, lane) in sum[LANES * p..].iter_mut().zip(vector.as_chunks::<2>().0) {
                let bytes = lane.map(i16::to_le_bytes);
                for (place, byte) in row[4 * g..].iter_mut().zip(bytes.as_flattened()) {
                    *place = place.wrapping_add(byte ^ 0x80);
                }
            }
        }
    }

    fn multiply_in_registers(&self, times: usize) -> Option<u64> {
        // SAFETY: as above.
        Some(unsafe { multiply_in_registers(times) })
    }
}

impl Xor3 for Avx512Vnni {
    #[inline(always)]
    fn xor3(&self, x: __m128i, y: __m128i, z: __m128i) -> __m128i {
        const XOR3: i32 = 0x96;
        // SAFETY: a value of this type proves that the processor has the instructions.
        unsafe { _mm_ternarylogic_epi32::<XOR3>(x, y, z) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn fill(
    kernel: &Avx512Vnni,
    x: &mut [u32; 32],
    v: &mut Entries,
    even: &mut PreparedMatrix,
    odd: &mut PreparedMatrix,
) {
    smix::fill(kernel, x, v, even, odd);
    update_starts(even);
    update_starts(odd);
}

/// [`PreparedMatrix::update_starts`], with a sum of bytes as a dot product with ones.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn update_starts(m: &mut PreparedMatrix) {
    for (start, row) in m.starts.iter_mut().zip(&m.rows) {
        let mut sums = _mm512_setzero_si512();
        for elements in row.as_chunks::<64>().0 {
            // SAFETY: these are 64 bytes, and the load asks for no alignment.
            let elements = unsafe { _mm512_loadu_si512(elements.as_ptr().cast()) };
            sums = _mm512_dpbusd_epi32(sums, _mm512_set1_epi8(1), elements);
        }
        *start = 0x8000 - 128 * _mm512_reduce_add_epi32(sums);
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn mix(kernel: &Avx512Vnni, x: &mut [u32; 32], v: &Entries) {
    smix::mix(kernel, x, v);
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn load(m: &PreparedMatrix, state: &mut State) {
    let state = state.0.as_mut_ptr().cast::<__m512i>();
    let offset = _mm512_set1_epi32(0x8000);
    for (g, four_rows) in m.rows.as_chunks::<4>().0.iter().enumerate() {
        for p in 0..GROUPS / 4 {
            let element = |row: &[i8; 256]| {
                let elements = row[LANES * p..][..LANES].as_ptr();
                // SAFETY: the slice has 16 bytes, and the load asks for no alignment.
                let elements = unsafe { _mm_loadu_si128(elements.cast()) };
                _mm512_add_epi32(_mm512_cvtepi8_epi32(elements), offset)
            };
            let [r0, r1, r2, r3] = four_rows;
            let vector = reduce([element(r0), element(r1), element(r2), element(r3)]);
            // SAFETY: the state has 2048 aligned vectors, and the index is below 1024.
            unsafe { _mm512_store_si512(state.add(GROUPS * p + g), vector) };
        }
    }
}

/// The rows of a panel stay in the first-level cache while the matrix passes by from the second.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn multiply(a: &State, m: &PreparedMatrix, next: &PreparedMatrix, product: &mut State) {
    let a = a.0.as_chunks::<ROWS>().0;
    let product = product.0.as_chunks_mut::<ROWS>().0;
    let rows = m.rows.as_chunks::<COLUMNS>().0;
    let starts = m.starts.as_chunks::<COLUMNS>().0;
    let mut fetch = next.rows.as_flattened().chunks(256);
    for (a, product) in a.iter().zip(product).take(GROUPS / 4 / PANELS) {
        for (block, (rows, starts)) in rows.iter().zip(starts).enumerate() {
            if let Some(bytes) = fetch.next() {
                // A hint: 64 KiB on their way to the second-level cache during one multiply.
                for line in bytes.chunks(64) {
                    _mm_prefetch::<_MM_HINT_T1>(line.as_ptr());
                }
            }
            multiply_block(a, rows, starts, block, product);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
fn multiply_block(
    a: &[Row; ROWS],
    rows: &[[i8; 256]; COLUMNS],
    starts: &[i32; COLUMNS],
    block: usize,
    product: &mut [Row; ROWS],
) {
    let a = a.as_ptr().cast::<__m512i>();
    let product = product.as_mut_ptr().cast::<__m512i>();
    let mut sums = [[_mm512_setzero_si512(); COLUMNS]; PANELS];
    for sums in &mut sums {
        for (sum, &start) in sums.iter_mut().zip(starts) {
            *sum = _mm512_set1_epi32(start);
        }
    }
    for g in 0..GROUPS {
        // SAFETY: `a` is PANELS times GROUPS aligned vectors.
        let lanes: [_; PANELS] =
            core::array::from_fn(|p| unsafe { _mm512_load_si512(a.add(GROUPS * p + g)) });
        for (c, row) in rows.iter().enumerate() {
            // SAFETY: four bytes from 4g are inside of a row of 256.
            let four = unsafe { row.as_ptr().cast::<i32>().add(g).read_unaligned() };
            let four = _mm512_set1_epi32(four);
            for p in 0..PANELS {
                sums[p][c] = _mm512_dpbusd_epi32(sums[p][c], lanes[p], four);
            }
        }
    }
    for (p, sums) in sums.iter().enumerate() {
        for (i, four) in sums.as_chunks().0.iter().enumerate() {
            let vector = reduce(*four);
            // SAFETY: as for `a`; a block is below 32 and has two vectors.
            unsafe {
                _mm512_store_si512(product.add(GROUPS * p + COLUMNS / 4 * block + i), vector)
            };
        }
    }
}

/// Reduces four vectors of dot products, and puts the four bytes of a lane next to one another.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
#[inline]
fn reduce([v0, v1, v2, v3]: [__m512i; 4]) -> __m512i {
    const ODD_WORDS: u32 = 0xaaaa_aaaa;
    const ODD_BYTES: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    // The second byte of `v + (v << 8)` is the low byte plus the second.
    let even = _mm512_mask_blend_epi16(ODD_WORDS, v0, _mm512_slli_epi32::<16>(v2));
    let even = _mm512_add_epi16(even, _mm512_slli_epi16::<8>(even));
    let odd = _mm512_mask_blend_epi16(ODD_WORDS, v1, _mm512_slli_epi32::<16>(v3));
    let odd = _mm512_add_epi16(odd, _mm512_slli_epi16::<8>(odd));
    _mm512_mask_blend_epi8(ODD_BYTES, _mm512_srli_epi16::<8>(even), odd)
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
fn multiply_in_registers(times: usize) -> u64 {
    const SUMS: usize = 16;
    let factor = _mm512_set1_epi32(black_box(0x0102_0304));
    let mut sums = [factor; SUMS];
    for _ in 0..times {
        for sum in &mut sums {
            *sum = _mm512_dpbusd_epi32(*sum, factor, factor);
        }
    }
    black_box(sums);
    (times * SUMS * 64) as u64
}
