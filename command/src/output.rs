//! Standard output, whose reader may be gone.

use std::fmt::Display;
use std::io::{Error, Write, stdout};

use serde::Serialize;

/// Standard output takes no more. No error by itself: a [`Failure`](crate::Failure) is made of it.
#[derive(Debug)]
pub struct Unprinted(pub(crate) Error);

/// Prints a text and an end of line.
///
/// # Errors
/// [`Unprinted`], where `println!` would panic.
pub fn print(text: impl Display) -> Result<(), Unprinted> {
    writeln!(stdout(), "{text}").map_err(Unprinted)
}

/// Prints a value as JSON on one line, or as text.
///
/// # Errors
/// As [`print`] and [`print_json`].
pub fn print_as(json: bool, value: &(impl Serialize + Display)) -> Result<(), Unprinted> {
    match json {
        true => print_json(value),
        false => print(value),
    }
}

/// Prints a value as JSON on one line.
///
/// # Errors
/// [`Unprinted`], also for a value that JSON cannot hold.
pub fn print_json(value: &impl Serialize) -> Result<(), Unprinted> {
    print(serde_json::to_string(value).map_err(|error| Unprinted(error.into()))?)
}
