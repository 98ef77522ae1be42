//! Standard output, whose reader may be gone.

use crate::failure::Failure;
use serde::Serialize;
use std::io::{Write, stdout};

/// Prints a text with an end of line.
pub fn print(text: &str) -> Result<(), Failure> {
    Ok(writeln!(stdout(), "{text}")?)
}

/// Prints a value as JSON on one line.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let json = serde_json::to_string(value).map_err(std::io::Error::from)?;
    print(&json)
}
