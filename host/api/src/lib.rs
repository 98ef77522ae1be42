//! Remote access to a miner: a web page, an HTTP API, Prometheus metrics, and the API of fleet tools.
//!
//! All answers come from the [`Published`](tensority_telemetry::published::Published) state;
//! nothing here is known of miners. Commands go into a channel, and the miner carries them out when
//! it comes to them. `docs/api.md` tells what is served.
//!
//! ```text
//! connection ─ server ─► guard (access rules) ─► api ─► state as JSON, events, metrics, history
//!                 │                               ├───► commands
//!                 │                               └───► page, which a browser fills from the API
//!                 └────► fleet: request ─► sections ─► reply
//! ```
//!
//! ```
//! use std::sync::{Arc, mpsc};
//! use tensority_api::{Settings, start};
//! use tensority_telemetry::published::Published;
//!
//! let (commands, _carried_out_elsewhere) = mpsc::channel();
//! let settings = Settings {
//!     listen: Some("127.0.0.1:0".parse()?),
//!     ..Settings::default()
//! };
//! let running = start(settings, Arc::new(Published::default()), commands)?;
//! println!("http://{}/api/v0", running.addr().expect("it was asked for"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod api;
mod commands;
#[doc(hidden)]
pub mod decoders;
mod events;
mod fleet;
mod guard;
mod history;
mod metrics;
mod page;
mod refusal;
mod server;
mod settings;
mod shared;
mod write_timeout;

pub use server::{Running, start};
pub use settings::{Settings, StartError};
