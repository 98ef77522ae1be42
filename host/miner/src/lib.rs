//! The controller of a miner: from the work of nodes and pools to verified, submitted results.
//!
//! ```text
//! source ─ work ─► controller ─ watch: the current job, leases, orders ─► worker ─► device
//!   ▲               ▲  │  ▲                                                 │
//!   │               │  │  └──────────────── found, hashed ──────────────────┘
//!   └─── shares ────┤  └─ checks ─► verifier
//!                   └───────────────────┘
//! ```
//!
//! The [`controller`] and what it is made of (jobs, accounts, health, fail-over) are state machines
//! that take the time as an argument and do no input or output. Threads do that at the rim: one for
//! each device ([`worker`]), a few that hash results again ([`verifier`]), one that opens devices
//! ([`fleet`]), those of the sources, and the loop ([`miner`]) that carries out what the controller
//! says. Since a controller learns everything by events, a run can be [recorded](record) and
//! [run again](replay).

#![forbid(unsafe_code)]

mod clock;
pub mod controller;
mod device_account;
pub mod event;
mod failover;
pub mod fleet;
mod health;
mod job;
mod leases;
pub mod message;
pub mod miner;
mod poisson;
mod policy;
mod ranges;
mod rate;
pub mod record;
pub mod replay;
mod source_account;
pub mod verifier;
mod watch;
mod worker;

pub use clock::unix_now;
pub use failover::Patience;
pub use health::Limits;
pub use job::Job;
pub use leases::LeaseSize;
pub use policy::Policy;
pub use source_account::SourceName;
pub use worker::Manner;

#[cfg(test)]
mod tests;
