//! Failures of the command and their exit codes: the numbers of `sysexits.h`, and 1 for a missed clock.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};
use std::process;

use tensority_flow::fpga::Error;

/// Exit code for arguments that make no sense.
pub const USAGE: u8 = 64;
const MISSED: u8 = 1;
const FILES: u8 = 66;
const MISSING: u8 = 69;
const SOFTWARE: u8 = 70;
const OUTPUT: i32 = 74;
/// Exit code that a shell reports of a program that SIGINT ended.
const STOPPED: u8 = 130;

/// Prints a line on standard output, as `println!` does, but ends the program without a panic
/// where nobody can read it.
macro_rules! say {
    ($($argument:tt)*) => { $crate::failure::write_line(format_args!($($argument)*)) };
}
pub(crate) use say;

/// Writes a line to standard output. A reader that has gone away, such as `head`, wants no more;
/// any other failure is one of the output.
pub fn write_line(line: Arguments) {
    if let Err(error) = writeln!(io::stdout(), "{line}") {
        if error.kind() == ErrorKind::BrokenPipe {
            process::exit(0);
        }
        eprintln!("tensority-hdl: cannot write the output: {error}");
        process::exit(OUTPUT);
    }
}

/// One line on what went wrong, and the exit code.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub code: u8,
    /// What was expected, what was found, what to do.
    pub message: String,
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// Arguments that make no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(USAGE, message)
    }

    /// A clock that is missed.
    pub fn missed(message: impl Into<String>) -> Self {
        Self::new(MISSED, message)
    }

    /// A file that cannot be read or written.
    pub fn files(message: impl Into<String>) -> Self {
        Self::new(FILES, message)
    }

    /// Something that does not happen to a sound design.
    pub fn software(message: impl Into<String>) -> Self {
        Self::new(SOFTWARE, message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::MissingTool { .. } => MISSING,
            Error::File { .. } => FILES,
            Error::Part { .. } => USAGE,
            Error::Stopped => STOPPED,
            Error::Tool { .. }
            | Error::Output { .. }
            | Error::NoClock { .. }
            | Error::Mark { .. }
            | Error::Account { .. } => SOFTWARE,
        };
        Self::new(code, error.to_string())
    }
}
