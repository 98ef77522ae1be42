//! The reference against TensorFlow Lite Micro, every byte of every tensor of random networks.

mod file;
mod networks;
mod refusals;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use networks::{Network, OPERATORS, bytes};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tensority_infer::Model;
use tensority_infer::graph::Kind;

/// Networks of a run, and inputs of each.
const NETWORKS: usize = 400;
const INPUTS: usize = 4;

/// A network and what it is run on.
struct Case {
    file: Vec<u8>,
    model: Model,
    inputs: Vec<Vec<i8>>,
}

impl Case {
    fn random(random: &mut StdRng, network: &Network, inputs: usize) -> Self {
        let file = file::write(&network.tensors, &network.operators);
        let model = Model::read(&file).expect("a network that is read");
        let size = model.tensors[model.input].shape.bytes();
        let inputs = (0..inputs).map(|_| bytes(random, size)).collect();
        Self {
            file,
            model,
            inputs,
        }
    }
}

/// Python with the pinned packages.
fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tools = std::env::var_os("TENSORITY_TOOLS").map_or(root.join(".tools"), PathBuf::from);
    let python = tools.join("venv/bin/python3");
    let found = Command::new(&python)
        .args(["-c", "import tflite_micro"])
        .output();
    let found = found.is_ok_and(|output| output.status.success());
    assert!(
        found,
        "expected TensorFlow Lite Micro in {}; run: cargo xtask setup",
        tools.display()
    );
    python
}

/// The bytes of all computed tensors of each network and input, one after the other, by TensorFlow Lite Micro.
fn run_tflm(cases: &[Case]) -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = |n: usize, end: &str| folder.path().join(format!("{n:04}.{end}"));
    for (n, case) in cases.iter().enumerate() {
        fs::write(path(n, "tflite"), &case.file).unwrap();
        let inputs = case.inputs.concat();
        let inputs: Vec<u8> = inputs.iter().map(|byte| byte.cast_unsigned()).collect();
        fs::write(path(n, "inputs"), inputs).unwrap();
        // The names are the numbers of the tensors in the file.
        let names = case.model.tensors.iter().map(|tensor| tensor.name.as_str());
        fs::write(path(n, "tensors"), names.collect::<Vec<_>>().join("\n")).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tflm.py");
    let output = Command::new(python())
        .arg(script)
        .arg(folder.path())
        .output()
        .unwrap();
    let failed = (0..cases.len()).find(|n| !path(*n, "outputs").exists());
    if let Some(failed) = failed {
        let error = String::from_utf8_lossy(&output.stderr);
        let status = output.status;
        let model = &cases[failed].model;
        let names = model.operators.iter().map(|operator| operator.kind.name());
        let names: Vec<_> = names.collect();
        panic!(
            "network {failed}: {status}\n{error}\n{names:?}\n{:?}",
            model.tensors
        );
    }
    let outputs = (0..cases.len()).map(|n| fs::read(path(n, "outputs")).unwrap());
    outputs.collect()
}

#[test]
fn random_networks_have_the_bytes_of_tensorflow_lite_micro_in_every_tensor() {
    let mut random = StdRng::seed_from_u64(testvectors::seed());
    let mut counts = BTreeMap::new();
    let mut cases = Vec::new();
    for _ in 0..NETWORKS {
        let network = Network::random(&mut random);
        for operator in &network.operators {
            *counts.entry(operator.code).or_insert(0) += 1;
        }
        cases.push(Case::random(&mut random, &network, INPUTS));
    }
    for (name, code) in OPERATORS {
        assert!(counts.contains_key(&code), "no network has {name}");
    }
    let (mut compared, mut extreme) = (0, 0);
    for (n, (case, output)) in cases.iter().zip(run_tflm(&cases)).enumerate() {
        let model = &case.model;
        let mut rest = output.iter().map(|byte| byte.cast_signed());
        for (i, input) in case.inputs.iter().enumerate() {
            for (tensor, own) in model.run_all(input).unwrap().into_iter().enumerate() {
                let theirs: Vec<_> = rest.by_ref().take(own.len()).collect();
                let maker = model.operators.iter().find(|made| made.output == tensor);
                assert!(
                    own == theirs,
                    "network {n}, input {i}, tensor {} by {maker:?}:\nown    {own:?}\ntheirs {theirs:?}",
                    model.tensors[tensor].name
                );
                compared += own.len();
                let extremes = own.iter().filter(|byte| matches!(byte, -128 | 127));
                extreme += extremes.count();
            }
        }
        assert_eq!(rest.next(), None, "network {n} has further bytes");
    }
    println!("{compared} bytes compared, {extreme} of them extreme; operators {counts:?}");
    assert!(extreme < compared * 3 / 4, "most bytes are extreme");
}

#[test]
fn an_output_that_is_off_by_one_is_seen() {
    let mut random = StdRng::seed_from_u64(testvectors::seed());
    let mut cases = Vec::new();
    while cases.len() < 20 {
        let network = Network::random(&mut random);
        let mut case = Case::random(&mut random, &network, 1);
        if let Kind::Convolution(own) = &mut case.model.operators[0].kind {
            own.zeros.1 = own.zeros.1.wrapping_add(1);
            cases.push(case);
        }
    }
    let outputs = run_tflm(&cases);
    let differ = cases.iter().zip(outputs).filter(|(case, output)| {
        let own = case.model.run_all(&case.inputs[0]).unwrap().concat();
        own.iter()
            .map(|byte| byte.cast_unsigned())
            .ne(output.iter().copied())
    });
    let differ = differ.count();
    assert!(differ > 0, "no output differs");
}
