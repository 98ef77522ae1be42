//! Outcomes of results, from the device's notice to the source's answer.

use std::time::Duration;

use tensority::{BlockHeader, EPOCH_BLOCKS, header_hash};
use tensority_source::{Answer, Reason};
use tensority_telemetry::lifetime::BestShare;
use tensority_telemetry::outcome::Outcome;

use super::{Action, Controller, Found, LATENCY_BOUNDS, Pending, milliseconds};
use crate::event::Verdict;
use crate::failover::Regard;
use crate::job::Job;
use crate::message::{Message, Share as ShareMessage};
use crate::policy::Policy;
use crate::verifier::Check;

impl Found {
    pub(super) fn job(&self) -> &Job {
        &self.purpose.job
    }

    fn is_share(&self) -> bool {
        self.job().template.target.is_met_by(&self.hash)
    }

    pub(super) fn header(&self) -> BlockHeader {
        BlockHeader {
            nonce: self.nonce,
            ..self.job().template.header.clone()
        }
    }
}

/// What an answer says of the source. Who does not know us finds no fault with a share.
fn regard(answer: &Answer) -> Regard {
    match answer {
        Answer::Accepted => Regard::Accepted,
        Answer::Rejected(reason) if reason.word != Reason::UNAUTHORIZED => Regard::Rejected,
        _ => Regard::Neither,
    }
}

impl Controller {
    pub(super) fn look(&mut self, now: Duration, found: Found) {
        let job = found.job();
        if found.purpose.canary.is_some() {
            let result = self.keep(found);
            return self.verify(result);
        }
        if job.is_stale() {
            return self.count_stale(now, &found);
        }
        let known = self.known.entry(job.number).or_default();
        if !known.insert((found.nonce, found.hash)) {
            let stats = &mut self.devices[found.device];
            stats.nonces.duplicates += 1;
            stats.health.erred();
            return self.tell_found(&found, Outcome::Duplicate, None);
        }
        let target = found.purpose.target;
        if !target.is_met_by(&found.hash) {
            let reason = format!("expected a hash of at most {target}, found a greater one");
            return self.count_error(now, &found, reason);
        }
        let is_share = found.is_share();
        let policy = self.policy(found.device);
        let result = self.keep(found);
        if is_share && policy != Policy::Before {
            self.submit(result);
        }
        match policy {
            Policy::Sample(of) if result % of != 0 => self.count_unverified(now, result),
            _ => self.verify(result),
        }
        self.forget_if_done(result);
    }

    fn policy(&self, device: usize) -> Policy {
        match self.devices[device].demoted {
            true => Policy::Before,
            false => self.settings.policy,
        }
    }

    fn keep(&mut self, found: Found) -> u64 {
        let result = self.next_result;
        self.next_result += 1;
        let pending = Pending {
            found,
            verifying: false,
            waiting: false,
            submitted: false,
        };
        self.results.insert(result, pending);
        result
    }

    pub(super) fn forget_if_done(&mut self, result: u64) {
        let pending = self.results.get(&result);
        if pending.is_some_and(|it| !it.verifying && !it.waiting && !it.submitted) {
            self.results.remove(&result);
        }
    }

    fn verify(&mut self, result: u64) {
        let Some(pending) = self.results.get_mut(&result) else {
            return;
        };
        let found = &pending.found;
        let template = &found.job().template;
        let header_hash = match found.purpose.canary {
            Some(header_hash) => header_hash,
            // The range of a nonce ends below 2^63, so this is never an error.
            None => match header_hash(&template.header.prefix(), found.nonce) {
                Ok(header_hash) => header_hash,
                Err(_) => return,
            },
        };
        let (seed, hash) = (template.seed, found.hash);
        pending.verifying = true;
        self.actions.push(Action::Verify(Check {
            result,
            header_hash,
            seed,
            hash,
        }));
    }

    /// Heeds the software's verdict.
    pub(super) fn judge(
        &mut self,
        now: Duration,
        result: u64,
        verdict: Verdict,
        took: Duration,
        busy: Duration,
    ) {
        let verification = &mut self.verification;
        verification.verified += 1;
        verification.busy += busy;
        verification.latency += took;
        let seconds = took.as_secs_f64();
        let step = LATENCY_BOUNDS.iter().position(|&bound| seconds <= bound);
        verification.latencies[step.unwrap_or(LATENCY_BOUNDS.len())] += 1;

        let Some(pending) = self.results.get_mut(&result) else {
            return;
        };
        pending.verifying = false;
        let submitted = pending.waiting || pending.submitted;
        let found = pending.found.clone();
        match verdict {
            _ if found.purpose.canary.is_some() => {
                self.count_canary(now, found.device, verdict == Verdict::Right);
            }
            Verdict::Right => {
                self.count_valid(now, &found);
                if !submitted && found.is_share() {
                    self.submit(result);
                }
            }
            Verdict::OtherHash { pow_hash } => {
                self.take_back(result);
                let (expected, hash) = (hex::encode(pow_hash), hex::encode(found.hash));
                let reason = format!("expected the hash {expected}, found {hash}");
                self.count_error(now, &found, reason);
            }
        }
        self.forget_if_done(result);
    }

    /// Heeds the answer to a share.
    pub(super) fn conclude(
        &mut self,
        now: Duration,
        source: usize,
        share: u64,
        answer: Answer,
        took: Duration,
    ) {
        let Some(pending) = self
            .results
            .get_mut(&share)
            .filter(|pending| pending.submitted)
        else {
            return;
        };
        pending.submitted = false;
        let found = pending.found.clone();
        self.forget_if_done(share);
        self.failover.answered(now, source, regard(&answer));
        let stats = &mut self.sources[source];
        stats.shares.pending = stats.shares.pending.saturating_sub(1);
        stats.outbox.answered();
        if !matches!(answer, Answer::NotSent | Answer::Unanswered(_)) {
            stats.answered(took);
        }
        let shares = &mut stats.shares;
        let (outcome, reason) = match answer {
            Answer::Accepted => {
                shares.accepted += 1;
                (Outcome::Accepted, None)
            }
            Answer::Stale(reason) => {
                shares.stale += 1;
                (Outcome::Stale, Some(reason))
            }
            Answer::Rejected(reason) => {
                *shares.rejected.entry(reason.word.clone()).or_default() += 1;
                (Outcome::Rejected, Some(reason))
            }
            Answer::Unanswered(reason) => {
                shares.unanswered += 1;
                (Outcome::Unanswered, Some(reason))
            }
            Answer::NotSent => {
                shares.not_submitted += 1;
                (Outcome::NotSubmitted, None)
            }
        };
        self.devices[found.device].spent.concluded(outcome);
        let (word, mut text) = reason.map(|reason| (reason.word, reason.text)).unzip();
        if outcome == Outcome::NotSubmitted {
            text = Some("its job was over before it was sent".to_owned());
        }
        self.tell_share(&found, outcome, took, (word, text));
        if outcome == Outcome::Accepted {
            self.credit_share(now, &found);
        }
        self.hand_in(source);
    }

    fn credit_share(&mut self, now: Duration, found: &Found) {
        let job = found.job();
        let worth = job.template.target.hashes_on_average();
        self.sources[job.source].implied.add(now, worth);
        self.devices[found.device].pool.add(now, worth);
        if let Ok(rarity) = tensority::Target::from_le_bytes(found.hash) {
            let difficulty = rarity.hashes_on_average();
            let best = self
                .best_share
                .as_ref()
                .or(self.settings.lifetime.best_share.as_ref());
            if best.is_none_or(|best| best.difficulty < difficulty) {
                self.best_share = Some(BestShare {
                    difficulty,
                    at_unix: self.unix(now),
                    height: job.height(),
                    pow_hash: hex::encode(found.hash),
                });
            }
        }
        if job.block_target.is_met_by(&found.hash) {
            self.blocks += 1;
            // The last block of an epoch is the seed of the next one.
            if job.height().is_multiple_of(EPOCH_BLOCKS) {
                self.prepare(found.header().hash());
            }
        }
        let accepted = self.accepted();
        if self
            .settings
            .goal
            .shares
            .is_some_and(|goal| accepted >= goal)
        {
            self.end(now);
        }
    }

    fn count_valid(&mut self, now: Duration, found: &Found) {
        let weight = match self.policy(found.device) {
            Policy::Sample(of) => of.get() as f64,
            _ => 1.0,
        };
        let stats = &mut self.devices[found.device];
        stats.nonces.valid += 1;
        let worth = found.purpose.target.hashes_on_average();
        stats.verified.add(now, worth * weight);
        stats.last_valid = Some(now);
        stats.health.saw(now);
        self.tell_found(found, Outcome::Valid, None);
        self.device_is_alive(now, found.device);
    }

    fn count_unverified(&mut self, now: Duration, result: u64) {
        let Some(Pending { found, .. }) = self.results.get(&result) else {
            return;
        };
        let found = found.clone();
        let stats = &mut self.devices[found.device];
        stats.nonces.unverified += 1;
        stats.health.saw(now);
        self.tell_found(&found, Outcome::Unverified, None);
        self.device_is_alive(now, found.device);
    }

    fn count_stale(&mut self, now: Duration, found: &Found) {
        let stats = &mut self.devices[found.device];
        stats.nonces.stale += 1;
        // It hashes, though in vain.
        stats.health.saw(now);
        self.tell_found(found, Outcome::Stale, None);
    }

    fn count_error(&mut self, now: Duration, found: &Found, reason: String) {
        self.devices[found.device].nonces.hardware_errors += 1;
        self.device_erred(now, found.device, reason.clone());
        self.tell_found(found, Outcome::HardwareError, Some(reason));
    }

    fn tell_found(&mut self, found: &Found, result: Outcome, reason: Option<String>) {
        self.tell(Message::Found {
            device: self.devices[found.device].joined.name.clone(),
            height: found.job().height(),
            nonce: found.nonce,
            result,
            reason,
        });
    }

    /// Tells what became of a share, and why: a word and a line.
    pub(super) fn tell_share(
        &mut self,
        found: &Found,
        result: Outcome,
        took: Duration,
        (reason, detail): (Option<String>, Option<String>),
    ) {
        let job = found.job();
        let source = &self.sources[job.source];
        self.tell(Message::Share(ShareMessage {
            result,
            source: source.name.name.clone(),
            device: self.devices[found.device].joined.name.clone(),
            height: job.height(),
            nonce: found.nonce,
            difficulty: job.template.target.hashes_on_average(),
            block: job.block_target.is_met_by(&found.hash),
            block_hash: hex::encode(found.header().hash()),
            ms: milliseconds(took),
            reason,
            detail,
            accepted: source.shares.accepted,
            rejected: source.shares.all_rejected(),
        }));
    }
}
