//! Products on AArch64: `sdot`, where there is one.

use core::arch::aarch64::*;
use core::arch::asm;

use super::kernel::{Kernel, kernel};
use super::portable::Portable;
use super::product::Dot;

/// The kernel that goes with a back end of the hash. That there is such a back end proves that the processor has its
/// instructions; those with I8MM have dot products too.
pub(crate) fn of(backend: &str) -> &'static dyn Kernel {
    match backend {
        "dotprod" | "i8mm" if std::arch::is_aarch64_feature_detected!("dotprod") => &DotProd(()),
        _ => &Portable,
    }
}

#[derive(Clone, Copy, Debug)]
struct DotProd(());

kernel!(DotProd, 0, "neon,dotprod");

impl Dot for DotProd {
    type Sums = int32x4_t;
    type Weights = int8x16_t;
    type Bytes = int8x16_t;

    const LANES: usize = 4;
    const IS_TALL: bool = true;

    #[inline(always)]
    unsafe fn sums(self, place: *const i32) -> int32x4_t {
        // SAFETY: every AArch64 processor with a system has NEON, and the caller says the rest.
        unsafe { vld1q_s32(place) }
    }

    #[inline(always)]
    unsafe fn store(self, place: *mut i32, sums: int32x4_t) {
        // SAFETY: as above.
        unsafe { vst1q_s32(place, sums) }
    }

    #[inline(always)]
    unsafe fn weights(self, place: *const i8) -> int8x16_t {
        // SAFETY: as above.
        unsafe { vld1q_s8(place) }
    }

    #[inline(always)]
    fn bytes(self, bytes: u32) -> int8x16_t {
        // SAFETY: as above.
        unsafe { vreinterpretq_s8_u32(vdupq_n_u32(bytes ^ 0x8080_8080)) }
    }

    #[inline(always)]
    fn dot(self, mut sums: int32x4_t, bytes: int8x16_t, weights: int8x16_t) -> int32x4_t {
        // SAFETY: a value of this type proves that the processor has the instruction, which reads and writes these
        // registers only. Its intrinsic is not stable.
        unsafe {
            asm!(
                ".arch_extension dotprod",
                "sdot {0:v}.4s, {1:v}.16b, {2:v}.16b",
                inout(vreg) sums, in(vreg) bytes, in(vreg) weights,
                options(pure, nomem, nostack, preserves_flags),
            );
        }
        sums
    }

    #[inline(always)]
    fn add(self, sums: int32x4_t, more: int32x4_t) -> int32x4_t {
        // SAFETY: as above.
        unsafe { vaddq_s32(sums, more) }
    }
}
