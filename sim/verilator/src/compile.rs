//! Compilation of the generated C++, and linking to a library.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, mpsc};
use std::{env, fs, io, thread};

use crate::Error;

/// Flags for all files. The language is that of the runtime, and so must be its view of the
/// classes; unique symbols would be shared between models, whose classes have the same names.
const FLAGS: &[&str] = &[
    "-std=gnu++17",
    "-march=native",
    "-fPIC",
    "-fno-gnu-unique",
    "-fcf-protection=none",
    "-w",
    "-DVM_COVERAGE=0",
    "-DVM_SC=0",
    "-DVM_TIMING=0",
    "-DVM_TRACE_VCD=0",
    "-DVM_TRACE_SAIF=0",
];

/// For the generated code that runs at every step.
pub(crate) const FAST: &[&str] = &["-O3", "-fvisibility=hidden"];

/// For the generated code that runs once.
pub(crate) const SLOW: &[&str] = &["-O0", "-fvisibility=hidden"];

/// For the code that drives the model, whose functions the library exports.
pub(crate) const EXPORTED: &[&str] = &["-O3"];

const LINK_FLAGS: &[&str] = &["-shared", "-Wl,-Bsymbolic"];

/// Lines of the compiler's output that an error carries.
const LINES_SHOWN: usize = 20;

/// The C++ compiler: `CXX`, which may have arguments as in `ccache g++`, or g++.
pub(crate) struct Compiler {
    program: String,
    arguments: Vec<String>,
    /// Its version and target, as it prints them.
    pub(crate) identity: String,
}

/// A file to compile.
pub(crate) struct Unit {
    pub(crate) file: PathBuf,
    /// One of [`FAST`], [`SLOW`] and [`EXPORTED`].
    pub(crate) flags: &'static [&'static str],
}

/// Folders of headers, the log, and whether the model can trace.
pub(crate) struct Settings<'a> {
    pub(crate) include: &'a [PathBuf],
    pub(crate) trace: bool,
    pub(crate) objects: &'a Path,
    /// Receives all that the compiler prints if it fails.
    pub(crate) log: &'a Path,
}

impl Compiler {
    pub(crate) fn find() -> Result<Self, Error> {
        let (program, arguments) = words(&env::var("CXX").unwrap_or_default());
        let mut compiler = Self {
            program,
            arguments,
            identity: String::new(),
        };
        let mut command = compiler.command();
        command.args(["-dumpfullversion", "-dumpmachine"]);
        let output = command
            .output()
            .map_err(|source| compiler.missing(source))?;
        compiler.identity = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(compiler)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        command
    }

    fn missing(&self, source: io::Error) -> Error {
        Error::NoProgram {
            program: self.program.clone(),
            source,
        }
    }

    /// Compiles all units, as many at a time as there are processors, and links them.
    pub(crate) fn build(
        &self,
        units: Vec<Unit>,
        settings: &Settings,
        library: &Path,
        progress: &mut dyn FnMut(&str),
    ) -> Result<(), Error> {
        let all = units.len();
        let jobs = thread::available_parallelism().map_or(1, usize::from);
        let queue = Mutex::new(units.into_iter());
        let (done, finished) = mpsc::channel();
        let mut objects = Vec::new();
        thread::scope(|scope| {
            for _ in 0..jobs.min(all) {
                let done = done.clone();
                let queue = &queue;
                scope.spawn(move || {
                    while let Some(unit) = next(queue) {
                        if done.send(self.compile(&unit, settings)).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(done);
            for object in finished {
                objects.push(object?);
                progress(&format!("compiled {} of {all} files", objects.len()));
            }
            Ok(())
        })?;
        self.link(&objects, library, settings.log)
    }

    fn compile(&self, unit: &Unit, settings: &Settings) -> Result<PathBuf, Error> {
        let name = unit.file.file_name().unwrap_or_default();
        let object = settings.objects.join(name).with_extension("o");
        let trace = u8::from(settings.trace);
        let mut command = self.command();
        command
            .args(FLAGS)
            .args(unit.flags)
            .arg(format!("-DVM_TRACE={trace}"))
            .arg(format!("-DVM_TRACE_FST={trace}"))
            .args(
                settings
                    .include
                    .iter()
                    .flat_map(|path| [OsStr::new("-I"), path.as_os_str()]),
            )
            .arg("-c")
            .arg(&unit.file)
            .arg("-o")
            .arg(&object);
        self.run(&mut command, &name.to_string_lossy(), settings.log)?;
        Ok(object)
    }

    /// The runtime is left undefined: the executable has it.
    fn link(&self, objects: &[PathBuf], library: &Path, log: &Path) -> Result<(), Error> {
        let mut command = self.command();
        command
            .args(LINK_FLAGS)
            .arg("-o")
            .arg(library)
            .args(objects);
        self.run(&mut command, "the library", log)
    }

    fn run(&self, command: &mut Command, what: &str, log: &Path) -> Result<(), Error> {
        let output = command.output().map_err(|source| self.missing(source))?;
        if output.status.success() {
            return Ok(());
        }
        Err(failure(&output, what, log))
    }
}

/// All flags that models are built with: when they change, so do the models.
pub(crate) fn all_flags() -> impl Iterator<Item = &'static str> {
    let sets = [FLAGS, FAST, SLOW, EXPORTED, LINK_FLAGS];
    sets.into_iter().flatten().copied()
}

/// The program of a command line such as `ccache g++`, or of none, and its arguments.
fn words(line: &str) -> (String, Vec<String>) {
    let mut words = line.split_whitespace().map(String::from);
    let program = words.next().unwrap_or_else(|| "g++".into());
    (program, words.collect())
}

fn next(queue: &Mutex<std::vec::IntoIter<Unit>>) -> Option<Unit> {
    queue.lock().expect("no thread panics with it").next()
}

fn failure(output: &Output, what: &str, log: &Path) -> Error {
    if let Err(error) = fs::write(log, &output.stderr) {
        return Error::file("write", log)(error);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = text.lines().take(LINES_SHOWN).collect();
    Error::Compile {
        file: what.to_owned(),
        text: lines.join("\n"),
        log: log.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_may_have_arguments() {
        let none: [&str; 0] = [];
        for (line, program, arguments) in [
            ("", "g++", &none[..]),
            ("  ", "g++", &none),
            ("clang++", "clang++", &none),
            ("ccache  g++ -g0", "ccache", &["g++", "-g0"]),
        ] {
            let (found, rest) = words(line);
            assert_eq!(
                (&found[..], rest),
                (
                    program,
                    arguments.iter().map(|word| (*word).to_owned()).collect()
                )
            );
        }
    }
}
