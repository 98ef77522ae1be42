//! Messages of the miner: log lines for people, JSON lines for programs.
//!
//! docs/mine-json.md has the table of all events and fields.

#![expect(
    missing_docs,
    reason = "fields that say what they are; the table has the rest"
)]

use std::fmt;

use serde::{Deserialize, Serialize};
use tensority_telemetry::State;
use tensority_telemetry::account::{Estimate, Rates};
use tensority_telemetry::device::{Condition, Device};
use tensority_telemetry::format::{difficulty, interval, known, percent, rate};
use tensority_telemetry::outcome::Outcome;

/// Something to tell. As JSON it is an object whose `event` names it; as text, one line but for the
/// summary. Hashes and seeds are hexadecimal in memory order, rates in hashes per second; null and
/// "n/a" are what is not known yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Message {
    /// Whether a source gives work, when that changes.
    Source {
        source: String,
        up: bool,
        reason: Option<String>,
    },
    /// A source said what it should not have said.
    Odd {
        source: String,
        reason: String,
    },
    /// There is a new job, or a fresher one for the same block.
    Job {
        source: String,
        job: u32,
        id: Option<String>,
        height: u64,
        seed: String,
        previous_block_hash: String,
        timestamp: u64,
        block_difficulty: f64,
        share_difficulty: f64,
        /// Whether the work under way is worthless.
        replace: bool,
    },
    Device {
        device: String,
        condition: Condition,
        reason: String,
    },
    /// A device has the matrix list of its work.
    Seed {
        device: String,
        seed: String,
        /// Milliseconds since it first got such work.
        ms: u64,
    },
    Found {
        device: String,
        height: u64,
        nonce: u64,
        result: Outcome,
        reason: Option<String>,
    },
    /// A device said what cannot be, apart from a nonce.
    Fault {
        device: String,
        reason: String,
    },
    Canary {
        device: String,
        right: bool,
    },
    /// A share was answered, or never will be.
    Share(Share),
    /// The miner decided something by itself.
    Decision {
        about: String,
        action: String,
        reason: String,
    },
    /// How fast everything is.
    Rates {
        total: Rates,
        devices: Vec<DeviceRates>,
    },
    Paused {
        paused: bool,
    },
    /// All work is given up; what was found is waited for.
    Ending {
        /// Results that are verified or on their way to a source.
        waiting: u64,
        /// How long they are waited for at most, in seconds.
        seconds: u64,
    },
    Summary {
        state: Box<State>,
    },
}

/// What became of a share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    pub result: Outcome,
    pub source: String,
    pub device: String,
    pub height: u64,
    pub nonce: u64,
    /// Hashes that a share of its job takes on average.
    pub difficulty: f64,
    /// It meets the target of the block, too.
    pub block: bool,
    pub block_hash: String,
    /// From the submit to the answer.
    pub ms: u64,
    /// Why it was not accepted: a word, and a line.
    pub reason: Option<String>,
    pub detail: Option<String>,
    /// Shares of the source so far.
    pub accepted: u64,
    pub rejected: u64,
}

/// The rates of one device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceRates {
    pub name: String,
    #[serde(flatten)]
    pub rates: Rates,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source {
                source, up: true, ..
            } => write!(f, "{source} gives work"),
            Self::Source { source, reason, .. } => write!(f, "{source} {}", text(reason)),
            Self::Odd { source, reason } => write!(f, "{source} is odd: {reason}"),
            Self::Job {
                source,
                height,
                share_difficulty,
                replace: true,
                ..
            } => write!(
                f,
                "new job from {source} diff {} height {height}",
                difficulty(*share_difficulty)
            ),
            Self::Job { source, height, .. } => {
                write!(f, "fresh job from {source} height {height}")
            }
            Self::Device {
                device,
                condition,
                reason,
            } => write!(f, "device {device} {}: {reason}", condition.word()),
            Self::Seed { device, ms, .. } => {
                write!(f, "device {device} has a new matrix list ({ms} ms)")
            }
            Self::Found {
                device,
                nonce,
                result,
                reason,
                ..
            } => {
                write!(f, "{result} nonce {nonce} device {device}")?;
                reason.iter().try_for_each(|reason| write!(f, ": {reason}"))
            }
            Self::Fault { device, reason } => {
                write!(f, "hardware error device {device}: {reason}")
            }
            Self::Canary { device, right } => {
                let word = if *right { "right" } else { "wrong" };
                write!(f, "known-answer test device {device}: {word}")
            }
            Self::Share(share) => share.fmt(f),
            Self::Decision {
                about,
                action,
                reason,
            } => write!(f, "{about}: {action}, because {reason}"),
            Self::Rates { total, .. } => write!(f, "rate {}", RatesLine(total)),
            Self::Paused { paused: true } => f.write_str("mining is paused"),
            Self::Paused { paused: false } => f.write_str("mining goes on"),
            Self::Ending { waiting: 0, .. } => f.write_str("ending"),
            Self::Ending { waiting, seconds } => write!(
                f,
                "ending; {waiting} results are still verified or on their way, for which it waits {seconds} s at most"
            ),
            Self::Summary { state } => summary(state, f),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            result,
            accepted,
            rejected,
            device,
            height,
            ms,
            ..
        } = self;
        let diff = difficulty(self.difficulty);
        write!(f, "{result} ({accepted}/{rejected}) diff {diff} ({ms} ms)")?;
        write!(f, " height {height} device {device}")?;
        if self.block {
            f.write_str(" block")?;
        }
        self.detail
            .iter()
            .try_for_each(|detail| write!(f, ": {detail}"))
    }
}

fn summary(state: &State, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let shares = &state.total.shares;
    let rejected = shares.all_rejected();
    write!(
        f,
        "summary {:.0} s: accepted {}, rejected {rejected}",
        state.uptime_seconds, shares.accepted
    )?;
    if rejected > 0 {
        let reasons = shares.rejected.iter();
        let reasons = reasons.map(|(reason, count)| format!("{reason} {count}"));
        write!(f, " ({})", reasons.collect::<Vec<_>>().join(", "))?;
    }
    write!(
        f,
        ", stale {}, unanswered {}, not submitted {}",
        shares.stale, shares.unanswered, shares.not_submitted
    )?;
    for device in &state.devices {
        write!(f, "\nsummary device {}", DeviceLine(device))?;
    }
    let losses = state.total.losses.parts();
    let losses = losses.iter().filter(|(_, part)| part.abs() >= 0.0005);
    let losses = losses.map(|(name, part)| {
        let name = name.replace('_', " ");
        format!("{name} {}", percent(*part))
    });
    let losses: Vec<_> = losses.collect();
    match losses.is_empty() {
        true => Ok(()),
        false => write!(f, "\nsummary of the time: {}", losses.join(", ")),
    }
}

struct DeviceLine<'a>(&'a Device);

impl fmt::Display for DeviceLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Device {
            name,
            rates,
            nonces,
            hashes,
            ..
        } = self.0;
        let rate = known(rates.device.since_start, rate);
        write!(f, "{name}: {rate}, {hashes} hashes, valid {}", nonces.valid)?;
        write!(f, ", hardware errors {}", nonces.hardware_errors)?;
        write!(
            f,
            ", duplicate {}, stale {}",
            nonces.duplicates, nonces.stale
        )
    }
}

struct RatesLine<'a>(&'a Rates);

impl fmt::Display for RatesLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rates {
            device,
            verified,
            pool,
        } = self.0;
        let estimate = |rate: &Estimate| known(rate.over_15m, |it| interval(&it) + " H/s");
        write!(
            f,
            "{} over a minute, {} since the start, verified {}, by shares {}",
            known(device.over_1m, rate),
            known(device.since_start, rate),
            estimate(verified),
            estimate(pool)
        )
    }
}

fn text(reason: &Option<String>) -> &str {
    reason.as_deref().unwrap_or("gives no work")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_one_line_that_people_know() {
        let share = Share {
            result: Outcome::Accepted,
            source: "pool".into(),
            device: "left".into(),
            height: 7,
            nonce: 9,
            difficulty: 150_000.0,
            block: false,
            block_hash: String::new(),
            ms: 80,
            reason: None,
            detail: None,
            accepted: 28,
            rejected: 1,
        };
        let line = Message::Share(share.clone()).to_string();
        assert_eq!(
            line,
            "accepted (28/1) diff 150000 (80 ms) height 7 device left"
        );
        let rejected = Share {
            result: Outcome::Rejected,
            block: true,
            detail: Some("low difficulty".into()),
            ..share
        };
        let line = rejected.to_string();
        assert!(
            line.ends_with("device left block: low difficulty"),
            "{line}"
        );
    }

    #[test]
    fn what_is_unknown_is_not_zero() {
        let total = Rates::default();
        let devices = Vec::new();
        let line = Message::Rates { total, devices }.to_string();
        assert!(line.contains("rate n/a over a minute"), "{line}");
        assert!(!line.contains('0'), "{line}");
    }

    #[test]
    fn json_names_the_event_and_can_be_read_back() {
        let message = Message::Canary {
            device: "a".into(),
            right: true,
        };
        let json = serde_json::to_string(&message).unwrap();
        assert_eq!(json, r#"{"event":"canary","device":"a","right":true}"#);
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }

    #[test]
    fn the_rates_of_a_device_have_its_name_and_can_be_read_back() {
        let message = Message::Rates {
            total: Rates::default(),
            devices: vec![DeviceRates {
                name: "a".into(),
                rates: Rates::default(),
            }],
        };
        let json = serde_json::to_string(&message).unwrap();
        assert_eq!(json.matches(r#""name":"a""#).count(), 1, "{json}");
        assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
    }
}
