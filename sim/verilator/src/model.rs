//! From a design to a library that is loaded.

use std::path::{self, Path, PathBuf};

use crate::cache::{LIBRARY, Slot};
use crate::compile::{Compiler, Settings};
use crate::{Error, ModelSource, Tool, translate, units};

/// A library that can be loaded into an executable with Verilator's runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct BuiltModel {
    pub library: PathBuf,
    /// Whether it was built by this call, rather than found in the cache.
    pub fresh: bool,
}

/// Gives the model of `source`, from the folder `cache` if it was built before.
///
/// `progress` is told each step of a build, and nothing if the model is there.
pub fn build(
    source: &ModelSource,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<BuiltModel, Error> {
    let tool = Tool::find()?;
    let compiler = Compiler::find()?;
    let cache = &path::absolute(cache).map_err(Error::file("find", cache))?;
    let slot = Slot::new(cache, source, &tool, &compiler)?;
    let kept = |library| BuiltModel {
        library,
        fresh: false,
    };
    if let Some(library) = slot.library() {
        return Ok(kept(library));
    }
    let _lock = slot.lock()?;
    // Another process may have built it while this one waited.
    if let Some(library) = slot.library() {
        return Ok(kept(library));
    }
    make(source, &tool, &compiler, &slot, progress)
}

fn make(
    source: &ModelSource,
    tool: &Tool,
    compiler: &Compiler,
    slot: &Slot,
    progress: &mut dyn FnMut(&str),
) -> Result<BuiltModel, Error> {
    let work = slot.work_folder()?;
    let verilog = translate::files(source);
    let verilog_folder = work.write("verilog", &verilog)?;
    let generated = work.write("generated", &[])?;
    progress(&format!("{}: translating to C++", source.name));
    let flags = translate::flags(source);
    translate::run(
        tool,
        &verilog_folder,
        &verilog,
        &source.top,
        &flags,
        &generated,
    )?;

    let drivers = work.write("drivers", &source.cpp)?;
    let finished = work.write("finished", &[])?;
    let objects = work.write("objects", &[])?;
    let mut units = units::generated(&generated)?;
    units.extend(units::drivers(&source.cpp, &drivers));
    let include = tool.include();
    let settings = Settings {
        include: &[generated, drivers, include.join("vltstd"), include],
        trace: source.trace,
        objects: &objects,
        log: &slot.log(),
    };
    let mut progress = |line: &str| progress(&format!("{}: {line}", source.name));
    compiler.build(units, &settings, &finished.join(LIBRARY), &mut progress)?;
    Ok(BuiltModel {
        library: slot.publish(&finished)?,
        fresh: true,
    })
}
