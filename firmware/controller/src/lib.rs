//! The program of the on-chip controller, for any [`Bus`]: the chip's own, or a model of it.
//!
//! ```text
//! host ◄─ uart ◄─► controller ─► device ─► schedule ─► accelerator core
//!                   decoder,      │          jobs, queue, self-test, checksums
//!                   answers       ├─► events ─► uart
//!                                 ├─► boot: update, restart
//!                                 └─► watchdog, timer
//! ```
//!
//! Each peripheral has one owner, the module of its name. The program never waits: [`Controller`]
//! looks at everything in turn. It has no heap, no interrupts, and no path that panics.

#![no_std]
#![forbid(unsafe_code)]

mod accelerator;
mod answers;
mod boot;
mod bus;
mod checksums;
mod controller;
mod device;
mod events;
mod jobs;
mod message;
mod queue;
mod refusal;
mod schedule;
pub mod self_test;
mod timer;
mod uart;
mod version;
mod watchdog;

pub use bus::Bus;
pub use controller::Controller;
pub use watchdog::MULTIPLIES;
