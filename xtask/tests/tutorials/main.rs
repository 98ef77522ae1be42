//! The tutorials, run as they are written.
//!
//! Every ```` ```sh ```` block of a tutorial runs in one shell, in order; `sh fails` must fail, and `sh long` is left to the
//! reader. The lines of a ```` ```text ```` block must occur, in order, in what the block before it printed; `…` stands for
//! anything.

mod lesson;
mod workspace;

use lesson::Lesson;

#[test]
fn a_block_is_broken_found_and_mended() {
    // It edits the hardware: in a copy.
    let copy = workspace::copy("change-a-block");
    Lesson::read("change-a-block").run(&copy);
}

#[test]
fn a_board_file_becomes_a_report() {
    Lesson::read("build-a-board").run(&workspace::root());
}

#[test]
fn a_miner_outlives_its_board() {
    Lesson::read("mine").run(&workspace::root());
}

#[test]
fn a_line_that_a_command_did_not_print_is_noticed() {
    let printed = "cycles 12, of which 3\nhash 0f\n";
    assert_eq!(
        lesson::missing("cycles …, of which 3\nhash 0f", printed),
        None
    );
    assert_eq!(
        lesson::missing("hash 0f\ncycles …", printed),
        Some("cycles …"),
        "the order counts"
    );
    assert_eq!(lesson::missing("hash 0e", printed), Some("hash 0e"));
}
