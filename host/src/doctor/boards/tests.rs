use tensority_boards::Board;
use tensority_protocol::messages::Identity;

use super::super::finding::Verdict as Bad;
use super::*;

fn board(known_answer: Verdict) -> Answers {
    let identity = Identity {
        protocol_low: 1,
        protocol_high: 1,
        map_version: 1,
        serial: 5,
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
            expected_rate: Some(6.0),
            known_answer,
        }),
    }
}

#[track_caller]
fn assert_finds(finding: &Finding, verdict: Bad, found: &str, fix: &str) {
    assert_eq!(finding.verdict, verdict, "{finding:?}");
    assert!(finding.found.contains(found), "{finding:?}");
    let advice = finding.fix.as_deref().unwrap_or_default();
    assert!(advice.contains(fix), "{finding:?}");
}

#[test]
fn a_board_is_judged_by_its_hash() {
    let hash = |verdict| judge(&[board(verdict)], &[], None).swap_remove(1);
    assert_finds(&hash(Verdict::Right), Bad::Pass, "right", "");
    assert_finds(&hash(Verdict::NotAsked), Bad::Skip, "not asked", "");
    assert_finds(
        &hash(Verdict::Wrong([0; 32])),
        Bad::Fail,
        "wrong",
        "do not mine",
    );
    assert_finds(
        &hash(Verdict::Absent),
        Bad::Fail,
        "no known answer",
        "reset",
    );
}

#[test]
fn a_board_is_compared_with_the_image_that_is_given() {
    let ulx3s = Board::find("ulx3s-85f").expect("a board");
    let compare = |build: &str| {
        let image = Manifest::new(&ulx3s, build, 1, 100_000_000, b"");
        judge(&[board(Verdict::Right)], &[], Some(&image)).swap_remove(2)
    };
    assert_finds(&compare("ff0123ABCD"), Bad::Pass, "image", "");
    assert_finds(&compare("0123abce"), Bad::Warn, "0123abce", "flash");
    assert_finds(&compare("by hand"), Bad::Skip, "no number", "");
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
    assert_finds(&one(with(true, other())), Bad::Fail, "no answer", "flash");
    assert_finds(&one(with(false, other())), Bad::Warn, "no answer", "flash");
    let told = Refused::Other("bad; do so".to_owned());
    assert_finds(&one(with(true, told)), Bad::Fail, "bad", "do so");
    let busy = Refused::Busy(vec!["cat (7)".to_owned()]);
    assert_finds(&one(with(true, busy)), Bad::Fail, "cat (7)", "end cat (7)");
    let unknown = Refused::Busy(Vec::new());
    assert_finds(
        &one(with(true, unknown)),
        Bad::Fail,
        "another user",
        "sudo fuser /dev/ttyUSB0",
    );
}

#[test]
fn a_serial_number_that_no_board_has_fails() {
    let boards = [board(Verdict::Right)];
    assert_eq!(judge(&boards, &[5], None).len(), 2);
    let missing = judge(&boards, &[6], None).swap_remove(2);
    assert_finds(&missing, Bad::Fail, "no board", "tensority devices");
    assert_eq!(missing.subject, "serial:0000000000000006");
}
