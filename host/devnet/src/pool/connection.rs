//! One connection: a thread that waits for the miner, for the pool and for the time, and never for
//! one of them alone.

use std::collections::VecDeque;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use crate::pool::Pool;
use crate::pool::dialect::Dialect;
use crate::pool::event::{CloseReason, Event};
use crate::pool::faults::Faults;
use crate::pool::mail::{Mail, Mailbox, wait};
use crate::pool::message::Message;
use crate::pool::misbehaviour::Misbehaviour;
use crate::pool::session::{Answer, Observer, Session};
use crate::pool::wire::{Received, Wire};

/// The longest line of a miner with its end, in bytes.
const MAX_LINE: usize = 10 << 10;
/// How much the miner may leave unread, in bytes.
const MAX_UNREAD: usize = 8 << 20;
/// The time between two pieces of what is said at once.
const PIECE_INTERVAL: Duration = Duration::from_millis(1);
/// The same where pieces are messages: a miner has read the one when the other comes.
const MESSAGE_INTERVAL: Duration = Duration::from_millis(50);
/// How long the last words may take to be sent, and how long a miner that was told the end may take
/// to close its side. Closing at once could destroy what is still on its way.
const LAST_WORDS: Duration = Duration::from_secs(2);
const GOODBYE: Duration = Duration::from_millis(200);

pub struct Connection {
    wire: Wire,
    session: Session,
    pool: Arc<Pool>,
    mailbox: Mailbox,
    faults: Faults,
    dialect: Dialect,
    /// What the miner sent after its last whole line.
    inbox: Vec<u8>,
    /// What is said when its time comes.
    outbox: VecDeque<(Instant, Vec<u8>)>,
    opened: Instant,
    /// The last line of the miner or job of the pool.
    last_sign: Instant,
    next_job: Option<Instant>,
    /// Why nothing more is read, and until when it is tried to send the rest.
    closing: Option<(CloseReason, Instant)>,
}

impl Connection {
    /// Begins a session, unless the socket is broken.
    pub fn new(
        number: u64,
        stream: TcpStream,
        pool: &Arc<Pool>,
        observer: &Arc<Observer>,
        mailbox: Mailbox,
    ) -> std::io::Result<Self> {
        let session = Session::new(number, Arc::clone(pool), Arc::clone(observer));
        let now = Instant::now();
        let mut connection = Self {
            wire: Wire::new(stream, pool.settings().tls.as_ref())?,
            session,
            pool: Arc::clone(pool),
            mailbox,
            faults: pool.faults(),
            dialect: Dialect::default(),
            inbox: Vec::new(),
            outbox: VecDeque::new(),
            opened: now,
            last_sign: now,
            next_job: None,
            closing: None,
        };
        connection.begin_storm(now);
        Ok(connection)
    }

    /// Serves until either side ends it.
    pub fn run(mut self) {
        let session = self.session.number();
        self.session.tell(Event::Opened { session });
        let reason = loop {
            if let Some(reason) = self.turn(Instant::now()) {
                break reason;
            }
            if self.closing.is_some() || !self.has_line() {
                self.wait();
            }
        };
        // The number is free before the miner can come again.
        self.pool.leave(session);
        self.session.tell(Event::Closed { session, reason });
        self.say_goodbye();
    }

    /// Does all that can be done now. Why the connection is over, if it is.
    fn turn(&mut self, now: Instant) -> Option<CloseReason> {
        self.mailbox.clear();
        while let Some(mail) = self.mailbox.take() {
            match mail {
                Mail::Template => {
                    let job = self.session.job_if_new();
                    self.push_job(job, now);
                }
                Mail::Faults(faults) => {
                    self.faults = faults;
                    self.begin_storm(now);
                }
                Mail::Stop => return Some(CloseReason::Ended),
            }
        }
        if self.life_end().is_some_and(|end| now >= end) {
            return Some(CloseReason::Misbehaviour);
        }
        if let (Some(due), Some(interval)) = (self.next_job, self.faults.job_interval())
            && now >= due
        {
            self.next_job = Some(now + interval);
            let job = self.session.job();
            self.push_job(job, now);
        }
        if self.idle_end().is_some_and(|end| now >= end) && !self.faults.is_silent(now) {
            return Some(CloseReason::Idle);
        }
        self.listen().or_else(|| self.talk(now))
    }

    /// Reads if there is no line to answer, and answers one line: each may take a hash.
    fn listen(&mut self) -> Option<CloseReason> {
        if self.closing.is_some() {
            return None;
        }
        if !self.has_line() {
            match self.wire.receive(&mut self.inbox) {
                Ok(Received::End) if !self.has_line() => return Some(CloseReason::Miner),
                Ok(_) => {}
                Err(error) => return Some(CloseReason::Broken(error.to_string())),
            }
        }
        if let Some(end) = self.inbox.iter().position(|&byte| byte == b'\n') {
            let line: Vec<_> = self.inbox.drain(..=end).collect();
            let answer = self.answer(&line);
            self.last_sign = Instant::now();
            self.say(answer);
        } else if self.inbox.len() >= MAX_LINE {
            self.inbox.clear();
            self.say(Answer::close(CloseReason::LongLine));
        }
        None
    }

    fn has_line(&self) -> bool {
        self.inbox.contains(&b'\n')
    }

    /// The answer to a line with its end.
    fn answer(&mut self, line: &[u8]) -> Answer {
        if line.len() > MAX_LINE {
            return Answer::close(CloseReason::LongLine);
        }
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return Answer::close(CloseReason::EmptyLine);
        }
        self.session.answer(&String::from_utf8_lossy(line))
    }

    fn talk(&mut self, now: Instant) -> Option<CloseReason> {
        while let Some((due, bytes)) = self.outbox.front()
            && *due <= now
        {
            self.wire.send(bytes);
            self.outbox.pop_front();
        }
        if let Err(error) = self.wire.flush() {
            return Some(CloseReason::Broken(error.to_string()));
        }
        let waiting: usize = self.outbox.iter().map(|(_, bytes)| bytes.len()).sum();
        if waiting + self.wire.unsent() > MAX_UNREAD {
            return Some(CloseReason::NotRead);
        }
        let (_, end) = self.closing.as_ref()?;
        let all_said = self.outbox.is_empty() && !self.wire.wants_write();
        if all_said || now >= *end {
            return self.closing.take().map(|(reason, _)| reason);
        }
        None
    }

    fn push_job(&mut self, job: Option<Message>, now: Instant) {
        if let Some(job) = job {
            self.last_sign = now;
            self.say(Answer::say(vec![job]));
        }
    }

    /// Leaves an answer to be said. A silent pool has forgotten it.
    fn say(&mut self, answer: Answer) {
        // The answer may have taken a hash to find.
        let now = Instant::now();
        if self.faults.is_silent(now) || self.closing.is_some() {
            return;
        }
        let mut due = now + self.faults.late_by();
        if let Some((last, _)) = self.outbox.back() {
            due = due.max(*last);
        }
        let said = self.dialect.say(answer.messages, &self.faults);
        let interval = match self.faults.has(Misbehaviour::Split) {
            true => PIECE_INTERVAL,
            false => MESSAGE_INTERVAL,
        };
        // Jobs of a storm would otherwise gather behind the last piece, and be old when they are read.
        let pieces = u32::try_from(said.pieces.len()).unwrap_or(u32::MAX);
        let said_until = now + interval * pieces.saturating_sub(1);
        self.next_job = self.next_job.map(|next| next.max(said_until));
        for piece in said.pieces {
            self.outbox.push_back((due, piece));
            due += interval;
        }
        let misbehaviour = said.breaks_off.then_some(CloseReason::Misbehaviour);
        self.closing = answer
            .close
            .or(misbehaviour)
            .map(|reason| (reason, due + LAST_WORDS));
    }

    fn begin_storm(&mut self, now: Instant) {
        self.next_job = self.faults.job_interval().map(|interval| now + interval);
    }

    fn life_end(&self) -> Option<Instant> {
        self.opened.checked_add(self.faults.life()?)
    }

    fn idle_end(&self) -> Option<Instant> {
        let timeout = self.pool.settings().idle_timeout;
        self.last_sign.checked_add(timeout)
    }

    fn wait(&mut self) {
        let now = Instant::now();
        let closing = self.closing.as_ref().map(|(_, end)| *end);
        // A silent pool is past its end.
        let is_silent = self.faults.is_silent(now);
        let idle = self.idle_end().filter(|&end| end > now || !is_silent);
        let due = self.outbox.front().map(|(due, _)| *due);
        let times = [closing, idle, due, self.next_job, self.life_end()];
        let until = times.into_iter().flatten().min();
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, self.closing.is_none());
        flags.set(PollFlags::OUT, self.wire.wants_write());
        let mut sockets = [
            PollFd::new(self.wire.stream(), flags),
            PollFd::new(self.mailbox.waker(), PollFlags::IN),
        ];
        wait(&mut sockets, until);
        let gone = sockets[0]
            .revents()
            .intersects(PollFlags::HUP | PollFlags::ERR);
        if let Some((_, end)) = self.closing.as_mut().filter(|_| gone) {
            // Nobody hears the last words.
            *end = now;
        }
    }

    /// Ends the pool's side, and waits a little for the miner to end its own.
    fn say_goodbye(mut self) {
        self.wire.end();
        let end = Instant::now() + GOODBYE;
        while Instant::now() < end {
            wait(
                &mut [PollFd::new(self.wire.stream(), PollFlags::IN)],
                Some(end),
            );
            self.inbox.clear();
            match self.wire.receive(&mut self.inbox) {
                Ok(Received::Open) => {}
                Ok(Received::End) | Err(_) => break,
            }
        }
    }
}
