//! A connection to a pool from its login on, without any input or output: what the pool says comes in,
//! lines for it come out, and the time is an argument.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use serde_json::value::RawValue;
use tensority::{BlockHeader, varint63};

use super::answer::Verdict;
use super::frame::{Frame, MAX_OBJECT_BYTES};
use super::job::Job;
use super::message::{Id, Message, Request};
use super::refusals::Refusals;
use crate::event::{Answer, Event, Reason, Share};
use crate::excerpt::quote;
use crate::reporter::Reporter;
use crate::settings::Settings;
use crate::template::Template;

/// The number of the login among our requests.
const LOGIN: u64 = 1;
/// The most jobs of one block that are remembered; Bytom's pool takes shares of the last eight.
const MAX_JOBS: usize = 64;

pub struct Session<'a> {
    settings: &'a Settings,
    reporter: &'a Reporter,
    started: Instant,
    /// When it last said something that we understood.
    heard: Instant,
    /// Since when there should be work and is none.
    without_work: Option<Instant>,
    is_in: bool,
    login_is_answered: bool,
    next_id: u64,
    /// Submits without an answer, by the number of the request.
    pending: BTreeMap<u64, Pending>,
    /// The jobs that are good, the latest last. All have the same parent.
    jobs: VecDeque<Job>,
    /// Since when these are for the block that they are for.
    block_since: Instant,
    refusals: Refusals,
    /// It accepted a share.
    accepted: bool,
    /// The kinds of oddities that were told.
    told: BTreeSet<&'static str>,
}

struct Pending {
    share: u64,
    sent: Instant,
}

impl<'a> Session<'a> {
    pub fn new(settings: &'a Settings, reporter: &'a Reporter, now: Instant) -> Self {
        Self {
            settings,
            reporter,
            started: now,
            heard: now,
            without_work: None,
            is_in: false,
            login_is_answered: false,
            next_id: LOGIN + 1,
            pending: BTreeMap::new(),
            jobs: VecDeque::new(),
            block_since: now,
            refusals: Refusals::default(),
            accepted: false,
            told: BTreeSet::new(),
        }
    }

    pub fn login(&self) -> Vec<u8> {
        let request = Request::Login {
            login: &self.settings.user,
            pass: self.settings.password.reveal(),
            agent: &self.settings.agent,
        };
        request.line(LOGIN)
    }

    pub fn is_in(&self) -> bool {
        self.is_in
    }

    /// Whether it accepted a share.
    pub fn was_useful(&self) -> bool {
        self.accepted
    }

    /// The line that hands a share in, unless it is not worth it or cannot be; then it is answered.
    pub fn submit(&mut self, share: &Share, now: Instant) -> Option<Vec<u8>> {
        let header = BlockHeader {
            nonce: 0,
            ..share.header.clone()
        };
        let is_its = |job: &&Job| share.template.as_ref() == Some(&job.id) && job.header == header;
        let Some(job) = self.jobs.iter().find(is_its) else {
            self.reporter.answer(share.number, Answer::NotSent);
            return None;
        };
        if share.header.nonce > varint63::MAX {
            let text = format!(
                "expected a nonce below 2^63, found {}; no block can hold it",
                share.header.nonce
            );
            let answer = Answer::Rejected(Reason::new("unfit", text));
            self.reporter.answer(share.number, answer);
            return None;
        }
        let job_id = RawValue::from_string(job.written_id.clone()).expect("JSON, as it came");
        let request = Request::Submit {
            id: &self.settings.user,
            job_id: &job_id,
            nonce: format!("{:016x}", share.header.nonce),
        };
        let line = request.line(self.next_id);
        let pending = Pending {
            share: share.number,
            sent: now,
        };
        self.pending.insert(self.next_id, pending);
        self.next_id += 1;
        self.reporter.submitted(share.number);
        Some(line)
    }

    /// Takes what the pool says.
    pub fn take(&mut self, frame: Frame, now: Instant) -> Result<(), Reason> {
        let json = match frame {
            Frame::Object(json) => json,
            Frame::Junk(quoted) => {
                self.odd(
                    "malformed",
                    format!("expected a JSON object, found {quoted}"),
                );
                return Ok(());
            }
            Frame::TooLong => {
                let text = format!(
                    "the pool sent more than {MAX_OBJECT_BYTES} bytes as one object; is it a pool?"
                );
                return Err(Reason::new("too_long", text));
            }
        };
        match Message::read(&json) {
            Ok(message) => {
                self.heard = now;
                self.heed(message, now)
            }
            Err(error) => {
                let found = quote(&json);
                self.odd(
                    "malformed",
                    format!("expected a message, found {found} ({error})"),
                );
                Ok(())
            }
        }
    }

    /// When [`check`](Self::check) is due, if nothing happens before.
    pub fn deadline(&self) -> Instant {
        let limits = &self.settings.limits;
        if !self.is_in {
            return self.started + limits.login;
        }
        // The first to be sent is the first that is due.
        let answer = self
            .pending
            .first_key_value()
            .map(|(_, pending)| pending.sent);
        let work = self.without_work;
        let due = [answer, work]
            .into_iter()
            .flatten()
            .map(|since| since + limits.submit);
        let forgotten = self.refusals.last_for(limits.refusals);
        due.chain(forgotten)
            .fold(self.heard + limits.silence, Instant::min)
    }

    /// Whether all that was to come until now has come.
    pub fn check(&self, now: Instant) -> Result<(), Reason> {
        if now < self.deadline() {
            return Ok(());
        }
        let limits = &self.settings.limits;
        Err(if !self.is_in {
            let text = format!(
                "the pool gave no answer to the login within {:?}",
                limits.login
            );
            Reason::new("timed_out", text)
        } else if self
            .refusals
            .last_for(limits.refusals)
            .is_some_and(|end| now >= end)
        {
            let text = format!(
                "the pool refused all shares for {:?}, though no new block came: it has forgotten the \
                 session, and we log in again",
                limits.refusals
            );
            Reason::new(Reason::FORGOTTEN, text)
        } else if now >= self.heard + limits.silence {
            let text = format!("the pool said nothing for {:?}", limits.silence);
            Reason::new("silent", text)
        } else if self
            .without_work
            .is_some_and(|since| now >= since + limits.submit)
        {
            let text = format!("the pool gave no work for {:?}", limits.submit);
            Reason::new("no_work", text)
        } else {
            let text = format!(
                "the pool gave no answer to a share within {:?}",
                limits.submit
            );
            Reason::new("silent", text)
        })
    }

    /// The connection is over: no share of it will be answered, and its work is worthless.
    pub fn end(mut self, reason: Reason) {
        self.reporter.settle(&reason);
        self.invalidate();
        self.reporter.tell(Event::Down(reason));
    }

    fn heed(&mut self, message: Message, now: Instant) -> Result<(), Reason> {
        match message {
            Message::Job(json) => {
                self.enter(now);
                self.take_job(&json, now);
            }
            Message::Request(method) => {
                let method = quote(method.as_bytes());
                self.odd(
                    "unknown_method",
                    format!("expected the method \"job\", found {method}"),
                );
            }
            Message::Reply { id, verdict, job } => match self.request(id) {
                Some(LOGIN) => self.take_login(&verdict, job, now)?,
                Some(id) => self.take_answer(id, &verdict, now),
                None if verdict.is_yes => {
                    self.odd("unexpected_answer", "found an answer to nothing".to_owned());
                }
                None => {
                    let error = &verdict.error;
                    self.odd(
                        "unexpected_answer",
                        format!("found an error to nothing: {error:?}"),
                    );
                }
            },
        }
        Ok(())
    }

    /// The number of the request that a reply is for. Some pools give all replies the id of a login, or
    /// none; then they come in the order of the requests.
    fn request(&self, id: Id) -> Option<u64> {
        let login = (!self.login_is_answered).then_some(LOGIN);
        let mut open = login.into_iter().chain(self.pending.keys().copied());
        match id {
            Id::Null | Id::Number(LOGIN) => open.next(),
            Id::Number(id) => open.find(|&open| open == id),
            Id::Foreign => None,
        }
    }

    fn take_login(
        &mut self,
        verdict: &Verdict,
        job: Option<String>,
        now: Instant,
    ) -> Result<(), Reason> {
        if !verdict.is_yes {
            let text = format!(
                "the pool does not let us in ({}); check user and password",
                verdict.error
            );
            return Err(Reason::new("unauthorized", text));
        }
        self.login_is_answered = true;
        self.enter(now);
        if let Some(job) = job {
            self.take_job(&job, now);
        }
        Ok(())
    }

    fn take_answer(&mut self, id: u64, verdict: &Verdict, now: Instant) {
        if let Some(pending) = self.pending.remove(&id) {
            let answer = verdict.answer();
            self.accepted |= answer == Answer::Accepted;
            // A share of the block before is refused with good reason.
            if pending.sent >= self.block_since {
                self.refusals.take(&answer, now);
            }
            self.reporter.answer(pending.share, answer);
        }
    }

    /// The pool treats us as one who is in.
    fn enter(&mut self, now: Instant) {
        if !self.is_in {
            self.is_in = true;
            self.without_work = Some(now);
            self.reporter.tell(Event::Up);
        }
    }

    /// Takes a job, unless it is known: the one of the login comes twice.
    fn take_job(&mut self, json: &str, now: Instant) {
        let job = match Job::read(json) {
            Ok(job) => job,
            Err(error) => {
                self.odd(error.word(), error.to_string());
                // Whatever it is, the jobs before it are over if its parent is another one.
                let parent = Job::read_parent(json);
                let is_other = |job: &Job| Some(job.header.previous_block_hash) != parent;
                if parent.is_some() && self.jobs.back().is_some_and(is_other) {
                    self.invalidate();
                    self.without_work = Some(now);
                }
                return;
            }
        };
        if self.jobs.contains(&job) {
            return;
        }
        let replace = !self.jobs.back().is_some_and(|last| is_of_block(last, &job));
        if replace {
            self.jobs.clear();
            self.block_since = now;
            self.refusals.new_block(now);
        }
        // Names that are small numbers come again.
        self.jobs.retain(|old| old.id != job.id);
        if self.jobs.len() == MAX_JOBS {
            self.jobs.pop_front();
        }
        let template = self.template(&job, replace);
        self.jobs.push_back(job);
        self.without_work = None;
        self.reporter.tell(Event::Template(template));
    }

    fn template(&mut self, job: &Job, replace: bool) -> Template {
        let first_nonce = job.start_nonce & varint63::MAX;
        if first_nonce != job.start_nonce {
            let text = format!(
                "expected a first nonce below 2^63, found {}; {first_nonce} is taken instead",
                job.start_nonce
            );
            self.odd("start_nonce", text);
        }
        let left = varint63::MAX - first_nonce + 1;
        Template {
            id: Some(job.id.clone()),
            header: job.header.clone(),
            seed: job.seed,
            target: job.target,
            first_nonce: Some(first_nonce),
            nonces: self.settings.session_nonces.clamp(1, left),
            replace,
        }
    }

    fn invalidate(&mut self) {
        if !self.jobs.is_empty() {
            self.jobs.clear();
            self.reporter.tell(Event::Invalidated);
        }
    }

    fn odd(&mut self, word: &'static str, text: String) {
        if self.told.insert(word) {
            self.reporter.tell(Event::Odd(Reason::new(word, text)));
        }
    }
}

/// Whether two jobs are for the same block: work of the older one stays good.
fn is_of_block(one: &Job, other: &Job) -> bool {
    one.header.previous_block_hash == other.header.previous_block_hash
        && one.header.height == other.header.height
        && one.seed == other.seed
}

#[cfg(test)]
mod tests;
