//! The line to a board whose chip is a software model.

use std::io::{self, ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use tensority_device::device::Kind;
use tensority_device::transport::{Sleep, Transport};
use tensority_device::waker::Waker;
use tensority_model::{Port, SoftwareBoard};

pub struct Wire {
    port: Port,
    pub board: SoftwareBoard,
    /// A wake came in a deep sleep.
    woken: bool,
}

impl Wire {
    pub fn new(board: SoftwareBoard) -> Self {
        Self {
            port: board.port(),
            board,
            woken: false,
        }
    }
}

impl Transport for Wire {
    fn name(&self) -> &str {
        "model"
    }

    fn kind(&self) -> Kind {
        Kind::Simulated
    }

    fn port(&self) -> Option<&str> {
        None
    }

    fn waker(&self) -> Waker {
        let port = self.port.clone();
        Waker::new(move || port.interrupt())
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.write_all(bytes)
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: Duration,
        sleep: Sleep,
    ) -> io::Result<usize> {
        let deadline = Instant::now() + patience;
        loop {
            if sleep == Sleep::Light && std::mem::take(&mut self.woken) {
                return Ok(0);
            }
            self.port
                .set_timeout(deadline.saturating_duration_since(Instant::now()));
            match self.port.read(buffer) {
                Err(error) if error.kind() == ErrorKind::TimedOut => return Ok(0),
                Err(error) if error.kind() == ErrorKind::Interrupted => self.woken = true,
                outcome => return outcome,
            }
        }
    }
}
