//! A tutorial as a script, and what it must print.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::workspace;

/// A tutorial.
pub struct Lesson {
    name: String,
    steps: Vec<Step>,
}

/// One block of commands.
struct Step {
    commands: String,
    fails: bool,
    /// Lines that it prints.
    expected: String,
}

impl Lesson {
    /// The tutorial `docs/tutorials/NAME.md`.
    pub fn read(name: &str) -> Self {
        let path = workspace::root().join(format!("docs/tutorials/{name}.md"));
        let text = fs::read_to_string(&path).expect("the tutorial");
        let steps = steps(&text);
        assert!(!steps.is_empty(), "{name} has no commands");
        Self {
            name: name.into(),
            steps,
        }
    }

    /// Runs all steps in `folder`.
    pub fn run(&self, folder: &Path) {
        let outputs = tempfile::tempdir().expect("a folder for what the steps print");
        let printed = |number| outputs.path().join(format!("{number}"));
        let mut script = String::from("set -eu\ntrap 'kill $(jobs -p) 2> /dev/null || :' EXIT\n");
        for (number, step) in self.steps.iter().enumerate() {
            let commands = &step.commands;
            let _ = writeln!(script, "exec > '{}' 2>&1", printed(number).display());
            let _ = if step.fails {
                writeln!(
                    script,
                    "if ( {commands} ); then echo 'it did not fail'; exit 1; fi"
                )
            } else {
                writeln!(script, "{commands}")
            };
        }
        let status = Command::new("bash")
            .args(["-c", &script])
            .current_dir(folder)
            // Cargo tells its tests about the package under test; those that it runs here are others.
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_TARGET_DIR")
            .status()
            .expect("bash starts");
        for (number, step) in self.steps.iter().enumerate() {
            let told = fs::read_to_string(printed(number)).unwrap_or_default();
            let Self { name, .. } = self;
            let Step { commands, .. } = step;
            // The last step that began is the one that failed.
            let last = !printed(number + 1).exists();
            assert!(
                status.success() || !last,
                "{name}: failed ({status}):\n{commands}\n{told}"
            );
            if let Some(line) = missing(&step.expected, &told) {
                panic!("{name}: expected the line `{line}` after\n{commands}\nfound\n{told}");
            }
        }
    }
}

/// The steps of a tutorial but for the long ones.
fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut lines = text.lines();
    let mut skipped = false;
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```") else {
            continue;
        };
        let body: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body = body.join("\n");
        match kind {
            "sh" | "sh fails" => {
                skipped = false;
                steps.push(Step {
                    commands: body,
                    fails: kind == "sh fails",
                    expected: String::new(),
                });
            }
            "sh long" => skipped = true,
            "text" if skipped => {}
            "text" => steps.last_mut().expect("commands first").expected = body,
            kind => panic!("a block of an unknown kind: {kind:?}"),
        }
    }
    steps
}

/// The first line of `expected` that `printed` lacks behind the ones before it.
pub fn missing<'a>(expected: &'a str, printed: &str) -> Option<&'a str> {
    let mut printed = printed.lines();
    expected
        .lines()
        .find(|pattern| !printed.any(|line| fits(pattern, line)))
}

fn fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let mut open = false;
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
        open = part.is_empty();
    }
    open || rest.is_empty()
}
