//! What the miner tells: log lines on standard error, JSON on standard output.

use super::ledger::{Blocks, DeviceAccount, Nonces};
use crate::{failure::Failure, output};
use serde::Serialize;
use std::{
    fmt,
    io::{Write, stderr},
};

/// Something to tell. As JSON it is an object whose `event` names it; as text, one line but for the
/// summary. Hashes and seeds are hexadecimal in memory order, rates in hashes per second; null and
/// "n/a" are what is not known yet.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Message {
    /// Whether the node gives work, when that changes.
    Node {
        url: String,
        up: bool,
        /// Why not.
        reason: Option<String>,
    },
    /// There is a new job, or the old one with a newer timestamp.
    Job {
        job: u32,
        height: u64,
        bits: u64,
        seed: String,
        previous_block_hash: String,
        timestamp: u64,
        /// Whether the work under way is worthless.
        replace: bool,
    },
    /// A device changed its state.
    Device {
        device: String,
        state: &'static str,
        reason: Option<String>,
    },
    /// A device has the matrix list of its work.
    Seed {
        device: String,
        seed: String,
        /// Milliseconds since it first got such work.
        ms: u64,
    },
    /// A device reported what may have been a block.
    Found {
        device: String,
        height: u64,
        nonce: u64,
        /// `valid`, `hardware_error`, `stale` or `duplicate`.
        result: &'static str,
        reason: Option<String>,
    },
    /// A device said what cannot be, apart from a nonce.
    Fault { device: String, reason: String },
    /// The node has a block.
    Accepted {
        device: String,
        height: u64,
        nonce: u64,
        block_hash: String,
        ms: u64,
    },
    /// The node has no such block.
    Rejected {
        device: String,
        height: u64,
        nonce: u64,
        block_hash: String,
        ms: u64,
        /// The reason as a word.
        reason: &'static str,
        detail: String,
    },
    /// It is not known whether the node has the block: it did not answer.
    Unanswered {
        device: String,
        height: u64,
        nonce: u64,
        block_hash: String,
        ms: u64,
        detail: String,
    },
    /// What a device does.
    Rate(Rate),
    /// All work is given up; what was found is waited for.
    Ending,
    /// What everything came to.
    Summary {
        seconds: f64,
        blocks: Blocks,
        devices: Vec<Rate>,
    },
}

/// What a device did so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rate {
    device: String,
    /// Over the last minute.
    rate_1m: Option<f64>,
    /// Since the device began.
    rate: Option<f64>,
    /// By the device's account.
    hashes: u64,
    /// By the account of its valid nonces.
    verified_hashes: u64,
    given_up: u64,
    nonces: Nonces,
}

impl From<&DeviceAccount> for Rate {
    fn from(account: &DeviceAccount) -> Self {
        Self {
            device: account.name.clone(),
            rate_1m: account.meter.live(),
            rate: account.meter.since_start(),
            hashes: account.meter.hashes(),
            verified_hashes: account.verified_hashes.round() as u64,
            given_up: account.given_up,
            nonces: account.nonces,
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node { url, up: true, .. } => write!(f, "{url} gives work"),
            Self::Node { url, reason, .. } => write!(f, "{url} {}", text(reason)),
            Self::Job {
                height,
                bits,
                seed,
                replace: true,
                ..
            } => write!(f, "new job height {height} bits {bits:#018x} seed {seed}"),
            Self::Job {
                height, timestamp, ..
            } => write!(f, "same job height {height} with timestamp {timestamp}"),
            Self::Device {
                device,
                state,
                reason: None,
            } => write!(f, "device {device} {state}"),
            Self::Device {
                device,
                state,
                reason,
            } => write!(f, "device {device} {state}: {}", text(reason)),
            Self::Seed { device, seed, ms } => {
                write!(
                    f,
                    "device {device} has the matrix list of seed {seed} ({ms} ms)"
                )
            }
            Self::Found {
                device,
                height,
                nonce,
                result,
                reason,
            } => {
                let result = result.replace('_', " ");
                write!(
                    f,
                    "found height {height} nonce {nonce} device {device}: {result}"
                )?;
                reason
                    .iter()
                    .try_for_each(|reason| write!(f, " ({reason})"))
            }
            Self::Fault { device, reason } => {
                write!(f, "hardware error device {device}: {reason}")
            }
            Self::Accepted {
                device,
                height,
                nonce,
                ms,
                ..
            } => write!(
                f,
                "accepted height {height} nonce {nonce} device {device} ({ms} ms)"
            ),
            Self::Rejected {
                device,
                height,
                nonce,
                ms,
                detail,
                ..
            } => write!(
                f,
                "rejected height {height} nonce {nonce} device {device} ({ms} ms): {detail}"
            ),
            Self::Unanswered {
                device,
                height,
                nonce,
                ms,
                detail,
                ..
            } => write!(
                f,
                "unanswered height {height} nonce {nonce} device {device} ({ms} ms): {detail}"
            ),
            Self::Ending => f.write_str("ending when what was found is handed in"),
            Self::Rate(rate) => write!(f, "rate {rate}"),
            Self::Summary {
                seconds,
                blocks,
                devices,
            } => {
                write!(f, "summary {seconds:.0} s: {blocks}")?;
                devices.iter().try_for_each(|rate| {
                    let Rate {
                        given_up, nonces, ..
                    } = rate;
                    write!(f, "\nsummary {rate}, given up {given_up}; {nonces}")
                })
            }
        }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = |rate: Option<f64>| match rate {
            Some(rate) if rate < 0.1 => format!("{rate:.4} H/s"),
            Some(rate) => format!("{rate:.2} H/s"),
            None => "n/a".to_owned(),
        };
        write!(
            f,
            "device {}: {} over 1 min, {} since start, {} hashes, {} verified",
            self.device,
            rate(self.rate_1m),
            rate(self.rate),
            self.hashes,
            self.verified_hashes
        )
    }
}

fn text(reason: &Option<String>) -> &str {
    reason.as_deref().unwrap_or_default()
}

/// Tells a message: its text on standard error, and if wanted its JSON on standard output.
pub fn tell(message: &Message, json: bool) -> Result<(), Failure> {
    // A miner whose log is gone goes on mining.
    let _ = writeln!(stderr(), "{message}");
    match json {
        true => output::print_json(message),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accepted_block_is_a_line_people_know() {
        let accepted = Message::Accepted {
            device: "cpu".to_owned(),
            height: 7,
            nonce: (1 << 53) + 1,
            block_hash: "ab".to_owned(),
            ms: 80,
        };
        assert_eq!(
            accepted.to_string(),
            "accepted height 7 nonce 9007199254740993 device cpu (80 ms)"
        );
        let json = serde_json::to_string(&accepted).unwrap();
        assert_eq!(
            json,
            r#"{"event":"accepted","device":"cpu","height":7,"nonce":9007199254740993,"block_hash":"ab","ms":80}"#
        );
    }

    #[test]
    fn what_is_not_known_is_not_zero() {
        let rate = Rate::from(&DeviceAccount::new("cpu".to_owned()));
        assert_eq!(
            rate.to_string(),
            "device cpu: n/a over 1 min, n/a since start, 0 hashes, 0 verified"
        );
        let json = serde_json::to_value(Message::Rate(rate)).unwrap();
        assert_eq!(json["event"], "rate");
        assert!(json["rate_1m"].is_null() && json["rate"].is_null());
    }
}
