//! Networks of MLPerf Tiny, by the reference and on every back end, byte by byte as TensorFlow Lite Micro computes them.
//! They are not part of the repository: docs/infer.md tells where they are to be had. The folder is `TENSORITY_MODELS`,
//! or `shared/models` beside the clone; tests of models that are not there are ignored.

use std::path::{Path, PathBuf};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};
use npyz::NpyFile;
use tensority::fast::Backend;
use tensority_infer::Model;
use tensority_infer::fast::Engine;

/// Name of a model and its file, its inputs, and the answers of TensorFlow Lite Micro.
const MODELS: [(&str, [&str; 3]); 2] = [
    (
        "anomaly_detector",
        ["ad01_int8.tflite", "ad01_inputs.npy", "ad01_tflm.npy"],
    ),
    (
        "keyword_spotter",
        ["kws_ref_model.tflite", "kws_inputs.npy", "kws_tflm.npy"],
    ),
];

fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/models");
    env::var_os("TENSORITY_MODELS").map_or(beside, PathBuf::from)
}

/// The rows of an array of signed bytes.
fn rows(path: &Path) -> Result<Vec<Vec<i8>>, Failed> {
    let bytes = fs::read(path)?;
    let array = NpyFile::new(&bytes[..])?;
    let length = array.shape()[1..].iter().product::<u64>() as usize;
    let all = array.into_vec::<i8>()?;
    Ok(all.chunks(length).map(<[i8]>::to_vec).collect())
}

fn equals_tflm(files: [&str; 3]) -> Result<(), Failed> {
    let [model, inputs, answers] = files.map(|file| folder().join(file));
    let model = Model::read(&fs::read(model)?)?;
    let (inputs, answers) = (rows(&inputs)?, rows(&answers)?);
    assert_eq!(inputs.len(), answers.len());
    for (n, (input, answer)) in inputs.iter().zip(&answers).enumerate() {
        assert_eq!(&model.run(input)?, answer, "input {n}");
    }
    for backend in Backend::available() {
        let outputs = Engine::new(model.clone(), backend).run(&inputs)?;
        assert!(outputs == answers, "{backend}");
    }
    Ok(())
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = MODELS.map(|(name, files)| {
        let missing = files.iter().any(|file| !folder().join(file).exists());
        let trial = Trial::test(format!("{name}_equals_tflm"), move || equals_tflm(files));
        trial.with_ignored_flag(missing)
    });
    libtest_mimic::run(&arguments, trials.into()).exit();
}
