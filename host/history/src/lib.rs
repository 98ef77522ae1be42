//! History of a miner: what its devices and sources did over months, and what was decided, in one file.
//!
//! The file is an SQLite database, so that any program can ask it; `docs/history.md` has its tables. Time is cut into
//! spans, and each thing that is counted is kept in spans of a minute for a day, of ten minutes for two weeks, of an
//! hour for three months, and of a day for ten years ([`TIERS`]). So the file stays small: about 0.4 MB for each device.
//!
//! ```text
//! State, every second ─► Recorder ─ a minute's counts ─► thread that writes ─► file ─► Archive ─► Report
//! ```
//!
//! A minute is written as one transaction, so a crash loses the minute that was not over, and nothing else. One miner
//! at a time writes to a file; any number read.

#![forbid(unsafe_code)]

mod archive;
mod counts;
mod error;
mod recorder;
mod report;
mod schema;
mod tier;
mod writer;

pub use archive::{Archive, Query};
pub use counts::{DeviceCounts, SourceCounts};
pub use error::HistoryError;
pub use recorder::Recorder;
pub use report::{DeviceSpan, DeviceTotal, Report, Run, SourceTotal};
pub use tier::{TIERS, Tier};
