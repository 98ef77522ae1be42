//! A board in software on a pseudo-terminal.

use std::io::{Read, Write};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::io::{FdFlags, fcntl_setfd};
use serialport::{SerialPort, TTYPort};
use tensority_model::{Config, Faults, SoftwareBoard};

/// A board in software on a pseudo-terminal.
pub struct Terminal {
    /// Its path.
    pub path: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Terminal {
    /// Starts one with these faults.
    pub fn new(faults: Faults) -> Self {
        Self::of(Config {
            faults,
            ..Config::default()
        })
    }

    /// Starts one of this configuration.
    pub fn of(config: Config) -> Self {
        let (mut master, slave) = TTYPort::pair().expect("a pseudo-terminal");
        let path = slave.name().expect("a path");
        // A program that another test starts meanwhile would inherit it, and be taken for its user.
        drop(slave);
        // A program that the test starts would hold the board's end, and the board could never be unplugged.
        // SAFETY: the port is open for as long as the descriptor is borrowed.
        let descriptor = unsafe { BorrowedFd::borrow_raw(master.as_raw_fd()) };
        fcntl_setfd(descriptor, FdFlags::CLOEXEC).expect("set");
        let patience = Duration::from_millis(1);
        master.set_timeout(patience).expect("set");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let board = SoftwareBoard::start(config);
            let mut port = board.port();
            port.set_timeout(patience);
            let mut buffer = [0; 128];
            // Neither end has something to say most of the time, and the host's is often closed.
            while !stopped.load(Ordering::Relaxed) {
                if let Ok(received) = master.read(&mut buffer) {
                    port.write_all(&buffer[..received]).expect("a board");
                }
                if let Ok(received) = port.read(&mut buffer) {
                    let _ = master.write_all(&buffer[..received]);
                }
            }
        });
        Self {
            path,
            stop,
            thread: Some(thread),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the board ends");
        }
    }
}
