//! A place where a device is looked for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tensority_device::device::{Description, Device, Kind};
use tensority_device::discovery::ListedPort;
use tensority_source::Backoff;

use super::{NotOpened, Opener, PortOpener};
use crate::event::{Joined, WorkerConfig};

/// The waits between attempts to open a device.
const FIRST_WAIT: Duration = Duration::from_millis(500);
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

pub struct Place {
    /// What the device here is called,
    pub name: String,
    /// and whether somebody chose that.
    pub named: bool,
    pub config: WorkerConfig,
    pub opener: PlaceOpener,
    /// The port, if boards are looked for everywhere.
    pub port: Option<ListedPort>,
    /// The path of the port at which a device was opened last.
    pub at: Option<String>,
    /// The device that was here last, or is to be.
    pub device: Option<usize>,
    pub backoff: Backoff,
    pub status: Status,
    /// It is to be opened as soon as it is closed: somebody wants it, or it was plugged in anew meanwhile.
    pub wanted: bool,
}

pub type PlaceOpener = Arc<dyn Fn() -> Result<Box<dyn Device>, NotOpened> + Send + Sync>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Closed(Duration),
    Opening,
    Open(Duration),
    /// No board is at the port, which may be something else's: it is not written to again until it
    /// is plugged in anew, or somebody asks.
    LeftAlone,
    Gone,
}

/// Boards that are looked for at many ports.
pub struct Everywhere {
    pub config: WorkerConfig,
    pub ports: Box<dyn Fn() -> Vec<ListedPort> + Send>,
    /// The way to the board at a port.
    pub open: PortOpener,
}

impl Everywhere {
    pub fn place(&self, port: ListedPort) -> Place {
        let (open, path) = (Arc::clone(&self.open), PathBuf::from(&port.path));
        let name = port.path.clone();
        Place {
            port: Some(port),
            ..Place::new(name, false, self.config, Arc::new(move || open(&path)))
        }
    }
}

impl Place {
    pub fn of_one(name: String, named: bool, config: WorkerConfig, open: Opener) -> Self {
        let opener = Arc::new(move || open().map_err(NotOpened::Failed));
        Self::new(name, named, config, opener)
    }

    /// A place that is tried at once.
    fn new(name: String, named: bool, config: WorkerConfig, opener: PlaceOpener) -> Self {
        Self {
            name,
            named,
            config,
            opener,
            port: None,
            at: None,
            device: None,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
            status: Status::Closed(Duration::ZERO),
            wanted: false,
        }
    }
}

/// What a device is known by: the serial number of a board, else the place. Two boards may have one
/// number, such as that of an adapter which nobody numbered: [`twin_id`].
pub fn id(place: &Place, description: &Description) -> String {
    match (description.kind, description.serial) {
        (Kind::Board, Some(serial)) => format!("{serial:016x}"),
        _ => place.name.clone(),
    }
}

/// What a board is known by whose serial number another board has.
pub fn twin_id(place: &Place, description: &Description) -> String {
    let port = description.port.as_deref().unwrap_or(&place.name);
    format!("{}@{port}", id(place, description))
}

/// What a device is that was opened here, and is known by `id`.
pub fn joined(name: &str, id: String, place: &Place, description: &Description) -> Joined {
    Joined {
        name: name.to_owned(),
        id,
        kind: description.kind,
        port: description.port.clone(),
        lanes: description.lanes,
        queue: description.queue,
        expected_rate: place.config.expected_rate.or(description.expected_rate),
        config: place.config,
    }
}
