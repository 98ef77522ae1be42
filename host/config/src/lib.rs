//! The configuration of a miner: its file, its environment, its flags, and what they say wrong.
//!
//! [`load`] puts four layers on top of each other, flags over environment over file over default, and
//! remembers of each value [where it came from](Origin). All keys stand in one [table](mod@table), with the place in
//! [`Config`] that each one fills; whatever reads, explains or documents a configuration goes by it.
//! A mistake is one line: its place, what was expected, what was found, and what was probably meant.

#![forbid(unsafe_code)]

mod check;
mod config;
pub mod credentials;
pub mod document;
mod environment;
mod error;
mod explain;
mod file;
mod flags;
mod given;
mod key;
mod layers;
mod load;
mod nearest;
mod origin;
mod paths;
pub mod table;
mod template;
mod words;

pub use config::{
    Address, Api, Config, Device, Failover, Flash, Health, Output, Source, State, Verify,
};
pub use environment::of_process;
pub use error::{ConfigError, Mistake};
pub use explain::Explained;
pub use flags::Overrides;
pub use key::Key;
pub use load::{Loaded, SecretOf, load, load_without_secrets};
pub use origin::Origin;
pub use paths::{InitError, default_file, init};
pub use template::template;
pub use tensority_secret::{ReadableByAll, Secret};
pub use words::{Expected, Form, Listen, Policy, View};
