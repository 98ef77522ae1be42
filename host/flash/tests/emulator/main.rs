//! The emulated JTAG port: the chip behind it and the server in front of it.

mod chip;
mod server;
