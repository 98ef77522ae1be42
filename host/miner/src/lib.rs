//! The miner, from block templates of nodes and pools to verified, submitted shares.
//!
//! ```text
//! source ─ Template ─► controller ─ orders: Range ─► mailbox ─► worker ─► device
//!   ▲                   ▲  │  ▲                                   │
//!   │                   │  │  └──────────── Notice ───────────────┘
//!   └──── Share ────────┤  └─ Check ─► verifier
//!                       └───────────────┘
//! ```
//!
//! A source's template becomes a job of the controller, which cuts ranges of nonces from it; a range has
//! one id on its way to the device and back. The [`controller`] and what it is made of (jobs, ranges,
//! statistics, health, fail-over) are state machines that take the time as an argument and do no input
//! or output. Threads do that at the rim: one for each device (`worker`), a few that hash results again
//! ([`verifier`]), one that opens devices ([`fleet`]), those of the sources, and the loop ([`miner`])
//! that carries out the controller's actions. Since a controller learns everything by events, a run can
//! be [recorded](record) and [run again](replay).

#![forbid(unsafe_code)]

mod clock;
pub mod controller;
mod device_stats;
pub mod event;
mod failover;
pub mod fleet;
mod health;
mod job;
mod mailbox;
pub mod message;
pub mod miner;
mod nonces;
mod outbox;
mod policy;
mod range_size;
mod ranges;
mod rate;
pub mod record;
pub mod replay;
mod source_stats;
mod spent;
pub mod verifier;
mod worker;

pub use clock::unix_now;
pub use event::WorkerConfig;
pub use failover::Patience;
pub use health::Limits;
pub use job::Job;
pub use policy::Policy;
pub use range_size::RangeSize;
pub use source_stats::SourceName;

#[cfg(test)]
mod tests;
