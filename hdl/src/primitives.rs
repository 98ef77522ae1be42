//! Primitives: Verilog modules written by hand where RustHDL has no construct, each with a Rust model.
//!
//! Each is a struct of ports with an `update`, which is the model, and an `hdl`, which returns the
//! module's body: behavioural Verilog, or instances of the cells of a part
//! ([`Primitives`](crate::geometry::Primitives)). `sim/tests/primitives.rs` and `products.rs` hold the
//! two equal on random input.
//!
//! | primitive | what RustHDL lacks |
//! |---|---|
//! | [`Register`] | an enable that is not a copy of `q` to `d` |
//! | [`Delay`] | a shift register in one piece |
//! | [`Ram`], [`BlockRam`], [`ByteRam`], [`BlockBuffer`] | attributes of memories, byte enables, block RAM cells |
//! | [`Product`], [`WideProduct`], [`ScaleProduct`] | multiplier and carry cells |
//! | [`ShiftRight`] | arithmetic shifts |
//! | [`parameter`] | nothing; a constant as a block |
//!
//! `ebr.rs` and `carry_chain.rs` are no blocks: they write the text of cells.

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
pub mod scale_product;
pub mod shift_right;
mod wide_product;

pub use block_buffer::BlockBuffer;
pub use block_ram::BlockRam;
pub use byte_ram::ByteRam;
pub use delay::Delay;
pub use product::Product;
pub use ram::Ram;
pub use register::Register;
pub use scale_product::ScaleProduct;
pub use shift_right::ShiftRight;
pub use wide_product::WideProduct;

/// Models of the ECP5's cells that primitives instantiate, for simulators.
pub const ECP5_CELLS: &str = include_str!("primitives/ecp5.v");
