//! Verilator's lint of hand-written Verilog.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, process};

use crate::folder::WorkFolder;
use crate::{Error, SourceFile, Tool, translate};

/// Has Verilator check a design with all warnings on; what it says is in [`Error::Rejected`].
///
/// `flags` are passed on as they are, such as `-Wno-DECLFILENAME`.
pub fn lint(files: &[SourceFile], top: &str, flags: &[&str]) -> Result<(), Error> {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let tool = Tool::find()?;
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let name = format!("verilator-lint-{}-{call}", process::id());
    let work = WorkFolder::create(env::temp_dir().join(name))?;
    let folder = work.write("verilog", files)?;
    let output = work.path().join("generated");
    let all = ["--lint-only", "-Wall", "--top-module", top];
    let flags: Vec<String> = all.iter().chain(flags).map(ToString::to_string).collect();
    translate::run(&tool, &folder, files, top, &flags, &output)
}
