//! Mail from the pool to the thread of a connection, which waits for its socket at the same time.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, Timespec, poll};

use crate::pool::faults::Faults;

#[derive(Debug)]
pub enum Mail {
    Template,
    /// The pool is to misbehave in this way from now on.
    Faults(Faults),
    Stop,
}

#[derive(Debug, Clone)]
pub struct Sender {
    mail: mpsc::Sender<Mail>,
    waker: Arc<UnixStream>,
}

#[derive(Debug)]
pub struct Mailbox {
    mail: mpsc::Receiver<Mail>,
    waker: UnixStream,
}

pub fn mailbox() -> io::Result<(Sender, Mailbox)> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    let (sender, mail) = mpsc::channel();
    let waker = Arc::new(ours);
    let mailbox = Mailbox {
        mail,
        waker: theirs,
    };
    let mail = sender;
    Ok((Sender { mail, waker }, mailbox))
}

impl Sender {
    /// Puts mail there and wakes the connection. It may be gone already.
    pub fn send(&self, mail: Mail) {
        if self.mail.send(mail).is_ok() {
            // A waker that takes no more is readable already.
            let _ = (&*self.waker).write(&[1]);
        }
    }
}

impl Mailbox {
    /// The next piece of mail, if there is one.
    pub fn take(&mut self) -> Option<Mail> {
        self.mail.try_recv().ok()
    }

    /// Readable when mail has come.
    pub fn waker(&self) -> &UnixStream {
        &self.waker
    }

    /// Makes the waker unreadable until more mail comes.
    pub fn clear(&mut self) {
        let mut written = [0; 64];
        while self.waker.read(&mut written).is_ok_and(|read| read > 0) {}
    }
}

/// Waits until one of these is ready, or until that time; returns early for a signal. An error of
/// the system is one of memory, and a short pause is all that is left to do.
pub fn wait(sockets: &mut [PollFd<'_>], until: Option<Instant>) {
    let time = until.map(|until| until.saturating_duration_since(Instant::now()));
    // A time that the system has no number for never comes.
    let time = time.and_then(|time| Timespec::try_from(time).ok());
    if poll(sockets, time.as_ref()).is_err() {
        thread::sleep(Duration::from_millis(1));
    }
}
