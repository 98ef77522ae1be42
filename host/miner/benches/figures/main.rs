//! Figures of the miner's speed and size: `cargo bench -p tensority-miner`.
//!
//! ```text
//! main ─► one process a figure ─► the miner ◄─ pseudo-terminals ─► one process for all boards
//!                                  └─ history, page ─► one process for a browser
//! ```
//!
//! Words on the command line choose figures by a part of their names; `--json` prints a line of JSON
//! for each. It exits with 1 if a figure that must be reached is not. Each figure has a process of its
//! own, so that time and memory are those of one miner, and the boards have another. The miner keeps a history, and a page is open. Without `--bench`,
//! as `cargo test --benches` calls it, nothing is measured.

#![forbid(unsafe_code)]

mod boards;
mod faults;
mod figure;
mod idle;
mod job_change;
mod load;
mod machine;
mod memory;
mod miner;
mod page;
#[path = "../../tests/storm/mod.rs"]
mod storm;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::env;
use std::process::{Command, ExitCode};

use figure::{Figure, Format};

/// The figures by name, in the order of the table.
const FIGURES: [(&str, Measure); 5] = [
    ("job-change", job_change::measure),
    ("load", load::measure),
    ("idle", idle::measure),
    ("memory", memory::measure),
    ("faults", faults::measure),
];

type Measure = fn() -> Figure;

/// The words in front of the arguments of the other processes.
const BOARDS: &str = "boards";
const PAGE: &str = "page";
const FIGURE: &str = "figure";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [BOARDS, ref arguments @ ..] => boards::serve::serve(arguments),
        [PAGE, api] => {
            page::read(api);
            ExitCode::FAILURE
        }
        [FIGURE, name, format] => {
            let (_, measure) = FIGURES
                .into_iter()
                .find(|(known, _)| *known == name)
                .expect("a figure");
            match measure().print(Format::of(format)) {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        ref words if words.contains(&"--bench") => all(words),
        _ => {
            println!("nothing is measured without --bench: run cargo bench -p tensority-miner");
            ExitCode::SUCCESS
        }
    }
}

/// Measures the figures that are chosen, one after the other.
fn all(words: &[&str]) -> ExitCode {
    let filters: Vec<_> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let is_chosen = |name: &str| filters.is_empty() || filters.iter().any(|f| name.contains(**f));
    let format = match words.contains(&"--json") {
        true => Format::Json,
        false => Format::Table,
    };
    if format == Format::Table {
        figure::print_head();
    }
    let mut code = ExitCode::SUCCESS;
    for (name, _) in FIGURES.into_iter().filter(|(name, _)| is_chosen(name)) {
        let this = env::current_exe().expect("this program");
        let mut process = Command::new(this);
        let status = process.args([FIGURE, name, format.word()]).status();
        if !status.expect("a process").success() {
            code = ExitCode::FAILURE;
        }
    }
    code
}
