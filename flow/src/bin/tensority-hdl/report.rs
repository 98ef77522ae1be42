//! The command `report`: a report as text, page or data, or two compared.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use tensority_command::{print, write_file};
use tensority_flow::fpga::report::{Report, comparison, page, text};

use crate::failure::Failure;

/// Reports, and the form in which to show them.
#[derive(Args)]
pub struct Arguments {
    /// Report of a build.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Report of another build, to compare it with.
    #[arg(value_name = "OTHER")]
    other: Option<PathBuf>,
    /// Write a page with pictures to this file instead.
    #[arg(long, value_name = "PAGE", conflicts_with = "other")]
    html: Option<PathBuf>,
    /// Print it as data instead, without what is where on the chip.
    #[arg(long, conflicts_with_all = ["other", "html"])]
    json: bool,
}

/// Shows a report, or compares two.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut report = read(&arguments.file)?;
    if let Some(other) = &arguments.other {
        let other = read(other)?;
        print(comparison::text(&report, &other).trim_end())?;
    } else if let Some(path) = &arguments.html {
        write_file(path, page::page(&report))
            .map_err(|error| Failure::cannot_write(path, &error))?;
    } else if arguments.json {
        report.placement = None;
        print(report.to_json().trim_end())?;
    } else {
        print(text::text(&report).trim_end())?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Report, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::cannot_read(path, &error))?;
    Report::from_json(&text).map_err(|reason| {
        Failure::data(format!(
            "{}: expected the report of a build, found: {reason}; make one with: tensority-hdl build",
            path.display()
        ))
    })
}
