//! A recorded line, without a board: the host must send what it sent then, and receives what it
//! received then.
//!
//! Time does not count. What was received is there as soon as all that was sent before it has been
//! sent; where the recording goes on with something sent, nothing comes until that is sent.

use std::io::{self, BufRead};
use std::time::Duration;
use std::{thread, vec};

use tensority_device::device::Kind;
use tensority_device::transport::{Sleep, Transport};
use tensority_device::wake_fd::WakeFd;
use tensority_device::waker::Waker;

use super::record::{Direction, Passage, Title};

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("cannot read the recording: {0}")]
    Io(#[from] io::Error),
    /// A line is not one of a recording.
    #[error("line {line} of the recording: {reason}")]
    Line { line: usize, reason: String },
    /// The host sends something else than it did.
    #[error(
        "line {line} of the recording: expected to be sent {expected}, found {found}: differs at byte {place}"
    )]
    Differs {
        line: usize,
        /// Of the bytes sent at once, counted from 0.
        place: usize,
        /// In the recording, in hexadecimal; `nothing` where something is received.
        expected: String,
        /// In hexadecimal.
        found: String,
    },
    /// The host sends something where the recording has ended.
    #[error("after the last line of the recording: expected to be sent nothing, found {found}")]
    Over {
        /// In hexadecimal.
        found: String,
    },
}

impl From<ReplayError> for io::Error {
    fn from(error: ReplayError) -> Self {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }
}

/// A recording that is played.
pub struct Replay {
    title: Title,
    passages: vec::IntoIter<Recorded>,
    next: Option<Recorded>,
    wakes: WakeFd,
}

struct Recorded {
    line: usize,
    direction: Direction,
    bytes: Vec<u8>,
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub fn new(recording: impl BufRead) -> Result<Self, ReplayError> {
        let mut lines = recording.lines().enumerate();
        let (_, title) = lines
            .next()
            .ok_or_else(|| broken(1, "expected a title, found nothing"))?;
        let title = serde_json::from_str(&title?).map_err(|error| broken(1, error))?;
        let passages = lines.map(|(index, text)| recorded(index + 1, &text?));
        let mut passages = passages.collect::<Result<Vec<_>, _>>()?.into_iter();
        let next = passages.next();
        Ok(Self {
            title,
            passages,
            next,
            wakes: WakeFd::new()?,
        })
    }

    /// The number to begin after, for [`Board::open_from`](tensority_device::board::Board::open_from).
    pub fn start(&self) -> u32 {
        self.title.start
    }

    /// Whether all of it was played.
    pub fn is_over(&self) -> bool {
        self.next.is_none()
    }
}

fn broken(line: usize, reason: impl ToString) -> ReplayError {
    let reason = reason.to_string();
    ReplayError::Line { line, reason }
}

fn recorded(line: usize, text: &str) -> Result<Recorded, ReplayError> {
    let passage: Passage = serde_json::from_str(text).map_err(|error| broken(line, error))?;
    let bytes = hex::decode(&passage.bytes).map_err(|error| broken(line, error))?;
    Ok(Recorded {
        line,
        direction: passage.direction,
        bytes,
    })
}

impl Transport for Replay {
    fn name(&self) -> &str {
        &self.title.device
    }

    fn kind(&self) -> Kind {
        Kind::Simulated
    }

    fn port(&self) -> Option<&str> {
        None
    }

    fn waker(&self) -> Waker {
        self.wakes.waker()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        let found = hex::encode(bytes);
        let next = self.next.as_ref();
        let next = next.ok_or_else(|| ReplayError::Over {
            found: found.clone(),
        })?;
        let sent = next.direction == Direction::Sent;
        if !sent || bytes != next.bytes {
            let expected = if sent { &next.bytes[..] } else { &[] };
            let equal = bytes.iter().zip(expected).take_while(|(a, b)| a == b);
            let error = ReplayError::Differs {
                line: next.line,
                place: equal.count(),
                expected: match sent {
                    true => hex::encode(expected),
                    false => "nothing".into(),
                },
                found,
            };
            return Err(error.into());
        }
        self.next = self.passages.next();
        Ok(())
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: Duration,
        sleep: Sleep,
    ) -> io::Result<usize> {
        match &mut self.next {
            Some(next) if next.direction == Direction::Received => {
                let count = next.bytes.len().min(buffer.len());
                for (place, byte) in buffer.iter_mut().zip(next.bytes.drain(..count)) {
                    *place = byte;
                }
                if next.bytes.is_empty() {
                    self.next = self.passages.next();
                }
                Ok(count)
            }
            Some(_) => Ok(0),
            // As on a line where nothing happens any more.
            None => {
                match sleep {
                    Sleep::Light => {
                        self.wakes.wait(patience)?;
                    }
                    Sleep::Deep => thread::sleep(patience),
                }
                Ok(0)
            }
        }
    }
}
