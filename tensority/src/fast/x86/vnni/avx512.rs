//! AVX-512 VNNI: 64 multiply-accumulates in an instruction.

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and functions are called that need AVX-512"
)]

use core::arch::x86_64::*;
use std::is_x86_feature_detected;

use super::{Vectors, kernel};
use crate::fast::kernel::Kernel;
use crate::fast::memory::{Entries, PreparedMatrix, State, Sum};
use crate::fast::smix::{Loops, Makes, SCALAR, Smix};
use crate::fast::x86::smix::{self, Xor3};

/// Proof that this processor has AVX-512 VNNI.
#[derive(Clone, Copy, Debug)]
pub(in crate::fast) struct Avx512Vnni(());

impl Avx512Vnni {
    /// The back end, if this processor has the instructions.
    pub(in crate::fast) fn detect() -> Option<&'static dyn Kernel> {
        is_present().then_some(&Self(()))
    }
}

/// Whether this processor has what all of this file needs.
pub(super) fn is_present() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni")
}

/// The makes of SMix for a processor that has AVX-512 VNNI.
pub(super) static SMIX: Makes = Makes::new(&[Smix::new("vector", &Avx512Vnni(())), SCALAR]);

kernel!(
    Avx512Vnni,
    "avx512f,avx512bw,avx512vl,avx512vnni",
    2,
    0,
    8,
    16,
    SMIX
);

impl Vectors for Avx512Vnni {
    type Vector = __m512i;

    const LANES: usize = 16;

    #[inline(always)]
    fn splat(self, number: i32) -> __m512i {
        // SAFETY: a value of this type proves that the processor has the instructions.
        unsafe { _mm512_set1_epi32(number) }
    }

    #[inline(always)]
    unsafe fn load(self, place: *const __m512i) -> __m512i {
        // SAFETY: as above, and the caller says so.
        unsafe { _mm512_load_si512(place) }
    }

    #[inline(always)]
    unsafe fn store(self, place: *mut __m512i, vector: __m512i) {
        // SAFETY: as above, and the caller says so.
        unsafe { _mm512_store_si512(place, vector) }
    }

    #[inline(always)]
    fn widen(self, elements: &[i8], offset: i32) -> __m512i {
        let elements = elements[..Self::LANES].as_ptr();
        // SAFETY: as above; the slice has 16 bytes, and the load asks for no alignment.
        unsafe {
            let elements = _mm512_cvtepi8_epi32(_mm_loadu_si128(elements.cast()));
            _mm512_add_epi32(elements, _mm512_set1_epi32(offset))
        }
    }

    #[inline(always)]
    fn dot(self, sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_dpbusd_epi32(sum, a, b) }
    }

    #[inline(always)]
    fn reduce(self, [v0, v1, v2, v3]: [__m512i; 4]) -> __m512i {
        const ODD_WORDS: u32 = 0xaaaa_aaaa;
        const ODD_BYTES: u64 = 0xaaaa_aaaa_aaaa_aaaa;
        // SAFETY: as above.
        unsafe {
            let even = _mm512_mask_blend_epi16(ODD_WORDS, v0, _mm512_slli_epi32::<16>(v2));
            let even = _mm512_add_epi16(even, _mm512_slli_epi16::<8>(even));
            let odd = _mm512_mask_blend_epi16(ODD_WORDS, v1, _mm512_slli_epi32::<16>(v3));
            let odd = _mm512_add_epi16(odd, _mm512_slli_epi16::<8>(odd));
            _mm512_mask_blend_epi8(ODD_BYTES, _mm512_srli_epi16::<8>(even), odd)
        }
    }

    #[inline(always)]
    fn sum(self, vector: __m512i) -> i32 {
        // SAFETY: as above.
        unsafe { _mm512_reduce_add_epi32(vector) }
    }

    #[inline(always)]
    fn prefetch(self, line: &[i8]) {
        // SAFETY: as above; it is a hint.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr()) }
    }
}

impl Loops for Avx512Vnni {
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

impl Xor3 for Avx512Vnni {
    #[inline(always)]
    fn xor3(&self, x: __m128i, y: __m128i, z: __m128i) -> __m128i {
        const XOR3: i32 = 0x96;
        // SAFETY: a value of this type proves that the processor has the instructions.
        unsafe { _mm_ternarylogic_epi32::<XOR3>(x, y, z) }
    }
}

#[target_feature(enable = "avx512f,avx512vl")]
fn fill(
    kernel: &Avx512Vnni,
    x: &mut [u32; 32],
    v: &mut Entries,
    even: &mut PreparedMatrix,
    odd: &mut PreparedMatrix,
) {
    smix::fill(kernel, x, v, even, odd);
}

#[target_feature(enable = "avx512f,avx512vl")]
fn mix(kernel: &Avx512Vnni, x: &mut [u32; 32], v: &Entries) {
    smix::mix(kernel, x, v);
}
