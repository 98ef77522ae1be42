//! The network of digits: how many it knows, and what becomes of its file when it is damaged.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tensority_infer::inputs::read_inputs;
use tensority_infer::{Model, ReadError};

const FILE: &[u8] = include_bytes!("../models/digits.tflite");

fn inputs() -> Vec<Vec<i8>> {
    read_inputs(include_bytes!("../models/digits.npy"), 64).unwrap()
}

#[test]
fn the_network_knows_98_of_100_digits() {
    let model = Model::read(FILE).unwrap();
    let labels = include_str!("../models/digits-labels.csv");
    let inputs = inputs();
    let right = inputs.iter().zip(labels.lines()).filter(|(input, label)| {
        let output = model.run(input).unwrap();
        let digit = (0..10).max_by_key(|digit| output[*digit]).unwrap();
        digit.to_string() == *label
    });
    assert_eq!(right.count(), 98);
}

#[test]
fn an_input_of_another_size_is_refused() {
    let model = Model::read(FILE).unwrap();
    let error = model.run(&[0; 63]).unwrap_err();
    assert_eq!(error.to_string(), "expected an input of 64 bytes, found 63");
}

#[test]
fn a_file_that_is_cut_or_damaged_is_refused_or_still_a_network() {
    assert!(matches!(Model::read(b""), Err(ReadError::File(_))));
    for length in 0..FILE.len() {
        assert!(Model::read(&FILE[..length]).is_err(), "{length} bytes");
    }
    let mut random = StdRng::seed_from_u64(testvectors::seed());
    let input = &inputs()[0];
    let mut read = 0;
    for _ in 0..3000 {
        let mut file = FILE.to_vec();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..file.len());
            file[at] ^= 1 << random.random_range(0..8);
        }
        // Other weights make another network, which runs.
        if let Ok(model) = Model::read(&file)
            && model.run(input).is_ok()
        {
            read += 1;
        }
    }
    assert!(read > 0, "no damaged file is a network");
}
