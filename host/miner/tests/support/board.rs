//! Boards that come and go: software models behind ports that exist in the test alone.

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tensority_device::board::Board;
use tensority_device::device::{Device, Kind};
use tensority_device::discovery::ListedPort;
use tensority_device::transport::{Sleep, Transport};
use tensority_device::waker::Waker;
use tensority_miner::WorkerConfig;
use tensority_miner::fleet::{NotOpened, Selection};
use tensority_model::hashing::Cheap;
use tensority_model::{Config, Port, SoftwareBoard};

/// The ports of a machine, with the boards that are plugged in.
#[derive(Clone, Default)]
pub struct Machine(Arc<Mutex<Ports>>);

#[derive(Default)]
struct Ports {
    by_path: BTreeMap<PathBuf, Plugged>,
    plugged: u64,
}

/// What is at a port.
struct Plugged {
    board: Option<SoftwareBoard>,
    inode: u64,
    /// How often it was opened.
    opened: u32,
}

impl Machine {
    /// Plugs a board in.
    pub fn plug(&self, path: &str, serial: u64) {
        let config = Config {
            serial,
            // A thousand hashes a second.
            hash: 100_000,
            ..Config::default()
        };
        self.insert(path, Some(SoftwareBoard::start_with(config, Cheap)));
    }

    /// Plugs something in that is no board, or leaves an adapter without its board.
    pub fn plug_nothing(&self, path: &str) {
        self.insert(path, None);
    }

    fn insert(&self, path: &str, board: Option<SoftwareBoard>) {
        let mut ports = self.ports();
        ports.plugged += 1;
        let plugged = Plugged {
            board,
            inode: ports.plugged,
            opened: 0,
        };
        ports.by_path.insert(path.into(), plugged);
    }

    /// How often what is at a port was opened.
    pub fn opened(&self, path: &str) -> u32 {
        self.ports().by_path[Path::new(path)].opened
    }

    fn listed(&self) -> Vec<ListedPort> {
        let ports = self.ports();
        let listed = ports.by_path.iter().map(|(path, plugged)| ListedPort {
            path: path.display().to_string(),
            usb: None,
            usb_serial: None,
            inode: Some(plugged.inode),
        });
        listed.collect()
    }

    /// Unplugs whatever is there, and its port with it.
    pub fn unplug(&self, path: &str) {
        self.ports().by_path.remove(Path::new(path));
    }

    /// Every board of this machine.
    pub fn every(&self, config: WorkerConfig) -> Selection {
        let (listed, opened) = (self.clone(), self.clone());
        Selection::Every {
            config,
            named: BTreeMap::new(),
            ports: Box::new(move || listed.listed()),
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
        let port = {
            let mut ports = self.ports();
            let Some(plugged) = ports.by_path.get_mut(path) else {
                return Err(format!("{name}: no such port"));
            };
            plugged.opened += 1;
            let board = plugged.board.as_ref();
            board.ok_or(format!("{name}: no answer"))?.port()
        };
        let wire = Wire {
            name,
            port,
            woken: false,
        };
        let board = Board::open(wire).map_err(|error| error.to_string())?;
        Ok(Box::new(board))
    }

    fn ports(&self) -> MutexGuard<'_, Ports> {
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
