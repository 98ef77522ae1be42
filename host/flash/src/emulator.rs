//! A board's JTAG port in software, for tools that talk XVC (Xilinx Virtual Cable 1.0).
//!
//! ```text
//! tool ── TCP ── serve (server.rs): getinfo:, settck:, shift:
//!                └── Chip (chip.rs): instructions of the ECP5, status register
//!                     ├── Tap (tap.rs): states of a JTAG port
//!                     ├── boot (chip/boot.rs): which image the chip starts from
//!                     └── Flash (flash.rs): a W25Q128JV behind SPI, its registers (status.rs)
//! ```
//!
//! A bitstream is accepted by the rules of [`tensority_boards::bitstream`]. What it configures is not
//! simulated: the model tells which bytes run, and from where. Its behaviour is that of the documents;
//! it has not been compared with a chip of silicon.

mod chip;
mod flash;
mod server;
mod status;
mod tap;

pub use chip::{Chip, Origin, Running};
pub use flash::{ERASED, Flash};
pub use server::{Serving, serve};
