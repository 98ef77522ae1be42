//! Models as shared libraries: built on demand, loaded once per owner, called by name.

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

impl Library {
    /// Loads a model, which is built if the folder `models` does not hold it; `progress` is told the
    /// lines of the build.
    ///
    /// # Errors
    /// If a tool is missing or fails, a file cannot be written, the library cannot be loaded, or the
    /// runtime in this program is of another version.
    pub fn open(
        source: &ModelSource,
        models: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<Self, Error> {
        let path = verilator::build(source, models, progress)?.library;
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
        // SAFETY: the library was built just now or before; its initialisers are Verilator's own.
        let loaded = unsafe { Loaded::open(Some(&path), RTLD_NOW | RTLD_LOCAL) };
        match loaded {
            Ok(loaded) => Ok(Self { loaded, path }),
            Err(source) => Err(Error::Load { path, source }),
        }
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
        let path = self.path.clone();
        symbol
            .map(|symbol| *symbol)
            .map_err(|source| Error::Load { path, source })
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

/// Declares the `Harness` of a model: the object that its C++ code makes, and the functions on it,
/// which all take it first. Those under `raw` also take or give pointers.
macro_rules! harness {
    (
        $new:ident($($part:ident: $part_type:ty),*) $delete:ident;
        safe { $($safe:ident($($s:ident: $s_type:ty),*) $(-> $s_result:ty)?;)* }
        raw { $($raw:ident($($r:ident: $r_type:ty),*) $(-> $r_result:ty)?;)* }
    ) => {
        #[repr(C)]
        struct Object {
            _private: [u8; 0],
        }

        struct Harness {
            $($safe: unsafe extern "C" fn(*mut Object, $($s_type),*) $(-> $s_result)?,)*
            $($raw: unsafe extern "C" fn(*mut Object, $($r_type),*) $(-> $r_result)?,)*
            delete: unsafe extern "C" fn(*mut Object),
            object: *mut Object,
            _library: Library,
        }

        impl Harness {
            /// Makes the object of a library that was built with the harness.
            fn new(library: Library, $($part: $part_type),*) -> Result<Self, Error> {
                // SAFETY: the types are those of the harness that is built into the library.
                unsafe {
                    let new: unsafe extern "C" fn($($part_type),*) -> *mut Object =
                        library.function(stringify!($new))?;
                    Ok(Self {
                        $($safe: library.function(stringify!($safe))?,)*
                        $($raw: library.function(stringify!($raw))?,)*
                        delete: library.function(stringify!($delete))?,
                        object: new($($part),*),
                        _library: library,
                    })
                }
            }

            $(
                fn $safe(&self, $($s: $s_type),*) $(-> $s_result)? {
                    // SAFETY: the object lives as long as `self`.
                    unsafe { (self.$safe)(self.object, $($s),*) }
                }
            )*

            $(
                unsafe fn $raw(&self, $($r: $r_type),*) $(-> $r_result)? {
                    // SAFETY: the object lives as long as `self`; the rest is the caller's part.
                    unsafe { (self.$raw)(self.object, $($r),*) }
                }
            )*
        }

        impl Drop for Harness {
            fn drop(&mut self) {
                // SAFETY: the object is live and not used again.
                unsafe { (self.delete)(self.object) }
            }
        }
    };
}
pub(crate) use harness;
