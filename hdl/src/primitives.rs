//! The hand-written Verilog: what RustHDL cannot say, each beside its Rust model.
//!
//! Every primitive has the same shape: ports, an `update` that is the Rust model, and an `hdl` that is
//! the Verilog. `sim/tests/primitives.rs` holds the two equal on random input.

mod block_buffer;
mod block_ram;
mod byte_ram;
mod carry_chain;
mod delay;
mod ebr;
pub mod parameter;
pub mod product;
mod ram;
mod register;

pub use block_buffer::BlockBuffer;
pub use block_ram::BlockRam;
pub use byte_ram::ByteRam;
pub use delay::Delay;
pub use product::Product;
pub use ram::Ram;
pub use register::Register;

/// Models of the ECP5's cells that leaves are made of, for simulators.
pub const ECP5_CELLS: &str = include_str!("primitives/ecp5.v");
