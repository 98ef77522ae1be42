//! The process of the boards: boards in software on pseudo-terminals, which are disturbed as standard input says, and
//! a record of every hash that they make.

use std::fs;
use std::io::{self, BufRead, BufWriter, Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rand::Rng;
use serialport::{SerialPort, TTYPort};
use tensority_model::hashing::{Cheap, Hashing, Tensority};
use tensority_model::{Config, Faults, SoftwareBoard};

use crate::record;

/// How long a thread of a line sleeps before it looks whether it is to end.
const PATIENCE: Duration = Duration::from_millis(20);

/// One hash of so many is wrong, of the first board: what the miner must notice.
const WRONG_EACH: u64 = 211;

/// The port of a board in a folder.
pub fn path(folder: &Path, board: usize) -> PathBuf {
    folder.join(format!("board-{board}"))
}

/// What is done to a board.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Disturbance {
    /// So many bytes of a million, in both directions, have a bit flipped or are lost.
    Noise(u32),
    /// Pulls the cable, and with it the power.
    Unplug,
    /// Plugs it in again.
    Plug,
    /// Presses the reset button.
    Reset,
}

impl Disturbance {
    /// As the process reads it.
    pub fn line(self, board: usize) -> String {
        match self {
            Self::Noise(per_million) => format!("noise {board} {per_million}\n"),
            Self::Unplug => format!("unplug {board}\n"),
            Self::Plug => format!("plug {board}\n"),
            Self::Reset => format!("reset {board}\n"),
        }
    }

    fn read(line: &str) -> Option<(Self, usize)> {
        let mut words = line.split(' ');
        let (name, board) = (words.next()?, words.next()?.parse().ok()?);
        let disturbance = match name {
            "noise" => Self::Noise(words.next()?.parse().ok()?),
            "unplug" => Self::Unplug,
            "plug" => Self::Plug,
            "reset" => Self::Reset,
            _ => return None,
        };
        Some((disturbance, board))
    }
}

/// The boards of a process.
#[derive(Clone, Debug)]
pub struct Boards {
    /// How many.
    pub count: usize,
    /// Where their ports are.
    pub folder: PathBuf,
    /// Where every hash is written down.
    pub record: PathBuf,
    /// Cycles of a hash, at 100 MHz.
    pub hash_cycles: u64,
}

impl Boards {
    /// The process that runs them.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .args(["boards", &self.count.to_string()])
            .args([&self.folder, &self.record])
            .arg(self.hash_cycles.to_string());
        command
    }

    /// Runs them until standard input ends.
    ///
    /// # Errors
    /// If there is no pseudo-terminal, a file cannot be written, or a line makes no sense.
    pub fn run(&self) -> io::Result<()> {
        let writer = BufWriter::new(fs::File::create(&self.record)?);
        let writer = Arc::new(Mutex::new(writer));
        let plug = |board| Plugged::new(self, board, &writer);
        let boards = (0..self.count).map(|board| plug(board).map(Some));
        let mut boards = boards.collect::<io::Result<Vec<_>>>()?;
        println!("ready");
        for line in io::stdin().lock().lines() {
            let line = line?;
            let unknown = || io::Error::other(format!("expected a disturbance, found {line:?}"));
            let (disturbance, number) = Disturbance::read(&line).ok_or_else(unknown)?;
            let board = boards.get_mut(number).ok_or_else(unknown)?;
            match (disturbance, &mut *board) {
                (Disturbance::Plug, None) => *board = Some(plug(number)?),
                (Disturbance::Unplug, Some(_)) => *board = None,
                (Disturbance::Noise(per_million), Some(plugged)) => {
                    plugged.noise.store(per_million, Ordering::Relaxed);
                }
                (Disturbance::Reset, Some(plugged)) => plugged.board.reset(),
                (Disturbance::Plug, Some(_)) | (_, None) => {}
            }
        }
        drop(boards);
        lock(&writer).flush()
    }
}

type Writer = Arc<Mutex<BufWriter<fs::File>>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A hash function whose every hash is written down.
struct Recorded<H> {
    hashing: H,
    board: u8,
    writer: Writer,
}

impl<H: Hashing> Hashing for Recorded<H> {
    fn pow_hash(&mut self, seed: &[u8; 32], header_hash: &[u8; 32]) -> [u8; 32] {
        let pow_hash = self.hashing.pow_hash(seed, header_hash);
        let hash = record::Hash {
            board: self.board,
            header_hash: *header_hash,
            pow_hash,
        };
        hash.write(&mut *lock(&self.writer)).expect("a record");
        pow_hash
    }

    fn checksum(&mut self, seed: &[u8; 32], matrix: u8) -> u32 {
        self.hashing.checksum(seed, matrix)
    }
}

/// A board that is plugged in, until it is dropped.
struct Plugged {
    path: PathBuf,
    board: SoftwareBoard,
    noise: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    lines: Vec<JoinHandle<()>>,
}

impl Plugged {
    fn new(boards: &Boards, number: usize, writer: &Writer) -> io::Result<Self> {
        let config = Config {
            serial: 1 + number as u64,
            hash: boards.hash_cycles,
            faults: Faults {
                wrong_hash_each: (number == 0).then_some(WRONG_EACH),
                ..Faults::default()
            },
            ..Config::default()
        };
        let (mut to_board, slave) = TTYPort::pair()?;
        let device = slave
            .name()
            .ok_or_else(|| io::Error::other("expected a name, found none"))?;
        to_board.set_timeout(PATIENCE)?;
        let mut to_host = to_board.try_clone_native()?;
        let path = path(&boards.folder, number);
        // What an earlier one left.
        let _ = fs::remove_file(&path);
        symlink(device, &path)?;
        let board = start(config, number as u8, writer);
        let mut port = board.port();
        port.set_timeout(PATIENCE);
        let mut from_board = port.clone();
        let (noise, stop) = (Arc::<AtomicU32>::default(), Arc::<AtomicBool>::default());
        let carry = |mut carry: Box<dyn FnMut(&AtomicU32) + Send>| {
            let (noise, stop) = (Arc::clone(&noise), Arc::clone(&stop));
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    carry(&noise);
                }
            })
        };
        let down = carry(Box::new(move |noise| {
            carry_once(&mut to_board, noise, |bytes| port.write_all(bytes));
        }));
        let up = carry(Box::new(move |noise| {
            carry_once(&mut from_board, noise, |bytes| to_host.write_all(bytes));
        }));
        Ok(Self {
            path,
            board,
            noise,
            stop,
            lines: vec![down, up],
        })
    }
}

fn start(config: Config, board: u8, writer: &Writer) -> SoftwareBoard {
    let writer = Arc::clone(writer);
    match cfg!(tensority_cheap) {
        true => SoftwareBoard::start_with(
            config,
            Recorded {
                hashing: Cheap,
                board,
                writer,
            },
        ),
        false => SoftwareBoard::start_with(
            config,
            Recorded {
                hashing: Tensority::default(),
                board,
                writer,
            },
        ),
    }
}

impl Drop for Plugged {
    fn drop(&mut self) {
        // A board that was plugged in again may have the name by now; it has not, one follows the other.
        let _ = fs::remove_file(&self.path);
        self.stop.store(true, Ordering::Relaxed);
        for line in self.lines.drain(..) {
            line.join().expect("the line ends");
        }
    }
}

/// Carries what comes within the patience, spoilt by noise.
fn carry_once(
    from: &mut impl Read,
    noise: &AtomicU32,
    mut to: impl FnMut(&[u8]) -> io::Result<()>,
) {
    let mut buffer = [0; 512];
    match from.read(&mut buffer) {
        Ok(0) => thread::sleep(PATIENCE),
        Ok(length) => {
            let arrived = spoilt(&buffer[..length], noise.load(Ordering::Relaxed));
            // Without a host nobody hears it.
            let _ = to(&arrived);
        }
        Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
        // No host has the port open, or the board is gone.
        Err(_) => thread::sleep(Duration::from_millis(2)),
    }
}

/// What becomes of bytes of which so many of a million are spoilt.
fn spoilt(bytes: &[u8], per_million: u32) -> Vec<u8> {
    let mut random = rand::rng();
    let arrived = bytes.iter().filter_map(|&byte| {
        if per_million == 0 || !random.random_ratio(per_million, 1_000_000) {
            return Some(byte);
        }
        let flipped = byte ^ (1 << random.random_range(0..8));
        random.random_bool(0.5).then_some(flipped)
    });
    arrived.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disturbance_is_read_as_it_is_written_and_noise_spoils_some_bytes() {
        for disturbance in [
            Disturbance::Noise(7),
            Disturbance::Unplug,
            Disturbance::Plug,
            Disturbance::Reset,
        ] {
            let line = disturbance.line(3);
            assert_eq!(Disturbance::read(line.trim_end()), Some((disturbance, 3)));
        }
        assert_eq!(Disturbance::read("noise 1"), None);
        let bytes = [0x55; 10_000];
        assert_eq!(spoilt(&bytes, 0), bytes);
        let spoilt = spoilt(&bytes, 100_000);
        let flipped = spoilt.iter().filter(|byte| **byte != 0x55).count();
        assert!((300..700).contains(&flipped), "{flipped}");
        assert!((9300..9700).contains(&spoilt.len()), "{}", spoilt.len());
    }
}
