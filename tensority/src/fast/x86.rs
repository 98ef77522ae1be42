//! Back ends for x86-64 processors.

mod avx2;
mod smix;
mod vnni;

pub(super) use avx2::Avx2;
pub(super) use vnni::{Avx512Vnni, detect_avx_vnni};
