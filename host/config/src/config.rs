//! A whole configuration as plain values. Sections and fields are called as in the [table](crate::table),
//! which documents them; times have their unit at the end of their name.

#![allow(missing_docs, reason = "the table of keys documents every field")]

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::{Form, Listen, Policy, Secret, View};

#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub sources: Vec<Source>,
    pub devices: Vec<Device>,
    pub usb: Usb,
    pub verify: Verify,
    pub health: Health,
    pub failover: Failover,
    pub api: Api,
    pub output: Output,
    pub state: State,
    pub flash: Flash,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub url: Address,
    pub name: Option<String>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub ca_file: Option<PathBuf>,
    pub certificate_sha256: Option<[u8; 32]>,
    pub form: Form,
    pub poll_interval_ms: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// The key `use`.
    pub choice: String,
    pub name: Option<String>,
    pub expected_rate: Option<f64>,
    pub results_per_minute: f64,
    pub baud: u32,
    pub enabled: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usb {
    /// Vendor and product of each.
    pub adapters: Vec<(u16, u16)>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Verify {
    pub policy: Policy,
    pub threads: u64,
    pub matrix_lists: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    pub sick_after_seconds: u64,
    pub dead_after_seconds: u64,
    pub canary_interval_seconds: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Failover {
    pub return_after_seconds: u64,
    pub silence_seconds: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    pub listen: Listen,
    pub token: Option<Secret>,
    pub allowed_hosts: Vec<String>,
    pub fleet_listen: Listen,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    pub view: View,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Without one, totals are forgotten.
    pub file: Option<PathBuf>,
    /// Without one, nothing is known later of what a run did.
    pub history: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flash {
    pub key_file: Option<PathBuf>,
}

/// What a configuration is if nobody says anything. The files of [`State`] depend on the
/// environment.
impl Default for Config {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            devices: vec![Device::default()],
            usb: Usb::default(),
            verify: Verify {
                policy: Policy::Before,
                threads: 1,
                matrix_lists: 2,
            },
            health: Health {
                sick_after_seconds: 120,
                dead_after_seconds: 600,
                canary_interval_seconds: 600,
            },
            failover: Failover {
                return_after_seconds: 60,
                silence_seconds: 600,
            },
            api: Api {
                listen: Listen(Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 9890)))),
                token: None,
                allowed_hosts: Vec::new(),
                fleet_listen: Listen(None),
            },
            output: Output::default(),
            state: State::default(),
            flash: Flash::default(),
        }
    }
}

impl Default for Source {
    fn default() -> Self {
        Self {
            url: Address::default(),
            name: None,
            user: None,
            password: None,
            ca_file: None,
            certificate_sha256: None,
            form: Form::Json,
            poll_interval_ms: 100,
        }
    }
}

impl Default for Device {
    fn default() -> Self {
        Self {
            choice: "auto".into(),
            name: None,
            expected_rate: None,
            results_per_minute: 6.0,
            baud: 1_000_000,
            enabled: true,
        }
    }
}

/// An address of a source. It shows itself without what stands in front of `@`, which is a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address(pub(crate) String);

impl Address {
    /// All of it. Whoever asks must not show it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A secret may hold any character, also one that should have been written as %2F.
        let Some((front, host)) = self.0.rsplit_once('@') else {
            return f.write_str(&self.0);
        };
        let scheme = front.split_once("://").map_or("", |(scheme, _)| scheme);
        match scheme {
            "" => write!(f, "(hidden)@{host}"),
            scheme => write!(f, "{scheme}://(hidden)@{host}"),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
