//! The line to a board whose chip is a software model.

use std::{
    io::{self, ErrorKind, Read, Write},
    time::Duration,
};

use tensority_device::transport::Transport;
use tensority_model::{Port, SoftwareBoard};

pub struct Wire {
    port: Port,
    pub board: SoftwareBoard,
}

impl Wire {
    pub fn new(board: SoftwareBoard) -> Self {
        Self {
            port: board.port(),
            board,
        }
    }
}

impl Transport for Wire {
    fn name(&self) -> &str {
        "model"
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.port.write_all(bytes)
    }

    fn receive(&mut self, buffer: &mut [u8], patience: Duration) -> io::Result<usize> {
        self.port.set_timeout(patience);
        match self.port.read(buffer) {
            Err(error) if error.kind() == ErrorKind::TimedOut => Ok(0),
            outcome => outcome,
        }
    }
}
