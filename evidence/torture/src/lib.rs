//! Faults as a campaign: the miner `tensority`, development pools and node, and boards in software, all processes of
//! their own, of which one after the other fails at moments that a seed decides; and a [ledger] that has every share
//! accounted for.
//!
//! ```text
//! campaign ─ fault ─┬─► boards (a process) ◄─ pseudo-terminals ─► miner ◄─► pools, node
//!                   │        │ record                              │ JSON, files   │ JSON
//!                   │        ▼                                     ▼               ▼
//!                   └─────────────────────────────────────────► ledger ─► violations, result
//! ```

#![forbid(unsafe_code)]

pub mod boards;
pub mod campaign;
mod disk;
mod fault;
pub mod ledger;
mod processes;
pub mod record;
mod run;
mod world;
