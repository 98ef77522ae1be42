//! What sources say, and which of them is hashed for.

use super::{Action, Controller};
use crate::{failover::Step, job::Job, message::Message};
use std::{sync::Arc, time::Duration};
use tensority_source::{Event, Reason, Work};

impl Controller {
    pub(super) fn hear(&mut self, now: Duration, source: usize, event: Event) {
        match event {
            _ if source >= self.sources.len() => return,
            Event::Up => {
                self.answered = true;
                self.failover.set_up(now, source, true);
            }
            Event::Work(work) => self.take(now, source, work),
            Event::Void => self.void(now, source),
            Event::Down(reason) => self.source_is_down(now, source, reason),
            Event::Answered {
                share,
                answer,
                took,
            } => return self.conclude(now, source, share, answer, took),
            Event::Odd(reason) => {
                self.answered = true;
                let source = self.sources[source].name.name.clone();
                let reason = reason.text;
                return self.tell(Message::Odd { source, reason });
            }
        }
        self.look_after_sources(now);
    }

    fn take(&mut self, now: Duration, source: usize, work: Work) {
        self.answered = true;
        let job = match self.jobs.take(now, source, work) {
            Ok(job) => job,
            Err(error) => {
                let source = self.sources[source].name.name.clone();
                let reason = format!("expected bits that a hash can meet, found: {error}");
                return self.tell(Message::Odd { source, reason });
            }
        };
        self.failover.set_work(now, source, true);
        let account = &mut self.sources[source];
        account.last_work = Some(now);
        account.jobs += 1;
        if !account.up {
            (account.up, account.down, account.since) = (true, None, now);
            let source = account.name.name.clone();
            let (up, reason) = (true, None);
            self.tell(Message::Source { source, up, reason });
        }
        self.forget_stale_nonces();
        // A source that is not hashed for may know a new seed first.
        if self.verification.prepared != Some(job.work.seed) {
            self.prepare(job.work.seed);
        }
        if self.failover.active() == Some(source) {
            self.announce(now, &job);
        }
    }

    pub(super) fn prepare(&mut self, seed: [u8; 32]) {
        self.verification.prepared = Some(seed);
        self.actions.push(Action::Prepare(seed));
    }

    fn announce(&mut self, now: Duration, job: &Arc<Job>) {
        if self.ending.is_some() {
            return;
        }
        // In front of everything else: the devices wait.
        self.actions.insert(0, Action::Show);
        self.tell(Message::Job {
            source: self.sources[job.source].name.name.clone(),
            job: job.number,
            id: job.work.id.clone(),
            height: job.height(),
            seed: hex::encode(job.work.seed),
            previous_block_hash: hex::encode(job.work.header.previous_block_hash),
            timestamp: job.work.header.timestamp,
            block_difficulty: job.block_target.hashes_on_average(),
            share_difficulty: job.work.target.hashes_on_average(),
            replace: job.work.replace,
        });
        self.settle_all(now);
    }

    fn void(&mut self, now: Duration, source: usize) {
        self.answered = true;
        self.jobs.void(now, source);
        self.failover.set_work(now, source, false);
        self.forget_stale_nonces();
        if self.failover.active() == Some(source) {
            self.actions.push(Action::Show);
            self.settle_all(now);
        }
    }

    fn source_is_down(&mut self, now: Duration, source: usize, reason: Reason) {
        self.answered |= !matches!(&*reason.word, "unreachable" | "timed_out" | "closed");
        self.failover.set_up(now, source, false);
        let account = &mut self.sources[source];
        if account.up {
            (account.up, account.since) = (false, now);
        }
        let known = account.down.as_ref().map(|(word, _)| word);
        let is_news = known != Some(&reason.word);
        account.down = Some((reason.word, reason.text.clone()));
        if is_news {
            let source = account.name.name.clone();
            let (up, reason) = (false, Some(reason.text));
            self.tell(Message::Source { source, up, reason });
        }
    }

    pub(super) fn look_after_sources(&mut self, now: Duration) {
        if self.ending.is_some() {
            return;
        }
        for step in self.failover.steps(now) {
            match step {
                Step::Start(source) => self.actions.push(Action::Start(source)),
                Step::Stop(source) => {
                    self.jobs.void(now, source);
                    (self.sources[source].up, self.sources[source].since) = (false, now);
                    self.sources[source].down = None;
                    self.actions.push(Action::Stop(source));
                }
                Step::Choose { source, reason } => self.choose(now, source, reason),
            }
        }
    }

    fn choose(&mut self, now: Duration, source: usize, reason: Option<String>) {
        self.jobs.choose(Some(source));
        for other in 0..self.sources.len() {
            if other != source && self.failover.is_asked(other) {
                self.actions.push(Action::Pace(other, false));
            }
        }
        self.actions.push(Action::Pace(source, true));
        if let Some(reason) = reason {
            let about = self.sources[source].name.name.clone();
            self.decide(now, about, "chose this source", reason);
        }
        if let Some(job) = self.jobs.current().cloned() {
            self.announce(now, &job);
        }
    }

    fn forget_stale_nonces(&mut self) {
        let jobs = &self.jobs;
        let is_good = |number| jobs.get(number).is_some_and(|job| !jobs.is_stale(job));
        self.known.retain(|&number, _| is_good(number));
    }
}
