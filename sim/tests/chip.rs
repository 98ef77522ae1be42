//! The whole chip under Verilator, with its firmware, on its serial line.
//!
//! What the firmware does in every corner is tested natively, in `firmware/`; here is what needs the
//! hardware: that the two fit, and how long things take.

#[path = "common/chip.rs"]
mod chip;

use chip::{Chip, setup};
use tensority::{BlockHeader, Target};
use tensority_protocol::codes::BankBit;
use tensority_protocol::frame::CRC;
use tensority_protocol::messages::*;
use tensority_protocol::registers::BANK_BYTES;
use tensority_sim::board::{CLOCK, Setup, default_firmware};

/// Cycles of a hash with 16 lanes.
const HASH: u64 = 1_032_192;

fn genesis() -> BlockHeader {
    let headers = testvectors::headers();
    let genesis = headers
        .iter()
        .find(|header| header.name == "mainnet genesis");
    BlockHeader::deserialize(&genesis.expect("it is there").serialized).expect("a header")
}

fn job(job: u32, target: Target) -> SetJob {
    SetJob {
        job,
        flags: 0,
        prefix: genesis().prefix(),
        seed: tensority::INITIAL_SEED,
        target: target.to_le_bytes(),
    }
}

fn run(range: u32, job: u32, first: u64, count: u64, flags: u8) -> Run {
    Run {
        range,
        job,
        first,
        count,
        flags,
    }
}

fn done(event: Event) -> RangeDone {
    match event {
        Event::RangeDone(done) => done,
        other => panic!("expected RangeDone, found {other:?}"),
    }
}

#[test]
fn the_chip_tells_the_build_that_it_was_filled_with() {
    let mut chip = Chip::ready(&setup());
    let Answer::Identity(identity) = chip.ask(Identify {}) else {
        panic!("expected an identity");
    };
    assert_eq!(identity.hardware_build, tensority_hdl::emit::build());
    assert_ne!(identity.hardware_build, 0);
    assert_eq!((identity.dimension, identity.lanes), (256, 16));
    assert_eq!(identity.clock, CLOCK);
}

#[test]
fn the_genesis_nonce_is_found_and_the_array_never_idles_between_nonces() {
    let mut chip = Chip::ready(&setup());
    let genesis = genesis();
    let target = Target::from_bits(genesis.bits).expect("a target");
    assert_eq!(chip.ask(job(1, target)), JobSet {}.into());
    chip.board().model().mark();
    assert_eq!(
        chip.ask(run(10, 1, genesis.nonce - 2, 4, 0)),
        RangeTaken {}.into()
    );
    match chip.event(6 * HASH) {
        Event::Found(found) => {
            assert_eq!((found.range, found.nonce), (10, genesis.nonce));
            let hash = "3a9d805453ab6d5304b933764d29066e8cf963abf04718cc81fecd6278000000";
            assert_eq!(hex::encode(found.hash), hash);
        }
        other => panic!("expected Found, found {other:?}"),
    }
    assert_eq!(
        done(chip.event(3 * HASH)),
        RangeDone {
            range: 10,
            hashes: 4,
            reason: EndReason::Complete as u8,
            reserved: [0; 3]
        }
    );

    let times = chip.board().times();
    let span = times.last_issue - times.first_issue + 1;
    assert_eq!(times.issued, 4 * HASH);
    let idle = (span - times.issued) as f64 / span as f64;
    println!("array idle in a range of 4 nonces: {:.4} %", 100.0 * idle);
    assert!(
        idle < 0.001,
        "{} cycles without a token in {span}",
        span - times.issued
    );
}

#[test]
fn a_job_switch_is_on_the_array_within_three_milliseconds_of_its_first_bit() {
    let mut chip = Chip::ready(&setup());
    let none = Target::from_bits(genesis().bits).expect("a target");
    chip.ask(job(1, none));
    chip.ask(run(1, 1, 0, 1 << 40, 0));
    // The known-answer test was a hash; then one of the range, and half the next.
    let limit = chip.board().times().now + 10 * HASH;
    while chip.board().times().issued < 5 * HASH / 2 {
        chip.turn();
        assert!(chip.board().times().now < limit, "the range does not run");
    }
    let begin = chip.board().times().now;
    chip.send(job(2, Target::MAX));
    let number = chip.send(run(2, 2, 77, 1, REPLACE));
    let limit = chip.board().times().now + HASH;
    while chip.board().model().unsent() > 0 {
        chip.step(100);
        assert!(chip.board().times().now < limit, "requests do not leave");
    }
    // Until here the array works on the old job.
    let end = chip.board().times().sent;
    let now = chip.board().times().now;
    chip.step(end - 100 - now);
    chip.board().model().mark();
    assert_eq!(chip.answer(number), RangeTaken {}.into());
    let replaced = done(chip.event_but_seeds(HASH));
    assert_eq!(
        (replaced.range, replaced.reason),
        (1, EndReason::Replaced as u8)
    );
    assert_eq!(replaced.hashes, 1);
    match chip.event(3 * HASH) {
        Event::Found(found) => assert_eq!((found.range, found.nonce), (2, 77)),
        other => panic!("expected Found, found {other:?}"),
    }
    assert_eq!(done(chip.event(HASH)).hashes, 1);

    let times = chip.board().times();
    let milliseconds = |cycles: u64| cycles as f64 / f64::from(CLOCK) * 1e3;
    let (whole, after) = (times.first_load - begin, times.first_load - end);
    println!(
        "job switch: {:.3} ms from the first bit, {:.3} ms after the last",
        milliseconds(whole),
        milliseconds(after)
    );
    assert!(milliseconds(whole) <= 3.0 && milliseconds(after) <= 0.2);
}

#[test]
fn the_chip_generates_its_matrix_list_itself() {
    // The known answer needs the whole list.
    let own = Setup {
        generate_list: true,
        ..setup()
    };
    let mut chip = Chip::ready(&own);
    let Answer::Checksums(sums) = chip.ask_patiently(ReadChecksums { first: 0 }, 20_000_000) else {
        panic!("expected Checksums");
    };
    let list =
        tensority::MatrixList::<{ tensority::DIMENSION }>::from_seed(&tensority::INITIAL_SEED);
    for (index, sum) in sums.sums.chunks(4).enumerate() {
        let expected = tensority_protocol::checksum::of_matrix(&list[index].to_bytes());
        assert_eq!(sum, expected.to_le_bytes(), "matrix {index}");
    }
}

/// Stages an image, all of it.
fn stage(chip: &mut Chip, image: &[u8]) {
    let crc = CRC.checksum(image);
    let begin = UpdateBegin {
        size: image.len() as u32,
        crc,
    };
    assert_eq!(chip.ask(begin), UpdateBegun {}.into());
    for (index, data) in image.as_chunks::<UPDATE_CHUNK>().0.iter().enumerate() {
        let offset = (index * UPDATE_CHUNK) as u32;
        let write = UpdateWrite {
            offset,
            data: *data,
        };
        assert_eq!(chip.ask(write), UpdateWritten { offset }.into());
    }
}

fn started(chip: &mut Chip, cycles: u64) -> (ResetCause, u8) {
    match chip.event_but_seeds(cycles) {
        Event::Started(started) => (started.cause.try_into().expect("a cause"), started.bank),
        other => panic!("expected Started, found {other:?}"),
    }
}

#[test]
fn an_update_runs_on_trial_and_stays_once_it_is_confirmed() {
    let mut chip = Chip::ready(&setup());
    let mut image = std::fs::read(default_firmware()).expect("the firmware");
    image.resize(image.len().next_multiple_of(UPDATE_CHUNK), 0);
    stage(&mut chip, &image);
    let number = chip.send(UpdateStart {
        confirm_within: 100,
    });
    assert_eq!(
        started(&mut chip, 10_000_000),
        (ResetCause::Command, BankBit::Second as u8 | ON_TRIAL),
        "bank 1, on trial"
    );
    assert_eq!(chip.answer(number), UpdateStarting {}.into());
    assert_eq!(chip.ask(UpdateConfirm {}), UpdateConfirmed {}.into());
    chip.send(Reset {});
    assert_eq!(
        started(&mut chip, 10_000_000),
        (ResetCause::Command, BankBit::Second as u8),
        "bank 1 for good"
    );
}

#[test]
fn an_update_that_does_not_work_is_rolled_back() {
    let mut chip = Chip::ready(&setup());
    // A jump to itself.
    let mut image = [0; UPDATE_CHUNK];
    image[..4].copy_from_slice(&0x0000_006f_u32.to_le_bytes());
    assert!(image.len() < BANK_BYTES as usize);
    stage(&mut chip, &image);
    chip.send(UpdateStart { confirm_within: 20 });
    assert_eq!(
        started(&mut chip, 10_000_000),
        (ResetCause::NotConfirmed, 0),
        "not confirmed in time, back in bank 0"
    );
}

#[test]
fn noise_between_frames_costs_only_refusals() {
    let mut chip = Chip::ready(&setup());
    let genesis = genesis();
    for (index, noise) in [&[0x00, 0x55, 0xaa, 0xff, 0x00][..], &[7; 600], &[0; 9]]
        .iter()
        .enumerate()
    {
        chip.board().model().send(noise);
        chip.board().model().send(&[0]);
        let number = index as u32 + 1;
        assert_eq!(chip.ask(job(number, Target::MAX)), JobSet {}.into());
    }
    chip.ask(run(5, 3, genesis.nonce, 1, 0));
    match chip.event(3 * HASH) {
        Event::Found(found) => assert_eq!(found.nonce, genesis.nonce),
        other => panic!("expected Found, found {other:?}"),
    }
    let Answer::Report(report) = chip.ask(Status {}) else {
        panic!("expected Report");
    };
    assert_eq!(report.bad_frames, 2, "empty frames are nothing");
    println!(
        "longest turn {} cycles, stack {} bytes",
        report.longest_turn, report.stack
    );
    assert!(report.longest_turn < 100_000, "{}", report.longest_turn);
}
