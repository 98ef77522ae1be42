//! Back ends for x86-64 processors.

mod avx2;
mod avx512vnni;
mod smix;

pub(super) use avx2::Avx2;
pub(super) use avx512vnni::Avx512Vnni;
