//! A place where a device is looked for.

use super::{NotOpened, Opener, PortOpener};
use crate::{event::Joined, worker::Manner};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tensority_device::device::{Description, Device, Kind};
use tensority_source::Backoff;
use tensority_telemetry::device;

/// The waits between attempts to open a device.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest of them.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Where a device is looked for.
pub struct Place {
    /// What the device here is called,
    pub name: String,
    /// and whether somebody chose that.
    pub named: bool,
    /// How it is to work.
    pub manner: Manner,
    /// The way to it.
    pub opener: PlaceOpener,
    /// The port, if boards are looked for everywhere.
    pub port: Option<PathBuf>,
    /// The device that was here last, or is to be.
    pub device: Option<usize>,
    /// The waits between attempts.
    pub backoff: Backoff,
    /// How it is here.
    pub status: Status,
    /// Somebody wants it opened as soon as it is closed.
    pub wanted: bool,
}

/// Opens the device of a place.
pub type PlaceOpener = Arc<dyn Fn() -> Result<Box<dyn Device>, NotOpened> + Send + Sync>;

/// How a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is tried at this time.
    Closed(Duration),
    /// It is tried now.
    Opening,
    /// A device is here, since then.
    Open(Duration),
    /// The port is gone.
    Gone,
}

/// Boards that are looked for at many ports.
pub struct Everywhere {
    /// How each is to work.
    pub manner: Manner,
    /// The ports.
    pub ports: Box<dyn Fn() -> Vec<PathBuf> + Send>,
    /// The way to the board at a port.
    pub open: PortOpener,
}

impl Everywhere {
    /// The place of a port.
    pub fn place(&self, port: PathBuf) -> Place {
        let (open, path) = (Arc::clone(&self.open), port.clone());
        let name = port.display().to_string();
        Place {
            port: Some(port),
            ..Place::new(name, false, self.manner, Arc::new(move || open(&path)))
        }
    }
}

impl Place {
    /// The place of one device.
    pub fn of_one(name: String, named: bool, manner: Manner, open: Opener) -> Self {
        let opener = Arc::new(move || open().map_err(NotOpened::Failed));
        Self::new(name, named, manner, opener)
    }

    /// A place that is tried at once.
    fn new(name: String, named: bool, manner: Manner, opener: PlaceOpener) -> Self {
        Self {
            name,
            named,
            manner,
            opener,
            port: None,
            device: None,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT),
            status: Status::Closed(Duration::ZERO),
            wanted: false,
        }
    }
}

/// What a device is known by: the serial number of a board, else the place.
pub fn id(place: &Place, description: &Description) -> String {
    match (description.kind, description.serial) {
        (Kind::Board, Some(serial)) => format!("{serial:016x}"),
        _ => place.name.clone(),
    }
}

/// What a device is that was opened here.
pub fn joined(name: &str, place: &Place, description: &Description) -> Joined {
    Joined {
        name: name.to_owned(),
        id: id(place, description),
        kind: match description.kind {
            Kind::Board => device::Kind::Board,
            Kind::Simulated => device::Kind::Simulated,
            Kind::Processor => device::Kind::Processor,
        },
        port: description.port.clone(),
        lanes: description.lanes,
        expected_rate: place.manner.expected_rate.or(description.expected_rate),
    }
}
