//! VNNI on vectors of 256 bits: 32 multiply-accumulates in an instruction.
//!
//! AVX-VNNI (Intel since 2021, AMD since Zen 5) encodes the instruction like those of AVX2; AVX-512
//! with VL has the same instruction in its own encoding, so that a processor of either kind runs
//! this back end. Both encodings have 16 registers in use: twelve sums, three vectors of rows and
//! one of the matrix. Twelve sums hide a latency of five or six cycles at two instructions each.

#![expect(
    unsafe_code,
    reason = "vectors are loaded and stored through pointers, and functions are called that need instructions"
)]

use core::arch::x86_64::*;
use std::is_x86_feature_detected;

use super::{Vectors, avx512, kernel};
use crate::fast::kernel::Kernel;
use crate::fast::memory::{PreparedMatrix, State, Sum};
use crate::fast::x86::avx2;

/// The back end, if this processor has the instruction in one encoding or the other.
pub(in crate::fast) fn detect() -> Option<&'static dyn Kernel> {
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avxvnni") {
        Some(&Ymm(Vex(())))
    } else if avx512::is_present() {
        Some(&Ymm(Evex(())))
    } else {
        None
    }
}

/// Vectors of 256 bits, with the instruction in some encoding.
#[derive(Clone, Copy, Debug)]
struct Ymm<E>(E);

/// An encoding of `vpdpbusd`. A value proves that this processor has AVX2 and the encoding.
trait Encoding: Copy {
    fn dot(self, sum: __m256i, a: __m256i, b: __m256i) -> __m256i;
}

/// The encoding of AVX-VNNI.
#[derive(Clone, Copy, Debug)]
struct Vex(());

impl Encoding for Vex {
    #[inline(always)]
    fn dot(self, sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: a value of this type proves that the processor has the instruction.
        unsafe { _mm256_dpbusd_avx_epi32(sum, a, b) }
    }
}

/// The encoding of AVX-512 VL and VNNI.
#[derive(Clone, Copy, Debug)]
struct Evex(());

impl Encoding for Evex {
    #[inline(always)]
    fn dot(self, sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
        // SAFETY: a value of this type proves that the processor has the instruction.
        unsafe { _mm256_dpbusd_epi32(sum, a, b) }
    }
}

kernel!(Ymm<Vex>, "avx2,avxvnni", 3, 2, 4, 12, avx2::SMIX);
kernel!(
    Ymm<Evex>,
    "avx2,avx512f,avx512vl,avx512vnni",
    3,
    2,
    4,
    12,
    avx512::SMIX
);

impl<E: Encoding> Vectors for Ymm<E> {
    type Vector = __m256i;

    const LANES: usize = 8;

    #[inline(always)]
    fn splat(self, number: i32) -> __m256i {
        // SAFETY: a value of this type proves that the processor has AVX2.
        unsafe { _mm256_set1_epi32(number) }
    }

    #[inline(always)]
    unsafe fn load(self, place: *const __m256i) -> __m256i {
        // SAFETY: as above, and the caller says so.
        unsafe { _mm256_load_si256(place) }
    }

    #[inline(always)]
    unsafe fn store(self, place: *mut __m256i, vector: __m256i) {
        // SAFETY: as above, and the caller says so.
        unsafe { _mm256_store_si256(place, vector) }
    }

    #[inline(always)]
    fn widen(self, elements: &[i8], offset: i32) -> __m256i {
        let elements = elements[..Self::LANES].as_ptr();
        // SAFETY: as above; the slice has 8 bytes, and the load asks for no alignment.
        unsafe {
            let elements = _mm256_cvtepi8_epi32(_mm_loadl_epi64(elements.cast()));
            _mm256_add_epi32(elements, _mm256_set1_epi32(offset))
        }
    }

    #[inline(always)]
    fn dot(self, sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
        self.0.dot(sum, a, b)
    }

    #[inline(always)]
    fn reduce(self, [v0, v1, v2, v3]: [__m256i; 4]) -> __m256i {
        const ODD_WORDS: i32 = 0xaa;
        // SAFETY: as above.
        unsafe {
            let even = _mm256_blend_epi16::<ODD_WORDS>(v0, _mm256_slli_epi32::<16>(v2));
            let even = _mm256_add_epi16(even, _mm256_slli_epi16::<8>(even));
            let odd = _mm256_blend_epi16::<ODD_WORDS>(v1, _mm256_slli_epi32::<16>(v3));
            let odd = _mm256_add_epi16(odd, _mm256_slli_epi16::<8>(odd));
            let odd_bytes = _mm256_set1_epi16(0xff00_u16.cast_signed());
            _mm256_blendv_epi8(_mm256_srli_epi16::<8>(even), odd, odd_bytes)
        }
    }

    #[inline(always)]
    fn sum(self, vector: __m256i) -> i32 {
        // SAFETY: as above.
        let halves = unsafe {
            [
                _mm256_castsi256_si128(vector),
                _mm256_extracti128_si256::<1>(vector),
            ]
        };
        // SAFETY: as above.
        unsafe {
            let four = _mm_add_epi32(halves[0], halves[1]);
            let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
            let one = _mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two));
            _mm_cvtsi128_si32(one)
        }
    }

    #[inline(always)]
    fn prefetch(self, line: &[i8]) {
        // SAFETY: as above; it is a hint.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.as_ptr()) }
    }
}
