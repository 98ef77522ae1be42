//! Running a command as one visible step of a chore.

use std::ffi::OsString;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::failure::{self, Failure};
use crate::workspace;

/// Runs `cargo` with `arguments` in the workspace under a heading, and says how long it took.
pub fn cargo(heading: &str, arguments: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new(cargo_program());
    command.args(arguments).current_dir(workspace::root());
    named(heading, &mut command)
}

/// The Cargo that runs this program.
pub fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a command under a heading, and says how long it took.
pub fn named(heading: &str, command: &mut Command) -> Result<(), Failure> {
    eprintln!("\n=== {heading}: {}", line(command));
    let start = Instant::now();
    run(command)?;
    eprintln!(
        "=== {heading}: done in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Runs a command with its output shown; fails when the command does.
pub fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| Failure::unavailable(format!("cannot run {}: {error}", line(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(failure::of_command(&line(command), status.code()))
    }
}

/// Runs a command and returns what it prints.
pub fn output(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::unavailable(format!("cannot run {}: {error}", line(command))))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(failure::of_command(&line(command), output.status.code()))
    }
}

/// Whether a command can be run and succeeds; its output is not shown.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as one would type it; the folder of the program is left out.
fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
