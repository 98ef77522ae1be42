//! The way of a result: is it known, is it right, is it a share, does the source take it.

use super::{Action, Controller, LATENCY_BOUNDS, Pending, milliseconds};
use crate::{
    event::{Found, Verdict},
    job::Job,
    message::{Message, Share as ShareMessage},
    policy::Policy,
    verifier::Check,
};
use std::{sync::Arc, time::Duration};
use tensority::{BlockHeader, EPOCH_BLOCKS, header_hash};
use tensority_source::{Answer, Share};
use tensority_telemetry::lifetime::BestShare;

impl Controller {
    /// Looks at what a device found.
    pub(super) fn look(&mut self, now: Duration, device: usize, found: Found) {
        let Some(job) = self.jobs.get(found.job).cloned() else {
            return self.count_stale(now, device, &found);
        };
        if found.canary.is_some() {
            let result = self.keep(device, found);
            return self.verify(result, &job);
        }
        if self.jobs.is_stale(&job) {
            return self.count_stale(now, device, &found);
        }
        if !self
            .known
            .entry(job.number)
            .or_default()
            .insert((found.nonce, found.hash))
        {
            let account = &mut self.devices[device];
            account.nonces.duplicates += 1;
            account.health.erred();
            return self.tell_found(device, &found, "duplicate", None);
        }
        if !found.target.is_met_by(&found.hash) {
            let target = found.target;
            let reason = format!("expected a hash of at most {target}, found a greater one");
            return self.count_error(now, device, &found, reason);
        }
        let is_share = job.work.target.is_met_by(&found.hash);
        let policy = self.policy(device);
        let result = self.keep(device, found);
        if is_share && policy != Policy::Before {
            self.submit(result, &job);
        }
        match policy {
            Policy::Sample(of) if result % of != 0 => self.count_unverified(now, result),
            _ => self.verify(result, &job),
        }
        self.forget_if_done(result);
    }

    fn policy(&self, device: usize) -> Policy {
        match self.devices[device].demoted {
            true => Policy::Before,
            false => self.settings.policy,
        }
    }

    fn keep(&mut self, device: usize, found: Found) -> u64 {
        let result = self.next_result;
        self.next_result += 1;
        let pending = Pending {
            device,
            found,
            verifying: false,
            submitted: false,
        };
        self.results.insert(result, pending);
        result
    }

    fn forget_if_done(&mut self, result: u64) {
        let pending = self.results.get(&result);
        if pending.is_some_and(|pending| !pending.verifying && !pending.submitted) {
            self.results.remove(&result);
        }
    }

    fn verify(&mut self, result: u64, job: &Job) {
        let Some(pending) = self.results.get_mut(&result) else {
            return;
        };
        let found = &pending.found;
        let header_hash = match found.canary {
            Some(header_hash) => header_hash,
            // The range of a nonce ends below 2^63, so this is never an error.
            None => match header_hash(&job.work.header.prefix(), found.nonce) {
                Ok(header_hash) => header_hash,
                Err(_) => return,
            },
        };
        pending.verifying = true;
        self.actions.push(Action::Verify(Check {
            result,
            header_hash,
            seed: job.work.seed,
            hash: found.hash,
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
        let (device, found) = (pending.device, pending.found.clone());
        let (submitted, is_canary) = (pending.submitted, found.canary.is_some());
        match verdict {
            _ if is_canary => self.count_canary(now, device, verdict == Verdict::Right),
            Verdict::Right => self.count_valid(now, device, &found),
            Verdict::OtherHash { pow_hash } => {
                let (expected, hash) = (hex::encode(pow_hash), hex::encode(found.hash));
                let reason = format!("expected the hash {expected}, found {hash}");
                self.count_error(now, device, &found, reason);
            }
        }
        if verdict == Verdict::Right
            && !is_canary
            && !submitted
            && let Some(job) = self.jobs.get(found.job).cloned()
            && job.work.target.is_met_by(&found.hash)
        {
            self.submit(result, &job);
        }
        self.forget_if_done(result);
    }

    fn submit(&mut self, result: u64, job: &Arc<Job>) {
        let Some(pending) = self.results.get_mut(&result) else {
            return;
        };
        let (device, found) = (pending.device, pending.found.clone());
        let shares = &mut self.sources[job.source].shares;
        if self.settings.goal.dry_run || self.jobs.is_stale(job) {
            shares.not_submitted += 1;
            let why = match self.settings.goal.dry_run {
                true => "this is a dry run",
                false => "its job was over before it was verified",
            };
            let why = why.to_owned();
            return self.tell_share(
                device,
                &found,
                job,
                "not_submitted",
                Duration::ZERO,
                None,
                Some(why),
            );
        }
        pending.submitted = true;
        shares.pending += 1;
        self.failover.submitted(job.source);
        let share = Share {
            number: result,
            work: job.work.id.clone(),
            header: header(job, found.nonce),
        };
        self.actions.push(Action::Submit(job.source, share));
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
        let (device, found) = (pending.device, pending.found.clone());
        self.forget_if_done(share);
        let rejected = matches!(answer, Answer::Rejected(_));
        self.failover.answered(now, source, rejected);
        let account = &mut self.sources[source];
        account.shares.pending = account.shares.pending.saturating_sub(1);
        if !matches!(answer, Answer::NotSent | Answer::Unanswered(_)) {
            account.answered(took);
        }
        let shares = &mut account.shares;
        let (result, reason) = match answer {
            Answer::Accepted => {
                shares.accepted += 1;
                ("accepted", None)
            }
            Answer::Stale(reason) => {
                shares.stale += 1;
                ("stale", Some(reason))
            }
            Answer::Rejected(reason) => {
                *shares.rejected.entry(reason.word.clone()).or_default() += 1;
                ("rejected", Some(reason))
            }
            Answer::Unanswered(reason) => {
                shares.unanswered += 1;
                ("unanswered", Some(reason))
            }
            Answer::NotSent => {
                shares.not_submitted += 1;
                ("not_submitted", None)
            }
        };
        if matches!(result, "accepted" | "rejected") {
            self.devices[device].spent.answered(result == "accepted");
        }
        let (word, mut text) = reason.map(|reason| (reason.word, reason.text)).unzip();
        if result == "not_submitted" {
            text = Some("its job was over before it was sent".to_owned());
        }
        let Some(job) = self.jobs.get(found.job).cloned() else {
            return;
        };
        self.tell_share(device, &found, &job, result, took, word, text);
        if result == "accepted" {
            self.credit_share(now, device, &found, &job);
        }
    }

    fn credit_share(&mut self, now: Duration, device: usize, found: &Found, job: &Job) {
        let worth = job.work.target.hashes_on_average();
        self.sources[job.source].implied.add(now, worth);
        self.devices[device].pool.add(now, worth);
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
                self.prepare(header(job, found.nonce).hash());
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

    fn count_valid(&mut self, now: Duration, device: usize, found: &Found) {
        let weight = match self.policy(device) {
            Policy::Sample(of) => of.get() as f64,
            _ => 1.0,
        };
        let account = &mut self.devices[device];
        account.nonces.valid += 1;
        account
            .verified
            .add(now, found.target.hashes_on_average() * weight);
        account.last_valid = Some(now);
        account.health.saw(now);
        self.tell_found(device, found, "valid", None);
        self.device_is_alive(now, device);
    }

    fn count_unverified(&mut self, now: Duration, result: u64) {
        let Some(Pending { device, found, .. }) = self.results.get(&result) else {
            return;
        };
        let (device, found) = (*device, found.clone());
        let account = &mut self.devices[device];
        account.nonces.unverified += 1;
        account.health.saw(now);
        self.tell_found(device, &found, "unverified", None);
        self.device_is_alive(now, device);
    }

    fn count_stale(&mut self, now: Duration, device: usize, found: &Found) {
        let account = &mut self.devices[device];
        account.nonces.stale += 1;
        // It hashes, though in vain.
        account.health.saw(now);
        self.tell_found(device, found, "stale", None);
    }

    fn count_error(&mut self, now: Duration, device: usize, found: &Found, reason: String) {
        self.devices[device].nonces.hardware_errors += 1;
        self.device_erred(now, device, reason.clone());
        self.tell_found(device, found, "hardware_error", Some(reason));
    }

    fn tell_found(&mut self, device: usize, found: &Found, result: &str, reason: Option<String>) {
        let job = self.jobs.get(found.job);
        self.tell(Message::Found {
            device: self.devices[device].joined.name.clone(),
            height: job.map_or(0, |job| job.height()),
            nonce: found.nonce,
            result: result.to_owned(),
            reason,
        });
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one line")]
    fn tell_share(
        &mut self,
        device: usize,
        found: &Found,
        job: &Job,
        result: &str,
        took: Duration,
        reason: Option<String>,
        detail: Option<String>,
    ) {
        let source = &self.sources[job.source];
        self.tell(Message::Share(ShareMessage {
            result: result.to_owned(),
            source: source.name.name.clone(),
            device: self.devices[device].joined.name.clone(),
            height: job.height(),
            nonce: found.nonce,
            difficulty: job.work.target.hashes_on_average(),
            block: job.block_target.is_met_by(&found.hash),
            block_hash: hex::encode(header(job, found.nonce).hash()),
            ms: milliseconds(took),
            reason,
            detail,
            accepted: source.shares.accepted,
            rejected: source.shares.all_rejected(),
        }));
    }
}

fn header(job: &Job, nonce: u64) -> BlockHeader {
    BlockHeader {
        nonce,
        ..job.work.header.clone()
    }
}
