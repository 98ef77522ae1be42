//! `cargo xtask test`: what must hold before a change is taken, in two tiers.
//!
//! | tier | holds |
//! |---|---|
//! | `--fast` | format, lints and unit tests of everything that needs no hardware tools |
//! | without | spelling, format, lints, and all tests, those in documentation too |

mod programs;
mod run;

use std::process::Command;
use std::time::Instant;

use crate::failure::Failure;
use crate::{firmware, setup, step, workspace};

/// Which checks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Those for which Rust is enough.
    Fast,
    /// All.
    All,
}

impl Tier {
    /// The packages: the simulator compiles Verilator's runtime, for which Verilator must be there.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Fast => &["--workspace", "--exclude", "tensority-sim"],
            Self::All => &["--workspace"],
        }
    }

    /// The tests that are programs of their own.
    fn targets(self) -> &'static [&'static str] {
        match self {
            Self::Fast => &["--lib", "--bins"],
            Self::All => &[],
        }
    }
}

/// Makes all checks of a tier. The first that fails is the last, but that all tests are run.
pub fn run(tier: Tier) -> Result<(), Failure> {
    let start = Instant::now();
    require_component("fmt", "rustfmt")?;
    require_component("clippy", "clippy")?;
    if tier == Tier::All {
        setup::run()?;
        setup::for_tests()?;
        spelling()?;
    }
    step::cargo("format", &["fmt", "--all", "--check"])?;
    let lints = [
        &["clippy"],
        tier.packages(),
        &["--all-targets", "--", "--deny", "warnings"],
    ];
    step::cargo("lints", &lints.concat())?;
    if tier == Tier::All {
        // Simulations load it.
        firmware::build()?;
    }
    let programs = programs::build(&[tier.packages(), tier.targets()].concat())?;
    let mut counted = run::all(&programs)?;
    if tier == Tier::All {
        counted += run::examples()?;
    }
    println!("{counted}");
    if counted.failed > 0 {
        return Err(Failure::unmet("tests failed"));
    }
    let took = start.elapsed().as_secs_f64();
    eprintln!("=== all checks passed in {took:.1} s");
    Ok(())
}

/// Words that are misspelt in code and documents.
fn spelling() -> Result<(), Failure> {
    let mut command = Command::new(workspace::tools().join("venv/bin/typos"));
    step::named("spelling", command.current_dir(workspace::root()))
}

/// Rust may be installed without its formatter and its lints.
fn require_component(subcommand: &str, component: &str) -> Result<(), Failure> {
    if step::succeeds(Command::new(step::cargo_program()).args([subcommand, "--version"])) {
        return Ok(());
    }
    Err(Failure::unavailable(format!(
        "`cargo {subcommand}` is missing; run: rustup component add {component}"
    )))
}
