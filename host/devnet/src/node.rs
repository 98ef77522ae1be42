//! A development node: what Bytom's node offers to miners over HTTP, on a chain of its own.
//!
//! It answers `/get-work`, `/get-work-json`, `/submit-work`, `/submit-work-json`,
//! `/get-block-count` and `/get-block-header` as Bytom v1.1.0 does, errors and traps included; the
//! tests replay what such a node was recorded to say. Every other path is unknown to it. It has no
//! peers, no wallet and no transactions but the coinbase, and listens on the loopback interface
//! only.
//!
//! ```text
//! request ─ server ─► api ─► request (what a body asks for)
//!                      │
//!                      └──► node ─► chain (the rules), template, chain file ─► load
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use tensority_devnet::node::{Node, Server, Settings};
//!
//! let node = Arc::new(Node::new(Settings::default())?);
//! let server = Server::bind("127.0.0.1:0".parse()?, Arc::clone(&node), |_event| {})?;
//! let running = server.spawn()?;
//! println!("http://{}/get-work", running.local_addr());
//! assert_eq!(node.height(), 0);
//! drop(running);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod api;
mod chain;
mod chain_file;
mod coinbase;
mod load;
mod proof_of_work;
mod request;
mod server;
mod state;
mod template;

pub use chain::{Block, Mismatch};
pub use chain_file::{FileError, Recovery};
pub use server::{Running, Server, ServerError};
pub use state::{Clock, Node, OpenError, Settings, Submission, SubmitError, Work};
pub use template::SOLONET_BITS;
