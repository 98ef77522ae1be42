//! Images are written by the real openFPGALoader, to a board's JTAG port in software.

mod support;

use std::sync::LazyLock;

use support::{BOARD, GOLDEN, UPDATE, described, golden_flash, running, serve, serve_chip, write};
use tensority_boards::bitstream::PREAMBLE;
use tensority_flash::emulator::{Chip, ERASED, Flash, Origin};
use tensority_flash::{FlashError, Image, LoaderError, Plan, Step, Target};

/// A memory that holds nothing but a golden image.
static WITH_GOLDEN: LazyLock<Flash> = LazyLock::new(golden_flash);

const GOLDEN_START: Origin = Origin::Flash(0xc0_0000);
const UPDATE_START: Origin = Origin::Flash(0);

fn usercode(image: &Image) -> u32 {
    match tensority_boards::bitstream::read(&image.bitstream, BOARD.part.idcode) {
        Ok(tensority_boards::bitstream::Content::Configuration(found)) => found.usercode,
        other => panic!("expected a configuration, found {other:?}"),
    }
}

/// The golden slot, its record and the jump.
fn upper_quarter(flash: &Flash) -> &[u8] {
    &flash.content()[BOARD.flash.golden.start as usize..]
}

#[test]
fn the_fpga_is_loaded_with_the_very_bytes_of_the_image() {
    let serving = serve(Flash::default());
    let steps = write(&serving, &UPDATE, Target::Sram).expect("loaded");
    assert_eq!(steps, [Step::Detect, Step::ReadSerial, Step::Load]);
    let chip = serving.chip();
    let found = chip.running().expect("it runs");
    assert_eq!(found.origin, Origin::Jtag);
    // The comment in front of the preamble stays behind, and so do the dummy bytes at the end.
    let sent = &UPDATE.bitstream;
    let start = sent.windows(4).position(|four| four == PREAMBLE).unwrap();
    let (before, loaded) = found
        .bitstream
        .split_at(found.bitstream.len() + 4 + start - sent.len());
    assert!(loaded == &sent[start..sent.len() - 4]);
    assert!(before.iter().all(|byte| *byte == ERASED));
    assert!(chip.flash().content().iter().all(|byte| *byte == ERASED));
}

#[test]
fn a_golden_image_is_written_to_its_slot_with_a_jump_to_it() {
    let flash = &*WITH_GOLDEN;
    let start = BOARD.flash.golden.start as usize;
    let end = start + GOLDEN.bitstream.len();
    assert!(flash.content()[start..end] == GOLDEN.bitstream);
    assert!(flash.content()[..start].iter().all(|byte| *byte == ERASED));

    let serving = serve(flash.clone());
    assert_eq!(running(&serving), (usercode(&GOLDEN), GOLDEN_START));
}

#[test]
fn an_update_is_written_and_runs_and_leaves_the_golden_image_alone() {
    let serving = serve(WITH_GOLDEN.clone());
    let steps = write(&serving, &UPDATE, Target::Update).expect("written");
    let expected = [
        Step::Detect,
        Step::ReadProtection,
        Step::ReadSerial,
        Step::ReadRecord,
        Step::ReadGolden,
        Step::WriteImage,
    ];
    assert_eq!(steps, expected);
    assert_eq!(running(&serving), (usercode(&UPDATE), UPDATE_START));
    let chip = serving.chip();
    let written = &chip.flash().content()[..UPDATE.bitstream.len()];
    assert!(written == UPDATE.bitstream);
    assert!(upper_quarter(chip.flash()) == upper_quarter(&WITH_GOLDEN));
}

#[test]
fn an_uncompressed_image_is_written_too() {
    let plain = described(support::plain("plain", "LFE5U-85F"));
    assert!(plain.bitstream.len() > 1_900_000);
    let serving = serve(WITH_GOLDEN.clone());
    write(&serving, &plain, Target::Update).expect("written");
    assert_eq!(running(&serving), (usercode(&plain), UPDATE_START));
}

#[test]
fn without_a_golden_image_there_is_no_update() {
    let serving = serve(Flash::default());
    let error = write(&serving, &UPDATE, Target::Update).unwrap_err();
    assert!(matches!(error, FlashError::NoGolden { .. }), "{error}");
    assert!(
        error.to_string().contains("--board BOARD --golden IMAGE"),
        "{error}"
    );
    let chip = serving.chip();
    assert!(chip.flash().content().iter().all(|byte| *byte == ERASED));
}

#[test]
fn a_damaged_golden_image_is_none() {
    let mut flash = WITH_GOLDEN.clone();
    flash.content_mut()[BOARD.flash.golden.start as usize + 100_000] ^= 0x40;
    let serving = serve(flash.clone());
    let error = write(&serving, &UPDATE, Target::Update).unwrap_err();
    assert!(matches!(error, FlashError::NoGolden { .. }), "{error}");
    assert!(error.to_string().contains("SHA-256"), "{error}");
    assert!(serving.chip().flash().content() == flash.content());
}

#[test]
fn an_interrupted_update_falls_back_and_can_be_written_again() {
    let mut flash = WITH_GOLDEN.clone();
    flash.content_mut()[..UPDATE.bitstream.len()].copy_from_slice(&UPDATE.bitstream);
    let serving = serve(flash);
    assert_eq!(running(&serving), (usercode(&UPDATE), UPDATE_START));
    // While it erases, after that, in the first page, and in the last.
    let erased = UPDATE.bitstream.len().next_multiple_of(4096);
    for bytes in [
        0,
        50_000,
        erased,
        erased + 100,
        erased + 100_000,
        erased + UPDATE.bitstream.len() - 30,
    ] {
        serving.chip().flash_mut().cut_after(bytes);
        write(&serving, &UPDATE, Target::Update).expect_err("a cut");
        assert!(serving.chip().running().is_none());
        serving.chip().power_on();
        // With the first byte still to be erased, the update of before is whole.
        let expected = match bytes {
            0 => (usercode(&UPDATE), UPDATE_START),
            _ => (usercode(&GOLDEN), GOLDEN_START),
        };
        assert_eq!(running(&serving), expected, "cut after {bytes} bytes");
        assert!(upper_quarter(serving.chip().flash()) == upper_quarter(&WITH_GOLDEN));
    }
    write(&serving, &UPDATE, Target::Update).expect("written");
    assert_eq!(running(&serving), (usercode(&UPDATE), UPDATE_START));
}

#[test]
fn an_interrupted_golden_image_leaves_the_update_running_and_is_known_as_damaged() {
    let mut flash = WITH_GOLDEN.clone();
    flash.content_mut()[..UPDATE.bitstream.len()].copy_from_slice(&UPDATE.bitstream);
    let serving = serve(flash);
    serving.chip().flash_mut().cut_after(400_000);
    write(&serving, &GOLDEN, Target::Golden).expect_err("a cut");
    serving.chip().power_on();
    assert_eq!(running(&serving), (usercode(&UPDATE), UPDATE_START));
    let error = write(&serving, &UPDATE, Target::Update).unwrap_err();
    assert!(matches!(error, FlashError::NoGolden { .. }), "{error}");
    write(&serving, &GOLDEN, Target::Golden).expect("written");
    write(&serving, &UPDATE, Target::Update).expect("written");
}

#[test]
fn a_bit_that_does_not_take_is_found_when_it_is_read_back() {
    let serving = serve(WITH_GOLDEN.clone());
    let later = UPDATE.bitstream[70_000..].iter();
    let place = 70_000 + later.take_while(|byte| **byte & 1 == 0).count();
    serving.chip().flash_mut().stick(place, 0xfe);
    let error = write(&serving, &UPDATE, Target::Update).unwrap_err();
    let FlashError::Loader(LoaderError::Differs { at }) = &error else {
        panic!("expected a difference, found {error}");
    };
    assert_eq!(*at, place.to_string());
    assert_eq!(running(&serving), (usercode(&GOLDEN), GOLDEN_START));
}

#[test]
fn another_fpga_is_left_alone() {
    // The same size with other transceivers: only the upper four bits differ.
    for idcode in [0x4111_2043, 0x0111_3043] {
        let serving = serve_chip(Chip::new(idcode, WITH_GOLDEN.clone()));
        for target in [Target::Sram, Target::Update, Target::Golden] {
            let error = write(&serving, &UPDATE, target).unwrap_err();
            let found = format!("found {idcode:08x}");
            assert!(error.to_string().contains(&found), "{error}");
        }
        let chip = serving.chip();
        assert!(chip.flash().content() == WITH_GOLDEN.content());
    }
}

#[test]
fn what_is_no_good_image_never_comes_near_the_cable() {
    let serving = serve(WITH_GOLDEN.clone());
    let other = support::bitstream("other", "LFE5U-45F", &[]);
    let boot = ["--bootaddr", "0x400000"];
    let elsewhere = support::bitstream("elsewhere", "LFE5U-85F", &boot);
    let mut damaged = UPDATE.clone();
    damaged.bitstream[1000] ^= 1;
    let mut swapped = UPDATE.clone();
    swapped.manifest.board = "ulx3s-45f".into();
    let mut cut = UPDATE.bitstream.clone();
    cut.truncate(200_000);
    let mut large = UPDATE.bitstream.clone();
    large.resize(5 << 20, ERASED);
    for (image, words) in [
        (damaged, "SHA-256"),
        (swapped, "ulx3s-45f"),
        (described(other), "IDCODE 41112043"),
        (described(cut), "end too early"),
        (described(elsewhere), "boot address"),
        (described(large), "at most 4194304 bytes"),
    ] {
        let error = Plan::new(&BOARD, &image, Target::Update).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.to_string().lines().count(), 1, "{error}");
    }
    assert_eq!(serving.clients(), 0);
}

#[test]
fn nobody_at_the_cable_is_told_with_the_address() {
    let serving = serve(Flash::default());
    let plan = Plan::new(&BOARD, &UPDATE, Target::Sram).unwrap();
    let loader = support::loader(&serving);
    let address = serving.local_addr().to_string();
    drop(serving);
    let error = tensority_flash::carry_out(&plan, &loader, &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains(&address), "{error}");
    assert!(matches!(
        error,
        FlashError::Loader(LoaderError::NoServer(_))
    ));
}
