//! A board's top as it is flashed: pins, clocks, memory controller, chip and firmware, on a memory that
//! checks every rule of its data sheet.

#[path = "common/chip.rs"]
mod chip;

use chip::{Chip, setup};
use tensority::MatrixList;
use tensority_boards::Board;
use tensority_protocol::messages::{Answer, Event, Identify, RAW, Run, SetJob};
use tensority_sim::board::{Setup, Top};

fn ulx3s(lanes: usize, clock: u32) -> Setup {
    Setup {
        lanes,
        top: Some(Top {
            board: Board::find("ulx3s-85f").unwrap(),
            lanes,
            clock,
        }),
        ..setup()
    }
}

/// The known answer holds before: a list that was made on the board, and a hash from it. With one lane
/// there is less to wait for in the memory, and more cycles to simulate: `tensority-sim hash --board`.
#[test]
fn a_ulx3s_makes_its_list_and_hashes_byte_exact() {
    let (lanes, clock) = (2, 112_500_000);
    let setup = ulx3s(lanes, clock);
    let mut chip = Chip::ready(&setup);
    let Answer::Identity(identity) = chip.ask(Identify {}) else {
        panic!("expected an identity");
    };
    // It is in the block RAM of the chip's constants, as in an image that is written to a board.
    assert_eq!(identity.serial, setup.serial);
    let seed = tensority::INITIAL_SEED;
    let header_hash = [0x5a; 32];
    let mut prefix = [0; 128];
    prefix[..32].copy_from_slice(&header_hash);
    chip.board().model().mark();
    chip.ask(SetJob {
        job: 7,
        flags: RAW,
        prefix,
        seed,
        target: [0xff; 32],
    });
    chip.ask(Run {
        range: 9,
        job: 7,
        first: 0,
        count: 1,
        flags: 0,
    });
    let Event::Found(found) = chip.event(30_000_000) else {
        panic!("expected a result");
    };
    let list = MatrixList::<{ tensority::DIMENSION }>::from_seed(&seed);
    assert_eq!(found.hash, tensority::tensority(&header_hash, &list));
    let times = chip.board().times();
    let cycles = times.last_issue - times.first_issue + 1;
    let share = times.issued as f64 / cycles as f64;
    println!("{cycles} cycles from the first token to the last, {share:.4} of them issue one");
    assert!(share >= 0.95, "{share}");
}
