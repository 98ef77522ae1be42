//! What the pool tells the thread of a connection, which waits for its socket at the same time.

use crate::pool::faults::Faults;
use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
};

/// News for a connection.
#[derive(Debug)]
pub enum Mail {
    /// There is another template.
    Template,
    /// The pool is to misbehave in this way from now on.
    Faults(Faults),
    /// The connection is to end.
    Stop,
}

/// Where mail for a connection is put.
#[derive(Debug, Clone)]
pub struct Sending {
    mail: Sender<Mail>,
    bell: Arc<UnixStream>,
}

/// Where a connection takes its mail from.
#[derive(Debug)]
pub struct Mailbox {
    mail: Receiver<Mail>,
    bell: UnixStream,
}

/// Both ends.
pub fn mailbox() -> io::Result<(Sending, Mailbox)> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    let (sender, receiver) = mpsc::channel();
    let sending = Sending {
        mail: sender,
        bell: Arc::new(ours),
    };
    let mailbox = Mailbox {
        mail: receiver,
        bell: theirs,
    };
    Ok((sending, mailbox))
}

impl Sending {
    /// Puts mail there and wakes the connection. It may be gone already.
    pub fn send(&self, mail: Mail) {
        if self.mail.send(mail).is_ok() {
            // A bell that takes no more has been rung often enough.
            let _ = (&*self.bell).write(&[1]);
        }
    }
}

impl Mailbox {
    /// The next piece of mail, if there is one.
    pub fn take(&mut self) -> Option<Mail> {
        self.mail.try_recv().ok()
    }

    /// Can be read from when mail has come.
    pub fn bell(&self) -> &UnixStream {
        &self.bell
    }

    /// Stops the bell. Mail that comes later rings it again.
    pub fn hush(&mut self) {
        let mut rung = [0; 64];
        while self.bell.read(&mut rung).is_ok_and(|read| read > 0) {}
    }
}
