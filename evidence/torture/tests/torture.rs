//! A short campaign, with the proof of work itself.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tensority_torture::campaign::{Campaign, Settings};

#[test]
fn every_share_is_accounted_for_while_everything_fails() {
    let boards_program = Path::new(env!("CARGO_BIN_EXE_tensority-torture"));
    let program = boards_program.with_file_name("tensority");
    assert!(
        program.is_file(),
        "{} is missing; run: cargo build -p tensority-cli",
        program.display()
    );
    let campaign = Campaign {
        settings: Settings {
            program,
            boards_program: boards_program.to_owned(),
            boards: 2,
            hash_cycles: 1_000_000,
            block_hashes: 60.0,
        },
        seed: testvectors::seed(),
        time: Duration::from_secs(11),
        gap: Duration::from_millis(700),
    };
    let folder = tempfile::tempdir().expect("a folder");
    let report = campaign
        .run(folder.path(), &AtomicBool::new(false))
        .expect("processes");
    println!("{report:#?}");
    assert_eq!(report.violations, [""; 0], "seed {}", report.seed);
    assert!(report.results > 0 && !report.faults.is_empty());
}
