//! The tutorials, run as they are written.
//!
//! | fence | is |
//! |---|---|
//! | `sh` | commands: all of a tutorial run in one shell, in order, and succeed |
//! | `sh fails` | commands that must fail |
//! | `sh long` | commands that are left to the reader, as is what they print |
//! | `text` | lines that occur, in this order, in what the block before printed; `…` stands for anything |

mod copy;
mod expected;
mod lesson;
mod shell;

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use lesson::Lesson;
use shell::{Shell, Verdict};

/// What a block may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// For blocks that end at once.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_block_is_broken_found_and_mended() {
    // It edits the hardware.
    let copy = copy::make("change-a-block");
    let outcome = Lesson::read("change-a-block").run(&copy, PATIENCE);
    // Its links keep files that nothing else needs any more.
    fs::remove_dir_all(copy).expect("nobody uses it");
    outcome.unwrap();
}

#[test]
fn a_board_file_becomes_a_report() {
    let lesson = Lesson::read("build-a-board");
    lesson.run(root(), PATIENCE).unwrap();
}

#[test]
fn a_miner_outlives_its_board() {
    Lesson::read("mine").run(root(), PATIENCE).unwrap();
}

#[test]
fn a_lesson_keeps_its_shell_and_prints_what_it_says() {
    run(
        "```sh\nx=1\ncd /\n```\n```sh long\nfalse\n```\n```text\nnever\n```\n\
         ```sh\necho $x $PWD\necho behind\n```\n```text\n1 /\nbe…d\n```\n\
         ```sh fails\necho no; false\n```\n```text\nno\n```\n",
        LONG,
    )
    .unwrap();
}

#[test]
fn a_line_that_is_not_printed_is_noticed() {
    let failure = run("```sh\necho one\n```\n```text\ntwo\n```\n", LONG).unwrap_err();
    assert!(failure.contains("expected the line `two`"), "{failure}");
    assert!(failure.contains("printed:\none"), "{failure}");
}

#[test]
fn a_line_of_a_block_that_fails_is_noticed() {
    let failure = run("```sh\nfalse\necho behind\n```\n", LONG).unwrap_err();
    assert!(failure.contains("it failed"), "{failure}");
    assert!(!failure.contains("printed:\nbehind"), "{failure}");
}

#[test]
fn a_block_that_should_fail_and_does_not_is_noticed() {
    let failure = run("```sh fails\necho fine\n```\n", LONG).unwrap_err();
    assert!(failure.contains("it did not fail"), "{failure}");
}

#[test]
fn a_block_that_hangs_is_killed_and_named() {
    let text = "```sh\necho first\n```\n```sh\necho begun\nsleep 1000\n```\n";
    let failure = run(text, Duration::from_secs(2)).unwrap_err();
    assert!(failure.contains("block 2"), "{failure}");
    assert!(failure.contains("not over after 2s"), "{failure}");
    assert!(failure.contains("printed:\nbegun"), "{failure}");
}

#[test]
fn what_runs_in_the_background_ends_with_the_shell() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut shell = Shell::start(folder.path());
    let commands = "mkfifo fifo; (exec > fifo; sleep 60) &";
    let (verdict, _) = shell.run(commands, false, LONG);
    assert_eq!(verdict, Verdict::AsItShould);
    // It is open once the other end is.
    let mut fifo = File::open(folder.path().join("fifo")).expect("the other end");
    let begin = Instant::now();
    drop(shell);
    let printed = fifo.read_to_end(&mut Vec::new());
    assert_eq!(printed.expect("the other end is closed"), 0);
    assert!(begin.elapsed() < LONG / 2);
}

fn run(text: &str, patience: Duration) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    Lesson::of("trial", text).run(folder.path(), patience)
}

/// The repository's folder.
fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("a workspace")
}
