//! Whether all of a ledger agrees.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ledger, POOL_HEIGHTS, Taken, account};
use crate::record::Known;

/// Shares that a source has and has not answered, at most; of the outbox in `host/miner`.
pub(super) const UNDER_WAY: u64 = 8;
/// Shares that wait for a source, at most.
const WAITING: u64 = 256;
/// Events that a pool had not written down when it was killed, at most.
const UNWRITTEN: u64 = 64;
/// How long before a kill what was said may be unknown to the other side.
const BEFORE_KILL: Duration = Duration::from_secs(10);

/// Refusals that blame the time, not the share: the pool's job is over, or the node's block has come.
const OF_TIME: [&str; 5] = [
    "Job Not Found",
    "Invalid Submit Format",
    "pending mining block has been changed",
    "block timestamp is not in the valid range: invalid block",
    // After the pool was told to forget who logged in.
    "Unauthorized Worker",
];

/// What was counted, whether or not it agrees.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reckoning {
    /// Hashes that boards made.
    pub hashes: u64,
    /// Results that the miner was told, by what they were.
    pub results: BTreeMap<String, u64>,
    /// Shares by what became of them.
    pub shares: BTreeMap<String, u64>,
    /// Shares that pools and the node accepted, by their own account.
    pub accepted_by_sources: u64,
    /// Refusals by pools and the node, by reason.
    pub refused_by_sources: BTreeMap<String, u64>,
    /// Shares whose acceptance the miner never heard of, and counts as unanswered.
    pub accepted_and_unheard: u64,
    /// Verified shares of which nothing was said before the miner was killed.
    pub in_flight_at_kills: u64,
    /// The most of one kill.
    pub in_flight_at_one_kill: u64,
    /// Of these, what a source accepted: not lost.
    pub in_flight_and_accepted: u64,
    /// Accepted shares that a pool was killed before it wrote down.
    pub unwritten_at_kills: u64,
    /// Accepted shares without a receipt, since the disk was full or the miner was killed.
    pub without_receipt: u64,
    /// The miner's lives, and how many were ended by a kill.
    pub lives: usize,
    /// The same.
    pub kills: usize,
    /// Verified shares lost, but for those in flight at a kill.
    pub lost: u64,
    /// Shares that were counted twice, by the miner or a source.
    pub twice: u64,
    /// Shares that a source found wrong, or that no board ever made.
    pub wrong: u64,
}

/// A reckoning, and what must not be.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// What was counted.
    pub reckoning: Reckoning,
    /// What does not agree; nothing if all is well.
    pub violations: Vec<String>,
}

impl Ledger {
    /// Checks everything, with the record of the boards: PoW hashes by header hashes, and how many were made.
    pub fn check(mut self, record: (&Known, u64)) -> Checked {
        let mut reckoning = Reckoning {
            hashes: record.1,
            lives: self.lives.len(),
            kills: self.lives.iter().filter(|life| life.is_killed()).count(),
            twice: self
                .violations
                .iter()
                .filter(|it| it.contains(" twice") || it.contains(" before"))
                .count() as u64,
            ..Reckoning::default()
        };
        for life in &self.lives {
            for (result, count) in &life.found {
                *reckoning.results.entry(result.clone()).or_default() += count;
            }
            for ((_, outcome), count) in &life.shares {
                *reckoning.shares.entry(outcome.clone()).or_default() += count;
            }
        }
        self.check_lives(&mut reckoning);
        self.check_sources(&mut reckoning);
        self.check_boards(&mut reckoning, record.0);
        reckoning.without_receipt = self.without_receipt();
        Checked {
            reckoning,
            violations: self.violations,
        }
    }

    /// Every verified share of a pool has an end, unless the miner was killed.
    fn check_lives(&mut self, reckoning: &mut Reckoning) {
        let mut violations = Vec::new();
        for (number, life) in self.lives.iter().enumerate() {
            violations.extend(account::faults(number, life));
            let open = life
                .open
                .iter()
                .filter(|((height, _), _)| *height >= POOL_HEIGHTS);
            let (keys, counts): (Vec<_>, Vec<_>) =
                open.map(|(key, count)| (*key, u64::from(*count))).unzip();
            let open = counts.iter().sum::<u64>();
            if !life.is_killed() {
                reckoning.lost += open;
                let lost = keys
                    .iter()
                    .map(|key| format!("life {number}: lost {key:?}"));
                violations.extend(lost);
                continue;
            }
            reckoning.in_flight_at_kills += open;
            reckoning.in_flight_at_one_kill = reckoning.in_flight_at_one_kill.max(open);
            let is_accepted = |key| {
                self.pools
                    .iter()
                    .any(|pool| pool.accepted.contains_key(key))
            };
            reckoning.in_flight_and_accepted +=
                keys.iter().filter(|key| is_accepted(key)).count() as u64;
            let most = (UNDER_WAY + WAITING) * self.pools.len() as u64;
            if open > most {
                reckoning.lost += open - most;
                violations.push(format!(
                    "life {number}: {open} shares in flight at the kill, at most {most} can be"
                ));
            }
        }
        self.violations.extend(violations);
    }

    /// What sources accepted is what the miner says, but for what a kill or a broken connection kept unheard.
    fn check_sources(&mut self, reckoning: &mut Reckoning) {
        let kills = self.lives.iter().filter(|life| life.is_killed());
        let kills: Vec<_> = kills
            .filter_map(|life| Some(life.end.as_ref()?.0))
            .collect();
        let mut violations = Vec::new();
        let mut untold = 0;
        for (key, at) in self.pools.iter().flat_map(|pool| &pool.accepted) {
            match self.shares.get(key).map(|share| share.result.as_str()) {
                Some("accepted") => {}
                Some("unanswered") => reckoning.accepted_and_unheard += 1,
                Some(other) => violations.push(format!(
                    "share {key:?}: accepted by a pool, {other} by the miner"
                )),
                None if near(*at, &kills) => untold += 1,
                None => {
                    reckoning.lost += 1;
                    violations.push(format!(
                        "share {key:?}: accepted by a pool at {at:?}, unknown to the miner"
                    ));
                }
            }
        }
        if untold > UNDER_WAY * kills.len() as u64 * self.pools.len() as u64 {
            violations.push(format!(
                "{untold} shares accepted and untold at {} kills",
                kills.len()
            ));
        }
        let pool_kills: Vec<_> = self
            .pools
            .iter()
            .flat_map(|pool| pool.kills.iter().copied())
            .collect();
        for (key, share) in self
            .shares
            .iter()
            .filter(|(_, share)| share.result == "accepted")
        {
            if self
                .pools
                .iter()
                .any(|pool| pool.accepted.contains_key(key))
            {
                continue;
            }
            match near(share.at, &pool_kills) {
                true => reckoning.unwritten_at_kills += 1,
                false => violations.push(format!(
                    "share {key:?}: accepted by the miner's account, by no pool"
                )),
            }
        }
        if reckoning.unwritten_at_kills > UNWRITTEN * pool_kills.len() as u64 {
            violations.push(format!(
                "{} shares unknown to pools that were killed",
                reckoning.unwritten_at_kills
            ));
        }
        for share in self.shares.values().chain(self.node_shares.values()) {
            if share.result == "rejected"
                && matches!(
                    share.reason.as_deref(),
                    Some("low-difficulty" | "duplicate")
                )
            {
                violations.push(format!("a share was rejected: {share:?}"));
            }
        }
        for taken in self.pools.iter().chain([&self.node]) {
            reckoning.accepted_by_sources += taken.accepted.len() as u64;
            let (wrong, of_taken) = wrong(taken);
            reckoning.wrong += wrong;
            violations.extend(of_taken);
            for (reason, count) in &taken.refused {
                *reckoning
                    .refused_by_sources
                    .entry(reason.clone())
                    .or_default() += count;
            }
        }
        self.violations.extend(violations);
    }

    /// Every share was made by a board.
    fn check_boards(&mut self, reckoning: &mut Reckoning, record: &Known) {
        let all = self.shares.values().chain(self.node_shares.values());
        let invented = all.filter(|share| !record.contains_key(&share.header_hash));
        let violations: Vec<_> = invented
            .map(|share| format!("no board made {share:?}"))
            .collect();
        reckoning.wrong += violations.len() as u64;
        self.violations.extend(violations);
    }
}

/// Whether a moment is shortly before one of these.
fn near(at: Duration, kills: &[Duration]) -> bool {
    kills
        .iter()
        .any(|kill| (kill.saturating_sub(BEFORE_KILL)..=*kill + BEFORE_KILL).contains(&at))
}

/// Refusals that blame the share.
fn wrong(taken: &Taken) -> (u64, Vec<String>) {
    let refused = taken.refused.iter();
    let wrong: Vec<_> = refused
        .filter(|(reason, _)| !OF_TIME.contains(&reason.as_str()))
        .collect();
    let count = wrong.iter().map(|(_, count)| **count).sum();
    let said = wrong
        .iter()
        .map(|(reason, count)| format!("{count} shares refused: {reason}"));
    (count, said.collect())
}
