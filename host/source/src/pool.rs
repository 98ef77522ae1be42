//! A pool as a source: one thread, which waits for the pool, for shares and for the end at once.

mod answer;
pub(crate) mod frame;
mod job;
mod link;
mod message;
mod refusals;
pub(crate) mod session;
mod stranger;

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use frame::Framer;
use link::{Link, Security};
use rustls::pki_types::ServerName;
use session::Session;

use crate::address::PoolUrl;
use crate::backoff::{Backoff, spread};
use crate::event::{Answer, Event, Reason, Share};
use crate::reporter::Reporter;
use crate::settings::{Settings, StartError};
use crate::tls::{self, Trust};

/// So many connections in a row that end at the login look like a ban.
const CLOSED_LOGINS: u32 = 5;
/// The bytes that are read at a time.
const CHUNK_BYTES: usize = 4096;

/// What the thread of a pool shares with others.
pub struct Pool {
    inbox: Mutex<Inbox>,
    waker: UnixStream,
}

#[derive(Default)]
struct Inbox {
    shares: Vec<Share>,
    ending: bool,
}

/// Starts the thread of a pool.
///
/// # Errors
/// Those of the file of certificates and of the host's name, and that the system gives no thread.
pub fn start(
    url: PoolUrl,
    settings: Settings,
    reporter: Arc<Reporter>,
) -> Result<Arc<Pool>, StartError> {
    let trust = Trust::load(&settings)?;
    let security = match url.is_tls() {
        true => Some((trust.client_config(), server_name(url.host())?)),
        false => None,
    };
    let (waker, wakes) = UnixStream::pair()?;
    waker.set_nonblocking(true)?;
    wakes.set_nonblocking(true)?;
    let pool = Arc::new(Pool {
        inbox: Mutex::default(),
        waker,
    });
    let worker = Worker {
        url,
        settings,
        security,
        pool: Arc::clone(&pool),
        wakes,
        reporter: Arc::clone(&reporter),
    };
    reporter.spawn("pool", move || worker.run())?;
    Ok(pool)
}

fn server_name(host: &str) -> Result<ServerName<'static>, StartError> {
    let name = ServerName::try_from(host.to_owned());
    name.map_err(|_| StartError::HostName(host.to_owned()))
}

impl Pool {
    pub fn submit(&self, share: Share) {
        self.inbox().shares.push(share);
        self.wake();
    }

    pub fn end(&self) {
        self.inbox().ending = true;
        self.wake();
    }

    fn wake(&self) {
        // A full pipe wakes as well as one byte more.
        let _ = (&self.waker).write(&[0]);
    }

    fn take_shares(&self) -> Vec<Share> {
        std::mem::take(&mut self.inbox().shares)
    }

    fn is_ending(&self) -> bool {
        self.inbox().ending
    }

    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Worker {
    url: PoolUrl,
    settings: Settings,
    security: Option<Security>,
    pool: Arc<Pool>,
    wakes: UnixStream,
    reporter: Arc<Reporter>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Nothing,
    /// The pool closed the connection instead of an answer to the login.
    Login,
    /// A session, of which the pool accepted nothing and knew nothing in the end.
    Forgotten,
    Session,
}

impl Worker {
    /// Connects again and again, until it is told to end.
    fn run(&self) {
        let limits = &self.settings.limits;
        let mut backoff = Backoff::new(limits.first_wait, limits.longest_wait);
        let mut closed_logins = 0;
        while !self.pool.is_ending() {
            let start = Instant::now();
            let reached = self.connect();
            match reached {
                Reached::Nothing => {}
                Reached::Login => closed_logins += 1,
                Reached::Forgotten | Reached::Session => closed_logins = 0,
            }
            if reached == Reached::Session {
                backoff.succeeded_for(start.elapsed());
            }
            let wait = match closed_logins >= CLOSED_LOGINS {
                true => backoff.wait_at_most(limits.banned_wait),
                false => backoff.wait(),
            };
            self.rest(Instant::now() + spread(wait));
        }
    }

    /// Waits; there is no work, and so shares are of none.
    fn rest(&self, until: Instant) {
        while !self.pool.is_ending() && Instant::now() < until {
            for share in self.pool.take_shares() {
                self.reporter.answer(share.number, Answer::NotSent);
            }
            if link::rest(&self.wakes, until).is_err() {
                // Then the system may let us wait in another way.
                thread::sleep(self.settings.limits.first_wait);
            }
            self.hear();
        }
    }

    /// Keeps one connection, as long as it lasts.
    fn connect(&self) -> Reached {
        let opened = Link::open(&self.url, self.security.as_ref(), &self.settings.limits);
        let mut link = match opened {
            Ok(link) => link,
            Err(reason) => {
                self.reporter.tell(Event::Down(reason));
                return Reached::Nothing;
            }
        };
        let mut session = Session::new(&self.settings, &self.reporter, Instant::now());
        let mut stranger = None;
        let end = self.serve(&mut link, &mut session, &mut stranger);
        // Who lets us in is a pool, whatever it said first.
        let end = match stranger.filter(|_| !session.is_in()) {
            Some(reason) => End::Reason(reason),
            None if link.is_agreeing() && !end.is_of_tls() => {
                let text = "the pool does not agree on TLS, and does not say why; if it speaks none at this port, \
                            write its address as stratum+tcp://HOST:PORT";
                End::Reason(Reason::new("tls", text))
            }
            None => end,
        };
        let reached = match &end {
            End::Reason(reason) if reason.word == Reason::FORGOTTEN && !session.was_useful() => {
                Reached::Forgotten
            }
            _ if session.is_in() => Reached::Session,
            End::Closed(_) => Reached::Login,
            End::Reason(_) => Reached::Nothing,
        };
        session.end(end.reason(reached));
        reached
    }

    /// Passes on what goes to and fro, until the connection ends or we do.
    fn serve(
        &self,
        link: &mut Link,
        session: &mut Session<'_>,
        stranger: &mut Option<Reason>,
    ) -> End {
        match self.pass_on(link, session, stranger) {
            Ok(end) => end,
            Err(error) => match tls::find(&error) {
                Some(error) => {
                    let text = format!("the pool {}", tls::explain(error));
                    End::Reason(Reason::new("tls", text))
                }
                None => End::Closed(error.to_string()),
            },
        }
    }

    fn pass_on(
        &self,
        link: &mut Link,
        session: &mut Session<'_>,
        stranger: &mut Option<Reason>,
    ) -> io::Result<End> {
        let mut framer = Framer::default();
        let mut buffer = [0; CHUNK_BYTES];
        let mut is_first = true;
        link.send(&session.login());
        loop {
            if self.pool.is_ending() {
                return Ok(End::Reason(Reason::new(
                    "stopped",
                    "the source was stopped",
                )));
            }
            for share in self.pool.take_shares() {
                if let Some(line) = session.submit(&share, Instant::now()) {
                    link.send(&line);
                }
            }
            let sent = link.flush();
            let read = link.read(&mut buffer)?;
            let now = Instant::now();
            let count = match read {
                Some(0) => return Ok(End::Closed("at its will".to_owned())),
                count => count.unwrap_or(0),
            };
            if count > 0 && std::mem::take(&mut is_first) {
                *stranger = stranger::recognise(&buffer[..count], self.security.is_some());
            }
            for frame in framer.push(&buffer[..count]) {
                if let Err(reason) = session.take(frame, now) {
                    return Ok(End::Reason(reason));
                }
            }
            if let Err(reason) = session.check(now) {
                return Ok(End::Reason(reason));
            }
            if read.is_none() {
                // What the pool said before it hung up has been read by now.
                sent?;
                link.wait(&self.wakes, session.deadline())?;
                self.hear();
            }
        }
    }

    /// Takes the wakes off the pipe. What they were for is in the inbox.
    fn hear(&self) {
        let mut wakes = &self.wakes;
        while matches!(wakes.read(&mut [0; 64]), Ok(64)) {}
    }
}

enum End {
    /// It was closed, for what the system says.
    Closed(String),
    Reason(Reason),
}

impl End {
    /// Whether it says what is wrong with TLS.
    fn is_of_tls(&self) -> bool {
        matches!(self, Self::Reason(reason) if reason.word == "tls")
    }

    fn reason(self, reached: Reached) -> Reason {
        match self {
            Self::Reason(reason) => reason,
            Self::Closed(detail) if reached == Reached::Login => {
                let text = format!(
                    "the pool closed the connection at the login ({detail}): it has no block to \
                     mine yet, the account is wrong, or it banned us, for 20 minutes or so"
                );
                Reason::new("closed_at_login", text)
            }
            Self::Closed(detail) => {
                let text = format!("the pool closed the connection ({detail})");
                Reason::new("closed", text)
            }
        }
    }
}
