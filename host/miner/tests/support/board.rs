//! Boards that come and go: software models behind ports that exist in the test alone.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tensority_device::board::Board;
use tensority_device::device::{Device, Kind};
use tensority_device::transport::{Sleep, Transport};
use tensority_device::waker::Waker;
use tensority_miner::WorkerConfig;
use tensority_miner::fleet::{NotOpened, Selection};
use tensority_model::hashing::Cheap;
use tensority_model::{Config, Port, SoftwareBoard};

/// The ports of a machine, with the boards that are plugged in.
#[derive(Clone, Default)]
pub struct Machine(Arc<Mutex<BTreeMap<PathBuf, Option<SoftwareBoard>>>>);

impl Machine {
    /// Plugs a board in.
    pub fn plug(&self, path: &str, serial: u64) {
        let config = Config {
            serial,
            // A thousand hashes a second.
            hash: 100_000,
            ..Config::default()
        };
        let board = SoftwareBoard::start_with(config, Cheap);
        self.ports().insert(path.into(), Some(board));
    }

    /// Plugs something in that is no board, or leaves an adapter without its board.
    pub fn plug_nothing(&self, path: &str) {
        self.ports().insert(path.into(), None);
    }

    /// Unplugs whatever is there, and its port with it.
    pub fn unplug(&self, path: &str) {
        self.ports().remove(Path::new(path));
    }

    /// Every board of this machine.
    pub fn every(&self, config: WorkerConfig) -> Selection {
        let (listed, opened) = (self.clone(), self.clone());
        Selection::Every {
            config,
            named: BTreeMap::new(),
            ports: Box::new(move || listed.ports().keys().cloned().collect()),
            open: Arc::new(move |path| opened.open(path).map_err(NotOpened::NoBoard)),
        }
    }

    /// Opens the board at a port.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn open(&self, path: &Path) -> Result<Box<dyn Device>, String> {
        let name = path.display().to_string();
        let port = match self.ports().get(path) {
            Some(Some(board)) => board.port(),
            Some(None) => return Err(format!("{name}: no answer")),
            None => return Err(format!("{name}: no such port")),
        };
        let wire = Wire {
            name,
            port,
            woken: false,
        };
        let board = Board::open(wire).map_err(|error| error.to_string())?;
        Ok(Box::new(board))
    }

    fn ports(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Option<SoftwareBoard>>> {
        self.0.lock().expect("no panic")
    }
}

/// The line to a board.
struct Wire {
    name: String,
    port: Port,
    /// A wake came in a deep sleep.
    woken: bool,
}

impl Transport for Wire {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> Kind {
        Kind::Board
    }

    fn port(&self) -> Option<&str> {
        Some(&self.name)
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
        let deadline = Instant::now() + patience.min(super::LONG);
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
