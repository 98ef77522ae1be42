//! Devices that mine: boards on a serial link, and processors.
//!
//! ```text
//!             Device (device.rs)
//!             ├── Cpu (cpu.rs)
//!             ├── Flaky (flaky.rs): any of them, with faults
//!             └── Board (board.rs, update.rs)
//!                  └── Link (link.rs): requests, answers, events
//!                       └── Transport (transport.rs): bytes
//!                            └── Port (port.rs), that of a simulated board too (simulated.rs)
//! ```
//!
//! [`choice::Choice`] is what a person says to choose one, [`discovery`] where boards may be,
//! [`conformance`] what all must do alike. Who waits for a device sleeps until there is something to
//! tell or a [`waker::Waker`] wakes it; nothing here looks around in between.

#![forbid(unsafe_code)]

pub mod adapter;
mod ask;
pub mod board;
pub mod choice;
pub mod conformance;
pub mod cpu;
mod cpu_queue;
mod deadline;
pub mod device;
pub mod discovery;
pub mod flaky;
pub mod holder;
pub mod hotplug;
pub mod known_answer;
pub mod link;
pub mod modem_manager;
pub mod permission;
pub mod port;
pub mod probe;
pub mod simulated;
pub mod transport;
pub mod update;
pub mod wake_fd;
pub mod waker;
