//! Why a command failed, and the exit code that says so (the numbers of `sysexits.h`).

use std::{
    io::{self, Write},
    process::ExitCode,
};
use tensority::fast::BackendError;

/// Arguments or environment that make no sense.
const USAGE: u8 = 64;
/// The program contradicts itself.
const SOFTWARE: u8 = 70;
/// The output cannot be written.
const IO: u8 = 74;

/// One line on what went wrong, with the exit code that goes with it.
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

    /// Results that should be equal differ.
    pub fn contradiction(message: impl Into<String>) -> Self {
        Self {
            code: SOFTWARE,
            message: message.into(),
        }
    }

    /// The first paragraph of what clap says, on one line.
    pub fn of_arguments(error: &clap::Error) -> Self {
        let text = error.render().to_string();
        let paragraph = text.split("\n\n").next().unwrap_or_default();
        let words: Vec<_> = paragraph.split_whitespace().collect();
        let line = words.join(" ");
        let line = line.strip_prefix("error: ").unwrap_or(&line);
        Self::usage(format!("{line}; see `tensority --help`"))
    }

    /// Prints the line and returns the exit code.
    pub fn report(&self) -> ExitCode {
        // Nobody is left to tell when the terminal itself is gone.
        let _ = writeln!(io::stderr(), "tensority: {}", self.message);
        ExitCode::from(self.code)
    }
}

impl From<BackendError> for Failure {
    fn from(error: BackendError) -> Self {
        let variable = tensority::fast::ENVIRONMENT_VARIABLE;
        Self::usage(format!("{error}; change or unset {variable}"))
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
