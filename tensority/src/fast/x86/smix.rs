//! SMix on four vectors of four words.
//!
//! A Salsa20 block is held by diagonals: with `a = [0, 5, 10, 15]`, `b = [4, 9, 14, 3]`,
//! `c = [8, 13, 2, 7]` and `d = [12, 1, 6, 11]` the four quarter rounds on columns are one on
//! vectors, and after a rotation of the lanes of `b`, `c` and `d` so are the four on rows. V is
//! kept by diagonals too; only the copy in the matrices is in the order of the words.
//!
//! The length of the chain of dependent instructions is all there is to the speed. The code needs
//! SSE2 and takes on the encoding of the function it is inlined into; what a back end adds of its
//! own is [`Xor3`].

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and the intrinsics of SSE2 ask for it"
)]

use core::arch::x86_64::*;
use core::ptr;

use crate::fast::memory::{Entries, PreparedMatrix};
use crate::reference::block_words;

/// 16 words by diagonals.
type Block = [__m128i; 4];

/// The exclusive or of three vectors.
pub(super) trait Xor3 {
    /// `x ^ y ^ z`.
    fn xor3(&self, x: __m128i, y: __m128i, z: __m128i) -> __m128i;
}

/// [`Kernel::fill`](crate::fast::kernel::Kernel::fill), but for the starts of the matrices.
#[inline(always)]
pub(super) fn fill<K: Xor3>(
    kernel: &K,
    x: &mut [u32; 32],
    v: &mut Entries,
    even: &mut PreparedMatrix,
    odd: &mut PreparedMatrix,
) {
    let [mut low, mut high] = diagonals(x);
    let even = even.rows.as_flattened_mut().as_chunks_mut().0;
    let odd = odd.rows.as_flattened_mut().as_chunks_mut().0;
    let pairs = v.0.as_chunks_mut().0;
    for (([first, second], even), odd) in pairs.iter_mut().zip(even).zip(odd) {
        for (entry, place) in [(first, even), (second, odd)] {
            // SAFETY: an entry is as large as two blocks, and aligned to 64 bytes.
            unsafe { ptr::from_mut(entry).cast::<[Block; 2]>().write([low, high]) };
            store_words(&low, &high, place);
            [low, high] = block_mix(kernel, &low, &high);
        }
    }
    *x = words(&low, &high);
}

/// [`Kernel::mix`](crate::fast::kernel::Kernel::mix).
#[inline(always)]
pub(super) fn mix<K: Xor3>(kernel: &K, x: &mut [u32; 32], v: &Entries) {
    let [mut low, mut high] = diagonals(x);
    for _ in 0..Entries::LEN {
        // The first lane of `a` is the first word.
        let entry = &v.0[first_lane(high[0]) as usize % Entries::LEN];
        // SAFETY: an entry is as large as two blocks, and aligned to 64 bytes.
        let [v_low, v_high] = unsafe { ptr::from_ref(entry).cast::<[Block; 2]>().read() };
        [low, high] = block_mix(kernel, &xor(&low, &v_low), &xor(&high, &v_high));
    }
    *x = words(&low, &high);
}

#[inline(always)]
fn block_mix<K: Xor3>(kernel: &K, low: &Block, high: &Block) -> [Block; 2] {
    let y0 = salsa20_8(kernel, &xor(low, high));
    let y1 = salsa20_8(kernel, &xor(&y0, high));
    [y0, y1]
}

#[inline(always)]
fn salsa20_8<K: Xor3>(kernel: &K, block: &Block) -> Block {
    let [mut a, mut b, mut c, mut d] = *block;
    for _ in 0..4 {
        // columns
        b = xor_rotated::<_, 7, 25>(kernel, b, a, d);
        c = xor_rotated::<_, 9, 23>(kernel, c, b, a);
        d = xor_rotated::<_, 13, 19>(kernel, d, c, b);
        a = xor_rotated::<_, 18, 14>(kernel, a, d, c);
        (b, c, d) = (lanes_up(b), lanes_across(c), lanes_down(d));
        // rows
        d = xor_rotated::<_, 7, 25>(kernel, d, a, b);
        c = xor_rotated::<_, 9, 23>(kernel, c, d, a);
        b = xor_rotated::<_, 13, 19>(kernel, b, c, d);
        a = xor_rotated::<_, 18, 14>(kernel, a, b, c);
        (b, c, d) = (lanes_down(b), lanes_across(c), lanes_up(d));
    }
    let [a0, b0, c0, d0] = *block;
    [add(a, a0), add(b, b0), add(c, c0), add(d, d0)]
}

/// `word ^ rotate_left(x + y, L)`, where `R` is `32 - L`.
#[inline(always)]
fn xor_rotated<K: Xor3, const L: i32, const R: i32>(
    kernel: &K,
    word: __m128i,
    x: __m128i,
    y: __m128i,
) -> __m128i {
    let sum = add(x, y);
    // SAFETY: every x86-64 processor has SSE2.
    let (left, right) = unsafe { (_mm_slli_epi32::<L>(sum), _mm_srli_epi32::<R>(sum)) };
    kernel.xor3(word, left, right)
}

/// Lane `i` moves to lane `i + 1`.
#[inline(always)]
fn lanes_up(v: __m128i) -> __m128i {
    // SAFETY: every x86-64 processor has SSE2.
    unsafe { _mm_shuffle_epi32::<0b10_01_00_11>(v) }
}

/// Lane `i` moves to lane `i + 2`.
#[inline(always)]
fn lanes_across(v: __m128i) -> __m128i {
    // SAFETY: every x86-64 processor has SSE2.
    unsafe { _mm_shuffle_epi32::<0b01_00_11_10>(v) }
}

/// Lane `i` moves to lane `i - 1`.
#[inline(always)]
fn lanes_down(v: __m128i) -> __m128i {
    // SAFETY: every x86-64 processor has SSE2.
    unsafe { _mm_shuffle_epi32::<0b00_11_10_01>(v) }
}

#[inline(always)]
fn first_lane(v: __m128i) -> u32 {
    // SAFETY: every x86-64 processor has SSE2.
    unsafe { _mm_cvtsi128_si32(v) }.cast_unsigned()
}

#[inline(always)]
fn add(x: __m128i, y: __m128i) -> __m128i {
    // SAFETY: every x86-64 processor has SSE2.
    unsafe { _mm_add_epi32(x, y) }
}

#[inline(always)]
fn xor(x: &Block, y: &Block) -> Block {
    // SAFETY: every x86-64 processor has SSE2.
    core::array::from_fn(|i| unsafe { _mm_xor_si128(x[i], y[i]) })
}

/// The two blocks of 32 words.
fn diagonals(words: &[u32; 32]) -> [Block; 2] {
    [0, 16].map(|start| {
        let lanes = |indices: [usize; 4]| {
            let [i, j, k, l] = indices.map(|index| words[start + index].cast_signed());
            // SAFETY: every x86-64 processor has SSE2.
            unsafe { _mm_setr_epi32(i, j, k, l) }
        };
        [
            lanes([0, 5, 10, 15]),
            lanes([4, 9, 14, 3]),
            lanes([8, 13, 2, 7]),
            lanes([12, 1, 6, 11]),
        ]
    })
}

/// The 32 words of two blocks.
fn words(low: &Block, high: &Block) -> [u32; 32] {
    let mut bytes = [0; 128];
    store_words(low, high, &mut bytes);
    block_words(&bytes.map(i8::cast_unsigned))
}

/// Stores the words of an entry in their order.
#[inline(always)]
fn store_words(low: &Block, high: &Block, place: &mut [i8; 128]) {
    let rows = [in_order(low), in_order(high)];
    for (row, place) in rows
        .as_flattened()
        .iter()
        .zip(place.as_chunks_mut::<16>().0)
    {
        // SAFETY: `place` is 16 bytes, and the store asks for no alignment.
        unsafe { _mm_storeu_si128(place.as_mut_ptr().cast(), *row) };
    }
}

/// The four vectors of four consecutive words.
#[inline(always)]
fn in_order(&[a, b, c, d]: &Block) -> Block {
    // Lane `i` of every vector is in its place already.
    [
        one_lane_each(a, d, c, b),
        one_lane_each(b, a, d, c),
        one_lane_each(c, b, a, d),
        one_lane_each(d, c, b, a),
    ]
}

/// Lane 0 of `v0`, lane 1 of `v1`, lane 2 of `v2` and lane 3 of `v3`.
#[inline(always)]
fn one_lane_each(v0: __m128i, v1: __m128i, v2: __m128i, v3: __m128i) -> __m128i {
    // SAFETY: every x86-64 processor has SSE2.
    unsafe {
        let even_lanes = _mm_setr_epi32(-1, 0, -1, 0);
        let low_lanes = _mm_setr_epi32(-1, -1, 0, 0);
        let select = |mask, x, y| _mm_or_si128(_mm_and_si128(mask, x), _mm_andnot_si128(mask, y));
        let even_odd = [select(even_lanes, v0, v1), select(even_lanes, v2, v3)];
        select(low_lanes, even_odd[0], even_odd[1])
    }
}
