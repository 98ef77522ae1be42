//! Probe of a port: the board's identity and its known answer.

use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

use tensority_protocol::messages::Identity;

use crate::board::Board;
use crate::device::{Device, DeviceError, Notice, Placement, RangeId};
use crate::discovery::ListedPort;
use crate::known_answer::KnownAnswer;
use crate::link::Patience;
use crate::port::{BAUD, Port, PortError};
use crate::transport::Transport;

/// How long a port may take to answer that nobody says a board is at.
pub const BRIEF: Patience = Patience {
    first: Duration::from_millis(300),
    attempts: 2,
};

/// Longest time for the known answer. A board makes a matrix list for it, which takes a simulated
/// one some ten seconds.
const ANSWER_PATIENCE: Duration = Duration::from_secs(120);

/// Why there is no board at a port.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum ProbeError {
    #[error(transparent)]
    Port(#[from] PortError),
    /// What is there does not answer as it should.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

/// What a board answers to a question whose answer is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Verdict {
    NotAsked,
    Right,
    Wrong([u8; 32]),
    /// It did not come, or not in time.
    Absent,
}

/// A board that answers.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Probed {
    pub identity: Identity,
    /// What it is known by: its own serial number, else one made of its adapter's.
    pub serial: Option<u64>,
    /// Hashes per second that its size and clock promise.
    pub expected_rate: Option<f64>,
    pub known_answer: Verdict,
}

/// Asks the board at a port who it is, and unless `quick` for a known answer. What it was at is
/// given up.
///
/// # Errors
/// If there is none, or it fails.
pub fn probe(path: &Path, patience: Patience, quick: bool) -> Result<Probed, ProbeError> {
    let port = Port::open(path, BAUD)?;
    let mut board = Board::open_from(port, rand::random(), patience)?;
    let known_answer = match quick {
        true => Verdict::NotAsked,
        false => known_answer(&mut board, ANSWER_PATIENCE)?,
    };
    Ok(Probed {
        identity: *board.identity(),
        serial: board.description().serial,
        expected_rate: board.description().expected_rate,
        known_answer,
    })
}

/// Opens the port at `path` and asks who is there, briefly, since it may be no board. The board that
/// is there gives up what it was at, and is later waited for like any other.
///
/// # Errors
/// If there is none, or another program has the port.
pub fn identify(path: &Path, baud: u32) -> Result<Board<Port>, ProbeError> {
    let mut board = Board::open_from(Port::open(path, baud)?, rand::random(), BRIEF)?;
    board.set_patience(Patience::default());
    Ok(board)
}

/// Looks for the board with this serial number at these ports, such as
/// [`UsbIds::candidates`](crate::discovery::UsbIds::candidates).
///
/// # Errors
/// If it is at none; ports that cannot be opened are passed over, and told of then.
pub fn find(ports: Vec<ListedPort>, serial: u64, baud: u32) -> Result<Board<Port>, NotFound> {
    let mut not_found = NotFound {
        serial,
        asked: 0,
        closed: Vec::new(),
    };
    for port in ports {
        match identify(Path::new(&port.path), baud) {
            Ok(board) if board.description().serial == Some(serial) => return Ok(board),
            Err(ProbeError::Port(_)) => not_found.closed.push(port.path),
            Ok(_) | Err(ProbeError::Device(_)) => not_found.asked += 1,
        }
    }
    Err(not_found)
}

/// No board has the serial number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct NotFound {
    pub serial: u64,
    /// Ports at which another board is, or none.
    pub asked: usize,
    /// Paths of the ports that another program has, or that may not be opened.
    pub closed: Vec<String>,
}

impl std::error::Error for NotFound {}

impl fmt::Display for NotFound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { serial, asked, .. } = self;
        write!(formatter, "no board with the serial number {serial:016x}")?;
        write!(formatter, " at the {asked} ports that could be asked")?;
        if !self.closed.is_empty() {
            let closed = self.closed.join(", ");
            write!(formatter, "; in use or not to be opened: {closed}")?;
        }
        write!(formatter, "; `tensority devices` tells who is where")
    }
}

/// Asks a board for a known answer, and waits for it so long. What it was at is given up.
pub fn known_answer<T: Transport>(
    board: &mut Board<T>,
    patience: Duration,
) -> Result<Verdict, DeviceError> {
    let known = KnownAnswer::GENESIS;
    let asked = known.range(RangeId::random().next());
    board.begin(&asked, Placement::Replace)?;
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match board.notice(left)? {
            Some(Notice::Found { hash, .. }) if hash == known.pow_hash => {
                return Ok(Verdict::Right);
            }
            Some(Notice::Found { hash, .. }) => return Ok(Verdict::Wrong(hash)),
            // A board that fails its own test in the meantime drops what it was given.
            Some(Notice::RangeDone { range, .. }) if range == asked.id => {
                return Ok(Verdict::Absent);
            }
            Some(_) => {}
            None => {
                board.abort()?;
                return Ok(Verdict::Absent);
            }
        }
    }
}
