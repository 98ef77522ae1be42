//! A development pool: what Bytom's pools say to miners over stratum, on a chain of its own.
//!
//! It speaks as btmcpool, the official pool server, was recorded to speak, to the last byte: the
//! tests replay the recording. One thing is not copied: btmcpool reckons the network's difficulty at
//! twice what it is, and throws half of its blocks away; this pool keeps them. It has no accounts
//! and pays nobody, and listens on the loopback interface only. On request it misbehaves, in the
//! ways of [`FAULTS`]. `Settings::default()` asks for shares of 5 hashes and blocks of 20.
//!
//! ```text
//! server ─► connection (a thread for each) ─► session ─► request (what a line asks for)
//!                │         │                     │
//!                ▼         ▼                     ▼
//!               wire     speech ◄─ faults      pool ─► chain
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use tensority_devnet::pool::{Event, Pool, Server, Settings};
//!
//! let settings = Settings {
//!     misbehave: vec!["late=10ms".parse()?],
//!     ..Settings::default()
//! };
//! let pool = Arc::new(Pool::new(settings));
//! let observer = |event: Event| println!("{event:?}");
//! let server = Server::bind("127.0.0.1:0".parse()?, Arc::clone(&pool), observer)?;
//! let running = server.spawn()?;
//! println!("stratum+tcp://{}", running.local_addr());
//! pool.new_block(); // everybody gets a job
//! pool.misbehave(&[]); // good again
//! assert_eq!(pool.session_count(), 0);
//! drop(running); // all connections are closed, all threads are gone
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In tests: [`DevelopmentChain::at_height`] to begin in front of a new seed,
//! [`Settings::hash`] to do without hashing, [`Tls::from_pem`] for TLS.

mod bans;
mod chain;
mod code;
mod connection;
mod event;
mod faults;
mod kinds;
mod mail;
mod message;
mod misbehaviour;
mod request;
mod server;
mod session;
mod settings;
mod speech;
mod state;
mod target;
mod tls;
mod wait;
mod wire;

pub use chain::{Chain, DevelopmentChain, SOLONET_BITS, Template};
pub use code::Code;
pub use event::{Event, Why};
pub use kinds::{Field, Garbage, Named, Oddity};
pub use misbehaviour::{FAULTS, Fault, Misbehaviour, UnknownMisbehaviour, explain};
pub use server::{Running, Server, ServerError};
pub use settings::{BanRule, HashFunction, Settings, proof_of_work};
pub use state::Pool;
pub use tls::{Tls, TlsError};
