//! Verilator's C++ runtime, as the published `verilated` crate can compile it.
//!
//! `verilated` 0.1 knows Verilator 4: it compiles six files of the folder it is pointed to, as
//! C++17, against functions of that time. It gets a folder in which everything is the installed
//! Verilator's, except a few files that stand in front of the real ones. `verilated.cpp` brings
//! in what Verilator has gained since, as one object: an executable that needs any part of the
//! runtime has it all, and models loaded later find what they need.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::{Error, Tool};

/// Files of the runtime that are compiled as a part of `verilated.cpp`.
const COMPILED_TOGETHER: &[&str] = &[
    "verilated_threads.cpp",
    "verilated_dpi.cpp",
    "verilated_fst_c.cpp",
];

/// `rolloverMB` is the Verilator 4 name of what counts bytes since.
const VCD_HEADER: &str = "#define rolloverMB(megabytes) rolloverSize((megabytes) * 1000000ULL)\n";

/// What would abort the program where a waveform cannot be written is thrown, and the models' C++ catches it.
const THROWN: &str = "#include <stdexcept>\n#undef FST_DCHECK_EQ\n#define FST_DCHECK_EQ(a, b) \
    do { if ((a) != (b)) throw std::runtime_error(\"unwritable\"); } while (0)\n";

/// Called by the build script of `verilated`: the folder with the runtime to compile.
///
/// Tells Cargo which libraries the runtime needs, and to come back when the tool changes.
pub fn find_verilator_root() -> Option<PathBuf> {
    println!("cargo:rerun-if-env-changed=TENSORITY_TOOLS");
    println!("cargo:rerun-if-env-changed=VERILATOR_ROOT");
    match write_runtime() {
        Ok(folder) => Some(folder),
        Err(error) => {
            eprintln!("{error}");
            None
        }
    }
}

/// Called by the build script of `verilated`: the version of the functions it may use. Those of
/// 4.200 are the latest it knows and are all still there.
pub fn verilator_version() -> Option<(u32, u32)> {
    Some((4, 200))
}

fn write_runtime() -> Result<PathBuf, Error> {
    let tool = Tool::find()?;
    println!("cargo:rerun-if-changed={}", tool.version_header().display());
    for library in ["z", "lz4"] {
        println!("cargo:rustc-link-lib={library}");
    }
    let out = env::var_os("OUT_DIR").expect("Cargo sets OUT_DIR for build scripts");
    let folder = Path::new(&out).join("verilator");
    forward(&tool.include(), &folder.join("include")).map_err(Error::file("write", &folder))?;
    Ok(folder)
}

/// Fills the folder `to` with links to all that is in `from`, and the two files of our own.
fn forward(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    fs::create_dir_all(to)?;
    let from = from.canonicalize()?;
    for entry in fs::read_dir(&from)? {
        let entry = entry?;
        symlink(entry.path(), to.join(entry.file_name()))?;
    }
    let mut runtime = include(&from.join("verilated.cpp"));
    runtime += &(include(&from.join("fstcpp/fstcpp_assertion.h")) + THROWN);
    for name in COMPILED_TOGETHER {
        runtime += &include(&from.join(name));
        replace(&to.join(name), "// Compiled as a part of verilated.cpp.\n")?;
    }
    replace(&to.join("verilated.cpp"), &runtime)?;
    let vcd = include(&from.join("verilated_vcd_c.h")) + VCD_HEADER;
    replace(&to.join("verilated_vcd_c.h"), &vcd)
}

fn include(file: &Path) -> String {
    format!("#include \"{}\"\n", file.display())
}

/// Writes a file where a link may be, without writing through it.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    fs::remove_file(path)?;
    fs::write(path, text)
}
