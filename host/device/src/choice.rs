//! What a person says to choose a device: `cpu`, `cpu:4`, `sim`, `sim:lanes=4,array=rtl`, or the
//! path of a serial port.

use std::{num::NonZero, path::PathBuf, str::FromStr};

use tensority::fast::BackendError;

use crate::{
    board::Board,
    cpu::Cpu,
    device::{Device, DeviceError},
    port::{BAUD, Port, PortError},
    simulated::{Simulated, SimulatedError},
};

/// More threads than any machine has processors would only fail to start.
const MOST_THREADS: usize = 1024;

/// Options of a simulated board, those of `tensority-sim board`, and whether they have a value.
const OPTIONS: [(&str, bool); 7] = [
    ("lanes", true),
    ("array", true),
    ("generate-cache", false),
    ("baud", true),
    ("serial", true),
    ("firmware", true),
    ("models", true),
];

/// A device that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The processor, with so many threads or all.
    Cpu(Option<NonZero<usize>>),
    /// A simulated board, which is started with these arguments.
    Simulated(Vec<String>),
    /// The board on this port.
    Port(PathBuf),
}

/// Why a device cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The port.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The simulated board.
    #[error(transparent)]
    Simulated(#[from] SimulatedError),
    /// The processor.
    #[error(transparent)]
    Backend(#[from] BackendError),
    /// What is there does not answer as it should.
    #[error(transparent)]
    Device(#[from] DeviceError),
}

impl Choice {
    /// Opens the device.
    ///
    /// # Errors
    /// [`OpenError`], with what to do.
    pub fn open(&self) -> Result<Box<dyn Device>, OpenError> {
        Ok(match self {
            Self::Cpu(threads) => Box::new(Cpu::open(*threads)?),
            Self::Simulated(arguments) => Box::new(Board::open(Simulated::start(arguments)?)?),
            Self::Port(path) => Box::new(Board::open(Port::open(path, BAUD)?)?),
        })
    }
}

impl FromStr for Choice {
    type Err = String;

    /// A file named `cpu` or `sim` is chosen as `./cpu`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, options) = match text.split_once(':') {
            Some((name, options)) => (name, Some(options)),
            None => (text, None),
        };
        match (name, options) {
            ("", _) => Err("expected cpu, sim or the path of a port, found nothing".into()),
            ("cpu", None) => Ok(Self::Cpu(None)),
            ("cpu", Some(threads)) => Ok(Self::Cpu(Some(parse_threads(threads)?))),
            ("sim", options) => {
                let options = options.into_iter().flat_map(|options| options.split(','));
                Ok(Self::Simulated(parse_options(options)?))
            }
            _ => Ok(Self::Port(text.into())),
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

/// Makes `--lanes 4` of `lanes=4`. Where nothing is said of the array, it is the functional one,
/// which is the faster.
fn parse_options<'a>(options: impl Iterator<Item = &'a str>) -> Result<Vec<String>, String> {
    let mut arguments = Vec::new();
    for option in options {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (option, None),
        };
        let known = OPTIONS.iter().find(|known| known.0 == name);
        if known.is_none_or(|known| known.1 != value.is_some()) {
            let list =
                OPTIONS.map(|(name, valued)| format!("{name}{}", if valued { "=…" } else { "" }));
            return Err(format!(
                "expected sim: and options of {}, separated by commas, found {option:?}",
                list.join(", ")
            ));
        }
        arguments.push(format!("--{name}"));
        arguments.extend(value.map(String::from));
    }
    if !arguments.iter().any(|argument| argument == "--array") {
        arguments.extend(["--array".into(), "functional".into()]);
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Choice {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn processors_simulated_boards_and_ports_are_told_apart() {
        assert_eq!(parsed("cpu"), Choice::Cpu(None));
        assert_eq!(parsed("cpu:3"), Choice::Cpu(NonZero::new(3)));
        assert_eq!(
            parsed("sim:lanes=4,generate-cache,array=rtl"),
            Choice::Simulated(
                ["--lanes", "4", "--generate-cache", "--array", "rtl"]
                    .map(String::from)
                    .into()
            )
        );
        let plain = ["--array", "functional"].map(String::from).into();
        assert_eq!(parsed("sim"), Choice::Simulated(plain));
        for path in ["/dev/ttyUSB0", "./cpu", "simulated", "/dev/a:b"] {
            assert_eq!(parsed(path), Choice::Port(path.into()));
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for text in [
            "", "cpu:", "cpu:0", "cpu:1025", "cpu:x", "sim:", "sim:=4", "sim:a,,b",
        ] {
            assert!(text.parse::<Choice>().is_err(), "{text}");
        }
    }
}
