//! Boards that are written with one image tell serial numbers of their own, and keep them.

mod support;

use std::sync::LazyLock;

use support::{BOARD, GOLDEN, UPDATE, serve, telling, told, write, written};
use tensority_flash::emulator::{ERASED, Flash, Serving};
use tensority_flash::{Image, Serial, Step, Target};

static TELLING: LazyLock<Image> = LazyLock::new(|| telling("telling"));

/// The serial number that the chip reads which runs.
fn running(serving: &Serving) -> u64 {
    let chip = serving.chip();
    told(&chip.running().expect("a configuration that runs").bitstream)
}

#[test]
fn two_boards_with_one_image_tell_two_numbers_and_keep_them_through_every_image() {
    let boards = [(); 2].map(|()| serve(Flash::default()));
    let numbers = boards.each_ref().map(|board| {
        let (_, first) = written(board, &TELLING, Target::Golden).expect("written");
        let Some(Serial {
            number,
            is_new: true,
        }) = first.serial
        else {
            panic!("expected a new number, found {first:?}");
        };
        assert_eq!(running(board), number);
        let kept = Some(Serial {
            number,
            is_new: false,
        });
        for target in [Target::Update, Target::Golden, Target::Sram] {
            let (steps, again) = written(board, &TELLING, target).expect("written");
            assert_eq!(again.serial, kept, "{target:?}");
            assert!(!steps.contains(&Step::WriteSerial), "{steps:?}");
            board.chip().power_on();
            assert_eq!(running(board), number, "{target:?}");
        }
        number
    });
    assert_ne!(numbers[0], numbers[1]);
    // Nothing else differs.
    let [one, other] = boards
        .each_ref()
        .map(|board| board.chip().flash().content().to_vec());
    let differing = one.iter().zip(&other).filter(|(one, other)| one != other);
    assert!(differing.count() < 3 * 16, "two images and a record");
}

#[test]
fn a_number_that_was_cut_off_is_made_anew_and_no_image_comes_without() {
    let board = serve(Flash::default());
    // In the middle of the number, which is written first.
    board.chip().flash_mut().cut_after(4096 + 30);
    write(&board, &TELLING, Target::Golden).expect_err("a cut");
    board.chip().power_on();
    assert!(board.chip().running().is_none());
    let (_, first) = written(&board, &TELLING, Target::Golden).expect("written");
    assert!(
        first.serial.is_some_and(|serial| serial.is_new),
        "{first:?}"
    );
}

#[test]
fn what_needs_no_number_makes_none() {
    let board = serve(Flash::default());
    // An image that tells none.
    let (steps, golden) = written(&board, &GOLDEN, Target::Golden).expect("written");
    assert_eq!(
        (steps.contains(&Step::WriteSerial), golden.serial),
        (false, None)
    );
    // What is loaded until the power goes leaves the flash memory alone.
    let (_, loaded) = written(&board, &TELLING, Target::Sram).expect("loaded");
    assert_eq!((running(&board), loaded.serial), (0, None));
    let start = BOARD.flash.serial() as usize;
    let sector = board.chip().flash().content()[start..][..65536].to_vec();
    assert!(sector.iter().all(|byte| *byte == ERASED));
    // A golden image that tells none is one for an update that does.
    write(&board, &TELLING, Target::Update).expect("written");
    assert_ne!(running(&board), 0);
    write(&board, &UPDATE, Target::Update).expect("written");
}
