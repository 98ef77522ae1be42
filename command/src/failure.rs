//! Failures: a message with the exit code that belongs to it.

use std::error::Error;
use std::fmt;
use std::io::{self, Write, stderr};
use std::marker::PhantomData;
use std::path::Path;
use std::process::ExitCode;

use crate::exit;
use crate::output::{Unprinted, shown};

/// A command, as its messages call it.
pub trait Program {
    /// The name in front of every message.
    const NAME: &str;

    /// Says on standard error what is wrong, each line behind the command's name, and ends nothing.
    fn warn(warning: &impl fmt::Display) {
        for line in warning.to_string().lines() {
            // Nobody is left to tell when the terminal itself is gone.
            let _ = writeln!(stderr(), "{}: {}", Self::NAME, shown(line));
        }
    }
}

/// The exit code that a command gives an error.
pub trait Code<E: Error>: Program {
    /// The code, one of [`exit`].
    fn code(error: &E) -> u8;

    /// What is printed: what was expected, what was found, what to do.
    fn message(error: &E) -> String {
        error.to_string()
    }
}

/// Why a command failed: a line, or one for each fault, and the exit code.
pub struct Failure<P> {
    code: u8,
    message: String,
    program: PhantomData<P>,
}

impl<P> Failure<P> {
    /// A failure with an exit code of [`exit`].
    pub fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            program: PhantomData,
        }
    }

    /// A negative answer: [`exit::UNMET`].
    pub fn unmet(message: impl Into<String>) -> Self {
        Self::new(exit::UNMET, message)
    }

    /// Bad arguments: [`exit::USAGE`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(exit::USAGE, message)
    }

    /// A file with wrong content: [`exit::DATA`].
    pub fn data(message: impl Into<String>) -> Self {
        Self::new(exit::DATA, message)
    }

    /// Something is not there: [`exit::UNAVAILABLE`].
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(exit::UNAVAILABLE, message)
    }

    /// A bug: [`exit::SOFTWARE`].
    pub fn software(message: impl Into<String>) -> Self {
        Self::new(exit::SOFTWARE, message)
    }

    /// A file that cannot be read.
    pub fn cannot_read(path: &Path, error: &io::Error) -> Self {
        let message = format!("cannot read {}: {error}", path.display());
        Self::new(exit::of_opening(error), message)
    }

    /// A file or folder that cannot be written, made or removed.
    pub fn cannot_write(path: &Path, error: &io::Error) -> Self {
        let message = format!("cannot write {}: {error}", path.display());
        Self::new(exit::of_writing(error), message)
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl<P: Program> Failure<P> {
    /// Prints the lines on standard error and returns the exit code.
    pub fn report(&self) -> ExitCode {
        P::warn(&self.message);
        ExitCode::from(self.code)
    }
}

impl<P: Code<E>, E: Error> From<E> for Failure<P> {
    fn from(error: E) -> Self {
        Self::new(P::code(&error), P::message(&error))
    }
}

/// A reader that has gone away, such as `head`, wants no more: that is success.
impl<P> From<Unprinted> for Failure<P> {
    fn from(Unprinted(error): Unprinted) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(0, ""),
            _ => Self::new(exit::OUTPUT, format!("cannot write the output: {error}")),
        }
    }
}

impl<P> fmt::Display for Failure<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl<P> fmt::Debug for Failure<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (exit code {})", self.message, self.code)
    }
}
