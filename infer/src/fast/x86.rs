//! Products on x86-64: `vpdpbusd` on vectors of 512 and 256 bits, and `vpmaddwd` where there is none.

use core::arch::x86_64::*;

use super::kernel::{Kernel, kernel};
use super::portable::Portable;
use super::product::Dot;

/// The kernel that goes with a back end of the hash. That there is such a back end proves that the processor has its
/// instructions.
pub(crate) fn of(backend: &str) -> &'static dyn Kernel {
    match backend {
        "avx512vnni" => &Avx512Vnni(()),
        // Where `avxvnni` is made of AVX-512's instructions, AVX-VNNI's are missing.
        "avxvnni" if std::is_x86_feature_detected!("avxvnni") => &AvxVnni(()),
        "avxvnni" | "avx2" => &Avx2(()),
        _ => &Portable,
    }
}

#[derive(Clone, Copy, Debug)]
struct Avx512Vnni(());

kernel!(Avx512Vnni, 128, "avx512f,avx512bw,avx512vl,avx512vnni");

impl Dot for Avx512Vnni {
    type Sums = __m512i;
    type Weights = __m512i;
    type Bytes = __m512i;

    const LANES: usize = 16;
    const IS_TALL: bool = true;

    #[inline(always)]
    unsafe fn sums(self, place: *const i32) -> __m512i {
        // SAFETY: a value of this type proves that the processor has the instructions, and the caller says the rest.
        unsafe { _mm512_loadu_si512(place.cast()) }
    }

    #[inline(always)]
    unsafe fn store(self, place: *mut i32, sums: __m512i) {
        // SAFETY: as above.
        unsafe { _mm512_storeu_si512(place.cast(), sums) }
    }

    #[inline(always)]
    unsafe fn weights(self, place: *const i8) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_loadu_si512(place.cast()) }
    }

    #[inline(always)]
    fn bytes(self, bytes: u32) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_set1_epi32(bytes.cast_signed()) }
    }

    #[inline(always)]
    fn dot(self, sums: __m512i, bytes: __m512i, weights: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_dpbusd_epi32(sums, bytes, weights) }
    }

    #[inline(always)]
    fn add(self, sums: __m512i, more: __m512i) -> __m512i {
        // SAFETY: as above.
        unsafe { _mm512_add_epi32(sums, more) }
    }
}

/// What vectors of 256 bits share.
macro_rules! on_256_bits {
    () => {
        type Sums = __m256i;

        const LANES: usize = 8;
        const IS_TALL: bool = false;

        #[inline(always)]
        unsafe fn sums(self, place: *const i32) -> __m256i {
            // SAFETY: a value of this type proves that the processor has the instructions, and the caller says the
            // rest.
            unsafe { _mm256_loadu_si256(place.cast()) }
        }

        #[inline(always)]
        unsafe fn store(self, place: *mut i32, sums: __m256i) {
            // SAFETY: as above.
            unsafe { _mm256_storeu_si256(place.cast(), sums) }
        }

        #[inline(always)]
        fn add(self, sums: __m256i, more: __m256i) -> __m256i {
            // SAFETY: as above.
            unsafe { _mm256_add_epi32(sums, more) }
        }
    };
}

#[derive(Clone, Copy, Debug)]
struct AvxVnni(());

kernel!(AvxVnni, 128, "avx2,avxvnni");

impl Dot for AvxVnni {
    type Weights = __m256i;
    type Bytes = __m256i;

    on_256_bits!();

    #[inline(always)]
    unsafe fn weights(self, place: *const i8) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_loadu_si256(place.cast()) }
    }

    #[inline(always)]
    fn bytes(self, bytes: u32) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_set1_epi32(bytes.cast_signed()) }
    }

    #[inline(always)]
    fn dot(self, sums: __m256i, bytes: __m256i, weights: __m256i) -> __m256i {
        // SAFETY: as above.
        unsafe { _mm256_dpbusd_avx_epi32(sums, bytes, weights) }
    }
}

/// Products of 16 bits, of even and of odd bytes; `vpmaddubsw` would cut their sums off.
#[derive(Clone, Copy, Debug)]
struct Avx2(());

kernel!(Avx2, 128, "avx2");

impl Dot for Avx2 {
    type Weights = [__m256i; 2];
    type Bytes = [__m256i; 2];

    on_256_bits!();

    #[inline(always)]
    unsafe fn weights(self, place: *const i8) -> [__m256i; 2] {
        // SAFETY: as above.
        unsafe {
            let all = _mm256_loadu_si256(place.cast());
            let even = _mm256_srai_epi16::<8>(_mm256_slli_epi16::<8>(all));
            [even, _mm256_srai_epi16::<8>(all)]
        }
    }

    #[inline(always)]
    fn bytes(self, bytes: u32) -> [__m256i; 2] {
        let even = bytes & 0x00ff_00ff;
        let odd = bytes >> 8 & 0x00ff_00ff;
        // SAFETY: as above.
        [even, odd].map(|two| unsafe { _mm256_set1_epi32(two.cast_signed()) })
    }

    #[inline(always)]
    fn dot(self, sums: __m256i, bytes: [__m256i; 2], weights: [__m256i; 2]) -> __m256i {
        // SAFETY: as above.
        unsafe {
            let even = _mm256_madd_epi16(bytes[0], weights[0]);
            let odd = _mm256_madd_epi16(bytes[1], weights[1]);
            _mm256_add_epi32(sums, _mm256_add_epi32(even, odd))
        }
    }
}
