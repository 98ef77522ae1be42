//! Every seed, every input that campaigns kept, and every one that crashed once, through its target.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tensority_fuzz::{TARGETS, Target, corpus};

/// Inputs that crashed once.
fn regressions(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions");
    let text = fs::read_to_string(folder.join(format!("{target}.hex"))).unwrap_or_default();
    let lines = text.lines();
    lines
        .map(|line| hex::decode(line).expect("hexadecimal digits"))
        .collect()
}

/// One test after another, since memory is counted for the whole program.
#[test]
fn every_claim_holds_for_every_input_that_is_kept() {
    let mut broken = Vec::new();
    for target in TARGETS {
        let kept = corpus::read(target.name).unwrap();
        assert!(
            kept.iter().map(Vec::len).sum::<usize>() <= corpus::MOST_BYTES,
            "{}: too large a corpus",
            target.name
        );
        let inputs = [(target.seeds)(), kept, regressions(target.name)].concat();
        assert!(!inputs.is_empty(), "{}: nothing to try", target.name);
        for input in inputs {
            if catch_unwind(AssertUnwindSafe(|| target.run(&input))).is_err() {
                broken.push(format!(
                    "{}: {}",
                    target.name,
                    String::from_utf8_lossy(&input)
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn targets_have_names_of_their_own_and_others_are_told_with_those_there_are() {
    for target in TARGETS {
        assert_eq!(Target::find(target.name).unwrap().about, target.about);
    }
    let error = Target::find("frame").unwrap_err().to_string();
    assert!(
        error.starts_with("expected a target of frames, "),
        "{error}"
    );
    assert!(error.ends_with("found \"frame\""), "{error}");
}
