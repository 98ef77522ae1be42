use tensority_boards::Board;
use tensority_protocol::messages::Identity;

use super::super::finding::Verdict as Bad;
use super::*;

fn board(known_answer: Verdict) -> Answers {
    let identity = Identity {
        protocol_low: 1,
        protocol_high: 1,
        map_version: 1,
        serial: 0,
        hardware_build: 0x0123_abcd,
        firmware_build: 0,
        firmware_version: [0, 1, 0],
        bank: 0,
        dimension: 256,
        lanes: 1,
        clock: 100_000_000,
        capabilities: 0,
        queue: 1,
        self_test: 0,
        events: 8,
        reserved: [0; 5],
    };
    Answers {
        path: "/dev/ttyUSB0".to_owned(),
        named: true,
        answer: Ok(Probed {
            identity,
            serial: Some(5),
            expected_rate: Some(6.0),
            known_answer,
        }),
    }
}

#[test]
fn a_board_is_judged_by_its_hash() {
    let hash = |verdict| judge(&[board(verdict)], &[], None).swap_remove(1);
    hash(Verdict::Right).assert(Bad::Pass, "right", "");
    hash(Verdict::NotAsked).assert(Bad::Skip, "not asked", "");
    hash(Verdict::Wrong([0; 32])).assert(Bad::Fail, "wrong", "do not mine");
    hash(Verdict::Absent).assert(Bad::Fail, "no known answer", "reset");
}

#[test]
fn a_board_is_compared_with_the_image_that_is_given() {
    let ulx3s = Board::find("ulx3s-85f").expect("a board");
    let compare = |build: &str| {
        let image = Manifest::new(&ulx3s, build, 1, 100_000_000, b"");
        judge(&[board(Verdict::Right)], &[], Some(&image)).swap_remove(2)
    };
    compare("ff0123ABCD").assert(Bad::Pass, "image", "");
    compare("0123abce").assert(Bad::Warn, "0123abce", "flash");
    compare("by hand").assert(Bad::Skip, "no number", "");
}

#[test]
fn what_is_no_board_fails_if_somebody_named_it() {
    let with = |named, refused| Answers {
        path: "/dev/ttyUSB0".to_owned(),
        named,
        answer: Err(refused),
    };
    let one = |answers| judge(&[answers], &[], None).swap_remove(0);
    let other = || Refused::Other("no answer".to_owned());
    one(with(true, other())).assert(Bad::Fail, "no answer", "flash");
    one(with(false, other())).assert(Bad::Warn, "no answer", "flash");
    let told = Refused::Other("bad; do so".to_owned());
    one(with(true, told)).assert(Bad::Fail, "bad", "do so");
    let busy = Refused::Busy(vec!["cat (7)".to_owned()]);
    one(with(true, busy)).assert(Bad::Fail, "cat (7)", "end cat (7)");
    let unknown = Refused::Busy(Vec::new());
    one(with(true, unknown)).assert(Bad::Fail, "another user", "sudo fuser /dev/ttyUSB0");
}

#[test]
fn a_serial_number_that_no_board_has_fails() {
    let boards = [board(Verdict::Right)];
    assert_eq!(judge(&boards, &[5], None).len(), 2);
    let missing = judge(&boards, &[6], None).swap_remove(2);
    missing.assert(Bad::Fail, "no board", "tensority devices");
    assert_eq!(missing.subject, "serial:0000000000000006");
}
