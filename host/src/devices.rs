//! `tensority devices`: the boards at the serial ports, with a known-answer test of each.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tensority_command::{print, print_json};
use tensority_device::discovery::{self, ListedPort, UsbIds};
use tensority_device::link::Patience;
use tensority_device::probe::{self, Probed, Verdict};

use crate::failure::Failure;
use crate::{config, table};

#[derive(clap::Args)]
pub struct Arguments {
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
    /// A port to look at besides those of the system, such as a simulated board's; may be repeated.
    #[arg(short, long = "device", value_name = "PATH")]
    device: Vec<PathBuf>,
    /// Only ask who is there, and for no hash.
    #[arg(long)]
    quick: bool,
}

#[derive(Serialize)]
struct Report {
    ports: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    port: String,
    /// Vendor and product, four hexadecimal digits each; `null` if it is not on the USB.
    usb: Option<String>,
    usb_serial: Option<String>,
    /// `null` if none answers as it should.
    board: Option<Board>,
    /// Why there is none.
    problem: Option<String>,
}

#[derive(Serialize)]
struct Board {
    /// What it is known by, as `serial:` in a configuration: 16 hexadecimal digits; `null` if neither board
    /// nor adapter have a number.
    serial: Option<String>,
    /// Fingerprints of hardware and firmware, eight hexadecimal digits each.
    hardware_build: String,
    firmware_build: String,
    firmware_version: String,
    dimension: u16,
    lanes: u16,
    clock_hz: u32,
    expected_hashes_per_second: Option<f64>,
    known_answer: &'static str,
}

/// Looks at every port and prints a table.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let adapters = config::adapters_anyway();
    let listed = discovery::list();
    let named: Vec<_> = arguments
        .device
        .iter()
        .filter(|path| !listed.iter().any(|port| Path::new(&port.path) == *path))
        .collect();
    let listed = listed.iter().map(|port| {
        let named = arguments.device.contains(&PathBuf::from(&port.path));
        Row::of_listed(port, &adapters, named, arguments.quick)
    });
    let named = named
        .iter()
        .map(|path| Row::of_named(path, arguments.quick));
    let report = Report {
        ports: listed.chain(named).collect(),
    };
    if arguments.json {
        print_json(&report)?;
    } else if !report.ports.is_empty() {
        print(report.to_table())?;
    }
    if report.ports.iter().any(Row::is_good) {
        return Ok(());
    }
    let message = "expected a board that hashes right, found none; -d names further ports";
    Err(Failure::unavailable(message))
}

impl Row {
    /// A port is written to if somebody named it, or if a board may be at such an adapter.
    fn of_listed(port: &ListedPort, adapters: &UsbIds, named: bool, quick: bool) -> Self {
        let path = Path::new(&port.path);
        let asked = match (named, adapters.at(port)) {
            (true, _) => Self::of(path, Patience::default(), quick),
            // Nobody says that a board is there.
            (false, Some(_)) => Self::of(path, probe::BRIEF, quick),
            (false, None) => Self::new(path, Err("not asked: no adapter of a board".into())),
        };
        Self {
            usb: port
                .usb
                .map(|(vendor, product)| format!("{vendor:04x}:{product:04x}")),
            usb_serial: port.usb_serial.clone(),
            ..asked
        }
    }

    fn of_named(path: &Path, quick: bool) -> Self {
        Self::of(path, Patience::default(), quick)
    }

    fn of(path: &Path, patience: Patience, quick: bool) -> Self {
        let probed = probe::probe(path, patience, quick);
        Self::new(path, probed.map_err(|error| error.to_string()))
    }

    fn new(path: &Path, probed: Result<Probed, String>) -> Self {
        let (board, problem) = match probed {
            Ok(probed) => (Some(Board::of(&probed)), None),
            Err(error) => (None, Some(error)),
        };
        let port = path.display().to_string();
        let own = format!("{port}: ");
        Self {
            usb: None,
            usb_serial: None,
            board,
            // The port stands beside it.
            problem: problem.map(|text| text.strip_prefix(&own).unwrap_or(&text).to_owned()),
            port,
        }
    }

    fn is_good(&self) -> bool {
        let answer = self.board.as_ref().map(|board| board.known_answer);
        answer.is_some_and(|answer| answer == RIGHT || answer == NOT_ASKED)
    }
}

const RIGHT: &str = "right";
const NOT_ASKED: &str = "not asked";

impl Board {
    fn of(probed: &Probed) -> Self {
        let identity = &probed.identity;
        let [major, minor, patch] = identity.firmware_version;
        Self {
            serial: probed.serial.map(|serial| format!("{serial:016x}")),
            hardware_build: format!("{:08x}", identity.hardware_build),
            firmware_build: format!("{:08x}", identity.firmware_build),
            firmware_version: format!("{major}.{minor}.{patch}"),
            dimension: identity.dimension,
            lanes: identity.lanes,
            clock_hz: identity.clock,
            expected_hashes_per_second: probed.expected_rate,
            known_answer: match probed.known_answer {
                Verdict::NotAsked => NOT_ASKED,
                Verdict::Right => RIGHT,
                Verdict::Wrong(_) => "wrong",
                Verdict::Absent => "none came",
            },
        }
    }

    fn cells(&self) -> [String; 6] {
        let megahertz = f64::from(self.clock_hz) / 1e6;
        let rate = self.expected_hashes_per_second;
        [
            self.serial.clone().unwrap_or_else(|| "-".into()),
            format!("{} / {}", self.hardware_build, self.firmware_build),
            self.lanes.to_string(),
            format!("{megahertz:.1} MHz"),
            rate.map_or("n/a".into(), |rate| format!("{rate:.2} H/s")),
            self.known_answer.into(),
        ]
    }
}

const HEAD: [&str; 8] = [
    "port",
    "USB",
    "serial",
    "hardware / firmware",
    "lanes",
    "clock",
    "at its clock",
    "known answer",
];

impl Report {
    /// A line for each port: its board, or why there is none.
    fn to_table(&self) -> String {
        let mut lines = vec![HEAD.map(String::from)];
        lines.extend(self.ports.iter().map(Row::cells));
        table::aligned(&lines)
    }
}

impl Row {
    fn cells(&self) -> [String; HEAD.len()] {
        let none = || String::from("-");
        let [serial, build, lanes, clock, rate, answer] = match &self.board {
            Some(board) => board.cells(),
            None => {
                let problem = self.problem.clone().unwrap_or_else(none);
                [none(), none(), none(), none(), none(), problem]
            }
        };
        let usb = self.usb.clone().unwrap_or_else(none);
        [
            self.port.clone(),
            usb,
            serial,
            build,
            lanes,
            clock,
            rate,
            answer,
        ]
    }
}
