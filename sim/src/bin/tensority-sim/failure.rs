//! The exit codes of the errors of a simulation.

use tensority_command::exit::{
    DATA, NO_INPUT, OUTPUT, SOFTWARE, STOPPED, UNAVAILABLE, UNMET, USAGE, of_writing,
};
use tensority_command::{Code, Program};
use tensority_sim::error::Error;

/// The command `tensority-sim`.
pub struct Sim;

impl Program for Sim {
    const NAME: &str = "tensority-sim";
}

/// Why the command failed.
pub type Failure = tensority_command::Failure<Sim>;

impl Code<Error> for Sim {
    fn code(error: &Error) -> u8 {
        match error {
            // The core differs from the reference.
            Error::Mismatch(_) | Error::Hang { .. } | Error::Rule { .. } | Error::Silent { .. } => {
                UNMET
            }
            Error::Keep { source, .. } => of_writing(source),
            Error::Trace { .. } => OUTPUT,
            Error::Stopped => STOPPED,
            Error::Firmware { .. } | Error::Pty(_) => NO_INPUT,
            Error::Compile(_) | Error::Input(_) => DATA,
            Error::FunctionalInfer
            | Error::Geometry(_)
            | Error::Settings(_)
            | Error::Sdram(_)
            | Error::BoardDesign(_) => USAGE,
            Error::Build(
                verilator::Error::NoVerilator { .. } | verilator::Error::NoProgram { .. },
            )
            | Error::NoController { .. } => UNAVAILABLE,
            Error::Build(verilator::Error::File { source, .. }) => of_writing(source),
            Error::Build(_)
            | Error::Emit(_)
            | Error::Load { .. }
            | Error::Runtime { .. }
            | Error::Line(_)
            | Error::Garbled(_) => SOFTWARE,
        }
    }
}
