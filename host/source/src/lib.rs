//! Where work comes from: Bytom nodes over HTTP, pools over stratum.
//!
//! A source is threads of its own. It tells what happens by [`Event`]s, and is told what to do by its
//! [`Handle`]. It keeps trying for ever: what fails is an event, never an end.
//!
//! ```text
//! node:  poller ─ client ─► answer ─► templates ─┐
//!        submitter ─ client ─► answer ───────────┼─► teller ─► events
//! pool:  link ─► framer ─► message ─► session ───┘
//! ```
//!
//! Templates and session are state machines that do no input or output; threads do that at the rim.
//! The teller sees to it that each share is answered once, and that nothing is told after the end.
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
mod event;
mod excerpt;
mod handle;
mod node;
mod pool;
mod secret;
mod settings;
mod teller;
mod tls;

pub use address::{Address, AddressError, NodeUrl, PoolUrl};
pub use backoff::Backoff;
pub use event::{Answer, Event, Reason, Share, Work};
pub use handle::{Handle, start};
pub use secret::Secret;
pub use settings::{Limits, NodeForm, Pace, Settings, StartError};
pub use teller::Tell;
