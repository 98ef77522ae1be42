//! A server for the Xilinx Virtual Cable protocol, version 1.0.
//!
//! | request | answer |
//! |---|---|
//! | `getinfo:` | `xvcServer_v1.0:` and the largest vector in bytes |
//! | `settck:` and the period in ns, four bytes | the period |
//! | `shift:` and the bits n, four bytes, then n bits TMS, n bits TDI, each filled to a byte | n bits TDO |
//!
//! Numbers and vectors are least significant byte and bit first. One client after the other is served.

use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crate::emulator::chip::Chip;

/// Bytes of TMS and TDI together that a request may have. A client takes an answer for whole when it
/// has read once, so it must fit a packet.
const VECTOR: usize = 8192;

/// The server cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is open to other machines.
    #[error(
        "expected an address of this machine, found {0}; a JTAG port has no password, use 127.0.0.1"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}; choose another port")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// There is no thread for it.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    chip: Mutex<Chip>,
    clients: AtomicUsize,
    stop: AtomicBool,
}

impl Server {
    /// Listens for clients of this chip at an address of this machine; port 0 is any free one.
    ///
    /// # Errors
    /// If the address is not of this machine alone, or not free.
    pub fn bind(address: SocketAddr, chip: Chip) -> Result<Self, ServerError> {
        if !address.ip().is_loopback() {
            return Err(ServerError::NotLoopback(address));
        }
        let failed = |source| ServerError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared {
            chip: Mutex::new(chip),
            clients: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
        });
        Ok(Self {
            listener,
            address,
            shared,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves in a thread of its own; `left` is told the chip whenever a client has left.
    ///
    /// # Errors
    /// If the system has no thread.
    pub fn spawn(
        self,
        mut left: impl FnMut(&Chip) + Send + 'static,
    ) -> Result<Serving, ServerError> {
        let shared = Arc::clone(&self.shared);
        let address = self.address;
        let thread = thread::Builder::new().name("xvc".into());
        let thread = thread.spawn(move || self.serve(&mut left));
        Ok(Serving {
            address,
            shared,
            thread: Some(thread.map_err(ServerError::Thread)?),
        })
    }

    fn serve(&self, left: &mut dyn FnMut(&Chip)) {
        for client in self.listener.incoming() {
            if self.shared.stop.load(Ordering::Relaxed) {
                return;
            }
            // A client that is gone, or talks something else, is the end of that client only.
            if let Ok(client) = client {
                self.shared.clients.fetch_add(1, Ordering::Relaxed);
                let _ = Session::new(client).and_then(|mut session| session.serve(&self.shared));
                left(&self.shared.chip());
            }
        }
    }
}

/// A server at work; it ends when this is dropped.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The chip. A client waits while this is held.
    pub fn chip(&self) -> MutexGuard<'_, Chip> {
        self.shared.chip()
    }

    /// Clients that have come so far.
    pub fn clients(&self) -> usize {
        self.shared.clients.load(Ordering::Relaxed)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        // Wakes it if it waits for a client.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn chip(&self) -> MutexGuard<'_, Chip> {
        // A chip is whole between any two clocks.
        self.chip.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client's connection.
struct Session {
    input: BufReader<TcpStream>,
    output: TcpStream,
}

impl Session {
    fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self {
            output: stream.try_clone()?,
            input: BufReader::new(stream),
        })
    }

    /// Answers requests until the client is gone, says something else, or the chip has lost its power.
    fn serve(&mut self, shared: &Shared) -> io::Result<()> {
        while !shared.stop.load(Ordering::Relaxed) && shared.chip().has_power() {
            match &self.word()?[..] {
                b"getinfo:" => {
                    // In one piece, as every answer.
                    let information = format!("xvcServer_v1.0:{VECTOR}\n");
                    self.output.write_all(information.as_bytes())?;
                }
                b"settck:" => {
                    let period = self.number()?.to_le_bytes();
                    self.output.write_all(&period)?;
                }
                b"shift:" => self.shift(shared)?,
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
        Ok(())
    }

    /// The next request's name, with its colon.
    fn word(&mut self) -> io::Result<Vec<u8>> {
        let mut word = Vec::new();
        while word.last() != Some(&b':') && word.len() < 8 {
            word.push(self.read::<1>()?[0]);
        }
        Ok(word)
    }

    fn number(&mut self) -> io::Result<u32> {
        self.read().map(u32::from_le_bytes)
    }

    fn shift(&mut self, shared: &Shared) -> io::Result<()> {
        let bits = self.number()? as usize;
        let bytes = bits.div_ceil(8);
        if 2 * bytes > VECTOR {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut vectors = [0; VECTOR];
        self.acknowledge();
        self.input.read_exact(&mut vectors[..2 * bytes])?;
        let (tms, tdi) = vectors[..2 * bytes].split_at(bytes);
        let mut tdo = vec![0; bytes];
        let mut chip = shared.chip();
        let bit = |vector: &[u8], place: usize| vector[place / 8] >> (place % 8) & 1 != 0;
        for place in 0..bits {
            let out = chip.clock(bit(tms, place), bit(tdi, place));
            tdo[place / 8] |= u8::from(out) << (place % 8);
        }
        // A board without power answers nothing.
        if !chip.has_power() {
            return Ok(());
        }
        drop(chip);
        self.output.write_all(&tdo)
    }

    fn read<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.acknowledge();
        self.input.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Lets a client go on that sends a request in pieces, each of which waits for the word that the one
    /// before has arrived; the system would keep that back for 40 ms. It forgets the wish at every read.
    fn acknowledge(&self) {
        if self.input.buffer().is_empty() {
            // Without it it is slow, not wrong.
            let _ = rustix::net::sockopt::set_tcp_quickack(&self.output, true);
        }
    }
}
