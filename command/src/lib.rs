//! Conventions of every command: exit codes, failures, reading arguments, printing.
//!
//! A command declares itself as a [`Program`] and says which [exit code](exit) belongs to each error of
//! the libraries; the operator `?` then makes a [`Failure`] of it. [`run`] reads the arguments, and turns
//! what came of them into one line per fault on standard error, `NAME: what was expected, what was found`,
//! and the exit code of the process.
//!
//! ```
//! use std::num::ParseIntError;
//! use tensority_command::{Code, Program, exit, print};
//!
//! struct Double;
//!
//! impl Program for Double {
//!     const NAME: &str = "double";
//! }
//!
//! impl Code<ParseIntError> for Double {
//!     fn code(_: &ParseIntError) -> u8 {
//!         exit::USAGE
//!     }
//! }
//!
//! type Failure = tensority_command::Failure<Double>;
//!
//! fn double(text: &str) -> Result<(), Failure> {
//!     Ok(print(2 * text.parse::<u32>()?)?)
//! }
//!
//! assert!(double("21").is_ok());
//! assert_eq!(double("x").unwrap_err().to_string(), "invalid digit found in string");
//! ```

#![forbid(unsafe_code)]

mod arguments;
pub mod exit;
mod failure;
mod hexadecimal;
mod output;
mod signals;

pub use arguments::{hertz, run};
pub use failure::{Code, Failure, Program};
pub use hexadecimal::{hex_digits, number};
pub use output::{Lines, Unprinted, print, print_as, print_json, shown, write_file};
pub use signals::{ending_signals, stop_at_signals};
