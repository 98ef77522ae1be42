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

use tensority_loopback::{Running, ServerError, listen};

use crate::emulator::chip::Chip;

/// Bytes of TMS and TDI together that a request may have. A client takes an answer for whole when it
/// has read once, so it must fit a packet.
const VECTOR: usize = 8192;

/// The chip, and what its clients and its owner tell each other.
#[derive(Debug)]
struct Shared {
    chip: Mutex<Chip>,
    clients: AtomicUsize,
    stop: AtomicBool,
}

/// Serves the JTAG port of a chip at an address of the loopback interface, in a thread of its own, until
/// the handle is dropped. `left` is told the chip whenever a client has left.
///
/// # Errors
/// All of [`ServerError`].
pub fn serve(
    address: SocketAddr,
    chip: Chip,
    left: impl Fn(&Chip) + Send + 'static,
) -> Result<Serving, ServerError> {
    let (listener, address) = listen(address)?;
    let shared = Arc::new(Shared {
        chip: Mutex::new(chip),
        clients: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
    });
    let [serving, stopping] = [&shared, &shared].map(Arc::clone);
    let serve = move || accept(&listener, &serving, left);
    let stop = move || {
        stopping.stop.store(true, Ordering::Relaxed);
        // Wakes it if it waits for a client.
        let _ = TcpStream::connect(address);
    };
    let running = Running::start("xvc", address, serve, stop)?;
    Ok(Serving { shared, running })
}

fn accept(listener: &TcpListener, shared: &Shared, left: impl Fn(&Chip)) {
    for client in listener.incoming() {
        if shared.stop.load(Ordering::Relaxed) {
            return;
        }
        // A client that is gone, or talks something else, is the end of that client only.
        if let Ok(client) = client {
            shared.clients.fetch_add(1, Ordering::Relaxed);
            let _ = Session::new(client).and_then(|mut session| session.serve(shared));
            left(&shared.chip());
        }
    }
}

/// A server at work; it ends when this is dropped.
#[derive(Debug)]
pub struct Serving {
    shared: Arc<Shared>,
    running: Running,
}

impl Serving {
    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.running.local_addr()
    }

    /// The chip. A client waits while this is held.
    pub fn chip(&self) -> MutexGuard<'_, Chip> {
        self.shared.chip()
    }

    /// Number of clients that have come so far.
    pub fn clients(&self) -> usize {
        self.shared.clients.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn chip(&self) -> MutexGuard<'_, Chip> {
        // A chip is whole between any two clocks.
        self.chip.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

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
