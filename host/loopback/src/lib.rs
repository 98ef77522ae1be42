//! Servers that answer this machine only: an address of the loopback interface, and a thread that ends
//! with its handle.
//!
//! ```
//! use std::{io::Write, net::TcpStream};
//! use tensority_loopback::{Running, listen};
//!
//! let (listener, address) = listen("127.0.0.1:0".parse()?)?;
//! let serve = move || {
//!     // One client, or the stop below.
//!     if let Ok((mut client, _)) = listener.accept() {
//!         let _ = client.write_all(b"hello");
//!     }
//! };
//! let stop = move || drop(TcpStream::connect(address));
//! let running = Running::start("greeter", address, serve, stop)?;
//! assert!(running.local_addr().ip().is_loopback());
//! drop(running); // stopped, and its thread is gone
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

use std::net::{SocketAddr, TcpListener};
use std::thread::{Builder, JoinHandle};
use std::{fmt, io};

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Other machines could reach the address.
    #[error(
        "expected a loopback address, found {0}: this server answers this machine only; use \
         127.0.0.1 or [::1]"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be listened on: most likely it is taken.
    #[error("cannot listen on {address}: {source}; choose another port, or 0 for any")]
    #[allow(missing_docs)]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    /// The system has no thread or descriptor left.
    #[error("cannot start to serve: {0}")]
    Start(#[from] io::Error),
}

/// Takes an address of the loopback interface; returns it with the port that was found. Port 0 takes any
/// free port.
///
/// # Errors
/// [`ServerError::NotLoopback`], [`ServerError::Listen`].
pub fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    if !address.ip().is_loopback() {
        return Err(ServerError::NotLoopback(address));
    }
    let listen = || {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    listen().map_err(|source| ServerError::Listen { address, source })
}

/// A server at work. When this is dropped it is told to stop, and its thread ends.
pub struct Running {
    address: SocketAddr,
    stop: Option<Box<dyn FnOnce() + Send + Sync>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Serves `address` in a thread of its own, called `name`, until `stop` makes `serve` return.
    ///
    /// # Errors
    /// [`ServerError::Start`].
    pub fn start(
        name: &str,
        address: SocketAddr,
        serve: impl FnOnce() + Send + 'static,
        stop: impl FnOnce() + Send + Sync + 'static,
    ) -> Result<Self, ServerError> {
        let thread = Builder::new().name(name.to_owned());
        Ok(Self {
            address,
            thread: Some(thread.spawn(serve)?),
            stop: Some(Box::new(stop)),
        })
    }

    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop();
        }
        if let Some(thread) = self.thread.take() {
            // Its panic, if there was one, has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Running").field(&self.address).finish()
    }
}
