//! A connection to a pool that is never waited for, over TCP or TLS.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::sockopt;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use crate::address::PoolUrl;
use crate::event::Reason;
use crate::settings::Limits;
use crate::tls;

/// How to agree on TLS, and with whom.
pub type Security = (Arc<ClientConfig>, ServerName<'static>);

pub struct Link {
    socket: TcpStream,
    tls: Option<ClientConnection>,
    /// What is to be sent and is not with the socket or with TLS yet.
    unsent: Vec<u8>,
}

impl Link {
    /// Connects to the first of the host's addresses that lets us.
    pub fn open(
        url: &PoolUrl,
        security: Option<&Security>,
        limits: &Limits,
    ) -> Result<Self, Reason> {
        let unreachable = |error: io::Error| {
            let text = format!("the pool cannot be reached ({error})");
            Reason::new("unreachable", text)
        };
        let socket = connect(url, limits.connect).map_err(unreachable)?;
        prepare(&socket).map_err(unreachable)?;
        let tls = security.map(|(config, name)| {
            ClientConnection::new(Arc::clone(config), name.clone())
                .map_err(|error| Reason::new("tls", format!("the pool {}", tls::explain(&error))))
        });
        Ok(Self {
            socket,
            tls: tls.transpose()?,
            unsent: Vec::new(),
        })
    }

    /// Whether the two have yet to agree on TLS.
    pub fn is_agreeing(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.is_handshaking())
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.unsent.extend_from_slice(bytes);
    }

    /// Sends as much as can be sent now.
    pub fn flush(&mut self) -> io::Result<()> {
        let Some(tls) = &mut self.tls else {
            return pass_on(&mut self.unsent, &mut self.socket);
        };
        pass_on(&mut self.unsent, &mut tls.writer())?;
        while tls.wants_write() {
            if not_now(tls.write_tls(&mut self.socket))?.is_none() {
                break;
            }
        }
        Ok(())
    }

    /// Reads what is there: the number of bytes, 0 at the end, or nothing if there is nothing yet.
    ///
    /// # Errors
    /// Those of the socket, and of TLS: [`tls::find`].
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let Some(tls) = &mut self.tls else {
            return not_now(self.socket.read(buffer));
        };
        loop {
            match not_now(tls.reader().read(buffer)) {
                Ok(None) => {}
                // The end, though TLS did not hear of it.
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Some(0)),
                done => return done,
            }
            if not_now(tls.read_tls(&mut self.socket))?.is_none() {
                return Ok(None);
            }
            if let Err(error) = tls.process_new_packets() {
                // The pool may like to know why; that it does not get it changes nothing.
                let _ = tls.write_tls(&mut self.socket);
                return Err(io::Error::new(ErrorKind::InvalidData, error));
            }
        }
    }

    /// Waits until there is something to read, until what could not be sent can be, until someone
    /// wakes us, or until a time.
    pub fn wait(&self, wakes: &UnixStream, until: Instant) -> io::Result<()> {
        let wants_write =
            !self.unsent.is_empty() || self.tls.as_ref().is_some_and(|tls| tls.wants_write());
        let events = match wants_write {
            true => PollFlags::IN | PollFlags::OUT,
            false => PollFlags::IN,
        };
        let socket = PollFd::new(&self.socket, events);
        wait(&mut [socket, PollFd::new(wakes, PollFlags::IN)], until)
    }
}

/// Waits until someone wakes us, or until a time.
pub fn rest(wakes: &UnixStream, until: Instant) -> io::Result<()> {
    wait(&mut [PollFd::new(wakes, PollFlags::IN)], until)
}

fn wait(what: &mut [PollFd<'_>], until: Instant) -> io::Result<()> {
    let left = until.saturating_duration_since(Instant::now());
    let left = Timespec::try_from(left).map_err(io::Error::other)?;
    match poll(what, Some(&left)) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn connect(url: &PoolUrl, limit: Duration) -> io::Result<TcpStream> {
    let mut failure = io::Error::other("its name has no address");
    for address in (url.host(), url.port()).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, limit) {
            Ok(socket) => return Ok(socket),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// A share goes out at once, and a peer that vanished is noticed some time.
fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    socket.set_nonblocking(true)?;
    sockopt::set_socket_keepalive(socket, true)?;
    Ok(sockopt::set_tcp_keepidle(socket, Duration::from_secs(60))?)
}

/// Writes bytes until there are none or the writer takes no more now.
fn pass_on(bytes: &mut Vec<u8>, to: &mut impl Write) -> io::Result<()> {
    while !bytes.is_empty() {
        match not_now(to.write(bytes))? {
            Some(0) | None => break,
            Some(count) => drop(bytes.drain(..count)),
        }
    }
    Ok(())
}

/// Nothing, if the answer is to come back later.
fn not_now<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::Interrupted => Ok(None),
            _ => Err(error),
        },
    }
}
