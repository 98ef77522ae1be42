//! The command `infer`: a network on a core by itself.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use serde::Serialize;
use tensority_command::{print, print_json};
use tensority_infer::Model;
use tensority_infer::inputs::read_inputs;
use tensority_sim::inference::Inference;
use tensority_sim::model::source::default_cache;

use crate::args::{self, InferArgs};
use crate::failure::Failure;

/// Clock for which times are told.
const CLOCK: f64 = 100e6;

#[derive(Serialize)]
struct InferJson {
    input: usize,
    output: Vec<i8>,
    /// Cycles from the start to the end of the tape.
    cycles: u64,
    /// Those in which the array meets the tape's positions.
    array_cycles: u64,
    bytes_checked: u64,
    wall_secs: f64,
}

/// Runs the network on its inputs.
pub fn run(args: &InferArgs) -> Result<(), Failure> {
    let of_file = |path: &Path, error: &dyn ToString| {
        Failure::data(format!("{}: {}", path.display(), error.to_string()))
    };
    let file = read(&args.network)?;
    let network = Model::read(&file).map_err(|error| of_file(&args.network, &error))?;
    let size = network.tensors[network.input].shape.bytes();
    let inputs = read_inputs(&read(&args.input)?, size);
    let inputs = inputs.map_err(|error| of_file(&args.input, &error))?;
    let geometry = args::geometry(args.dim, args.lanes, true)?;
    geometry
        .with_infer()
        .map_err(|error| args::refused(&error))?;
    let models = default_cache();
    let mut inference =
        Inference::new(&geometry, network, &models, &mut |line| eprintln!("{line}"))?;
    for (number, input) in inputs.iter().take(args.count).enumerate() {
        let outcome = inference.run(input)?;
        let array_cycles = inference.program().cycles;
        if args.json {
            print_json(&InferJson {
                input: number,
                output: outcome.output,
                cycles: outcome.cycles,
                array_cycles,
                bytes_checked: outcome.bytes_checked,
                wall_secs: outcome.wall.as_secs_f64(),
            })?;
            continue;
        }
        print(format_args!(
            "input {number}: {} cycles, {:.2} ms at 100 MHz; {} bytes of {} layers compared with the reference, all equal",
            outcome.cycles,
            outcome.cycles as f64 / CLOCK * 1e3,
            outcome.bytes_checked,
            inference.program().rest,
        ))?;
        print(format_args!("output   {}", numbers(&outcome.output)))?;
    }
    Ok(())
}

fn numbers(bytes: &[i8]) -> String {
    let numbers: Vec<_> = bytes.iter().map(i8::to_string).collect();
    numbers.join(",")
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = match path == Path::new("-") {
        true => io::stdin().read_to_end(&mut bytes).map(|_| bytes),
        false => fs::read(path),
    };
    read.map_err(|error| Failure::cannot_read(path, &error))
}
