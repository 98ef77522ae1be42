//! Choice of the compiler for the firmware.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::step;

/// The controller's processor: 32-bit RISC-V, integer instructions only, without a system.
pub const TARGET: &str = "riscv32i-unknown-none-elf";

/// Debian's packages of a whole [`Compiler::System`].
pub const SYSTEM_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld"];

/// Where the system keeps the sources of Rust's libraries.
const SYSTEM_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/core";

/// A compiler that can make programs for [`TARGET`].
pub enum Compiler {
    /// The one that builds the workspace, with the target's libraries as rustup installs them.
    Active,
    /// The one in `/usr/bin`, which compiles the target's libraries from their sources.
    System,
}

impl Compiler {
    /// Looks for a compiler; takes the active one if it can do it.
    pub fn find() -> Option<Self> {
        if active_has(TARGET) {
            Some(Self::Active)
        } else if system_is_complete() {
            Some(Self::System)
        } else {
            None
        }
    }

    /// Cargo with this compiler, without what is set for building the workspace.
    pub fn cargo(&self) -> Command {
        match self {
            Self::Active => for_another_target(Command::new(step::cargo_program())),
            Self::System => {
                let mut cargo = for_another_target(Command::new("/usr/bin/cargo"));
                cargo
                    .env("RUSTC", "/usr/bin/rustc")
                    .env("CARGO_TARGET_RISCV32I_UNKNOWN_NONE_ELF_LINKER", "ld.lld")
                    // Building the libraries is an unstable feature, in a compiler that is stable.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_UNSTABLE_BUILD_STD", "core,compiler_builtins")
                    .env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "compiler-builtins-mem");
                cargo
            }
        }
    }
}

/// There is no compiler for the firmware.
pub fn missing() -> Failure {
    let packages = SYSTEM_PACKAGES.join(" ");
    Failure::unavailable(format!(
        "no Rust compiler for the firmware; run: rustup target add {TARGET}; \
         or on Debian: apt-get install --yes {packages}"
    ))
}

/// Whether the compiler that builds the workspace has the libraries of a target.
pub fn active_has(target: &str) -> bool {
    let output = for_another_target(Command::new("rustc"))
        .args(["--print", "target-libdir", "--target", target])
        .output();
    output.is_ok_and(|output| {
        output.status.success()
            && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
    })
}

fn system_is_complete() -> bool {
    ["/usr/bin/rustc", "/usr/bin/cargo", SYSTEM_SOURCES]
        .iter()
        .all(|path| Path::new(path).exists())
        && step::succeeds(Command::new("ld.lld").arg("--version"))
}

/// Takes away the variables that choose compilers, flags and folders for the workspace.
fn for_another_target(mut command: Command) -> Command {
    const PREFIXES: &[&str] = &[
        "CARGO_BUILD_",
        "CARGO_ENCODED_",
        "CARGO_PROFILE_",
        "CARGO_TARGET_",
        "CARGO_UNSTABLE_",
        "RUSTC",
        "RUSTFLAGS",
    ];
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}
