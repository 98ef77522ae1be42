//! `tensority infer`: a network on the processor.

use std::io::{self, Read};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use serde::Serialize;
use tensority::fast::Backend;
use tensority_command::{print_as, print_json};
use tensority_infer::Model;
use tensority_infer::fast::Engine;
use tensority_infer::inputs::read_inputs;

use crate::failure::Failure;

const HELP: &str = "\
An input is a row of a .npy array of signed bytes, or a line of numbers between commas; its numbers are those of the
network's input tensor, which `tensority model inspect` shows.

Exit codes: 0; 64 for arguments and variables; 65 for a file that is no network, no input or no label; 66 for a file that
cannot be read, 77 if it may not be; 70 if --verify finds a byte that differs.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The network, a .tflite file of signed bytes.
    network: PathBuf,
    /// Inputs: a .npy or a .csv file; - is standard input.
    #[arg(short, long, value_name = "FILE")]
    input: PathBuf,
    /// How many inputs to run at a time.
    #[arg(long, value_name = "N", default_value = "128")]
    batch: NonZero<usize>,
    /// The number of the right output of each input, one a line, to count how many are the largest.
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// Compare every byte with the reference, which is slow.
    #[arg(long)]
    verify: bool,
    /// Print JSON, an object a line.
    #[arg(long)]
    json: bool,
}

/// The output for an input.
#[derive(Serialize)]
struct Answer<'a> {
    input: usize,
    output: &'a [i8],
    /// Number of the largest output, the first of several.
    largest: usize,
}

impl fmt::Display for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<_> = self.output.iter().map(i8::to_string).collect();
        let (input, largest) = (self.input, self.largest);
        write!(
            f,
            "input {input}: largest {largest}, output {}",
            numbers.join(",")
        )
    }
}

/// What came of all inputs.
#[derive(Serialize)]
struct Summary {
    inputs: usize,
    backend: &'static str,
    /// Inputs whose largest output is that of the label; `null` without labels.
    right: Option<usize>,
    /// Bytes found equal to the reference; `null` without `--verify`.
    verified_bytes: Option<usize>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} inputs on {}", self.inputs, self.backend)?;
        if let Some(right) = self.right {
            write!(f, ", {right} right")?;
        }
        match self.verified_bytes {
            Some(bytes) => write!(f, ", {bytes} bytes equal to the reference"),
            None => Ok(()),
        }
    }
}

/// Prints the output for each input, and what came of all.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let backend = Backend::from_environment()?;
    let model = read_model(&arguments.network)?;
    let size = model.tensors[model.input].shape.bytes();
    let outputs = model.tensors[model.output].shape.bytes();
    let inputs = read_inputs(&read(&arguments.input)?, size);
    let inputs = inputs.map_err(|error| of_file(&arguments.input, &error))?;
    let labels = arguments.labels.as_deref();
    let labels = labels.map(|path| read_labels(path, inputs.len(), outputs));
    let labels = labels.transpose()?;
    let mut engine = Engine::new(model, backend);
    let (mut number, mut right, mut verified) = (0, 0, 0);
    for batch in inputs.chunks(arguments.batch.get()) {
        let outputs = engine
            .run(batch)
            .map_err(|error| Failure::software(error.to_string()))?;
        for (input, output) in batch.iter().zip(&outputs) {
            if arguments.verify {
                verified += verify(engine.model(), number, input, output)?;
            }
            let answer = Answer {
                input: number,
                output,
                largest: largest(output),
            };
            if let Some(labels) = &labels {
                right += usize::from(labels[number] == answer.largest);
            }
            print_as(arguments.json, &answer)?;
            number += 1;
        }
    }
    let summary = Summary {
        inputs: number,
        backend: backend.name(),
        right: labels.map(|_| right),
        verified_bytes: arguments.verify.then_some(verified),
    };
    Ok(match arguments.json {
        true => print_json(&summary),
        false => print_as(false, &summary),
    }?)
}

/// The number of the largest output, the first of several.
fn largest(output: &[i8]) -> usize {
    let numbers = (0..output.len()).rev();
    numbers.max_by_key(|n| output[*n]).unwrap_or_default()
}

/// The bytes of an output, all of which are the reference's.
fn verify(model: &Model, number: usize, input: &[i8], output: &[i8]) -> Result<usize, Failure> {
    let expected = model.run(input);
    let expected = expected.map_err(|error| Failure::software(error.to_string()))?;
    let differs = expected.iter().zip(output).position(|(a, b)| a != b);
    match differs {
        None => Ok(output.len()),
        Some(at) => Err(Failure::software(format!(
            "input {number}, output {at}: expected {} of the reference, found {}; set TENSORITY_BACKEND=portable and \
             report this",
            expected[at], output[at]
        ))),
    }
}

/// Labels of so many inputs, each a number of an output.
fn read_labels(path: &Path, inputs: usize, outputs: usize) -> Result<Vec<usize>, Failure> {
    let text = read(path)?;
    let text = String::from_utf8_lossy(&text);
    let labels = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let labels = labels.enumerate().map(|(number, line)| {
        let label = line.parse().ok().filter(|label| *label < outputs);
        let shown: String = line.chars().take(20).collect();
        let expected =
            format!("label {number}: expected a number below {outputs}, found {shown:?}");
        label.ok_or_else(|| of_file(path, &expected))
    });
    let labels = labels.collect::<Result<Vec<_>, _>>()?;
    match labels.len() == inputs {
        true => Ok(labels),
        false => {
            let found = labels.len();
            Err(of_file(
                path,
                &format!("expected {inputs} labels, found {found}"),
            ))
        }
    }
}

/// A network from a file.
pub fn read_model(path: &Path) -> Result<Model, Failure> {
    Model::read(&read(path)?).map_err(|error| of_file(path, &error))
}

/// A file or standard input.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = match path == Path::new("-") {
        true => io::stdin().read_to_end(&mut bytes).map(|_| bytes),
        false => fs::read(path),
    };
    read.map_err(|error| Failure::cannot_read(path, &error))
}

fn of_file(path: &Path, error: &dyn ToString) -> Failure {
    Failure::data(format!("{}: {}", path.display(), error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_largest_outputs_the_first_counts() {
        assert_eq!(largest(&[-128, 3, 3, 2]), 1);
        assert_eq!(largest(&[-128]), 0);
    }
}
