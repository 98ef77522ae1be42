//! Building test programs.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::failure::{self, Failure};
use crate::{step, workspace};

/// A test program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its source, from the workspace's folder on.
    pub name: String,
    /// The executable.
    pub path: PathBuf,
    /// The folder of its package, in which it is run.
    pub folder: PathBuf,
}

/// Builds the test programs that `selection`, arguments of `cargo test`, asks for.
///
/// # Errors
/// If they cannot be built.
pub fn build(selection: &[&str]) -> Result<Vec<Program>, Failure> {
    let heading = format!("test programs: cargo test --no-run {}", selection.join(" "));
    eprintln!("\n=== {heading}");
    let start = Instant::now();
    let mut cargo = Command::new(step::cargo_program())
        .args([
            "test",
            "--no-run",
            "--message-format",
            "json-render-diagnostics",
        ])
        .args(selection)
        .current_dir(workspace::root())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::unavailable(format!("cannot run cargo: {error}")))?;
    let messages = cargo.stdout.take().into_iter();
    let lines = messages.flat_map(|messages| BufReader::new(messages).lines());
    let programs: Vec<Program> = lines
        .map_while(Result::ok)
        .filter_map(|line| program(&line))
        .collect();
    let status = cargo.wait();
    let status =
        status.map_err(|error| Failure::unavailable(format!("cannot run cargo: {error}")))?;
    if !status.success() {
        return Err(failure::of_command("cargo test --no-run", status.code()));
    }
    let took = start.elapsed().as_secs_f64();
    eprintln!("=== test programs: {} in {took:.1} s", programs.len());
    Ok(programs)
}

/// The test program that a message of cargo tells of.
fn program(message: &str) -> Option<Program> {
    let message: Value = serde_json::from_str(message).ok()?;
    message["profile"]["test"].as_bool().filter(|test| *test)?;
    let source = Path::new(message["target"]["src_path"].as_str()?);
    let manifest = Path::new(message["manifest_path"].as_str()?);
    let name = source.strip_prefix(workspace::root()).unwrap_or(source);
    Some(Program {
        name: name.display().to_string(),
        path: message["executable"].as_str()?.into(),
        folder: manifest.parent()?.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact(test: bool) -> String {
        let root = workspace::root().display();
        format!(
            r#"{{"reason":"compiler-artifact","manifest_path":"{root}/sim/Cargo.toml",
            "target":{{"src_path":"{root}/sim/tests/top.rs"}},"profile":{{"test":{test}}},
            "executable":"{root}/target/debug/deps/top-1"}}"#
        )
    }

    #[test]
    fn a_test_program_is_told_by_its_source() {
        let expected = Program {
            name: "sim/tests/top.rs".into(),
            path: workspace::root().join("target/debug/deps/top-1"),
            folder: workspace::root().join("sim"),
        };
        assert_eq!(program(&artifact(true)), Some(expected));
    }

    #[test]
    fn other_messages_are_passed_over() {
        assert_eq!(program(&artifact(false)), None);
        assert_eq!(
            program(r#"{"reason":"build-finished","success":true}"#),
            None
        );
        assert_eq!(program("warning: not for machines"), None);
    }
}
