//! Session of a miner, line by line: no network.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use serde_json::value::RawValue;
use tensority::BlockHeader;

use crate::pool::code::Code;
use crate::pool::event::{CloseReason, Event};
use crate::pool::kinds::Oddity;
use crate::pool::message::{Job, Message};
use crate::pool::misbehaviour::Misbehaviour;
use crate::pool::request::{self, Login, Request, Submit};
use crate::pool::{Pool, Template};

/// The jobs that shares are taken for.
const JOBS: usize = 8;
/// How many nonces of a job are remembered, where duplicates are refused.
const MAX_NONCES: usize = 1 << 16;

pub type Observer = dyn Fn(Event) + Send + Sync;

pub struct Session {
    number: u64,
    pool: Arc<Pool>,
    observer: Arc<Observer>,
    login: Option<String>,
    logged_in: Instant,
    /// The last is the newest.
    jobs: VecDeque<Given>,
}

struct Given {
    id: u64,
    template: Arc<Template>,
    nonces: HashSet<u64>,
}

#[derive(Debug)]
pub struct Answer {
    pub messages: Vec<Message>,
    /// Why the connection is closed after them, if it is.
    pub close: Option<CloseReason>,
}

impl Answer {
    pub fn say(messages: Vec<Message>) -> Self {
        Self {
            messages,
            close: None,
        }
    }

    /// The end, without a word.
    pub fn close(reason: CloseReason) -> Self {
        Self {
            messages: Vec::new(),
            close: Some(reason),
        }
    }
}

impl Session {
    /// A session that nobody has logged in to.
    pub fn new(number: u64, pool: Arc<Pool>, observer: Arc<Observer>) -> Self {
        Self {
            number,
            pool,
            observer,
            login: None,
            logged_in: Instant::now(),
            jobs: VecDeque::new(),
        }
    }

    pub fn number(&self) -> u64 {
        self.number
    }

    pub fn tell(&self, event: Event) {
        (self.observer)(event);
    }

    /// Answers a line, without its end.
    pub fn answer(&mut self, line: &str) -> Answer {
        let Some(request) = Request::parse(line) else {
            return Answer::close(CloseReason::NoRequest);
        };
        match &*request.method {
            "login" => self.log_in(&request),
            "submit" => self.submit(&request),
            _ => Answer::close(CloseReason::NoRequest),
        }
    }

    /// A job of its own id for the current template, if somebody has logged in.
    pub fn job(&mut self) -> Option<Message> {
        self.login.as_ref()?;
        self.next_job().map(Message::job)
    }

    /// The same, if the template is not that of the last job.
    pub fn job_if_new(&mut self) -> Option<Message> {
        let template = self.pool.template()?;
        let last = self.jobs.back()?;
        (!Arc::ptr_eq(&last.template, &template)).then(|| self.job())?
    }

    fn log_in(&mut self, request: &Request) -> Answer {
        let id = request.id;
        if self.login.is_some() {
            return self.refuse_and_close(id, Code::MultipleAuthorization);
        }
        let Some(Login { login, agent }) = request.params() else {
            return self.refuse_and_close(id, Code::Unknown);
        };
        let faults = self.pool.faults();
        if self.pool.is_banned(&login) || faults.has(Misbehaviour::Ban) {
            return Answer::close(CloseReason::Banned);
        }
        if faults.has(Misbehaviour::NoTemplate) {
            return Answer::close(CloseReason::NoTemplate);
        }
        let Some(job) = self.next_job() else {
            return Answer::close(CloseReason::NoTemplate);
        };
        self.login = Some(login.clone());
        self.logged_in = Instant::now();
        self.tell(Event::Login {
            session: self.number,
            login: login.clone(),
            agent,
        });
        let reply = Message::logged_in(id, &login, job.clone());
        Answer::say(vec![reply, Message::job(job)])
    }

    fn submit(&mut self, request: &Request) -> Answer {
        let id = request.id;
        let Some(submit) = request.params::<Submit>() else {
            return self.refuse_and_close(id, Code::Unknown);
        };
        let Some(login) = self.login.clone().filter(|login| *login == submit.id) else {
            return self.refuse_and_close(id, Code::Unauthorized);
        };
        if self.pool.is_banned(&login) {
            return Answer::close(CloseReason::Banned);
        }
        let judged = self.judge(&submit);
        self.pool.count(&login, judged.is_ok());
        let reply = match judged {
            Ok((header, pow_hash)) => {
                self.accept(login, &header, &pow_hash);
                Message::accepted(id)
            }
            Err(code) => {
                self.tell_rejected(code);
                Message::refused(id, code)
            }
        };
        Answer::say(vec![reply])
    }

    /// Looks at a submit in btmcpool's order, and returns the header of a share with its PoW hash. A
    /// share of an older block has the code of a bad format there.
    fn judge(&mut self, submit: &Submit) -> Result<(BlockHeader, [u8; 32]), Code> {
        let age = self.logged_in.elapsed();
        if let Some(code) = self.pool.faults().forgets(age) {
            return Err(code);
        }
        let job_id = self.job_id(submit).ok_or(Code::SubmitFormat)?;
        let given = self.jobs.iter_mut().find(|given| given.id == job_id);
        let given = given.ok_or(Code::JobNotFound)?;
        let nonce = request::nonce(&submit.nonce).ok_or(Code::SubmitFormat)?;
        let current = self.pool.template().ok_or(Code::SubmitFormat)?;
        let template = Arc::clone(&given.template);
        if template.header.height != current.header.height {
            return Err(Code::SubmitFormat);
        }
        if self.pool.settings().refuse_duplicates && !given.remember(nonce) {
            return Err(Code::Duplicate);
        }
        let header = BlockHeader {
            nonce,
            ..template.header.clone()
        };
        let pow_hash = self.pool.check(&header, &template.seed)?;
        Ok((header, pow_hash))
    }

    /// The id of a submit's job: a number without quotes only where it was given as one.
    fn job_id(&self, submit: &Submit) -> Option<u64> {
        request::job_id(&submit.job_id).or_else(|| {
            let numbers = Misbehaviour::OddReplies(Some(Oddity::NumberJobId));
            let faults = self.pool.faults();
            let odd = faults.has(numbers) || faults.has(Misbehaviour::OddReplies(None));
            odd.then(|| submit.job_id.as_u64()).flatten()
        })
    }

    fn accept(&self, login: String, header: &BlockHeader, pow_hash: &[u8; 32]) {
        let session = self.number;
        self.tell(Event::Accepted {
            session,
            login,
            height: header.height,
            nonce: header.nonce,
        });
        match self.pool.offer(header, pow_hash) {
            Some(Ok(block)) => self.tell(Event::Block {
                session: Some(session),
                height: block.height,
                hash: block.hash,
            }),
            Some(Err(reason)) => self.tell(Event::BlockRefused { session, reason }),
            None => {}
        }
    }

    /// A job, remembered in the place of the oldest.
    fn next_job(&mut self) -> Option<Box<Job>> {
        let template = self.pool.template()?;
        let first_nonce = self.pool.first_nonce(self.number);
        let id = rand::random();
        let job = Job::new(&template, id, first_nonce, self.pool.told_target());
        if self.jobs.len() == JOBS {
            self.jobs.pop_front();
        }
        self.jobs.push_back(Given {
            id,
            template,
            nonces: HashSet::new(),
        });
        Some(job)
    }

    fn refuse_and_close(&self, id: Option<&RawValue>, code: Code) -> Answer {
        self.tell_rejected(code);
        Answer {
            messages: vec![Message::refused(id, code)],
            close: Some(CloseReason::Refused(code)),
        }
    }

    fn tell_rejected(&self, code: Code) {
        self.tell(Event::Rejected {
            session: self.number,
            login: self.login.clone(),
            code,
        });
    }
}

impl Given {
    fn remember(&mut self, nonce: u64) -> bool {
        if self.nonces.len() == MAX_NONCES {
            self.nonces.clear();
        }
        self.nonces.insert(nonce)
    }
}
