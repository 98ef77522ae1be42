//! A whole configuration as plain values. Fields are called as their keys are, with the unit at the end.

use crate::{Form, Listen, Policy, Secret, View};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
};

/// A whole configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where work comes from, in the order of preference.
    pub sources: Vec<Source>,
    /// What hashes.
    pub devices: Vec<Device>,
    /// How results are hashed again.
    pub verify: Verify,
    /// How devices are judged.
    pub health: Health,
    /// How sources take turns.
    pub failover: Failover,
    /// Who may look.
    pub api: Api,
    /// What is shown.
    pub output: Output,
    /// What outlives a run.
    pub state: State,
    /// What is written to boards.
    pub flash: Flash,
}

/// A source of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Where it is.
    pub url: Address,
    /// What it is called.
    pub name: Option<String>,
    /// The login at a pool, or the id of a node's access token.
    pub user: Option<String>,
    /// The password at a pool, or the secret of a node's access token.
    pub password: Option<Secret>,
    /// Further certificates, in PEM, that may vouch for it.
    pub ca_file: Option<PathBuf>,
    /// How a node is talked to.
    pub form: Form,
    /// The time between two questions for a node's work.
    pub poll_interval_ms: u64,
}

/// A device, or all boards that can be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Which one it is; the key is `use`.
    pub choice: String,
    /// What it is called.
    pub name: Option<String>,
    /// Hashes per second that are expected of it; without it, what its size and clock promise.
    pub expected_rate: Option<f64>,
    /// How often it should report a result on average.
    pub results_per_minute: f64,
    /// Bits per second on the serial line.
    pub baud: u32,
    /// Whether it is given work.
    pub enabled: bool,
}

/// How results are hashed again.
#[derive(Clone, Debug, PartialEq)]
pub struct Verify {
    /// Which, and when.
    pub policy: Policy,
    /// Threads that do it.
    pub threads: u64,
    /// Matrix lists that are kept, 16 MiB each.
    pub caches: u64,
}

/// How devices are judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// A device that is silent for so long is sick.
    pub sick_after_seconds: u64,
    /// A device that is sick for so long is given up.
    pub dead_after_seconds: u64,
    /// The time between two known-answer tests of a device; 0 is never.
    pub canary_interval_seconds: u64,
}

/// How sources take turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Failover {
    /// A preferred source that is well again for so long gets its place back.
    pub return_after_seconds: u64,
    /// A source that says nothing for so long is down.
    pub silence_seconds: u64,
}

/// Who may look.
#[derive(Clone, Debug, PartialEq)]
pub struct Api {
    /// Where the HTTP API is.
    pub listen: Listen,
    /// Who has it may give commands.
    pub token: Option<Secret>,
    /// Names that the API may be called by, besides its address.
    pub allowed_hosts: Vec<String>,
    /// Where the API for fleet tools is.
    pub fleet_listen: Listen,
}

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// Whether there is a live view.
    pub view: View,
}

/// What outlives a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The file for it; none, and it is forgotten.
    pub file: Option<PathBuf>,
}

/// What is written to boards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flash {
    /// The public key that manifests of images must be signed with.
    pub key_file: Option<PathBuf>,
}

/// What a configuration is if nobody says anything. The file of [`State`] depends on the
/// environment.
impl Default for Config {
    fn default() -> Self {
        Self {
            sources: Vec::new(),
            devices: vec![Device::default()],
            verify: Verify {
                policy: Policy::Before,
                threads: 1,
                caches: 2,
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
