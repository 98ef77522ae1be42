//! Compilation units: the files to compile, their flags, and which go together.

use std::fs;
use std::path::{Path, PathBuf};

use crate::compile::{EXPORTED, FAST, SLOW, Unit};
use crate::translate::CLASS;
use crate::{Error, SourceFile};

/// Bytes of generated code that are compiled at a time. Reading Verilator's headers takes
/// more than a second, so that small files are better compiled together.
const BATCH: u64 = 150_000;

/// The generated files: what runs at every step first, the largest first.
pub(crate) fn generated(folder: &Path) -> Result<Vec<Unit>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let entry = entry.map_err(Error::file("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".cpp") {
            let size = entry.metadata().map_err(Error::file("read", folder))?.len();
            files.push((size, name));
        }
    }
    files.sort_by(|a, b| b.cmp(a));
    // Verilator marks the files with what is needed only at the start.
    let (slow, fast) = files
        .into_iter()
        .partition(|(_, name)| name.contains("__Slow"));
    let mut units = batches(folder, "fast", fast, FAST)?;
    units.extend(batches(folder, "slow", slow, SLOW)?);
    Ok(units)
}

/// The C++ files among those that drive the model.
pub(crate) fn drivers(files: &[SourceFile], folder: &Path) -> impl Iterator<Item = Unit> {
    files
        .iter()
        .filter(|file| file.name.ends_with(".cpp"))
        .map(|file| Unit {
            file: folder.join(&file.name),
            flags: EXPORTED,
        })
}

/// Makes files that include `files`, given with their sizes, up to [`BATCH`] bytes each.
fn batches(
    folder: &Path,
    name: &str,
    files: Vec<(u64, String)>,
    flags: &'static [&'static str],
) -> Result<Vec<Unit>, Error> {
    let mut texts: Vec<String> = Vec::new();
    let mut filled = BATCH;
    for (size, file) in files {
        if filled + size > BATCH {
            texts.push(String::new());
            filled = 0;
        }
        filled += size;
        let text = texts.last_mut().expect("the first file begins a batch");
        *text += &format!("#include \"{file}\"\n");
    }
    let write = |(index, text): (usize, String)| {
        let file: PathBuf = folder.join(format!("{CLASS}_{name}_{index}.cpp"));
        fs::write(&file, text).map_err(Error::file("write", &file))?;
        Ok(Unit { file, flags })
    };
    texts.into_iter().enumerate().map(write).collect()
}
