//! Judge: results of devices, held against what the miner tells and the source gets.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use tensority::{BlockHeader, header_hash};
use tensority_device::device::{Message as Hashed, Range};
use tensority_miner::message::Message;
use tensority_miner::verifier::Rehash;
use tensority_source::{Share, Template};
use tensority_telemetry::State;
use tensority_telemetry::outcome::Outcome as Called;
use tensority_telemetry::source::Shares;

use crate::support::hashing::cheap;

/// Hears devices, miner and source.
pub struct Judge {
    rehash: Arc<dyn Rehash>,
    account: Mutex<Account>,
}

#[derive(Default)]
struct Account {
    /// By height, each job having its own.
    jobs: HashMap<u64, Template>,
    /// The lowest height of those that are good.
    oldest_good: u64,
    /// By height and nonce.
    results: HashMap<(u64, u64), Nonce>,
    /// Results that devices told, and those of known-answer tests.
    told: u64,
    canaries_told: u64,
    /// What the miner made of results: each told one is heard of once.
    heard: u64,
    canaries: u64,
    /// What cannot be, but for results: ranges and numbers of hashes.
    faults: u64,
    /// Shares that are wrong, or that the source got before.
    wrong_shares: u64,
    complaints: Vec<String>,
}

/// One nonce of a job.
#[derive(Default)]
struct Nonce {
    /// How often it was told with the right hash, and with a wrong one.
    right: u64,
    wrong: u64,
    is_share: bool,
    /// How often the miner called it so.
    valid: u64,
    duplicate: u64,
    stale: u64,
    errors: u64,
    /// How often it told what became of the share.
    concluded: u64,
    /// How often the source got it.
    submitted: u64,
}

/// The verdict.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Results that devices told.
    pub told: u64,
    /// Right results that are neither valid nor stale, and shares that came to nothing.
    pub lost: u64,
    /// Shares that the source got though they are wrong, or twice.
    pub wrong_shares: u64,
    /// What is not as it should be.
    pub complaints: Vec<String>,
    notes: Vec<String>,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            rehash: cheap(),
            account: Mutex::default(),
        }
    }
}

impl Judge {
    /// The source is about to give work.
    pub fn job(&self, template: &Template) {
        let mut account = self.account();
        account
            .jobs
            .insert(template.header.height, template.clone());
    }

    /// Jobs below this height are about to be worthless.
    pub fn invalidated(&self, oldest_good: u64) {
        self.account().oldest_good = oldest_good;
    }

    /// A device is about to tell a nonce of a range that it was given, or of none.
    pub fn device_told(&self, range: Option<&Range>, nonce: u64, hash: &[u8; 32]) {
        let is_canary = matches!(range, Some(range) if matches!(range.message, Hashed::Raw(_)));
        let right = range.and_then(|range| self.height_if_right(range, nonce, hash));
        let mut account = self.account();
        account.told += 1;
        account.canaries_told += u64::from(is_canary);
        let Some(Ok(height) | Err(height)) = right else {
            return;
        };
        let is_share = account.jobs[&height].target.is_met_by(hash);
        let result = account.results.entry((height, nonce)).or_default();
        match right {
            Some(Ok(_)) => {
                result.right += 1;
                result.is_share = is_share;
            }
            _ => result.wrong += 1,
        }
    }

    /// The height of a nonce that is one of the work's, as an error if its hash is wrong.
    fn height_if_right(
        &self,
        range: &Range,
        nonce: u64,
        hash: &[u8; 32],
    ) -> Option<Result<u64, u64>> {
        let Hashed::Header(prefix) = range.message else {
            return None;
        };
        if !(range.first..range.first + range.count).contains(&nonce) {
            return None;
        }
        let height = u64::from_le_bytes(prefix[8..16].try_into().expect("8 bytes"));
        let header_hash = header_hash(&prefix, nonce).ok()?;
        let right = self.rehash.hash(&header_hash, &range.seed);
        let is_right = right == *hash && range.target.is_met_by(hash);
        Some(if is_right { Ok(height) } else { Err(height) })
    }

    /// The miner told something.
    pub fn miner_told(&self, message: &Message) {
        let account = &mut *self.account();
        match message {
            Message::Found {
                height,
                nonce,
                result: called,
                ..
            } => {
                account.heard += 1;
                if *called == Called::Stale && *height >= account.oldest_good {
                    let complaint =
                        format!("stale nonce {nonce} of height {height}, which is good");
                    account.complaints.push(complaint);
                }
                let result = account.results.entry((*height, *nonce)).or_default();
                match called {
                    Called::Valid => result.valid += 1,
                    Called::Duplicate => result.duplicate += 1,
                    Called::Stale => result.stale += 1,
                    Called::HardwareError => result.errors += 1,
                    other => account.complaints.push(format!("a nonce is {other}")),
                }
            }
            Message::Share(share) => {
                let key = (share.height, share.nonce);
                account.results.entry(key).or_default().concluded += 1;
            }
            Message::Canary { .. } => account.canaries += 1,
            Message::Fault { .. } => account.faults += 1,
            _ => {}
        }
    }

    /// The source got a share.
    pub fn source_got(&self, share: &Share) {
        let account = &mut *self.account();
        let header = BlockHeader {
            nonce: 0,
            ..share.header.clone()
        };
        let work = account.jobs.get(&header.height);
        let is_right = work
            .filter(|work| work.header == header)
            .is_some_and(|work| {
                let hash = self.rehash.hash(&share.header.hash(), &work.seed);
                work.target.is_met_by(&hash)
            });
        let key = (share.header.height, share.header.nonce);
        let result = account.results.entry(key).or_default();
        result.submitted += 1;
        if !is_right || result.submitted > 1 || result.right == 0 {
            account.wrong_shares += 1;
        }
    }

    /// Results that devices have told so far.
    pub fn told(&self) -> u64 {
        self.account().told
    }

    /// Results that were told and of which the miner has not said anything, at most.
    pub fn backlog(&self) -> u64 {
        let account = self.account();
        let heard = account.heard + account.canaries + account.faults;
        account.told.saturating_sub(heard)
    }

    /// What it comes to, with the last state of the miner and the source's own account of its answers.
    pub fn verdict(&self, state: &State, answers: &Shares) -> Outcome {
        let account = self.account();
        let mut outcome = Outcome {
            told: account.told,
            wrong_shares: account.wrong_shares,
            complaints: account.complaints.clone(),
            ..Outcome::default()
        };
        let mut sum = Nonce::default();
        let mut shares = 0;
        for (key, result) in &account.results {
            let Nonce {
                right,
                wrong,
                valid,
                duplicate,
                stale,
                errors,
                ..
            } = *result;
            let is_valid_share = result.is_share && valid > 0;
            shares += u64::from(is_valid_share);
            sum.valid += valid;
            sum.duplicate += duplicate;
            sum.stale += stale;
            sum.errors += errors;
            if valid + duplicate + stale + errors != right + wrong {
                outcome.lost += 1;
                outcome.complain(format!("{key:?} was not counted once: {result}"));
            } else if right > 0 && valid == 0 && stale < right {
                outcome.lost += 1;
                outcome.complain(format!("{key:?} is right and was lost: {result}"));
            } else if valid > right.min(1) {
                outcome.complain(format!("{key:?} counts too much: {result}"));
            }
            if result.concluded != u64::from(is_valid_share) {
                outcome.lost += u64::from(is_valid_share);
                outcome.complain(format!("{key:?}: the share came to this: {result}"));
            }
        }
        outcome.hold("valid", sum.valid, state.total.nonces.valid);
        outcome.hold("duplicate", sum.duplicate, state.total.nonces.duplicates);
        outcome.hold("stale", sum.stale, state.total.nonces.stale);
        let errors = sum.errors + account.faults;
        outcome.hold("wrong", errors, state.total.nonces.hardware_errors);
        outcome.judge_shares(shares, &state.total.shares, answers);
        if outcome.wrong_shares > 0 {
            outcome.complain(format!(
                "{} wrong shares were submitted",
                outcome.wrong_shares
            ));
        }
        let Shares {
            accepted,
            stale,
            unanswered,
            not_submitted,
            ..
        } = state.total.shares;
        let rejected = state.total.shares.all_rejected();
        outcome.note(format!(
            "{} results: {} valid, {errors} wrong, {} duplicate, {} stale; {} known answers",
            account.told, sum.valid, sum.duplicate, sum.stale, account.canaries
        ));
        outcome.note(format!(
            "{shares} shares: {accepted} accepted, {rejected} rejected, {stale} stale, \
             {unanswered} unanswered, {not_submitted} not submitted; {} jobs",
            account.jobs.len()
        ));
        outcome
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().expect("no panic")
    }
}

impl Outcome {
    /// Adds what is not as it should be.
    pub fn complain(&mut self, complaint: String) {
        self.complaints.push(complaint);
    }

    /// Adds what is worth knowing.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// For people: what is worth knowing, and the first complaints.
    pub fn lines(&self) -> Vec<String> {
        const FIRST: usize = 10;
        let mut lines = self.notes.clone();
        lines.extend(self.complaints.iter().take(FIRST).cloned());
        if self.complaints.len() > FIRST {
            lines.push(format!(
                "and {} more complaints",
                self.complaints.len() - FIRST
            ));
        }
        lines
    }

    /// The miner's account of shares: each that is valid ended in one way, as the source says.
    fn judge_shares(&mut self, shares: u64, miner: &Shares, source: &Shares) {
        let ended = [
            miner.accepted,
            miner.all_rejected(),
            miner.stale,
            miner.unanswered,
            miner.not_submitted,
        ];
        self.hold("shares in all", shares, ended.into_iter().sum());
        self.hold("shares under way", 0, miner.pending);
        self.hold("accepted", source.accepted, miner.accepted);
        self.hold("stale shares", source.stale, miner.stale);
        self.hold("unanswered", source.unanswered, miner.unanswered);
        if source.rejected != miner.rejected {
            self.complain(format!(
                "expected rejections {:?}, found {:?}",
                source.rejected, miner.rejected
            ));
        }
    }

    fn hold(&mut self, what: &str, expected: u64, found: u64) {
        if expected != found {
            self.complain(format!("expected {expected} {what}, found {found}"));
        }
    }
}

impl std::fmt::Display for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: BTreeMap<&str, u64> = [
            ("told right", self.right),
            ("told wrong", self.wrong),
            ("valid", self.valid),
            ("duplicate", self.duplicate),
            ("stale", self.stale),
            ("wrong", self.errors),
            ("submitted", self.submitted),
            ("concluded", self.concluded),
        ]
        .into();
        f.debug_map().entries(counts).finish()
    }
}
