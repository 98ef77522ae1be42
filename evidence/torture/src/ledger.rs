//! The independent ledger: what boards made, what the miner said, what pools and the node took, and whether it all
//! agrees. It shares no code with the miner: it reads lines of JSON, records and files.
//!
//! A share is known by height and nonce: every pool begins at a height of its own whenever it starts, so that no two
//! headers of pools have the same height. Its header hash ties it to the record of the boards.

mod account;
mod check;
mod receipts;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde_json::Value;

pub use check::{Checked, Reckoning};

/// Who said a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The miner, in its life of this number.
    Miner(usize),
    /// The pool of this number.
    Pool(usize),
    /// The node.
    Node,
}

/// Height and nonce.
pub type Key = (u64, u64);

/// Heights of pools begin here; those of the node's chain are below.
pub const POOL_HEIGHTS: u64 = 1_000_000;

/// What became of a share, as the miner said.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// When it was said.
    pub at: Duration,
    /// `accepted` and so on.
    pub result: String,
    /// The hash of its header.
    pub header_hash: [u8; 32],
    /// Why it was not accepted, as a word.
    pub reason: Option<String>,
}

/// How a life of the miner ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// It was killed.
    Killed,
    /// By itself, or told so by a signal.
    Exited(Option<i32>),
}

/// A life of the miner.
#[derive(Clone, Debug, Default)]
pub struct Life {
    /// When it began.
    pub began: Duration,
    /// When and how it ended.
    pub end: Option<(Duration, End)>,
    /// The totals in the state file before it, and behind it.
    pub totals: [Option<Value>; 2],
    /// Valid results that are not yet a share, by their keys.
    pub open: HashMap<Key, u32>,
    /// Results by what they were.
    pub found: BTreeMap<String, u64>,
    /// Shares by source and by what became of them.
    pub shares: BTreeMap<(String, String), u64>,
    /// The state of the summary.
    pub summary: Option<Value>,
}

/// What a pool or the node said of shares.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// When each was accepted, by its key.
    pub accepted: HashMap<Key, Duration>,
    /// Refusals by their reasons.
    pub refused: BTreeMap<String, u64>,
    /// When it was killed.
    pub kills: Vec<Duration>,
}

/// See the module's documentation.
#[derive(Debug, Default)]
pub struct Ledger {
    /// The miner's lives.
    pub lives: Vec<Life>,
    /// The pools.
    pub pools: Vec<Taken>,
    /// The node.
    pub node: Taken,
    /// Times in which the disk was full.
    pub disk_full: Vec<(Duration, Duration)>,
    shares: HashMap<Key, Share>,
    /// Those of the node's chain, whose keys can come again under another timestamp.
    node_shares: HashMap<[u8; 32], Share>,
    receipts: receipts::Receipts,
    violations: Vec<String>,
}

impl Ledger {
    /// A ledger for so many pools.
    pub fn new(pools: usize) -> Self {
        Self {
            pools: vec![Taken::default(); pools],
            ..Self::default()
        }
    }

    /// Something that must not be.
    pub fn violation(&mut self, what: String) {
        self.violations.push(what);
    }

    /// Takes a line that somebody said.
    pub fn take(&mut self, at: Duration, who: Who, line: &str) {
        let Ok(value) = serde_json::from_str::<Value>(line) else {
            return self.violation(format!("{who:?}: expected JSON, found {line:?}"));
        };
        let event = value["event"].as_str().unwrap_or_default();
        match (who, event) {
            (Who::Miner(life), "found") => self.found(life, &value),
            (Who::Miner(life), "share") => self.share(at, life, &value),
            (Who::Miner(life), "summary") => {
                self.lives[life].summary = Some(value["state"].clone())
            }
            (Who::Pool(pool), "accepted") => {
                self.accepted(at, who, key(&value), |ledger| &mut ledger.pools[pool]);
            }
            (Who::Pool(pool), "rejected") => refused(&mut self.pools[pool], &value),
            (Who::Node, "accepted") => {
                self.accepted(at, who, key(&value), |ledger| &mut ledger.node)
            }
            (Who::Node, "rejected") => refused(&mut self.node, &value),
            _ => {}
        }
    }

    fn found(&mut self, life: usize, value: &Value) {
        let result = value["result"].as_str().unwrap_or_default();
        let life = &mut self.lives[life];
        *life.found.entry(result.to_owned()).or_default() += 1;
        if result == "valid" {
            *life.open.entry(key(value)).or_default() += 1;
        }
    }

    fn share(&mut self, at: Duration, life: usize, value: &Value) {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        let (key, result) = (key(value), text("result").unwrap_or_default());
        let mut header_hash = [0; 32];
        let digits = text("block_hash").unwrap_or_default();
        if hex::decode_to_slice(&digits, &mut header_hash).is_err() {
            return self.violation(format!("share {key:?}: expected a hash, found {digits:?}"));
        }
        let of_life = &mut self.lives[life];
        let name = (text("source").unwrap_or_default(), result.clone());
        *of_life.shares.entry(name).or_default() += 1;
        match of_life.open.get_mut(&key) {
            Some(1) => drop(of_life.open.remove(&key)),
            Some(open) => *open -= 1,
            None => self.violation(format!("share {key:?}: {result}, and never verified")),
        }
        let share = Share {
            at,
            result,
            header_hash,
            reason: text("reason"),
        };
        let earlier = match key.0 < POOL_HEIGHTS {
            true => self.node_shares.insert(header_hash, share.clone()),
            false => self.shares.insert(key, share.clone()),
        };
        if let Some(earlier) = earlier {
            self.violation(format!(
                "share {key:?}: {} in life {life}, and {} before",
                share.result, earlier.result
            ));
        }
    }

    fn accepted(
        &mut self,
        at: Duration,
        who: Who,
        key: Key,
        taken: impl Fn(&mut Self) -> &mut Taken,
    ) {
        if taken(self).accepted.insert(key, at).is_some() {
            self.violation(format!("{who:?}: accepted {key:?} twice"));
        }
    }
}

fn key(value: &Value) -> Key {
    let number = |name: &str| value[name].as_u64().unwrap_or(u64::MAX);
    (number("height"), number("nonce"))
}

fn refused(taken: &mut Taken, value: &Value) {
    let reason = value["reason"].as_str().unwrap_or("no reason");
    *taken.refused.entry(reason.to_owned()).or_default() += 1;
}
