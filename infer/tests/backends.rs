//! Every back end against the reference: random networks in batches of all sizes, and the network of digits.

#[allow(dead_code)]
#[path = "tflm/file.rs"]
mod file;
#[path = "tflm/networks.rs"]
mod networks;

use networks::{Network, bytes};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority::fast::Backend;
use tensority_infer::Model;
use tensority_infer::fast::Engine;
use tensority_infer::inputs::read_inputs;

const DIGITS: &[u8] = include_bytes!("../models/digits.tflite");

#[test]
fn random_networks_have_the_same_bytes_on_every_back_end() {
    let mut random = StdRng::seed_from_u64(testvectors::seed());
    for n in 0..200 {
        let network = Network::random(&mut random);
        let model = Model::read(&file::write(&network.tensors, &network.operators)).unwrap();
        let size = model.tensors[model.input].shape.bytes();
        let count = random.random_range(1..20);
        let inputs: Vec<_> = (0..count).map(|_| bytes(&mut random, size)).collect();
        let expected: Vec<_> = inputs
            .iter()
            .map(|input| model.run(input).unwrap())
            .collect();
        for backend in Backend::available() {
            let mut engine = Engine::new(model.clone(), backend);
            let (first, rest) = inputs.split_at(count / 2);
            let found = [engine.run(first).unwrap(), engine.run(rest).unwrap()].concat();
            assert!(found == expected, "network {n} on {backend}: {model:?}");
        }
    }
}

#[test]
fn digits_are_the_same_on_every_back_end() {
    let model = Model::read(DIGITS).unwrap();
    let inputs = read_inputs(include_bytes!("../models/digits.npy"), 64).unwrap();
    let expected: Vec<_> = inputs
        .iter()
        .map(|input| model.run(input).unwrap())
        .collect();
    for backend in Backend::available() {
        let mut engine = Engine::new(model.clone(), backend);
        assert_eq!(engine.run(&inputs).unwrap(), expected, "{backend}");
        assert_eq!(engine.backend().name(), backend.name());
    }
}

#[test]
fn an_input_of_another_size_is_refused() {
    let mut engine = Engine::new(Model::read(DIGITS).unwrap(), Backend::fastest());
    let error = engine.run(&[vec![0; 64], vec![0; 65]]).unwrap_err();
    assert_eq!(error.to_string(), "expected an input of 64 bytes, found 65");
    assert_eq!(engine.run::<Vec<i8>>(&[]).unwrap(), Vec::<Vec<i8>>::new());
}
