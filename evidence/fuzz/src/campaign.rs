//! A campaign: targets under libFuzzer for some minutes each, with what is found kept.
//!
//! libFuzzer works in `campaigns/NAME`, and goes on there with what earlier campaigns found. At the end the inputs
//! that no others cover go into the corpus, and the figures are added to those that are kept.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use tensority_command::write_file;

use crate::{Target, corpus, program};

/// Seconds that an input may take.
const TIMEOUT_SECONDS: u32 = 10;

/// What is known of a target, over all campaigns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Figures {
    pub target: String,
    pub campaigns: u32,
    /// Inputs that were run.
    pub inputs: u64,
    pub seconds: f64,
    /// Edges of the program's control flow that the last campaign reached, those of its libraries too.
    pub edges: u64,
    /// Inputs and bytes that are kept in the repository.
    pub corpus_inputs: usize,
    pub corpus_bytes: usize,
    /// Inputs for which a claim did not hold, that took too long or too much memory, in all campaigns.
    pub crashes: u64,
}

/// A campaign's places.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// Where programs are built and libFuzzer works.
    pub folder: PathBuf,
    /// How long each target is tried.
    pub time: Duration,
}

/// The file of a target's figures.
pub fn path(target: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("results");
    folder.join(format!("{target}.json"))
}

/// The figures of a target; zeros if there are none.
///
/// # Errors
/// If the file cannot be read or holds something else.
pub fn figures(target: &str) -> io::Result<Figures> {
    match fs::read(path(target)) {
        Ok(json) => serde_json::from_slice(&json).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Figures {
            target: target.to_owned(),
            ..Figures::default()
        }),
        Err(error) => Err(error),
    }
}

impl Campaign {
    /// Builds and runs a target, and keeps what came of it: the figures, and the inputs that crashed this time.
    ///
    /// # Errors
    /// If a file cannot be read or written, or the program cannot be built or run.
    pub fn run(&self, target: &Target) -> io::Result<(Figures, Vec<PathBuf>)> {
        let program = program::build(target, &self.folder)?;
        let place = self.folder.join("campaigns").join(target.name);
        let [work, crashes] = ["corpus", "crashes"].map(|part| place.join(part));
        for folder in [&work, &crashes] {
            fs::create_dir_all(folder)?;
        }
        let known = [(target.seeds)(), corpus::read(target.name)?].concat();
        for (number, input) in known.iter().enumerate() {
            fs::write(work.join(format!("known-{number}")), input)?;
        }
        let before = files(&crashes)?;
        let start = Instant::now();
        let mut command = command(&program, target);
        let (seconds, prefix) = (self.time.as_secs().max(1), crashes.join(""));
        command
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-timeout={TIMEOUT_SECONDS}"))
            .arg(format!("-artifact_prefix={}", prefix.display()))
            .args(["-print_final_stats=1", "-rss_limit_mb=2048", "-reload=0"])
            .arg(&work);
        let said = output(command)?;
        let inputs = number(&said, "stat::number_of_executed_units:");
        let inputs =
            inputs.ok_or_else(|| io::Error::other(format!("expected figures, found {said}")))?;
        let took = start.elapsed();

        let kept = minimise(&program, target, &work)?;
        let edges = number(&said, "cov:").unwrap_or(0);
        corpus::write(target.name, kept)?;
        let kept = corpus::read(target.name)?;
        let found: Vec<_> = files(&crashes)?
            .into_iter()
            .filter(|file| !before.contains(file))
            .collect();
        let old = figures(target.name)?;
        let figures = Figures {
            target: target.name.to_owned(),
            campaigns: old.campaigns + 1,
            inputs: old.inputs + inputs,
            seconds: old.seconds + (took.as_secs_f64() * 10.0).round() / 10.0,
            edges,
            corpus_inputs: kept.len(),
            corpus_bytes: kept.iter().map(Vec::len).sum(),
            crashes: old.crashes + found.len() as u64,
        };
        let json = serde_json::to_string_pretty(&figures)? + "\n";
        write_file(&path(target.name), json)?;
        Ok((figures, found))
    }
}

fn command(program: &Path, target: &Target) -> Command {
    let mut command = Command::new(program);
    command.arg(format!("-max_len={}", target.longest));
    command
}

/// The inputs of a folder that together reach what all of them reach.
fn minimise(program: &Path, target: &Target, work: &Path) -> io::Result<Vec<Vec<u8>>> {
    let folder = tempfile::tempdir()?;
    let mut command = command(program, target);
    command.arg("-merge=1").arg(folder.path()).arg(work);
    output(command)?;
    files(folder.path())?.iter().map(fs::read).collect()
}

/// What a program says; how it ends is told by the files that it leaves.
fn output(mut command: Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    Ok(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The number behind these words in what libFuzzer says.
fn number(said: &str, words: &str) -> Option<u64> {
    let (_, behind) = said.rsplit_once(words)?;
    let digits = behind.trim_start().split(|c: char| !c.is_ascii_digit());
    digits.into_iter().next()?.parse().ok()
}

fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    entries.map(|entry| Ok(entry?.path())).collect()
}
