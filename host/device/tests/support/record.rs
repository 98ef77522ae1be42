//! A line that writes down all that passes, for [`super::replay`].
//!
//! A recording is a text of JSON lines. The first says what was recorded and the number that the
//! host's numbering began after; each other one is what was sent or received at once:
//!
//! ```text
//! {"device":"/dev/ttyUSB1","start":2898471}
//! {"milliseconds":0,"direction":"sent","bytes":"00050101…"}
//! {"milliseconds":3,"direction":"received","bytes":"0401412b3a…"}
//! ```

use std::io::{self, Write};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tensority_device::device::Kind;
use tensority_device::transport::{Sleep, Transport};
use tensority_device::waker::Waker;

/// The first line of a recording.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// Name of the line.
    pub device: String,
    /// What [`Board::open_from`](tensority_device::board::Board::open_from) was given.
    pub start: u32,
}

/// Any other line of a recording.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Since the recording began.
    pub milliseconds: u64,
    pub direction: Direction,
    /// What passed, in hexadecimal.
    pub bytes: String,
}

/// Which way bytes went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Sent,
    Received,
}

/// A line that is written down.
pub struct Recorder<T, W> {
    inner: T,
    out: W,
    begin: Instant,
}

impl<T: Transport, W: Write + Send> Recorder<T, W> {
    /// Writes down what passes on `inner`, on which the host begins to number after `start`.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn new(inner: T, mut out: W, start: u32) -> io::Result<Self> {
        let device = inner.name().to_owned();
        write_line(&mut out, &Title { device, start })?;
        Ok(Self {
            inner,
            out,
            begin: Instant::now(),
        })
    }

    fn write(&mut self, direction: Direction, bytes: &[u8]) -> io::Result<()> {
        let passage = Passage {
            milliseconds: self.begin.elapsed().as_millis() as u64,
            direction,
            bytes: hex::encode(bytes),
        };
        write_line(&mut self.out, &passage)
    }
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let say =
        |error: io::Error| io::Error::new(error.kind(), format!("cannot record the line: {error}"));
    let json = serde_json::to_string(line).map_err(|error| say(error.into()))?;
    writeln!(out, "{json}").map_err(say)
}

impl<T: Transport, W: Write + Send> Transport for Recorder<T, W> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn kind(&self) -> Kind {
        self.inner.kind()
    }

    fn port(&self) -> Option<&str> {
        self.inner.port()
    }

    fn waker(&self) -> Waker {
        self.inner.waker()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write(Direction::Sent, bytes)?;
        self.inner.send(bytes)
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: Duration,
        sleep: Sleep,
    ) -> io::Result<usize> {
        let received = self.inner.receive(buffer, patience, sleep)?;
        if received > 0 {
            self.write(Direction::Received, &buffer[..received])?;
        }
        Ok(received)
    }
}
