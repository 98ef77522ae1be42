//! The hand-written Verilog: what RustHDL cannot say, each beside its Rust model.
//!
//! Every leaf has the same shape: ports, an `update` that is the Rust model, and an `hdl` that is
//! the Verilog. `sim/tests/leaves.rs` holds the two equal on random input.

mod block_buffer;
mod byte_ram;
mod ram;
mod register;

pub use block_buffer::BlockBuffer;
pub use byte_ram::ByteRam;
pub use ram::Ram;
pub use register::Register;
