//! Choice of a device on the command line: `cpu`, `cpu:4`, `sim`, `sim:lanes=4,array=rtl`, the path
//! of a serial port, `serial:0123456789abcdef`, or `auto`.

use std::fmt;
use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

use tensority::fast::BackendError;

use crate::board::Board;
use crate::cpu::Cpu;
use crate::device::{Device, DeviceError};
use crate::discovery::UsbIds;
use crate::port::{Port, PortError};
use crate::probe::{self, NotFound};
use crate::simulated::{self, SimulatedError};

const CPU: &str = "cpu";
const SIMULATED: &str = "sim";
const SERIAL: &str = "serial";
const AUTO: &str = "auto";

/// More threads than any machine has processors would only fail to start.
const MOST_THREADS: usize = 1024;

/// Options of a simulated board, those of `tensority-sim board`, and whether they have a value.
const OPTIONS: [(&str, bool); 7] = [
    ("lanes", true),
    ("array", true),
    ("generate-list", false),
    ("baud", true),
    ("serial", true),
    ("firmware", true),
    ("models", true),
];

/// A device that was chosen, or several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Choice {
    /// The processor, with so many threads or all.
    Cpu(Option<NonZero<usize>>),
    /// A simulated board, with these options, such as `lanes=4`.
    Simulated(Vec<String>),
    Port(PathBuf),
    /// The board with this serial number, wherever it is plugged in.
    Serial(u64),
    /// Every board that is found where one may be.
    Auto,
}

/// Why a device cannot be opened.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum OpenError {
    #[error(transparent)]
    Port(#[from] PortError),
    #[error(transparent)]
    Simulated(#[from] SimulatedError),
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// What is there does not answer as it should.
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    NotFound(#[from] NotFound),
    /// The choice is not of one device.
    #[error("expected one device, found `{AUTO}`, which stands for every board that is found")]
    Several,
}

impl Choice {
    /// Opens the device; if it is at a port, at `baud` bits per second. A board with a serial number is looked for
    /// behind `adapters`.
    pub fn open(&self, baud: u32, adapters: &UsbIds) -> Result<Box<dyn Device>, OpenError> {
        Ok(match self {
            Self::Cpu(threads) => Box::new(Cpu::open(*threads)?),
            Self::Simulated(options) => {
                Box::new(Board::open(simulated::start(&arguments(options))?)?)
            }
            Self::Port(path) => Box::new(Board::open(Port::open(path, baud)?)?),
            Self::Serial(serial) => Box::new(probe::find(adapters.candidates(), *serial, baud)?),
            Self::Auto => return Err(OpenError::Several),
        })
    }
}

impl FromStr for Choice {
    type Err = String;

    /// A file named `cpu`, `sim` or `auto` is chosen as `./cpu` and so on.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, options) = match text.split_once(':') {
            Some((name, options)) => (name, Some(options)),
            None => (text, None),
        };
        match (name, options) {
            ("", _) => Err(format!(
                "expected {CPU}, {SIMULATED}, {SERIAL}: and a number, {AUTO} or the path of a port, \
                 found nothing"
            )),
            (AUTO, None) => Ok(Self::Auto),
            (CPU, None) => Ok(Self::Cpu(None)),
            (CPU, Some(threads)) => Ok(Self::Cpu(Some(parse_threads(threads)?))),
            (SERIAL, Some(digits)) => Ok(Self::Serial(parse_serial(digits)?)),
            (SIMULATED, options) => {
                let options = options.into_iter().flat_map(|options| options.split(','));
                Ok(Self::Simulated(parse_options(options)?))
            }
            _ => Ok(Self::Port(text.into())),
        }
    }
}

impl fmt::Display for Choice {
    /// What [`Self::from_str`] reads.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu(None) => formatter.write_str(CPU),
            Self::Cpu(Some(threads)) => write!(formatter, "{CPU}:{threads}"),
            Self::Simulated(options) if options.is_empty() => formatter.write_str(SIMULATED),
            Self::Simulated(options) => write!(formatter, "{SIMULATED}:{}", options.join(",")),
            Self::Port(path) => write!(formatter, "{}", path.display()),
            Self::Serial(serial) => write!(formatter, "{SERIAL}:{serial:016x}"),
            Self::Auto => formatter.write_str(AUTO),
        }
    }
}

fn parse_threads(text: &str) -> Result<NonZero<usize>, String> {
    let threads = text.parse::<NonZero<usize>>().ok();
    threads
        .filter(|threads| threads.get() <= MOST_THREADS)
        .ok_or_else(|| {
            format!(
                "expected cpu: and a number of threads from 1 to {MOST_THREADS}, found {text:?}"
            )
        })
}

fn parse_serial(digits: &str) -> Result<u64, String> {
    let without = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    let digits = without.unwrap_or(digits);
    let serial = u64::from_str_radix(digits, 16).ok();
    let is_whole = digits.len() == 16 && !digits.starts_with('+');
    serial
        .filter(|_| is_whole)
        .ok_or_else(|| format!("expected {SERIAL}: and 16 hexadecimal digits, found {digits:?}"))
}

fn parse_options<'a>(options: impl Iterator<Item = &'a str>) -> Result<Vec<String>, String> {
    let checked = options.map(|option| {
        let (name, value) = split(option);
        let known = OPTIONS.iter().find(|known| known.0 == name);
        if known.is_some_and(|known| known.1 == value.is_some()) {
            return Ok(option.to_owned());
        }
        let list =
            OPTIONS.map(|(name, valued)| format!("{name}{}", if valued { "=…" } else { "" }));
        Err(format!(
            "expected {SIMULATED}: and options of {}, separated by commas, found {option:?}",
            list.join(", ")
        ))
    });
    checked.collect()
}

/// Makes `--lanes 4` of `lanes=4`. Where nothing is said of the array, it is the functional one,
/// which is the faster.
fn arguments(options: &[String]) -> Vec<String> {
    let mut arguments = Vec::new();
    for option in options {
        let (name, value) = split(option);
        arguments.push(format!("--{name}"));
        arguments.extend(value.map(String::from));
    }
    if !arguments.iter().any(|argument| argument == "--array") {
        arguments.extend(["--array".into(), "functional".into()]);
    }
    arguments
}

/// The name of an option, and its value if it has one.
fn split(option: &str) -> (&str, Option<&str>) {
    match option.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (option, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::BAUD;

    fn parsed(text: &str) -> Choice {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn processors_boards_and_ports_are_told_apart() {
        assert_eq!(parsed("cpu"), Choice::Cpu(None));
        assert_eq!(parsed("cpu:3"), Choice::Cpu(NonZero::new(3)));
        assert_eq!(parsed("auto"), Choice::Auto);
        assert_eq!(
            parsed("serial:0123456789abcdef"),
            Choice::Serial(0x0123_4567_89ab_cdef)
        );
        let options = ["lanes=4", "generate-list"].map(String::from).into();
        assert_eq!(
            parsed("sim:lanes=4,generate-list"),
            Choice::Simulated(options)
        );
        for path in [
            "/dev/ttyUSB0",
            "./cpu",
            "simulated",
            "/dev/a:b",
            "auto:1",
            "serial",
        ] {
            assert_eq!(parsed(path), Choice::Port(path.into()));
        }
    }

    #[test]
    fn a_choice_is_displayed_as_it_was_said() {
        for text in [
            "cpu",
            "cpu:3",
            "sim",
            "sim:lanes=4,generate-list",
            "serial:0123456789abcdef",
            "auto",
            "/dev/ttyUSB0",
        ] {
            assert_eq!(parsed(text).to_string(), text);
        }
    }

    #[test]
    fn options_become_arguments_and_the_array_is_the_fast_one() {
        let said = |text: &str| match parsed(text) {
            Choice::Simulated(options) => arguments(&options).join(" "),
            other => panic!("{other}"),
        };
        assert_eq!(said("sim"), "--array functional");
        assert_eq!(
            said("sim:lanes=4,generate-list,array=rtl"),
            "--lanes 4 --generate-list --array rtl"
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in [
            "",
            "cpu:",
            "cpu:0",
            "cpu:1025",
            "cpu:x",
            "sim:",
            "sim:=4",
            "sim:a,,b",
            "serial:",
            "serial:17",
            "serial:+123456789abcdef",
            "serial:0123456789abcdeg",
        ] {
            assert!(text.parse::<Choice>().is_err(), "{text}");
        }
    }

    #[test]
    fn several_boards_are_not_opened_as_one() {
        let opened = parsed("auto").open(BAUD, &UsbIds::with(&[]));
        let error = opened.err().expect("no device");
        assert!(matches!(error, OpenError::Several), "{error}");
    }
}
