//! The pool's server.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use tensority_loopback::{Running, ServerError, listen};

use crate::pool::Pool;
use crate::pool::connection::Connection;
use crate::pool::event::Event;
use crate::pool::mail::{Mail, Mailbox, Sender, mailbox, wait};
use crate::pool::session::Observer;

/// The pause after a connection that could not be taken, for want of files most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves a pool at an address of the loopback interface, in a thread that takes connections and one for
/// each of them, until the handle is dropped: then all connections are closed. The observer hears of all
/// that happens, and is waited for.
///
/// # Errors
/// All of [`ServerError`].
pub fn serve(
    address: SocketAddr,
    pool: Arc<Pool>,
    observer: impl Fn(Event) + Send + Sync + 'static,
) -> Result<Running, ServerError> {
    let (listener, address) = listen(address)?;
    listener.set_nonblocking(true)?;
    let (stop, mailbox) = mailbox()?;
    let observer = Arc::new(observer);
    let server = Server { pool, observer };
    let serve = move || server.serve(&listener, mailbox);
    Running::start("pool", address, serve, move || stop.send(Mail::Stop))
}

struct Server {
    pool: Arc<Pool>,
    observer: Arc<Observer>,
}

impl Server {
    /// Takes connections and makes blocks until it is told to stop.
    fn serve(&self, listener: &TcpListener, mut mailbox: Mailbox) {
        let every = self.pool.settings().block_every;
        let after = |every| Instant::now().checked_add(every);
        let mut next_block = every.and_then(after);
        let mut connections: Vec<(Sender, JoinHandle<()>)> = Vec::new();
        while mailbox.take().is_none() {
            if let (Some(due), Some(every)) = (next_block, every)
                && Instant::now() >= due
            {
                next_block = after(every);
                self.make_block();
            }
            connections.retain(|(_, thread)| !thread.is_finished());
            let mut pause = None;
            match listener.accept() {
                Ok((stream, _)) => {
                    // A connection for which there is no thread or number is closed.
                    connections.extend(self.serve_connection(stream).ok().flatten());
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => pause = Some(Instant::now() + ACCEPT_PAUSE),
            }
            let waker = PollFd::new(mailbox.waker(), PollFlags::IN);
            match pause {
                Some(end) => wait(&mut [waker], Some(end)),
                None => wait(
                    &mut [waker, PollFd::new(listener, PollFlags::IN)],
                    next_block,
                ),
            }
        }
        for (connection, _) in &connections {
            connection.send(Mail::Stop);
        }
        for (_, thread) in connections {
            // Its panic, if there was one, has been printed by the thread itself.
            let _ = thread.join();
        }
    }

    fn serve_connection(&self, stream: TcpStream) -> io::Result<Option<(Sender, JoinHandle<()>)>> {
        let (sending, mailbox) = mailbox()?;
        let Some(number) = self.pool.enter(&sending) else {
            return Ok(None);
        };
        let start = || {
            let connection = Connection::new(number, stream, &self.pool, &self.observer, mailbox)?;
            let thread = thread::Builder::new().name(format!("session {number}"));
            thread.spawn(move || connection.run())
        };
        let thread = start().inspect_err(|_| self.pool.leave(number))?;
        Ok(Some((sending, thread)))
    }

    fn make_block(&self) {
        self.pool.new_block();
        if let Some(next) = self.pool.template() {
            (self.observer)(Event::Block {
                session: None,
                height: next.header.height.saturating_sub(1),
                hash: next.header.previous_block_hash,
            });
        }
    }
}
