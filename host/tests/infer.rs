//! `tensority infer`, `tensority model` and `tensority bench --models`: networks as people and scripts run them.

mod support;

use std::fs;
use std::process::Stdio;

use serde_json::Value;
use support::{Home, refusal};

const NETWORK: &[u8] = include_bytes!("../../infer/models/digits.tflite");
const INPUTS: &[u8] = include_bytes!("../../infer/models/digits.npy");
const LABELS: &str = include_str!("../../infer/models/digits-labels.csv");

/// A home with the network of digits, its inputs and labels.
fn home() -> Home {
    let home = Home::new();
    fs::write(home.path("digits.tflite"), NETWORK).unwrap();
    fs::write(home.path("digits.npy"), INPUTS).unwrap();
    home.write("labels.csv", LABELS);
    home
}

fn lines(text: &str) -> Vec<Value> {
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"));
    lines.collect()
}

#[test]
fn every_back_end_and_batch_prints_the_same_verified_outputs() {
    let home = home();
    let arguments = [
        "infer",
        "digits.tflite",
        "--input",
        "digits.npy",
        "--labels",
        "labels.csv",
        "--verify",
        "--json",
    ];
    let mut all = Vec::new();
    for (backend, batch) in [("portable", "1"), ("portable", "128"), ("", "7")] {
        let mut command = home.command(&[&arguments[..], &["--batch", batch]].concat());
        if !backend.is_empty() {
            command.env("TENSORITY_BACKEND", backend);
        }
        let output = command.output().unwrap();
        let mut lines = lines(&String::from_utf8(output.stdout).unwrap());
        let summary = lines.pop().unwrap();
        assert_eq!(summary["right"], 98, "{summary}");
        assert_eq!(summary["verified_bytes"], 1000);
        assert_eq!(lines.len(), 100);
        all.push(lines);
    }
    assert!(all.iter().all(|lines| *lines == all[0]));
    assert_eq!(
        all[0][0]["largest"],
        LABELS.lines().next().unwrap().parse::<u64>().unwrap()
    );
}

#[test]
fn lines_of_numbers_from_standard_input_are_inputs() {
    let home = home();
    home.write("one.csv", &format!("{}\n", ["-128"; 64].join(",")));
    let from_file = home.answer(&["infer", "digits.tflite", "--input", "one.csv"]);
    let mut command = home.command(&["infer", "digits.tflite", "--input", "-"]);
    let file = fs::File::open(home.path("one.csv")).unwrap();
    let output = command.stdin(Stdio::from(file)).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), from_file);
    assert!(from_file.starts_with("input 0: largest "), "{from_file}");
    assert!(
        from_file
            .lines()
            .last()
            .unwrap()
            .starts_with("1 inputs on ")
    );
}

#[test]
fn what_cannot_be_run_is_refused_in_one_line() {
    let home = home();
    fs::write(home.path("cut.tflite"), &NETWORK[..5000]).unwrap();
    home.write("short.csv", "1,2,3\n");
    home.write("large.csv", &["128"; 64].join(","));
    home.write("few.csv", "1\n2\n");
    home.write("wrong.csv", &"10\n".repeat(100));
    let floats =
        b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0), }";
    let floats = [&floats[..], &[b' '; 11], b"\n"].concat();
    fs::write(home.path("floats.npy"), floats).unwrap();
    let infer = |network: &str, input: &str, more: &[&str], code: i32| {
        let arguments = ["infer", network, "--input", input];
        refusal(&home.run(&[&arguments[..], more].concat()), code)
    };
    for (network, input, more, code, words) in [
        ("none.tflite", "digits.npy", &[][..], 66, "none.tflite"),
        (
            "cut.tflite",
            "digits.npy",
            &[],
            65,
            "cut.tflite: expected a TensorFlow Lite model, found a damaged one",
        ),
        (
            "labels.csv",
            "digits.npy",
            &[],
            65,
            "labels.csv: expected a TensorFlow Lite model, found another kind of file",
        ),
        ("digits.tflite", "none.npy", &[], 66, "none.npy"),
        (
            "digits.tflite",
            "short.csv",
            &[],
            65,
            "short.csv: input 0: expected 64 numbers, found 3",
        ),
        (
            "digits.tflite",
            "large.csv",
            &[],
            65,
            "expected numbers from -128 to 127, found \"128\"",
        ),
        (
            "digits.tflite",
            "floats.npy",
            &[],
            65,
            "expected a .npy array of signed bytes, found type",
        ),
        (
            "digits.tflite",
            "digits.npy",
            &["--labels", "few.csv"],
            65,
            "expected 100 labels, found 2",
        ),
        (
            "digits.tflite",
            "digits.npy",
            &["--labels", "wrong.csv"],
            65,
            "label 0: expected a number below 10, found \"10\"",
        ),
        (
            "digits.tflite",
            "digits.npy",
            &["--batch", "0"],
            64,
            "--batch",
        ),
    ] {
        let said = infer(network, input, more, code);
        assert!(said.contains(words), "{said}");
    }
    let mut command = home.command(&["infer", "digits.tflite", "--input", "digits.npy"]);
    let output = command.env("TENSORITY_BACKEND", "fast").output().unwrap();
    assert!(refusal(&output, 64).contains("TENSORITY_BACKEND"));
}

#[test]
fn a_network_is_shown_with_its_operators() {
    let home = home();
    let text = home.answer(&["model", "inspect", "digits.tflite"]);
    assert!(text.starts_with("input   8 x 8 x 1, scale "), "{text}");
    assert!(text.contains("depthwise convolution  3 x 3 "), "{text}");
    let json: Value =
        serde_json::from_str(&home.answer(&["model", "inspect", "digits.tflite", "--json"]))
            .unwrap();
    let operators = json["operators"].as_array().unwrap();
    let macs: u64 = operators
        .iter()
        .map(|operator| operator["macs"].as_u64().unwrap())
        .sum();
    assert_eq!(json["macs"], macs);
    assert_eq!(json["output"]["shape"], serde_json::json!([1, 1, 10]));
    refusal(&home.run(&["model", "inspect", "labels.csv"]), 65);
    refusal(&home.run(&["model", "inspect", "none"]), 66);
}

#[test]
fn networks_are_measured_against_the_peak() {
    let home = home();
    let mut command = home.command(&[
        "bench",
        "--seconds",
        "0",
        "--json",
        "--models",
        "digits.tflite",
    ]);
    let output = command
        .env("TENSORITY_BACKEND", "portable")
        .output()
        .unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let models = json["models"].as_array().unwrap();
    let names: Vec<_> = models
        .iter()
        .map(|model| (&model["network"], &model["batch"]))
        .collect();
    let expected = [
        ("dense 1024", 1),
        ("dense 1024", 128),
        ("digits.tflite", 1),
        ("digits.tflite", 128),
    ];
    assert_eq!(names.len(), expected.len());
    for ((name, batch), (expected, of)) in names.iter().zip(expected) {
        assert!(**name == expected && **batch == of);
    }
    assert!(
        models
            .iter()
            .all(|model| model["microseconds"].as_f64().unwrap() > 0.0)
    );
    refusal(&home.run(&["bench", "--models", "none.tflite"]), 66);
}
