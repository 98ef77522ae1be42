//! From Verilog to a timed bitstream, and a report on it, with open tools.
//!
//! ```text
//!  Project ─► synthesis (Yosys) ─► place (nextpnr) ─► pack (ecppack) ─► Built { report, bitstream }
//! ```
//!
//! | file | what |
//! |---|---|
//! | [`project`] | what is built: texts, pins, clocks, part |
//! | [`flow`] | the steps one after the other, and the choice of a seed |
//! | [`output`](Files) | the files that it leaves |
//! | [`tools`] | where the tools are, and which versions |
//! | [`workspace`] | where things are |
//! | [`cache`] | results are kept by what they depend on |
//! | [`progress`] | what is told while it runs |
//! | [`report`] | what is known of a build; [`text`], [`page`] and [`comparison`] show it |

mod blocks;
pub mod cache;
mod carry_ends;
pub mod comparison;
mod device;
mod die;
mod error;
mod figures;
pub mod flow;
mod netlist;
mod output;
mod pack;
pub mod page;
mod path_view;
mod place;
mod placed;
pub mod progress;
pub mod project;
pub mod report;
mod run;
mod sweep;
mod synthesis;
mod table;
pub mod text;
mod timing;
pub mod tools;
pub mod workspace;

pub use error::Error;
pub use flow::{Built, Seeds, build};
pub use output::Files;
pub use project::Project;
pub use report::Report;
