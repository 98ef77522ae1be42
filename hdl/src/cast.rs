//! Width changes that RustHDL's generator understands by name.
//!
//! A function whose name begins with `unsigned_cast` is emitted as `$unsigned(x)`, which makes `x`
//! self-determined: the operands keep their own width there, as they do in Rust.

use rust_hdl::prelude::*;

/// Zero-extends `x` from `M` to `N` bits.
pub fn unsigned_cast_extend<const N: usize, const M: usize>(x: Bits<M>) -> Bits<N> {
    bit_cast::<N, M>(x)
}

/// The low 16 bits of a product of two 16-bit factors, which Verilog's self-determined product is.
pub fn unsigned_cast_product(x: Bits<32>) -> Bits<16> {
    x.get_bits::<16>(0)
}
