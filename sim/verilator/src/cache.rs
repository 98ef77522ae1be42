//! Models that were built before, by all that they were built from.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::compile::Compiler;
use crate::folder::{self, WorkFolder};
use crate::{Error, ModelSource, Tool, compile, translate};

/// Builds of one name that are kept.
const KEPT: usize = 3;

/// The file in the folder of a build.
pub(crate) const LIBRARY: &str = "model.so";

/// The place of one model in the cache.
pub(crate) struct Slot<'a> {
    cache: &'a Path,
    name: &'a str,
    key: String,
}

impl<'a> Slot<'a> {
    pub(crate) fn new(
        cache: &'a Path,
        source: &'a ModelSource,
        tool: &Tool,
        compiler: &Compiler,
    ) -> Result<Self, Error> {
        Ok(Self {
            cache,
            name: &source.name,
            key: key(source, tool, compiler)?,
        })
    }

    /// The library, if it was built.
    pub(crate) fn library(&self) -> Option<PathBuf> {
        let library = self.folder().join(LIBRARY);
        library.is_file().then_some(library)
    }

    /// Waits until no other process builds a model of this name; the lock goes with the file.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        fs::create_dir_all(self.cache).map_err(Error::file("create", self.cache))?;
        let path = self.cache.join(format!("{}.lock", self.name));
        let file = File::create(&path).map_err(Error::file("create", &path))?;
        file.lock().map_err(Error::file("lock", &path))?;
        Ok(file)
    }

    /// A folder to build in, next to where the build will be.
    pub(crate) fn work_folder(&self) -> Result<WorkFolder, Error> {
        WorkFolder::create(self.cache.join(format!("{}.work", self.name)))
    }

    /// The compiler's log, which is kept if it fails.
    pub(crate) fn log(&self) -> PathBuf {
        self.cache.join(format!("{}.log", self.name))
    }

    /// Puts a finished build in its place at once, removes the oldest builds of the same name, and
    /// gives the library.
    pub(crate) fn publish(&self, build: &Path) -> Result<PathBuf, Error> {
        let folder = self.folder();
        folder::remove(&folder)?;
        fs::rename(build, &folder).map_err(Error::file("move a model to", &folder))?;
        self.remove_oldest()?;
        Ok(folder.join(LIBRARY))
    }

    fn folder(&self) -> PathBuf {
        self.cache.join(format!("{}-{}", self.name, self.key))
    }

    fn remove_oldest(&self) -> Result<(), Error> {
        let read = |cache| fs::read_dir(cache).map_err(Error::file("read", cache));
        let mut builds: Vec<(SystemTime, PathBuf)> = read(self.cache)?
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let built = entry.metadata().ok()?.modified().ok()?;
                self.is_build(&entry.file_name().to_string_lossy())
                    .then(|| (built, entry.path()))
            })
            .collect();
        builds.sort();
        let surplus = builds.len().saturating_sub(KEPT);
        builds[..surplus]
            .iter()
            .try_for_each(|(_, build)| folder::remove(build))
    }

    /// Whether a folder of this name holds a build of this model, with whatever key.
    fn is_build(&self, folder: &str) -> bool {
        folder
            .strip_prefix(self.name)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|key| {
                key.len() == self.key.len() && key.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
    }
}

/// The first 16 hexadecimal digits of a hash of all that makes a difference.
fn key(source: &ModelSource, tool: &Tool, compiler: &Compiler) -> Result<String, Error> {
    let program = tool.program();
    let program_size = fs::metadata(program)
        .map_err(Error::file("read", program))?
        .len();
    let mut parts = vec![
        tool.version()?,
        program_size.to_string(),
        compiler.identity.clone(),
        processor(),
        source.configuration(),
    ];
    parts.extend(translate::flags(source));
    parts.extend(compile::all_flags().map(str::to_owned));
    for file in source.verilog.iter().chain(&source.cpp) {
        parts.extend([file.name.clone(), file.text.clone()]);
    }
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digits = hash.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(digits)
}

/// The processor that `-march=native` compiles for; nothing where the system does not tell.
fn processor() -> String {
    let Ok(file) = File::open("/proc/cpuinfo") else {
        return String::new();
    };
    BufReader::new(file)
        .lines()
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("model name") || line.starts_with("flags"))
        .collect()
}
