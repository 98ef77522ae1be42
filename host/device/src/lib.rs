//! What mines: boards on a serial link, processors, and how work is given to them.
//!
//! ```text
//!             Device (device.rs)
//!             ├── Cpu (cpu.rs)
//!             └── Board (board.rs, update.rs)
//!                  └── Link (link.rs): requests, answers, events
//!                       └── Transport (transport.rs): bytes
//!                            ├── Port (port.rs)
//!                            ├── Simulated (simulated.rs): a program, and the port that it makes
//!                            └── Recorder (record.rs), Replay (replay.rs)
//! ```
//!
//! [`choice::Choice`] is what a person says to choose one, [`conformance`] what all must do alike.

#![forbid(unsafe_code)]

mod ask;
pub mod board;
pub mod choice;
pub mod conformance;
pub mod cpu;
mod cpu_queue;
pub mod device;
pub mod known_answer;
pub mod link;
pub mod port;
pub mod probe;
pub mod record;
pub mod replay;
pub mod simulated;
pub mod transport;
mod update;
