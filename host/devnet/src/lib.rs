//! A development network: servers that talk to miners as Bytom's own do, each on a chain of its own.
//!
//! - [`node`]: the mining interface of Bytom's node, over HTTP;
//! - [`pool`]: the stratum dialect of the official pool, good or misbehaving on request.
//!
//! Both listen on the loopback interface only.

#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod decoders;
mod network;
pub mod node;
pub mod pool;

use network::{LISTS, TRANSACTION_STATUS_HASH, VERSION, unix_now};
pub use network::{SOLONET_BITS, Template};
