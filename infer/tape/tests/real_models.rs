//! Networks of MLPerf Tiny as tapes: every byte of every layer as the reference has it. Where the networks are is told
//! in `infer/tests/real_models.rs`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use npyz::NpyFile;
use tensority_infer::Model;
use tensority_protocol::tape::BURST;
use tensority_tape::compile;
use tensority_tape::machine::Machine;

/// Columns of Tensority's state.
const COLUMNS: usize = 256;

/// Name of a model and its file, its inputs, and the cycles that its tape may take the array: what is 2.6 and 4 ms
/// at 100 MHz.
const MODELS: [(&str, [&str; 2], u64); 2] = [
    (
        "anomaly_detector",
        ["ad01_int8.tflite", "ad01_inputs.npy"],
        260_000,
    ),
    (
        "keyword_spotter",
        ["kws_ref_model.tflite", "kws_inputs.npy"],
        400_000,
    ),
];

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/models");
    env::var_os("TENSORITY_MODELS").map_or(beside, PathBuf::from)
}

fn tape_equals_reference(files: [&str; 2], cycles: u64) -> Result<(), Failed> {
    let [model, inputs] = files.map(|file| folder().join(file));
    let model = Model::read(&fs::read(model)?)?;
    let program = compile(&model, COLUMNS)?;
    println!("{} words, {} cycles", program.words.len(), program.cycles);
    assert!(program.cycles <= cycles, "{} cycles", program.cycles);
    let bytes = fs::read(inputs)?;
    let inputs = NpyFile::new(&bytes[..])?.into_vec::<i8>()?;
    let size = model.tensors[model.input].shape.bytes();
    let mut machine = Machine::new(COLUMNS);
    for input in inputs.chunks(size).step_by(40) {
        let mut memory = program.words.clone();
        memory.resize(program.bytes() as usize / 4, 0);
        let start = 4 * memory.len() as u32;
        memory.extend(program.load(&model, input, 0)?);
        memory.resize(memory.len().next_multiple_of(BURST as usize / 4), 0);
        let outcome = machine.run(&memory, start)?;
        let tensors = model.run_all(input)?;
        assert_eq!(outcome.made.len(), program.made.len());
        for (made, place) in outcome.made.iter().zip(&program.made) {
            let tensor = model.operators[place.operator].output;
            let channels = model.tensors[tensor].shape.channels;
            let expected = tensors[tensor][place.position * channels + place.channel];
            assert_eq!(made.value, expected, "{place:?}");
        }
        assert_eq!(
            program.finish(&model, &outcome.output),
            tensors[model.output]
        );
    }
    Ok(())
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = MODELS.map(|(name, files, cycles)| {
        let missing = files.iter().any(|file| !folder().join(file).exists());
        let run = move || tape_equals_reference(files, cycles);
        Trial::test(format!("tape_of_{name}"), run).with_ignored_flag(missing)
    });
    libtest_mimic::run(&arguments, trials.into()).exit();
}
