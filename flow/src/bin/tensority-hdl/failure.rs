//! The exit codes of the errors of a build.

use tensority_command::exit::{SOFTWARE, STOPPED, UNAVAILABLE, USAGE, of_opening, of_writing};
use tensority_command::{Code, Program};
use tensority_flow::fpga::Error;

/// The command `tensority-hdl`.
pub struct Hdl;

impl Program for Hdl {
    const NAME: &str = "tensority-hdl";
}

/// Why the command failed.
pub type Failure = tensority_command::Failure<Hdl>;

impl Code<Error> for Hdl {
    fn code(error: &Error) -> u8 {
        match error {
            Error::MissingTool { .. } => UNAVAILABLE,
            Error::File {
                action: "read",
                source,
                ..
            } => of_opening(source),
            Error::File { source, .. } => of_writing(source),
            Error::Part { .. } => USAGE,
            Error::Stopped => STOPPED,
            Error::Tool { .. }
            | Error::Output { .. }
            | Error::NoClock { .. }
            | Error::Mark { .. }
            | Error::Account { .. } => SOFTWARE,
        }
    }
}
