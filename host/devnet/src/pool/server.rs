//! The pool at an address.

use crate::pool::{
    connection::Connection,
    event::Event,
    mail::{Mail, Mailbox, Sending, mailbox},
    session::Observer,
    state::Pool,
    wait::wait,
};
use rustix::event::{PollFd, PollFlags};
use std::{
    io::{self, ErrorKind},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// The pause after a connection that could not be taken, for want of files most likely.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is not of the loopback interface.
    #[error(
        "expected a loopback address, found {0}: a development pool answers this machine only; \
         use 127.0.0.1 or [::1]"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}; choose another port, or 0 for any")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The system gives no threads to serve with.
    #[error("cannot start to serve: {0}")]
    Start(#[source] io::Error),
}

/// A pool with an address, not yet served.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    pool: Arc<Pool>,
    observer: Arc<Observer>,
}

impl Server {
    /// Takes an address, which must be of the loopback interface. Port 0 takes any free port. The
    /// observer hears of everything before the miner does.
    ///
    /// # Errors
    ///
    /// [`ServerError::NotLoopback`], [`ServerError::Listen`].
    pub fn bind(
        address: SocketAddr,
        pool: Arc<Pool>,
        observer: impl Fn(Event) + Send + Sync + 'static,
    ) -> Result<Self, ServerError> {
        if !address.ip().is_loopback() {
            return Err(ServerError::NotLoopback(address));
        }
        let listen = || {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) =
            listen().map_err(|source| ServerError::Listen { address, source })?;
        Ok(Self {
            listener,
            address,
            pool,
            observer: Arc::new(observer),
        })
    }

    /// The address, with the port that was found.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves in threads of its own until the handle is dropped: one that takes connections, and one
    /// for each of them.
    ///
    /// # Errors
    ///
    /// [`ServerError::Start`].
    pub fn spawn(self) -> Result<Running, ServerError> {
        let address = self.address;
        let start = || {
            let (stop, mailbox) = mailbox()?;
            let serve = move || self.serve(mailbox);
            let thread = thread::Builder::new()
                .name("pool".to_owned())
                .spawn(serve)?;
            Ok((stop, thread))
        };
        let (stop, thread) = start().map_err(ServerError::Start)?;
        Ok(Running {
            address,
            stop,
            thread: Some(thread),
        })
    }

    /// Takes connections and makes blocks until it is told to stop.
    fn serve(self, mut mailbox: Mailbox) {
        let every = self.pool.settings().block_every;
        let after = |every| Instant::now().checked_add(every);
        let mut next_block = every.and_then(after);
        let mut connections: Vec<(Sending, JoinHandle<()>)> = Vec::new();
        while mailbox.take().is_none() {
            if let (Some(due), Some(every)) = (next_block, every)
                && Instant::now() >= due
            {
                next_block = after(every);
                self.make_block();
            }
            connections.retain(|(_, thread)| !thread.is_finished());
            let mut pause = None;
            match self.listener.accept() {
                Ok((stream, _)) => {
                    // A connection for which there is no thread or number is closed.
                    connections.extend(self.serve_connection(stream).ok().flatten());
                    continue;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => pause = Some(Instant::now() + ACCEPT_PAUSE),
            }
            let bell = PollFd::new(mailbox.bell(), PollFlags::IN);
            match pause {
                Some(end) => wait(&mut [bell], Some(end)),
                None => wait(
                    &mut [bell, PollFd::new(&self.listener, PollFlags::IN)],
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

    fn serve_connection(&self, stream: TcpStream) -> io::Result<Option<(Sending, JoinHandle<()>)>> {
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

/// A server at work. When this is dropped it closes all connections and is gone.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    stop: Sending,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send(Mail::Stop);
        if let Some(thread) = self.thread.take() {
            // Its panic, if there was one, has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}
