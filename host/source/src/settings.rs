//! Settings of a source.

use std::path::PathBuf;
use std::time::Duration;

use tensority_secret::Secret;

use crate::address::Address;
use crate::tls::Fingerprint;

/// A source and how to treat it.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Settings {
    pub address: Address,
    /// At a pool the login, ACCOUNT.WORKER. At a node the id of the access token; if it is empty, the
    /// address may have the token.
    pub user: String,
    /// The password of the login, or the secret of the access token.
    pub password: Secret,
    /// How a node says and takes headers.
    pub form: NodeForm,
    /// The time between a node's answer and the next question for work; at least a millisecond.
    pub poll_interval: Duration,
    /// Certificates as PEM that TLS trusts besides the usual roots: as roots, and as a server's own.
    pub ca_file: Option<PathBuf>,
    /// The one certificate that is trusted, whoever vouches for others.
    pub certificate_sha256: Option<Fingerprint>,
    pub agent: String,
    /// The number of nonces that a pool gives to a connection, from 1 to 2^63.
    pub session_nonces: u64,
    pub limits: Limits,
}

impl Settings {
    /// A source with what is usual.
    pub fn new(address: Address) -> Self {
        Self {
            limits: Limits::of(&address),
            address,
            user: String::new(),
            password: Secret::default(),
            form: NodeForm::Json,
            poll_interval: Duration::from_millis(100),
            ca_file: None,
            certificate_sha256: None,
            agent: concat!("tensority/", env!("CARGO_PKG_VERSION")).to_owned(),
            session_nonces: 1 << 45,
        }
    }
}

/// How a node says and takes headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NodeForm {
    /// As JSON objects: `/get-work-json`, `/submit-work-json`.
    #[default]
    Json,
    /// Serialized, in hexadecimal: `/get-work`, `/submit-work`.
    Hex,
}

/// How long things may take. What is longer than a day is a day.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Limits {
    pub connect: Duration,
    /// A node, to answer a question for work, also while it verifies a block of ours.
    pub work: Duration,
    /// A pool, to answer a login; with TLS, from the connection on.
    pub login: Duration,
    /// To answer a submit. A pool that logged us in may take as long to give work.
    pub submit: Duration,
    /// The time in which a pool says something at least once. Jobs come with blocks, so this is some
    /// times the time between blocks.
    pub silence: Duration,
    /// The time for which a pool may refuse all shares though no new block explains it. Then it has forgotten
    /// the session, and a new one is begun.
    pub refusals: Duration,
    /// The wait after the first failure; it doubles with each.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// The longest wait while a pool closes each connection at the login: it may have banned us, which
    /// lasts 20 minutes in Bytom's pool.
    pub banned_wait: Duration,
}

impl Limits {
    /// As they are, but for none beyond a day, so that sums of times stay far from their limit.
    pub(crate) fn within_a_day(&self) -> Self {
        let day = |limit: Duration| limit.min(Duration::from_secs(86_400));
        Self {
            connect: day(self.connect),
            work: day(self.work),
            login: day(self.login),
            submit: day(self.submit),
            silence: day(self.silence),
            refusals: day(self.refusals),
            first_wait: day(self.first_wait),
            longest_wait: day(self.longest_wait),
            banned_wait: day(self.banned_wait),
        }
    }

    /// What is usual for a kind of source.
    pub fn of(address: &Address) -> Self {
        let seconds = Duration::from_secs;
        let (submit, first_wait, longest_wait) = match address {
            // A node verifies a block, for seconds on a slow machine, before it answers.
            Address::Node(_) => (seconds(30), Duration::from_millis(100), seconds(5)),
            Address::Pool(_) => (seconds(60), seconds(1), seconds(60)),
        };
        Self {
            connect: seconds(5),
            work: seconds(10),
            login: seconds(15),
            submit,
            silence: seconds(600),
            refusals: seconds(10),
            first_wait,
            longest_wait,
            banned_wait: seconds(300),
        }
    }
}

/// How closely a source is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Its work is hashed: a node is asked once a poll interval.
    #[default]
    Active,
    /// It stands by: a node is asked every 5 seconds. A pool stays logged in as ever.
    Watched,
}

/// Why a source cannot be started.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum StartError {
    /// The file of certificates cannot be read.
    #[error("cannot read certificates from {}: {reason}", path.display())]
    CaFile {
        path: PathBuf,
        reason: std::io::Error,
    },
    /// The file of certificates holds something else.
    #[error("expected certificates as PEM in {}, found {found}", path.display())]
    Certificate { path: PathBuf, found: String },
    /// A host that no certificate can name.
    #[error("expected the name or address of a host for TLS, found {0:?}")]
    HostName(String),
    /// The system gives no thread or no pipe.
    #[error("the system does not let a source start: {0}")]
    System(#[from] std::io::Error),
}
