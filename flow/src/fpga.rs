//! From Verilog to a timed bitstream of an ECP5 and a report on it, with Yosys and nextpnr.
//!
//! ```text
//!  Project ─► synthesis (Yosys) ─► place (nextpnr) ─► pack (fill, ecppack) ─► Built { report, bitstream }
//! ```
//!
//! | file | content |
//! |---|---|
//! | [`project`] | a design for a board: texts, pins, clocks, part |
//! | [`build`] | the steps one after the other, the choice of a seed |
//! | `synthesis`, `place`, `pack` | the steps, each a tool and what it writes |
//! | `fill` | contents of block RAMs, put in after routing |
//! | [`report`] | the result as data, text and page, and the comparison of two |
//! | `output` | the files of a build |
//! | [`tools`], [`run`](mod@run) | the pinned tools and the running of one |
//! | [`cache`] | results kept by what they depend on |
//! | [`progress`] | events of a build while it runs |

pub mod build;
pub mod cache;
mod error;
mod fill;
mod output;
mod pack;
mod place;
pub mod progress;
pub mod project;
pub mod report;
pub mod run;
mod synthesis;
pub mod tools;

pub use build::{Build, Built, Seeds};
pub use error::Error;
pub use output::Files;
pub use project::Project;
pub use report::Report;
