//! Models as shared libraries: built on demand, loaded once per owner, called by name.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use libloading::os::unix::{Library as Loaded, RTLD_LOCAL, RTLD_NOW};
use verilator::ModelSource;

use crate::error::Error;

/// Warnings that RustHDL's way of writing Verilog always gives; hand-written code is linted without
/// these exceptions.
pub const GENERATED_CODE_WARNINGS: [&str; 4] =
    ["WIDTH", "DECLFILENAME", "UNUSEDPARAM", "VARHIDDEN"];

/// A loaded model.
pub struct Library {
    loaded: Loaded,
    path: PathBuf,
}

/// Builds the model if the cache does not hold it.
///
/// # Errors
/// If a tool is missing or fails, or a file cannot be written.
pub fn build(
    source: &ModelSource,
    cache: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, Error> {
    Ok(verilator::build(source, cache, progress)?.library)
}

impl Library {
    /// Loads a model.
    ///
    /// # Errors
    /// If the library cannot be loaded, or the runtime in this program is of another version.
    pub fn open(path: &Path) -> Result<Self, Error> {
        // The models take Verilator's runtime from this program; asking for its version also keeps
        // the runtime in the program.
        let ours = verilated::product_version().to_string_lossy();
        let installed = verilator::Tool::find()?.version()?;
        if !ours.contains(&installed) {
            return Err(Error::Runtime {
                ours: ours.to_string(),
                installed,
            });
        }
        // SAFETY: the library was built by `build`; its initialisers are Verilator's own.
        let loaded = unsafe { Loaded::open(Some::<&OsStr>(path.as_ref()), RTLD_NOW | RTLD_LOCAL) };
        let loaded = loaded.map_err(|source| Error::Load {
            path: path.to_path_buf(),
            source,
        })?;
        Ok(Self {
            loaded,
            path: path.to_path_buf(),
        })
    }

    /// A function of the library.
    ///
    /// # Safety
    /// `F` must be the function's type.
    ///
    /// # Errors
    /// If there is no function of that name.
    pub unsafe fn function<F: Copy>(&self, name: &str) -> Result<F, Error> {
        // SAFETY: as the caller promises.
        let symbol = unsafe { self.loaded.get::<F>(name.as_bytes()) };
        symbol.map(|symbol| *symbol).map_err(|source| Error::Load {
            path: self.path.clone(),
            source,
        })
    }
}

/// The slice of `count` elements at `first`, which may be null if there are none.
///
/// # Safety
/// As for [`std::slice::from_raw_parts`].
pub unsafe fn slice<'a, T>(first: *const T, count: usize) -> &'a [T] {
    match count {
        0 => &[],
        // SAFETY: as the caller promises.
        _ => unsafe { std::slice::from_raw_parts(first, count) },
    }
}

/// Declares a struct of a harness's C functions, and how to find them.
macro_rules! functions {
    (struct $name:ident { $($function:ident: fn($($argument:ty),*) $(-> $result:ty)?,)* }) => {
        struct $name {
            $($function: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
        }

        impl $name {
            fn load(library: &Library) -> Result<Self, Error> {
                // SAFETY: the types are those of the harness that is built into the library.
                unsafe { Ok(Self { $($function: library.function(stringify!($function))?,)* }) }
            }
        }
    };
}
pub(crate) use functions;
