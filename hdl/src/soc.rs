//! The chip: a controller with its memories and peripherals, around the accelerator core.
//!
//! ```text
//!  line ◄─► uart ─┐
//!           timer ─┤
//!        watchdog ─┤             ┌─► code (two banks), data
//!            chip ─┼─ bus ◄─ cpu ┘
//!            boot ─┤
//!     accelerator ─┴─► core ◄─► memory of the matrix list
//!     └───── engine ─────┘
//! ```
//!
//! Addresses come from `tensority_protocol::registers`; none is written here.

mod accelerator;
mod boot;
mod bridge;
mod bus;
mod chip;
mod code;
mod contents;
mod controller;
mod cpu;
mod data;
mod engine;
mod fifo;
mod receiver;
mod settings;
mod timer;
mod top;
mod transmitter;
mod uart;
mod watchdog;

pub use accelerator::Accelerator;
pub use boot::{Boot, RESET_CYCLES};
pub use bridge::{BUSY_CORE_CYCLES, BUSY_CYCLES, Bridge};
pub use bus::Bus;
pub use chip::Chip;
pub use code::Code;
pub use contents::Content;
pub use controller::Controller;
pub use data::Data;
pub use engine::Engine;
pub use fifo::Fifo;
pub use receiver::Receiver;
pub use settings::{Settings, SettingsError};
pub use timer::Timer;
pub use top::Soc;
pub use transmitter::Transmitter;
pub use uart::{RECEIVE_DEPTH, TRANSMIT_DEPTH, Uart};
pub use watchdog::Watchdog;

use tensority_protocol::register::Register;

use crate::primitives::parameter::Parameter;

/// The number of a register's word `index` in its peripheral, to be compared with the bus's.
fn at(register: &Register, index: u32) -> Parameter<10> {
    Parameter::new((register.index() + index) as usize)
}
