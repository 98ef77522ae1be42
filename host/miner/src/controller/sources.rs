//! Events of sources, and the choice between them.

use std::sync::Arc;
use std::time::Duration;

use tensority_source::{Event, Pace, Reason, Template};

use super::{Action, Controller};
use crate::failover::Step;
use crate::job::Job;
use crate::message::Message;

impl Controller {
    pub(super) fn hear(&mut self, now: Duration, source: usize, event: Event) {
        match event {
            _ if source >= self.sources.len() => return,
            Event::Up => {
                self.answered = true;
                self.failover.set_up(now, source, true);
            }
            Event::Template(template) => self.take(now, source, template),
            Event::Invalidated => self.invalidate(now, source),
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

    fn take(&mut self, now: Duration, source: usize, template: Template) {
        self.answered = true;
        let job = match self.jobs.take(now, source, template) {
            Ok(job) => job,
            Err(error) => {
                let source = self.sources[source].name.name.clone();
                let reason = format!("expected bits that a hash can meet, found: {error}");
                return self.tell(Message::Odd { source, reason });
            }
        };
        self.failover.set_work(now, source, true);
        let stats = &mut self.sources[source];
        stats.last_work = Some(now);
        stats.jobs += 1;
        if !stats.up {
            (stats.up, stats.down, stats.since) = (true, None, now);
            let source = stats.name.name.clone();
            let (up, reason) = (true, None);
            self.tell(Message::Source { source, up, reason });
        }
        self.forget_stale_nonces();
        self.drop_worthless(source);
        // A source that is not hashed for may know a new seed first.
        if self.verification.prepared != Some(job.template.seed) {
            self.prepare(job.template.seed);
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
        self.assign_all(now);
        self.tell(Message::Job {
            source: self.sources[job.source].name.name.clone(),
            job: job.number,
            id: job.template.id.clone(),
            height: job.height(),
            seed: hex::encode(job.template.seed),
            previous_block_hash: hex::encode(job.template.header.previous_block_hash),
            timestamp: job.template.header.timestamp,
            block_difficulty: job.block_target.hashes_on_average(),
            share_difficulty: job.template.target.hashes_on_average(),
            replace: job.template.replace,
        });
        self.settle_all(now);
    }

    fn invalidate(&mut self, now: Duration, source: usize) {
        self.answered = true;
        self.jobs.invalidate(now, source);
        self.failover.set_work(now, source, false);
        self.forget_stale_nonces();
        self.drop_worthless(source);
        if self.failover.active() == Some(source) {
            self.settle_all(now);
        }
    }

    fn source_is_down(&mut self, now: Duration, source: usize, reason: Reason) {
        self.answered |= !matches!(&*reason.word, "unreachable" | "timed_out" | "closed");
        self.failover.set_up(now, source, false);
        if reason.word == Reason::FORGOTTEN {
            self.failover.forgot(now, source);
        }
        let stats = &mut self.sources[source];
        if stats.up {
            (stats.up, stats.since) = (false, now);
        }
        let known = stats.down.as_ref().map(|(word, _)| word);
        let is_news = known != Some(&reason.word);
        stats.down = Some((reason.word, reason.text.clone()));
        if is_news {
            let source = stats.name.name.clone();
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
                    self.jobs.invalidate(now, source);
                    self.drop_worthless(source);
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
                self.actions.push(Action::Pace(other, Pace::Watched));
            }
        }
        self.actions.push(Action::Pace(source, Pace::Active));
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
        self.known.retain(|&number, _| jobs.is_good(number));
    }
}
