//! What mines: boards on a serial link, processors, and how work is given to them.
//!
//! ```text
//!             Device (device.rs)
//!             ├── Cpu (cpu.rs)
//!             ├── Flaky (flaky.rs): any of them, with faults
//!             └── Board (board.rs, update.rs)
//!                  └── Link (link.rs): requests, answers, events
//!                       └── Transport (transport.rs): bytes
//!                            ├── Port (port.rs)
//!                            ├── Simulated (simulated.rs): a program, and the port that it makes
//!                            └── Recorder (record.rs), Replay (replay.rs)
//! ```
//!
//! [`choice::Choice`] is what a person says to choose one, [`discovery`] where boards may be,
//! [`conformance`] what all must do alike. Who waits for a device sleeps until there is something to
//! tell or a [`waker::Waker`] wakes it; nothing here looks around in between.

#![forbid(unsafe_code)]

mod ask;
pub mod bell;
pub mod board;
pub mod choice;
pub mod conformance;
pub mod cpu;
mod cpu_queue;
mod deadline;
pub mod device;
pub mod discovery;
pub mod flaky;
pub mod known_answer;
pub mod link;
pub mod permission;
pub mod plugs;
pub mod port;
pub mod probe;
pub mod record;
pub mod replay;
pub mod simulated;
pub mod transport;
pub mod update;
pub mod waker;
