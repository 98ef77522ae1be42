//! Why a chore stopped, and the exit code that says so (the numbers of `sysexits.h`).

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// Exit code for a check that failed.
const CHECK: u8 = 1;
/// Exit code for arguments that make no sense.
pub const USAGE: u8 = 64;
/// Exit code for a file or folder that cannot be read or written.
const FILES: u8 = 66;
/// Exit code for a tool or system package that is not there.
const MISSING: u8 = 69;

/// One line on what went wrong, with the exit code that goes with it.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// What was made is not as it must be.
    pub fn check(message: impl Into<String>) -> Self {
        Self {
            code: CHECK,
            message: message.into(),
        }
    }

    /// A file or folder could not be worked with: "cannot <action> <path>: …".
    pub fn file(action: &str, path: &Path, error: &std::io::Error) -> Self {
        let message = format!("cannot {action} {}: {error}", path.display());
        Self {
            code: FILES,
            message,
        }
    }

    /// Something the project needs is not on this machine.
    pub fn missing(message: impl Into<String>) -> Self {
        Self {
            code: MISSING,
            message: message.into(),
        }
    }

    /// A command ran and failed; its exit code is passed on.
    pub fn command(command: &str, code: Option<i32>) -> Self {
        let message = match code {
            Some(code) => format!("failed with exit code {code}: {command}"),
            None => format!("killed by a signal: {command}"),
        };
        let code = code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Self { code, message }
    }

    /// Whether what was made is not as it must be, rather than not made at all.
    pub fn is_check(&self) -> bool {
        self.code == CHECK
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}
