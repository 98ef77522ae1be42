//! Firmware updates.

use tensority_model::Config;
use tensority_protocol::codes::BankBit;
use tensority_protocol::messages::*;
use tensority_protocol::registers::BANK_BYTES;

use crate::bench::*;

const SECOND_ON_TRIAL: u8 = BankBit::Second as u8 | ON_TRIAL;

fn image(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * i / 11 + 1) as u8).collect()
}

fn begin(image: &[u8]) -> UpdateBegin {
    UpdateBegin {
        size: image.len() as u32,
        crc: crc(image),
    }
}

/// Stages an image.
fn stage(bench: &mut Bench, image: &[u8]) {
    assert_eq!(bench.ask(begin(image)), UpdateBegun {}.into());
    for (index, data) in image.chunks_exact(UPDATE_CHUNK).enumerate() {
        let offset = (index * UPDATE_CHUNK) as u32;
        let data = data.try_into().expect("a chunk");
        let answer = bench.ask(UpdateWrite { offset, data });
        assert_eq!(answer, UpdateWritten { offset }.into());
    }
}

fn start(bench: &mut Bench) -> Started {
    let started = bench.until("start", |said| {
        matches!(said, Said::Event(0, Event::Started(_)))
    });
    match started {
        Said::Event(_, Event::Started(started)) => started,
        _ => unreachable!("an event was looked for"),
    }
}

const TRIAL: UpdateStart = UpdateStart {
    confirm_within: 100,
};

#[test]
fn an_update_is_staged_started_and_confirmed_while_the_device_mines() {
    let mut bench = Bench::ready(Config::default());
    bench.ask(job(1, 8));
    bench.ask(run(1, 1, 0, 1 << 40));
    while bench.report().state != DeviceState::Hashing as u8 {}
    let image = image(BANK_BYTES as usize);
    stage(&mut bench, &image);
    assert_eq!(bench.report().state, DeviceState::Hashing as u8);
    let number = bench.send(&TRIAL.into());
    assert_eq!(bench.report().state, DeviceState::Hashing as u8);
    assert_eq!(bench.refusal(begin(&image)), Refusal::Busy);
    assert_eq!(bench.answer(number), UpdateStarting {}.into());
    let started = start(&mut bench);
    assert_eq!(
        (started.cause, started.bank),
        (ResetCause::Command as u8, SECOND_ON_TRIAL)
    );
    assert_eq!(bench.chip.bank_content(1), image);
    assert_eq!(bench.ask(UpdateConfirm {}), UpdateConfirmed {}.into());
    assert_eq!(bench.refusal(UpdateConfirm {}), Refusal::NotOnTrial);
    // It stays, even after a reset.
    for _ in 0..20_000 {
        bench.turn();
        bench.chip.advance(1000);
    }
    bench.ask(Reset {});
    assert_eq!(start(&mut bench).bank, BankBit::Second as u8);
}

#[test]
fn an_update_that_is_not_confirmed_is_given_up_in_time() {
    let mut bench = Bench::ready(Config::default());
    stage(&mut bench, &image(256));
    assert_eq!(bench.ask(TRIAL), UpdateStarting {}.into());
    assert_eq!(start(&mut bench).bank, SECOND_ON_TRIAL);
    let begun = bench.chip.now();
    let started = start(&mut bench);
    assert_eq!(
        (started.cause, started.bank),
        (ResetCause::NotConfirmed as u8, 0)
    );
    let trial = bench.chip.now() - begun;
    assert!((9_900_000..10_100_000).contains(&trial), "{trial} cycles");
    assert_eq!(bench.refusal(UpdateConfirm {}), Refusal::NotOnTrial);
}

#[test]
fn a_trial_of_days_is_as_long_as_the_register_can_say() {
    let mut bench = Bench::ready(Config::default());
    stage(&mut bench, &image(128));
    let days = UpdateStart {
        confirm_within: u32::MAX,
    };
    assert_eq!(bench.ask(days), UpdateStarting {}.into());
    assert_eq!(start(&mut bench).bank, SECOND_ON_TRIAL);
    for _ in 0..1000 {
        bench.turn();
        bench.chip.advance(100_000);
    }
    assert_eq!(bench.ask(UpdateConfirm {}), UpdateConfirmed {}.into());
}

#[test]
fn an_image_that_is_not_whole_or_not_right_is_refused() {
    let mut bench = Bench::ready(Config::default());
    assert_eq!(bench.refusal(TRIAL), Refusal::Image);
    let image = image(1024);
    stage(&mut bench, &image);
    // The end of a longer image was never written.
    let mut longer = image.clone();
    longer.extend([1; 128]);
    bench.ask(begin(&longer));
    assert_eq!(bench.refusal(TRIAL), Refusal::Image);
    // A wrong byte.
    stage(&mut bench, &image);
    let data = [0; UPDATE_CHUNK];
    bench.ask(UpdateWrite { offset: 128, data });
    let Answer::Refused(refused) = bench.ask(TRIAL) else {
        panic!("it was taken");
    };
    let mut staged = image.clone();
    staged[128..256].fill(0);
    assert_eq!(refused.code, Refusal::Image as u8);
    assert_eq!((refused.kind, refused.found), (0x0c, crc(&staged)));
    assert_eq!(
        bench.refusal(UpdateStart { confirm_within: 0 }),
        Refusal::Value
    );
}

#[test]
fn offsets_and_sizes_that_do_not_fit_are_refused() {
    let mut bench = Bench::ready(Config::default());
    let data = [1; UPDATE_CHUNK];
    assert_eq!(
        bench.refusal(UpdateWrite { offset: 0, data }),
        Refusal::Offset
    );
    for size in [0, 1, 127, 129, BANK_BYTES + 128, u32::MAX] {
        assert_eq!(bench.refusal(UpdateBegin { size, crc: 0 }), Refusal::Offset);
    }
    bench.ask(UpdateBegin { size: 256, crc: 0 });
    for offset in [1, 64, 256, BANK_BYTES, u32::MAX, u32::MAX - 127] {
        assert_eq!(bench.refusal(UpdateWrite { offset, data }), Refusal::Offset);
    }
    assert_eq!(bench.chip.bank_content(1), vec![0; BANK_BYTES as usize]);
}
