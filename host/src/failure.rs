//! The exit codes of the errors that the libraries return.

mod flash;

use tensority::fast::BackendError;
use tensority_command::exit::{
    DATA, NO_INPUT, OUTPUT, PERMISSION, SOFTWARE, UNAVAILABLE, USAGE, of_opening, of_writing,
};
use tensority_command::{Code, Program};
use tensority_config::{ConfigError, InitError, Mistake, Origin};
use tensority_device::choice;
use tensority_device::port::PortError;
use tensority_device::simulated::SimulatedError;
use tensority_devnet::node::{FileError, OpenError, ServerError};
use tensority_devnet::pool::TlsError;
use tensority_history::HistoryError;
use tensority_miner::miner::FatalError;
use tensority_miner::replay::ReplayError;
use tensority_source::StartError;
use tensority_telemetry::lifetime_file::LifetimeFileError;
use tensority_tui::ViewError;

/// The command `tensority`.
pub struct Tensority;

impl Program for Tensority {
    const NAME: &str = "tensority";
}

pub type Failure = tensority_command::Failure<Tensority>;

impl Code<BackendError> for Tensority {
    fn code(_: &BackendError) -> u8 {
        USAGE
    }

    fn message(error: &BackendError) -> String {
        let variable = tensority::fast::ENVIRONMENT_VARIABLE;
        format!("{error}; change or unset {variable}")
    }
}

impl Code<OpenError> for Tensority {
    fn code(error: &OpenError) -> u8 {
        match error {
            OpenError::Bits(_) => USAGE,
            OpenError::File(FileError::Io { source, .. }) => of_opening(source),
            OpenError::File(FileError::InUse { .. }) => NO_INPUT,
            OpenError::File(_) => DATA,
        }
    }
}

impl Code<ServerError> for Tensority {
    fn code(error: &ServerError) -> u8 {
        match error {
            ServerError::NotLoopback(_) => USAGE,
            ServerError::Listen { source, .. } => of_opening(source),
            ServerError::Start(_) => UNAVAILABLE,
        }
    }
}

impl Code<TlsError> for Tensority {
    fn code(_: &TlsError) -> u8 {
        DATA
    }
}

impl Code<HistoryError> for Tensority {
    fn code(error: &HistoryError) -> u8 {
        match error {
            HistoryError::Io { source, .. } => of_opening(source),
            HistoryError::Foreign { .. } | HistoryError::Version { .. } => DATA,
            HistoryError::Missing(_) | HistoryError::InUse(_) | HistoryError::Database { .. } => {
                NO_INPUT
            }
            HistoryError::Thread(_) => UNAVAILABLE,
        }
    }
}

impl Code<choice::OpenError> for Tensority {
    fn code(error: &choice::OpenError) -> u8 {
        use choice::OpenError::{Backend, NotFound, Port, Several, Simulated};
        match error {
            Backend(_) | Several => USAGE,
            Port(PortError::Permission { .. })
            | Simulated(SimulatedError::Port(PortError::Permission { .. })) => PERMISSION,
            NotFound(_) => UNAVAILABLE,
            _ => NO_INPUT,
        }
    }

    fn message(error: &choice::OpenError) -> String {
        match error {
            choice::OpenError::Backend(error) => <Self as Code<BackendError>>::message(error),
            _ => error.to_string(),
        }
    }
}

impl Code<ConfigError> for Tensority {
    fn code(error: &ConfigError) -> u8 {
        let in_file = |mistake: &Mistake| matches!(mistake.origin, Origin::File { .. });
        match error {
            ConfigError::File { source, .. } | ConfigError::SecretFile { source, .. } => {
                of_opening(source)
            }
            ConfigError::Mistakes(mistakes) if mistakes.iter().any(in_file) => DATA,
            ConfigError::Mistakes(_) => USAGE,
        }
    }
}

impl Code<InitError> for Tensority {
    fn code(error: &InitError) -> u8 {
        match error {
            InitError::Io { source, .. } => of_writing(source),
            InitError::Exists(_) => OUTPUT,
        }
    }
}

impl Code<LifetimeFileError> for Tensority {
    fn code(error: &LifetimeFileError) -> u8 {
        match error {
            LifetimeFileError::Io { source, .. } => of_writing(source),
            LifetimeFileError::Version { .. } => DATA,
            LifetimeFileError::InUse { .. } => NO_INPUT,
            LifetimeFileError::NotFinite { .. } => OUTPUT,
        }
    }
}

impl Code<tensority_api::StartError> for Tensority {
    fn code(error: &tensority_api::StartError) -> u8 {
        use tensority_api::StartError::{Listen, Thread};
        match error {
            Listen { source, .. } => of_opening(source),
            Thread(_) => UNAVAILABLE,
            _ => DATA,
        }
    }
}

impl Code<StartError> for Tensority {
    fn code(error: &StartError) -> u8 {
        match error {
            StartError::CaFile { reason, .. } => of_opening(reason),
            StartError::Certificate { .. } => DATA,
            StartError::HostName(_) => USAGE,
            StartError::System(_) => UNAVAILABLE,
        }
    }
}

impl Code<ViewError> for Tensority {
    fn code(_: &ViewError) -> u8 {
        OUTPUT
    }
}

impl Code<FatalError> for Tensority {
    fn code(error: &FatalError) -> u8 {
        match error {
            FatalError::Panicked(_) => SOFTWARE,
            FatalError::Thread(_) => UNAVAILABLE,
        }
    }
}

impl Code<ReplayError> for Tensority {
    fn code(error: &ReplayError) -> u8 {
        match error {
            ReplayError::Io(source) => of_opening(source),
            ReplayError::Line { .. } => DATA,
            ReplayError::Differs { .. } => SOFTWARE,
        }
    }
}
