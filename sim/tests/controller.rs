//! The controller's bus and memories, the chip's identity and the accelerator's registers, each alone
//! under Verilator.

mod common;
#[path = "common/registers.rs"]
mod registers;

use common::random;
use rand::Rng;
use registers::{model, read, read_word, write};
use tensority_hdl::geometry::Geometry;
use tensority_hdl::soc::{Accelerator, Bus, Chip, Code, Data, Settings};
use tensority_protocol::codes::Capability;
use tensority_protocol::register::{Peripheral, Register};
use tensority_protocol::registers::{
    CODE, MAP_VERSION, PERIPHERALS, PERIPHERALS_BASE, RAM, STAGING, accelerator, chip,
};
use tensority_sim::model::block::BlockModel;

/// Bytes between the addresses of two peripherals.
const SPACING: u32 = Peripheral::SPACING;

#[test]
fn a_bus_asks_one_place_once_and_answers_when_nothing_is_busy() {
    let mut random = random();
    let mut model = model("bus", Bus::new());
    let peripherals = PERIPHERALS.len() as u32;
    let mut waits = 0;
    for turn in 0..5000 {
        // Memories, peripherals, and beyond the last of each.
        let place = random.random_range(0..5 + peripherals);
        let (address, expected) = match place {
            0 => (
                CODE.base + random.random_range(0..CODE.bytes),
                "code_q".into(),
            ),
            1 => (
                STAGING.base + random.random_range(0..STAGING.bytes),
                "staging_q".into(),
            ),
            2 => (
                RAM.base + random.random_range(0..RAM.bytes),
                "data_q".into(),
            ),
            3 => (RAM.base + RAM.bytes, String::new()),
            n => {
                let base = PERIPHERALS_BASE + (n - 4) * SPACING;
                let q = match n - 4 < peripherals {
                    true => format!("peripheral_q${}", n - 4),
                    false => String::new(),
                };
                (base + random.random_range(0..SPACING), q)
            }
        };
        let address = address & !3;
        let enables: u64 = random.random_range(0..16);
        model.set("valid", 1);
        model.set("address", address.into());
        model.set("enables", enables);
        model.set("busy", random.random_range(0..2));
        model.settle();
        let selects = ["code", "staging", "data"].map(|port| model.get(port));
        let asked = [place == 0, place == 1, place == 2].map(u64::from);
        assert_eq!(selects, asked, "turn {turn}: {address:#x}");
        let bit = match place {
            4.. => 1 << (place - 4),
            _ => 0,
        };
        assert_eq!(model.get("peripheral"), bit, "turn {turn}: {address:#x}");
        assert_eq!(model.get("write"), u64::from(enables != 0));
        assert_eq!(model.get("word"), u64::from(address >> 2 & 0xfff));
        assert_eq!(model.get("ready"), 0, "turn {turn}: in the first cycle");

        // The answer; nothing is asked again meanwhile.
        let busy = random.random_range(0..4);
        for left in (0..=busy).rev() {
            model.step(1);
            model.set("busy", u64::from(left > 0));
            let sources = ["code_q", "staging_q", "data_q"].map(String::from);
            let sources = sources.into_iter();
            let sources = sources.chain((0..peripherals).map(|i| format!("peripheral_q${i}")));
            let mut value = 0;
            for source in sources {
                let q: u32 = random.random();
                model.set(&source, q.into());
                if source == expected {
                    value = q;
                }
            }
            model.settle();
            assert_eq!(model.get("ready"), u64::from(left == 0), "turn {turn}");
            for port in ["code", "staging", "data", "peripheral"] {
                assert_eq!(model.get(port), 0, "turn {turn}: {port} is asked again");
            }
            if left == 0 {
                assert_eq!(model.get("read_data"), u64::from(value), "turn {turn}");
            }
            waits += u32::from(left > 0);
        }
        model.step(1);
        model.set("valid", 0);
        model.step(random.random_range(0..2));
    }
    assert!(waits > 1000, "{waits}");
}

#[test]
fn code_memory_writes_the_bank_that_does_not_run_and_no_other() {
    let mut random = random();
    let firmware: Vec<u32> = (0..100).map(|_| random.random()).collect();
    let mut model = model("code", Code::new(&firmware));
    let mut banks = [vec![0_u32; 1 << 12], vec![0; 1 << 12]];
    banks[0][..firmware.len()].copy_from_slice(&firmware);
    let mut bank = 0;
    for turn in 0..10_000 {
        // Few words, so that what was written is read again.
        let word = random.random_range(0..200) * 20;
        let word = if turn % 2 == 0 { word } else { word % 128 };
        let write: bool = random.random();
        let d: u32 = random.random();
        model.set("bank", bank as u64);
        model.set("word", word as u64);
        model.set("write", write.into());
        model.set("d", d.into());
        model.step(1);
        let expected = [bank, 1 - bank].map(|bank| u64::from(banks[bank][word]));
        let found = ["code_q", "staging_q"].map(|port| model.get(port));
        assert_eq!(found, expected, "turn {turn}: word {word}");
        if write {
            banks[1 - bank][word] = d;
        }
        if random.random_ratio(1, 50) {
            bank = 1 - bank;
        }
    }
}

#[test]
fn data_memory_writes_the_bytes_that_are_enabled() {
    let mut random = random();
    let mut model = model("data", Data::default());
    let mut words = vec![[0_u8; 4]; 1 << 11];
    for turn in 0..10_000 {
        let word = random.random_range(0..64) * 31;
        let write: bool = random.random();
        let enables: u8 = random.random_range(0..16);
        let d: [u8; 4] = random.random();
        model.set("word", word as u64);
        model.set("write", write.into());
        model.set("enables", enables.into());
        model.set("d", u32::from_le_bytes(d).into());
        model.step(1);
        let expected = u32::from_le_bytes(words[word]);
        assert_eq!(
            model.get("q"),
            u64::from(expected),
            "turn {turn}: word {word}"
        );
        for i in (0..4).filter(|i| write && enables >> i & 1 == 1) {
            words[word][i] = d[i];
        }
    }
}

#[test]
fn a_chip_says_what_it_was_built_as_and_where_it_is() {
    let geometry = Geometry::new(64, 4, true).unwrap();
    let settings = Settings::new(50_000_000, 1_000_000).unwrap();
    let settings = settings.with_core_clock(100_000_000);
    let mut model = model("chip", Chip::new(&geometry, &settings));
    model.set("serial", 0x0123_4567_89ab_cdef);
    model.set("temperature", 2_350);
    model.set("has_temperature", 1);
    let registers = [
        (chip::MAGIC, u32::from_le_bytes(*b"TENS")),
        (chip::VERSION, MAP_VERSION),
        (chip::SERIAL_LOW, 0x89ab_cdef),
        (chip::SERIAL_HIGH, 0x0123_4567),
        (chip::CLOCK, 50_000_000),
        (chip::CORE_CLOCK, 100_000_000),
        (chip::GEOMETRY, chip::DIMENSION.put(64) | chip::LANES.put(4)),
        (chip::CAPABILITIES, Capability::Temperature as u32),
        (chip::TEMPERATURE, 2_350),
    ];
    for (register, value) in &registers {
        assert_eq!(read(&mut model, register), *value, "{}", register.name);
    }
    model.set("loader", 1);
    model.set("has_temperature", 0);
    let capabilities = read(&mut model, &chip::CAPABILITIES);
    assert_eq!(capabilities, Capability::Loader as u32);
    model.step(1);
    assert_eq!(model.get("q"), 0, "nothing was read");
}

/// The one-cycle outputs to the core, with the inputs as they are.
const PULSES: [&str; 5] = [
    "job_write",
    "start",
    "cancel",
    "result_ready",
    "checksum_ready",
];

#[test]
fn every_write_to_the_accelerator_reaches_the_core_in_its_cycle_and_no_other() {
    let mut random = random();
    let mut model = model("accelerator", Accelerator::new());
    let mut seen = [0; PULSES.len()];
    for _ in 0..20_000 {
        let select: bool = random.random();
        let write: bool = random.random();
        let word = match random.random_range(0..6) {
            0 => accelerator::COMMAND.index(),
            1 => accelerator::RESULT_TAKE.index(),
            2 => accelerator::CHECKSUM_TAKE.index(),
            _ => random.random_range(0..accelerator::COUNTERS.index()),
        };
        let d: u32 = random.random_range(0..5);
        model.set("select", select.into());
        model.set("write", write.into());
        model.set("word", word.into());
        model.set("d", d.into());
        model.settle();
        let written = select && write;
        let at = |register: &Register| {
            written && word >= register.index() && word - register.index() < register.words
        };
        let expected = [
            at(&accelerator::JOB),
            at(&accelerator::COMMAND) && d < 4,
            at(&accelerator::COMMAND) && d == 4,
            at(&accelerator::RESULT_TAKE),
            at(&accelerator::CHECKSUM_TAKE),
        ];
        for (i, port) in PULSES.iter().enumerate() {
            assert_eq!(model.get(port), u64::from(expected[i]), "{port}, {word:#x}");
            seen[i] += u32::from(expected[i]);
        }
        if expected[0] {
            assert_eq!(model.get("job_address"), u64::from(word));
            assert_eq!(model.get("job_data"), u64::from(d));
        }
        if expected[1] {
            assert_eq!(model.get("command"), u64::from(d));
        }
        model.step(1);
    }
    assert!(seen.iter().all(|&times| times > 50), "{seen:?}");
}

#[test]
fn the_accelerator_shows_what_the_core_says() {
    let mut random = random();
    let mut model = model("accelerator", Accelerator::new());
    let mut low_and_high = |model: &mut BlockModel, port: &str| {
        let value: u64 = random.random();
        model.set(port, value);
        [value as u32, (value >> 32) as u32]
    };
    let nonce = low_and_high(&mut model, "result_nonce");
    let hash: Vec<_> = (0..4)
        .flat_map(|i| low_and_high(&mut model, &format!("result_hash${i}")))
        .collect();
    for (i, half) in nonce.into_iter().enumerate() {
        let found = read_word(&mut model, &accelerator::RESULT_NONCE, i as u32);
        assert_eq!(found, half, "half {i} of the nonce");
    }
    for (i, half) in hash.into_iter().enumerate() {
        let found = read_word(&mut model, &accelerator::RESULT_HASH, i as u32);
        assert_eq!(found, half, "word {i} of the hash");
    }
    let bits = [
        ("ready", accelerator::READY),
        ("running", accelerator::RUNNING),
        ("result_valid", accelerator::RESULT),
        ("checksum_valid", accelerator::CHECKSUM_VALID),
        ("result_hit", accelerator::HIT),
    ];
    for (port, field) in bits {
        model.set(port, 1);
        let status = read(&mut model, &accelerator::STATUS);
        assert_eq!(status, field.put(1), "{port}");
        model.set(port, 0);
    }
    model.set("round", 0xa5);
    let status = read(&mut model, &accelerator::STATUS);
    assert_eq!(status, accelerator::ROUND.put(0xa5));
}

#[test]
fn a_counter_of_the_accelerator_is_one_number_though_it_counts_on() {
    let mut model = model("accelerator", Accelerator::new());
    for i in 0..6 {
        let port = format!("count${i}");
        model.set(&port, 0x12_ffff_fff0 + i);
        let low = read_word(&mut model, &accelerator::COUNTERS, 2 * i as u32);
        model.set(&port, 0x13_0000_0000);
        let high = read_word(&mut model, &accelerator::COUNTERS, 2 * i as u32 + 1);
        assert_eq!((high, low), (0x12, 0xffff_fff0 + i as u32), "counter {i}");
    }
}

#[test]
fn the_register_reset_holds_the_core_until_the_chip_is_reset() {
    let mut model = model("accelerator", Accelerator::new());
    model.settle();
    assert_eq!(model.get("core_reset"), 0);
    write(&mut model, &accelerator::RESET, 1);
    assert_eq!(read(&mut model, &accelerator::RESET), 1);
    model.step(100);
    assert_eq!(model.get("core_reset"), 1);
    model.set("reset", 1);
    model.step(1);
    assert_eq!(model.get("core_reset"), 1, "the chip's reset is the core's");
    model.set("reset", 0);
    model.settle();
    assert_eq!(model.get("core_reset"), 0, "the chip's reset lets it go");
}
