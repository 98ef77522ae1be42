//! Exit codes: 0 for success, 1 for a negative answer, else the numbers of `sysexits.h`.

use std::io::{Error, ErrorKind};

/// A negative answer: a result that is wrong, a goal that was not reached, a clock that is missed.
pub const UNMET: u8 = 1;
/// Arguments or variables of the environment that make no sense.
pub const USAGE: u8 = 64;
/// A file whose content is wrong.
pub const DATA: u8 = 65;
/// A file or an address that cannot be opened.
pub const NO_INPUT: u8 = 66;
/// A tool, a service, a device or a resource of the system that is not there.
pub const UNAVAILABLE: u8 = 69;
/// A contradiction inside the program: a bug.
pub const SOFTWARE: u8 = 70;
/// An output that cannot be written.
pub const OUTPUT: u8 = 74;
/// A signal ended it before its job was done; what a shell reports of SIGINT.
pub const STOPPED: u8 = 130;
/// Something that this user may not do.
pub const PERMISSION: u8 = 77;

/// The code for a file or an address that cannot be opened or read.
pub fn of_opening(error: &Error) -> u8 {
    unless_forbidden(error, NO_INPUT)
}

/// The code for a file or a folder that cannot be written.
pub fn of_writing(error: &Error) -> u8 {
    unless_forbidden(error, OUTPUT)
}

fn unless_forbidden(error: &Error, code: u8) -> u8 {
    match error.kind() {
        ErrorKind::PermissionDenied => PERMISSION,
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forbidden_has_one_code_whether_read_or_written() {
        let codes = |kind: ErrorKind| [of_opening, of_writing].map(|code| code(&kind.into()));
        assert_eq!(codes(ErrorKind::PermissionDenied), [PERMISSION; 2]);
        assert_eq!(codes(ErrorKind::NotFound), [NO_INPUT, OUTPUT]);
    }
}
