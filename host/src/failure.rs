//! Why a command failed, and the exit code that says so (the numbers of `sysexits.h`).

mod flash;

use clap::error::ErrorKind;
use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};
use tensority::fast::BackendError;
use tensority_config::{ConfigError, InitError, Mistake, Origin};
use tensority_device::{choice, port::PortError, simulated::SimulatedError};
use tensority_devnet::node::{FileError, OpenError, ServerError};
use tensority_devnet::pool::TlsError;
use tensority_miner::{miner::FatalError, replay::ReplayError};
use tensority_telemetry::lifetime_file::LifetimeFileError;
use tensority_tui::ViewError;

/// What was asked for did not come true.
const NOT_SO: u8 = 1;
/// Arguments or environment that make no sense.
const USAGE: u8 = 64;
/// A file whose content is wrong.
const DATA: u8 = 65;
/// A file or an address that cannot be opened.
const NO_INPUT: u8 = 66;
/// Something the system does not give.
const UNAVAILABLE: u8 = 69;
/// The program contradicts itself.
const SOFTWARE: u8 = 70;
/// The output cannot be written.
const IO: u8 = 74;
/// Something the system does not allow.
const PERMISSION: u8 = 77;

/// A line on what went wrong, or one for each thing that did, with the exit code that goes with it.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Bad input: what was expected, what was found, what to do.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            code: USAGE,
            message: message.into(),
        }
    }

    /// Something was not reached.
    pub fn not_reached(message: impl Into<String>) -> Self {
        Self {
            code: NOT_SO,
            message: message.into(),
        }
    }

    /// A service does not answer.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self {
            code: UNAVAILABLE,
            message: message.into(),
        }
    }

    /// Results that should be equal differ.
    pub fn contradiction(message: impl Into<String>) -> Self {
        Self {
            code: SOFTWARE,
            message: message.into(),
        }
    }

    /// The content of a file is wrong.
    pub fn wrong_content(message: impl Into<String>) -> Self {
        Self {
            code: DATA,
            message: message.into(),
        }
    }

    /// A file cannot be read.
    pub fn cannot_read(path: &Path, error: &io::Error) -> Self {
        Self {
            code: code_of_opening(error),
            message: format!("cannot read {}: {error}", path.display()),
        }
    }

    /// Signals cannot be waited for.
    pub fn no_signals(error: io::Error) -> Self {
        Self {
            code: UNAVAILABLE,
            message: format!("cannot wait for signals: {error}"),
        }
    }

    /// The first paragraph of what clap says, on one line.
    pub fn of_arguments(error: &clap::Error) -> Self {
        if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            return Self::usage(
                "expected a command, found none; choose one of those that `tensority --help` lists",
            );
        }
        let text = error.render().to_string();
        let paragraph = text.split("\n\n").next().unwrap_or_default();
        let words: Vec<_> = paragraph.split_whitespace().collect();
        let line = words.join(" ");
        let line = line.strip_prefix("error: ").unwrap_or(&line);
        Self::usage(format!("{line}; see `tensority --help`"))
    }

    /// A file or folder cannot be written.
    pub fn not_written(path: &Path, error: &io::Error) -> Self {
        let code = match error.kind() {
            io::ErrorKind::PermissionDenied => PERMISSION,
            _ => IO,
        };
        Self {
            code,
            message: format!("cannot write {}: {error}", path.display()),
        }
    }

    /// Prints the lines and returns the exit code.
    pub fn report(&self) -> ExitCode {
        for line in self.message.lines() {
            // Nobody is left to tell when the terminal itself is gone.
            let _ = writeln!(io::stderr(), "tensority: {line}");
        }
        ExitCode::from(self.code)
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        let variable = tensority::fast::ENVIRONMENT_VARIABLE;
        Self::usage(format!("{error}; change or unset {variable}"))
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let code = match &error {
            OpenError::Bits(_) => USAGE,
            OpenError::File(FileError::Io { source, .. }) => code_of_opening(source),
            OpenError::File(FileError::InUse { .. }) => NO_INPUT,
            OpenError::File(_) => DATA,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        let code = match &error {
            ServerError::NotLoopback(_) => USAGE,
            ServerError::Listen { source, .. } => code_of_opening(source),
            ServerError::Start(_) => UNAVAILABLE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<tensority_devnet::pool::ServerError> for Failure {
    fn from(error: tensority_devnet::pool::ServerError) -> Self {
        use tensority_devnet::pool::ServerError::{Listen, NotLoopback, Start};
        let code = match &error {
            NotLoopback(_) => USAGE,
            Listen { source, .. } => code_of_opening(source),
            Start(_) => UNAVAILABLE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        Self {
            code: DATA,
            message: error.to_string(),
        }
    }
}

impl From<choice::OpenError> for Failure {
    fn from(error: choice::OpenError) -> Self {
        use choice::OpenError::{Backend, NotFound, Port, Several, Simulated};
        let code = match error {
            Backend(error) => return error.into(),
            Port(PortError::Permission { .. })
            | Simulated(SimulatedError::Port(PortError::Permission { .. })) => PERMISSION,
            NotFound(_) => UNAVAILABLE,
            Several => USAGE,
            _ => NO_INPUT,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let in_file = |mistake: &Mistake| matches!(mistake.origin, Origin::File { .. });
        let code = match &error {
            ConfigError::File { source, .. } | ConfigError::SecretFile { source, .. } => {
                code_of_opening(source)
            }
            ConfigError::Mistakes(mistakes) if mistakes.iter().any(in_file) => DATA,
            ConfigError::Mistakes(_) => USAGE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<InitError> for Failure {
    fn from(error: InitError) -> Self {
        match &error {
            InitError::Io { path, source } => Self::not_written(path, source),
            InitError::Exists(_) => Self {
                code: IO,
                message: error.to_string(),
            },
        }
    }
}

impl From<LifetimeFileError> for Failure {
    fn from(error: LifetimeFileError) -> Self {
        let code = match &error {
            LifetimeFileError::Io { source, .. }
                if source.kind() == io::ErrorKind::PermissionDenied =>
            {
                PERMISSION
            }
            LifetimeFileError::Version { .. } => DATA,
            LifetimeFileError::InUse { .. } => NO_INPUT,
            _ => IO,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<tensority_api::StartError> for Failure {
    fn from(error: tensority_api::StartError) -> Self {
        use tensority_api::StartError::{Listen, Thread};
        let code = match &error {
            Listen { source, .. } => code_of_opening(source),
            Thread(_) => UNAVAILABLE,
            _ => DATA,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<ViewError> for Failure {
    fn from(error: ViewError) -> Self {
        Self {
            code: IO,
            message: error.to_string(),
        }
    }
}

impl From<FatalError> for Failure {
    fn from(error: FatalError) -> Self {
        let code = match &error {
            FatalError::Panicked(_) => SOFTWARE,
            FatalError::Thread(_) => UNAVAILABLE,
            FatalError::Record(_) => IO,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        let code = match &error {
            ReplayError::Io(source) => code_of_opening(source),
            ReplayError::Line { .. } => DATA,
            ReplayError::Differs { .. } => SOFTWARE,
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

fn code_of_opening(error: &io::Error) -> u8 {
    match error.kind() {
        io::ErrorKind::PermissionDenied => PERMISSION,
        _ => NO_INPUT,
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self {
            code: IO,
            message: format!("cannot write the output: {error}"),
        }
    }
}
