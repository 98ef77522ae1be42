//! Failures of chores.

use tensority_command::{Program, exit};

/// The command `cargo xtask`.
pub struct Xtask;

impl Program for Xtask {
    const NAME: &str = "cargo xtask";
}

/// Why a chore stopped.
pub type Failure = tensority_command::Failure<Xtask>;

/// A command ran and failed; its exit code is passed on.
pub fn of_command(command: &str, code: Option<i32>) -> Failure {
    let message = match code {
        Some(code) => format!("failed with exit code {code}: {command}"),
        None => format!("killed by a signal: {command}"),
    };
    let code = code.and_then(|code| u8::try_from(code).ok());
    Failure::new(code.unwrap_or(exit::UNMET), message)
}
