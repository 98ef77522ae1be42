//! Waveforms of a window of cycles, opened as a viewer does.

mod common;

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::{silent, variant};
use fst_reader::{FstFilter, FstReader};
use rustix::process::{Pid, Signal, kill_process};
use tensority::Target;
use tensority_sim::error::Error;
use tensority_sim::model::source::{ArrayKind, Variant, default_cache};
use tensority_sim::scoreboard::Work;
use tensority_sim::simulation::Simulation;

/// What is in a waveform; time runs at two steps a cycle.
struct Opened {
    first: u64,
    last: u64,
    changes: u64,
}

/// A waveform, if it opens.
fn open(path: &Path) -> Option<Opened> {
    let file = File::open(path).ok()?;
    let mut reader = FstReader::open(BufReader::new(file)).ok()?;
    let header = reader.get_header();
    assert!(header.var_count > 100);
    let mut changes = 0;
    let count = |_, _, _: fst_reader::FstSignalValue<'_>| {
        changes += 1;
        Ok::<_, ()>(())
    };
    reader.read_signals(&FstFilter::all(), count).ok()?;
    Some(Opened {
        first: header.start_time,
        last: header.end_time,
        changes,
    })
}

#[test]
fn a_waveform_holds_the_window_that_was_asked_for() {
    let variant = Variant {
        trace: true,
        ..variant(32, 1, true, ArrayKind::Rtl)
    };
    let mut core = Simulation::new(&variant, &[3; 32], &default_cache(), &mut |_| {}).unwrap();
    core.fill_memory();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.fst");
    core.model().trace(&path, 100, 1100).unwrap();
    core.hash(&Work::HeaderHash([4; 32]), Target::MAX, &mut silent)
        .unwrap();
    let waveform = open(&path).expect("it is complete when its window is over");
    assert_eq!((waveform.first, waveform.last), (200, 2199));
    assert!(waveform.changes > 10_000, "{}", waveform.changes);
    core.model().close_trace().unwrap();
}

#[test]
fn a_waveform_that_cannot_be_written_is_an_error() {
    let variant = Variant {
        trace: true,
        ..variant(32, 1, true, ArrayKind::Rtl)
    };
    let mut core = Simulation::new(&variant, &[3; 32], &default_cache(), &mut |_| {}).unwrap();
    let path = Path::new("/no-such-folder/waveform.fst");
    assert!(matches!(
        core.model().trace(path, 0, 1),
        Err(Error::Trace { .. })
    ));
}

/// `tensority-sim mine` on a small core, with more nonces than it will do.
fn mine(count: u64, trace: &Path, window: [&str; 2]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tensority-sim"));
    let zeros = "0".repeat(64);
    command.args(["mine", "--dim", "32", "--lanes", "1", "--unchecked"]);
    command.args(["--header", &zeros.repeat(4), "--seed", &zeros]);
    command.args(["--bits", "0x1d00ffff", "--start", "0"]);
    command.args(["--count", &count.to_string(), "--trace"]);
    command.arg(trace).arg("--trace-from").arg(window[0]);
    command.arg("--trace-to").arg(window[1]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Waits for something that a running command does.
fn wait_for<T>(command: &mut Child, mut there: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(there) = there() {
            return there;
        }
        assert_eq!(command.try_wait().unwrap(), None, "it has ended");
        assert!(begin.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(10));
    }
}

fn end(command: Child) -> Output {
    kill_process(Pid::from_child(&command), Signal::TERM).unwrap();
    command.wait_with_output().unwrap()
}

#[test]
fn a_signal_leaves_a_waveform_of_what_was_simulated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.fst");
    let mut command = mine(1 << 40, &path, ["0", "1000000000"]).spawn().unwrap();
    wait_for(&mut command, || path.exists().then_some(()));
    let output = end(command);
    assert_eq!(output.status.code(), Some(130));
    let waveform = open(&path).expect("a waveform");
    assert!(waveform.first == 0 && waveform.last > 100 && waveform.changes > 1000);
}

#[test]
fn a_waveform_is_there_as_soon_as_its_window_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.fst");
    let mut command = mine(1 << 40, &path, ["10", "500"]).spawn().unwrap();
    let waveform = wait_for(&mut command, || open(&path));
    assert_eq!((waveform.first, waveform.last), (20, 999));
    assert_eq!(end(command).status.code(), Some(130));
}

#[test]
fn a_window_that_is_not_reached_is_told_and_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.fst");
    let window = ["1000000000", "1000000001"];
    let output = mine(1, &path, window).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let line = String::from_utf8_lossy(&output.stderr);
    assert!(line.contains("no waveform is left"), "{line}");
    assert!(!path.exists());
}

#[test]
fn a_full_disk_is_one_line_and_an_exit_code() {
    let output = mine(1, Path::new("/dev/full"), ["0", "500"])
        .output()
        .unwrap();
    let lines = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(74), "{lines}");
    // The model may have been built in front of it.
    let told = |line: &&str| line.starts_with("tensority-sim: ");
    assert_eq!(lines.lines().filter(told).count(), 1, "{lines}");
    assert!(
        lines.lines().last().is_some_and(|last| told(&last)),
        "{lines}"
    );
    assert!(lines.contains("No space left on device"), "{lines}");
}
