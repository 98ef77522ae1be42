//! Sources of block templates: Bytom nodes over HTTP, pools over stratum.
//!
//! A source is threads of its own. It tells what happens by [`Event`]s, and is told what to do by its
//! [`Handle`]. It keeps trying for ever: what fails is an event, never an end.
//!
//! ```text
//! node:  poller ─ client ─► answer ─► templates ─┐
//!        submitter ─ client ─► answer ───────────┼─► reporter ─► events
//! pool:  link ─► framer ─► message ─► session ───┘
//! ```
//!
//! A [`Ledger`] asks a node about blocks that are there, and about whom the next one pays; it has no threads.
//!
//! Templates and session are state machines that do no input or output; threads do that at the rim.
//! The reporter sees to it that each share is answered once, and that nothing is told after the end.
//!
//! ```no_run
//! use tensority_source::{Settings, start};
//!
//! let mut settings = Settings::new("stratum+tcp://pool.example:3333".parse()?);
//! settings.user = "account.worker".to_owned();
//! let source = start(settings, Box::new(|event| println!("{event:?}")))?;
//! source.stop();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod address;
mod backoff;
#[doc(hidden)]
pub mod decoders;
mod event;
mod excerpt;
mod handle;
mod ledger;
mod node;
mod pool;
mod reporter;
mod settings;
mod template;
mod tls;

pub use address::{Address, AddressError, NodeUrl, PoolUrl};
pub use backoff::Backoff;
pub use event::{Answer, Event, Reason, Share};
pub use handle::{Handle, start};
pub use ledger::{BlockName, Ledger, MiningAddress, RawBlock, Standing};
pub use node::NodeError;
pub use reporter::Tell;
pub use settings::{Limits, NodeForm, Pace, Settings, StartError};
pub use template::Template;
pub use tensority_secret::Secret;
pub use tls::{Fingerprint, read_certificates};
