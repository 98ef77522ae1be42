//! Bans of miners for bad submits.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::pool::settings::BanRule;

/// Past which number of miners those of long ago are forgotten.
const MANY_MINERS: usize = 1024;

/// What the submits of each miner were like, by login.
#[derive(Debug)]
pub struct Bans {
    rule: BanRule,
    miners: HashMap<String, Miner>,
}

#[derive(Debug)]
struct Miner {
    submits: u32,
    bad: u32,
    banned_at: Option<Instant>,
    last: Instant,
}

impl Bans {
    pub fn new(rule: BanRule) -> Self {
        Self {
            rule,
            miners: HashMap::new(),
        }
    }

    pub fn is_banned(&self, login: &str, now: Instant) -> bool {
        let at = self.miners.get(login).and_then(|miner| miner.banned_at);
        at.is_some_and(|at| now.duration_since(at) < self.rule.lasts)
    }

    /// Counts a submit, and starts again after the one that leads to a ban.
    pub fn count(&mut self, login: &str, good: bool, now: Instant) {
        if self.miners.len() >= MANY_MINERS && !self.miners.contains_key(login) {
            self.forget_older_than(self.rule.lasts, now);
        }
        let miner = self.miners.entry(login.to_owned()).or_insert(Miner {
            submits: 0,
            bad: 0,
            banned_at: None,
            last: now,
        });
        miner.last = now;
        miner.submits += 1;
        miner.bad += u32::from(!good);
        let BanRule {
            submits,
            bad_percent,
            ..
        } = self.rule;
        let share_of_bad = u64::from(miner.bad) * 100;
        if miner.submits >= submits
            && share_of_bad >= u64::from(bad_percent) * u64::from(miner.submits)
        {
            miner.submits = 0;
            miner.bad = 0;
            miner.banned_at = Some(now);
        }
    }

    fn forget_older_than(&mut self, time: Duration, now: Instant) {
        self.miners
            .retain(|_, miner| now.duration_since(miner.last) < time);
        if self.miners.len() >= MANY_MINERS {
            self.miners.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_a_hundred_bad_is_a_ban_and_less_is_none() {
        let rule = BanRule::default();
        let start = Instant::now();
        let after = |bad: u32| {
            let mut bans = Bans::new(rule);
            for submit in 0..100 {
                assert!(!bans.is_banned("a", start), "submit {submit}");
                bans.count("a", submit >= bad, start);
            }
            bans
        };
        assert!(!after(49).is_banned("a", start));
        let bans = after(50);
        assert!(bans.is_banned("a", start));
        assert!(!bans.is_banned("b", start));
        let end = start + rule.lasts;
        assert!(bans.is_banned("a", end - Duration::from_millis(1)));
        assert!(!bans.is_banned("a", end));
    }

    #[test]
    fn a_ban_comes_with_any_later_submit_and_counting_starts_again() {
        let start = Instant::now();
        let mut bans = Bans::new(BanRule::default());
        for submit in 0..102 {
            assert!(!bans.is_banned("a", start), "submit {submit}");
            bans.count("a", submit < 51, start);
        }
        assert!(bans.is_banned("a", start), "51 of 102");
        let later = start + BanRule::default().lasts;
        bans.count("a", false, later);
        assert!(!bans.is_banned("a", later));
    }

    #[test]
    fn miners_without_number_are_not_all_remembered() {
        let now = Instant::now();
        let mut bans = Bans::new(BanRule::default());
        for miner in 0..5000 {
            bans.count(&miner.to_string(), true, now);
        }
        assert!(bans.miners.len() <= MANY_MINERS);
    }
}
