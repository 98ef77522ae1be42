//! Finding Verilator, and building a simulated design with it.
//!
//! Two crates ask: `verilated`, which compiles Verilator's C++ runtime into the executable and
//! calls [`find_verilator_root`] and [`verilator_version`] from its build script; and the
//! simulator, which has designs turned into shared objects with [`build`] and loads them.
//!
//! There is one runtime per process. A model is linked without it and takes its symbols from the
//! executable, which therefore must export them: the package of the executable says
//! `cargo:rustc-link-arg=-rdynamic` in its build script and refers to `verilated`.

mod cache;
mod compile;
mod error;
mod folder;
mod lint;
mod model;
mod runtime;
mod source;
mod tool;
mod translate;
mod units;

pub use error::Error;
pub use lint::lint;
pub use model::{BuiltModel, build};
pub use runtime::{find_verilator_root, verilator_version};
pub use source::{ModelSource, SourceFile};
pub use tool::{Tool, packages};
