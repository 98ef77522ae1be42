//! Waveforms of a window of cycles.

mod common;

use common::{silent, variant};
use tensority::Target;
use tensority_sim::error::Error;
use tensority_sim::model::source::{ArrayKind, Variant, default_cache};
use tensority_sim::scoreboard::Work;
use tensority_sim::simulation::Simulation;

#[test]
fn a_waveform_holds_the_window_that_was_asked_for() {
    let variant = Variant {
        trace: true,
        ..variant(32, 1, true, ArrayKind::Rtl)
    };
    let mut core = Simulation::new(&variant, &[3; 32], &default_cache(), &mut |_| {}).unwrap();
    core.fill_memory();
    let path = std::env::temp_dir().join(format!("tensority-{}.fst", std::process::id()));
    core.model().trace(&path, 100, 1100).unwrap();
    core.hash(&Work::HeaderHash([4; 32]), Target::MAX, &mut silent)
        .unwrap();
    core.model().close_trace();
    let waveform = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    // An FST begins with a header block (0): its length, and the first and last time in it; time
    // runs at two steps a cycle.
    let number = |at: usize| u64::from_be_bytes(std::array::from_fn(|i| waveform[at + i]));
    assert_eq!(waveform[0], 0);
    assert_eq!((number(9), number(17)), (200, 2199));
    assert!(waveform.len() > 10_000, "{} bytes", waveform.len());
}

#[test]
fn a_waveform_that_cannot_be_written_is_an_error() {
    let variant = Variant {
        trace: true,
        ..variant(32, 1, true, ArrayKind::Rtl)
    };
    let mut core = Simulation::new(&variant, &[3; 32], &default_cache(), &mut |_| {}).unwrap();
    let path = std::env::temp_dir().join("no-such-folder/waveform.fst");
    assert!(matches!(
        core.model().trace(&path, 0, 1),
        Err(Error::Trace { .. })
    ));
}
