//! A flash memory that is protected is not written to; with leave its protection is taken away.

mod support;

use std::sync::LazyLock;

use support::{BOARD, GOLDEN, UPDATE, carried_out, golden_flash, running, serve, write};
use tensority_flash::emulator::{Flash, Origin, Serving};
use tensority_flash::{FlashError, Image, LoaderError, Plan, Step, Target, Written};

static WITH_GOLDEN: LazyLock<Flash> = LazyLock::new(golden_flash);

/// The upper quarter: BP2 and BP0.
const QUARTER: u8 = 0x14;
const ALL: u8 = 0x1c;
const SRP: u8 = 0x80;
const SRL: u8 = 0x01;
const QUAD: u8 = 0x02;
const CMP: u8 = 0x40;
const WPS: u8 = 0x04;

/// A board whose memory holds a golden image, with these registers.
fn board(registers: [u8; 3], grounded: bool) -> Serving {
    let board = serve(WITH_GOLDEN.clone());
    board.chip().flash_mut().set_status(registers, grounded);
    board
}

fn unprotecting(
    serving: &Serving,
    image: &Image,
    target: Target,
) -> Result<(Vec<Step>, Written), FlashError> {
    let plan = Plan::new(&BOARD, image, target).expect("a good image");
    carried_out(serving, &plan.unprotecting())
}

#[test]
fn what_is_protected_is_named_before_anything_is_written() {
    // All other ranges are held to the memory by the tests of `protection.rs`.
    for (registers, target, words) in [
        (
            [QUARTER, CMP, 0],
            Target::Update,
            "000000 to c00000 protected (status registers 14 40 00)",
        ),
        // The last sector alone, which the jump is in.
        ([0x44, 0, 0], Target::Golden, "fff000 to 1000000 protected"),
    ] {
        let board = board(registers, false);
        let error = write(&board, &UPDATE, target).unwrap_err();
        assert!(matches!(error, FlashError::Protected { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(words) && text.ends_with("--unprotect"),
            "{text}"
        );
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(board.chip().flash().content() == WITH_GOLDEN.content());
        // It runs what it ran before.
        assert_eq!(running(&board).1, Origin::Flash(0xc0_0000));
        assert_eq!(board.chip().flash().status(), registers);
    }
}

#[test]
fn what_is_protected_elsewhere_does_not_matter_and_stays() {
    let registers = [QUARTER | SRP, QUAD, 0];
    let board = board(registers, true);
    // Leave to take it away changes nothing.
    let (steps, _) = unprotecting(&board, &UPDATE, Target::Update).expect("written");
    assert!(!steps.contains(&Step::Unprotect), "{steps:?}");
    assert_eq!(board.chip().flash().status(), registers);
    assert_eq!(running(&board).1, Origin::Flash(0));
}

#[test]
fn protection_of_all_kinds_is_taken_away_with_leave_and_nothing_else_changes() {
    // All kinds at once; the drive strength, and quad mode, are no protection. The pin WP# is one in quad mode.
    let board = board([ALL | SRP | 0x60, CMP | QUAD, WPS | 0x20], true);
    let (steps, _) = unprotecting(&board, &GOLDEN, Target::Golden).expect("written");
    assert!(steps.contains(&Step::Unprotect), "{steps:?}");
    assert_eq!(board.chip().flash().status(), [SRP, QUAD, 0x20]);
}

#[test]
fn of_another_makers_memory_the_first_register_alone_is_read() {
    let board = board([ALL, 0, 0], false);
    // Where the instruction of the second register is for something else: GigaDevice.
    board.chip().flash_mut().set_maker(0xc8);
    let error = write(&board, &UPDATE, Target::Update).unwrap_err();
    let words = "000000 to 1000000 protected (status registers 1c)";
    assert!(error.to_string().contains(words), "{error}");
    unprotecting(&board, &UPDATE, Target::Update).expect("written");
    assert_eq!(board.chip().flash().status(), [0, 0, 0]);
}

#[test]
fn a_lock_that_holds_is_named_with_what_holds_it() {
    for (registers, grounded, words) in [
        ([ALL | SRP, 0, 0], true, "WP#"),
        ([ALL, SRL, 0], false, "until the power goes"),
    ] {
        let board = board(registers, grounded);
        let error = unprotecting(&board, &UPDATE, Target::Update).unwrap_err();
        assert!(matches!(error, FlashError::Locked { .. }), "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(board.chip().flash().content() == WITH_GOLDEN.content());
        assert_eq!(running(&board).1, Origin::Flash(0xc0_0000));
    }
    // openFPGALoader takes the last page of this one for protected, which it is not, and cannot change it.
    let board = board([SRP, 0, 0], true);
    let error = write(&board, &GOLDEN, Target::Golden).unwrap_err();
    let is_locked = matches!(&error, FlashError::Loader(LoaderError::Locked));
    assert!(is_locked, "{error}");
}
