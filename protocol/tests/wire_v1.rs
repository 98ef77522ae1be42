//! The bytes of protocol version 1, as they are on the line, made by a program that shares no code
//! with this crate. If this test fails, do not change the test: devices out there speak like this.

use tensority_protocol::frame::{Decoder, MAX_FRAME, encode};
use tensority_protocol::layout::PayloadError;
use tensority_protocol::messages::*;

/// `first`, `first` + 1 and so on.
fn counting<const N: usize>(first: u8) -> [u8; N] {
    std::array::from_fn(|i| first.wrapping_add(i as u8))
}

macro_rules! frames {
    ($($name:ident: $set:ident, $number:literal, $message:expr, $hex:literal;)*) => {$(
        #[test]
        fn $name() {
            let message = $set::from($message);
            let mut line = [0; MAX_FRAME];
            let length = encode($number, &message, &mut line);
            let hex: String = line[..length].iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, $hex);

            let mut decoder = Decoder::new();
            for byte in &line[..length - 1] {
                assert_eq!(decoder.feed(*byte), None);
            }
            let frame = decoder.feed(0).expect("a frame ends").expect("it is whole");
            assert_eq!(frame.header.number, $number);
            assert_eq!($set::get(frame.header.kind, frame.payload), Ok(message));
        }
    )*};
}

frames! {
    identify: Request, 0x1234, Identify {},
        "0901013412f150a9d000";
    set_job: Request, 0x0002, SetJob { job: 0x0403_0201, flags: RAW, prefix: counting(0), seed: counting(0x80), target: counting(0xe0) },
        "04010202060102030401c40102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff1f70c5f400";
    run: Request, 0x0003, Run { range: 0x0102_0304, job: 5, first: 0x0102_0304_0506_0708, count: 0x1000, flags: REPLACE },
        "0401030306040302010501010908070605040302010210010101010106016983a2bb00";
    abort: Request, 0x0004, Abort {},
        "0401040405a1d59dfa00";
    acknowledge: Request, 0x0005, Acknowledge { event: 0xfffe },
        "0401050507fefffa2e9d2200";
    status: Request, 0x0006, Status {},
        "04010606054d632fcb00";
    self_test: Request, 0x0007, SelfTest {},
        "04010707053b38f6d300";
    read_checksums: Request, 0x0008, ReadChecksums { first: 0xf0 },
        "0401080806f0e655588d00";
    reset: Request, 0x0009, Reset {},
        "0401090905bf38eb4700";
    update_begin: Request, 0x000a, UpdateBegin { size: 0x2000, crc: 0xdead_beef },
        "04010a0a0102200109efbeadded2c45ee100";
    update_write: Request, 0x000b, UpdateWrite { offset: 0x80, data: counting(1) },
        "04010b0b02800101850102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8052d9f16100";
    update_start: Request, 0x000c, UpdateStart { confirm_within: 10_000 },
        "04010c0c03102701050272f17400";
    update_confirm: Request, 0x000d, UpdateConfirm {},
        "04010d0d0567558e2400";
    identity: Answer, 0x1234, Identity { protocol_low: 1, protocol_high: 2, map_version: 3, serial: 0x0102_0304_0506_0708, hardware_build: 4, firmware_build: 5, firmware_version: [6, 7, 8], bank: 2, dimension: 256, lanes: 16, clock: 100_000_000, capabilities: LOADER | TEMPERATURE, queue: 1, self_test: 2, events: 16, reserved: [0; 5] },
        "08014134120102030a08070605040302010401010205010105060708020301100105e1f505030101040102100101010105b3790dd800";
    report: Answer, 0x0006, Report { state: 1, waiting: 2, events: 3, self_test: 2, range: 4, range_hashes: 5, uptime: 6, issued: 7, stall_weights: 8, stall_load: 9, stall_fold: 10, idle: 11, hashes: 12, round: 13, cause: 3, temperature: -150, watchdog_resets: 14, overruns: 15, framing_errors: 16, bad_frames: 17, longest_turn: 18, stack: 19, reserved: [0; 22] },
        "04014606060102030204010102050101010101010206010101010101020701010101010102080101010101010209010101010101020a010101010101020b010101010101020c010101010101060d036aff0e020f021002110212010102130101010101010101010101010101010101010101010105655cab3c00";
    checksums: Answer, 0x0008, Checksums { first: 16, sums: counting(0) },
        "040148080210440102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f9fb61ca400";
    update_written: Answer, 0x000b, UpdateWritten { offset: 0x80 },
        "04014b0b02800101058cb81a6800";
    refused: Answer, 0x0000, Refused { code: Refusal::Version as u8, kind: 3, protocol_low: 1, protocol_high: 1, found: 9 },
        "03017f01060403010109010105cd8d3cb300";
    started: Event, 0x0001, Started { cause: 2, bank: 1, reserved: 0 },
        "040181010302010105a84f7ee700";
    found: Event, 0x0002, Found { range: 7, nonce: 9_253_507_043_297, hash: counting(0x40) },
        "040182020207010103e10f04806a080125404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f57a6fd7e00";
    range_done: Event, 0x0003, RangeDone { range: 7, hashes: 4096, reason: 1, reserved: [0; 3] },
        "0401830302070101010210010101010102010101058b78c05200";
    seed_ready: Event, 0x0004, SeedReady { seed: counting(1), cycles: 14_200_000 },
        "04018404240102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20c0acd8010101010524ee98e900";
    self_test_done: Event, 0x0005, SelfTestDone { passed: 1, reserved: [0; 7], hash: counting(2) },
        "0401850502010101010101012502030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20218bdfd30700";
    job_set: Answer, 0x00ff, JobSet {},
        "040142ff05a51cc27900";
    range_taken: Answer, 0x00ff, RangeTaken {},
        "040143ff039276027800";
    aborted: Answer, 0x00ff, Aborted {},
        "040144ff0517604f7d00";
    acknowledged: Answer, 0x00ff, Acknowledged {},
        "040145ff05200a8d7c00";
    self_test_taken: Answer, 0x00ff, SelfTestTaken {},
        "040147ff054ede097f00";
    resetting: Answer, 0x00ff, Resetting {},
        "040149ff0544f3977500";
    update_begun: Answer, 0x00ff, UpdateBegun {},
        "04014aff051d4dd17700";
    update_starting: Answer, 0x00ff, UpdateStarting {},
        "04014cff05af315c7300";
    update_confirmed: Answer, 0x00ff, UpdateConfirmed {},
        "04014dff05985b9e7200";
}

#[test]
fn every_message_has_its_bytes_here() {
    let text = include_str!("wire_v1.rs");
    for message in Request::LAYOUT
        .iter()
        .chain(Answer::LAYOUT)
        .chain(Event::LAYOUT)
    {
        assert!(
            text.contains(&format!(", {} {{", message.name)),
            "{}",
            message.name
        );
    }
}

#[test]
fn a_kind_of_another_set_is_not_understood() {
    assert_eq!(
        Request::get(0x81, &[0; 4]),
        Err(PayloadError::Unknown(0x81))
    );
    assert_eq!(Event::get(0x01, &[]), Err(PayloadError::Unknown(0x01)));
}
