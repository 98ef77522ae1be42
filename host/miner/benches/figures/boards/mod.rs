//! Boards on pseudo-terminals, whose other ends another process serves, so that their work is not
//! counted with the miner's.

mod chip;
pub mod serve;
mod watch;

use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tensority_device::board::Board;
use tensority_device::device::{Device, Kind};
use tensority_device::port::{BAUD, Port};
use tensority_device::transport::{Sleep, Transport};
use tensority_device::waker::Waker;
use tensority_miner::fleet::{Opener, Selection};
use tensority_miner::{RangeSize, WorkerConfig};

/// Results a minute that a device is asked for where nobody says anything else.
pub const RESULTS_PER_MINUTE: f64 = 6.0;

/// The process, and the ports that it made.
pub struct Boards {
    process: Child,
    output: BufReader<ChildStdout>,
    ports: Vec<PathBuf>,
}

/// What the boards saw.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// When work with another parent block arrived as a whole.
    pub switches: Vec<Switch>,
    /// Nonces found, each told until it was acknowledged.
    pub found: u64,
    /// Those that were acknowledged.
    pub acknowledged: u64,
    /// Events that were sent again, since they were not acknowledged in time.
    pub sent_again: u64,
    /// The longest time from an event to its acknowledgement.
    pub longest: Duration,
    /// The longest time that the boards themselves did nothing though it was time: what others on
    /// this machine take from them, and no fault of the miner.
    pub pause: Duration,
}

/// A board got work with another parent block.
#[derive(Debug, Serialize, Deserialize)]
pub struct Switch {
    /// The first 8 bytes of the parent's hash.
    pub parent: u64,
    /// When the last byte of the request had arrived, by the clock that all processes share.
    pub at: Duration,
}

impl Report {
    fn forget_delays(&mut self) {
        (self.sent_again, self.longest, self.pause) = (0, Duration::ZERO, Duration::ZERO);
    }
}

impl Boards {
    /// Starts `count` boards that hash at `rate`, on the processor of a place if one is given.
    pub fn start(count: usize, rate: f64, processor: Option<usize>) -> Self {
        let place = processor.map_or("any".to_owned(), |place| place.to_string());
        let mut process = Command::new(env::current_exe().expect("this program"))
            .args([crate::BOARDS, &count.to_string(), &rate.to_string(), &place])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let mut output = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut line = || {
            let mut line = String::new();
            output.read_line(&mut line).expect("a line");
            PathBuf::from(line.trim_end())
        };
        let ports = (0..count).map(|_| line()).collect();
        Self {
            process,
            output,
            ports,
        }
    }

    /// All of them, to mine with.
    pub fn selections(&self, results_per_minute: f64) -> Vec<Selection> {
        let config = WorkerConfig {
            expected_rate: None,
            results_per_minute,
            range_size: RangeSize::Measured,
        };
        let selection = |port: &PathBuf| Selection::One {
            name: port.display().to_string(),
            named: true,
            config,
            open: opener(port.clone()),
        };
        self.ports.iter().map(selection).collect()
    }

    /// Has delays and pauses counted from now on.
    pub fn count_delays(&mut self) {
        let input = self.process.stdin.as_mut().expect("a pipe");
        input.write_all(b".").expect("it listens");
    }

    /// Ends the process; what the boards saw.
    pub fn end(mut self) -> Report {
        drop(self.process.stdin.take());
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        self.process.wait().expect("it ends");
        serde_json::from_str(&line).expect("a report")
    }
}

fn opener(port: PathBuf) -> Opener {
    Arc::new(move || {
        let line = Line::open(&port)?;
        let board = Board::open(line).map_err(|error| error.to_string())?;
        Ok(Box::new(board) as Box<dyn Device>)
    })
}

/// A port at which there is a board, for all that the miner knows.
struct Line(Port);

impl Line {
    fn open(path: &Path) -> Result<Self, String> {
        let port = Port::open(path, BAUD).map_err(|error| error.to_string())?;
        Ok(Self(port))
    }
}

impl Transport for Line {
    fn name(&self) -> &str {
        self.0.name()
    }

    /// Not [`Kind::Simulated`], as pseudo-terminals are: nobody believes those their rate.
    fn kind(&self) -> Kind {
        Kind::Board
    }

    fn port(&self) -> Option<&str> {
        self.0.port()
    }

    fn waker(&self) -> Waker {
        self.0.waker()
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.send(bytes)
    }

    fn receive(
        &mut self,
        buffer: &mut [u8],
        patience: Duration,
        sleep: Sleep,
    ) -> io::Result<usize> {
        self.0.receive(buffer, patience, sleep)
    }
}
