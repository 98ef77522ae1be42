//! Register map, link messages and enumerations, described once for chip, firmware and host.
//!
//! ```text
//! code.rs, codes.rs ──────────► all of them: every enumeration
//! register.rs, registers.rs ──► hdl (addresses), firmware (accesses), docs/registers.md
//! layout.rs, messages.rs ─────► firmware, host, docs/protocol.md
//! checksum.rs ────────────────► hdl, firmware's model, simulator
//! tape.rs ──────────────────► hdl, simulator, the compiler of networks
//! frame.rs ───────────────────► firmware, host
//! ```
//!
//! No heap, no `std`. All integers on the link are little-endian.

#![no_std]
#![forbid(unsafe_code)]

pub mod checksum;
pub mod code;
pub mod codes;
pub mod crc;
pub mod document;
pub mod frame;
pub mod layout;
pub mod messages;
pub mod register;
pub mod registers;
pub mod tape;

/// Versions of the protocol that this crate speaks, oldest and newest.
pub const VERSIONS: core::ops::RangeInclusive<u8> = 1..=1;

/// The version that frames are sent with.
pub const VERSION: u8 = *VERSIONS.end();
