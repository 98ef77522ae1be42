//! Translation of a design to C++ by Verilator.

use std::path::Path;
use std::process::Command;

use crate::{Error, ModelSource, SourceFile, Tool};

/// The name of the generated class, and of the generated files.
pub(crate) const CLASS: &str = "Vmodel";

/// Flags for a fast model: no assertions, no delays, no care for unknown values, one thread.
const FLAGS: &[&str] = &[
    "--cc",
    "-O3",
    "--x-assign",
    "fast",
    "--x-initial",
    "fast",
    "--no-assert",
    "--no-timing",
    "--threads",
    "1",
    "--output-split",
    "20000",
    "-Wno-fatal",
    "--prefix",
    CLASS,
];

/// The name of the configuration file.
const CONFIGURATION: &str = "model.vlt";

/// Verilator's flags for `source`, without the places of its files.
pub(crate) fn flags(source: &ModelSource) -> Vec<String> {
    let mut flags: Vec<String> = FLAGS.iter().map(ToString::to_string).collect();
    flags.extend(["--top-module".into(), source.top.clone()]);
    if source.trace {
        flags.push("--trace-fst".into());
    }
    let off = source.warnings_off.iter();
    flags.extend(off.map(|warning| format!("-Wno-{warning}")));
    flags
}

/// The design and its configuration, as files for Verilator.
pub(crate) fn files(source: &ModelSource) -> Vec<SourceFile> {
    let mut files = source.verilog.clone();
    files.insert(
        0,
        SourceFile {
            name: CONFIGURATION.into(),
            text: source.configuration(),
        },
    );
    files
}

/// Runs Verilator on `files` in `folder`; its complaints name the files without their folder.
///
/// The generated files, if `flags` ask for any, go to `output`.
pub(crate) fn run(
    tool: &Tool,
    folder: &Path,
    files: &[SourceFile],
    top: &str,
    flags: &[String],
    output: &Path,
) -> Result<(), Error> {
    let mut command = Command::new(tool.program());
    command
        .env("VERILATOR_ROOT", tool.root())
        .current_dir(folder)
        .arg("--Mdir")
        .arg(output)
        .args(flags)
        .args(files.iter().map(|file| &file.name));
    let run = command.output().map_err(|source| Error::NoProgram {
        program: tool.program().display().to_string(),
        source,
    })?;
    if run.status.success() {
        return Ok(());
    }
    Err(Error::Rejected {
        top: top.to_owned(),
        text: String::from_utf8_lossy(&run.stderr).trim().to_owned(),
    })
}
