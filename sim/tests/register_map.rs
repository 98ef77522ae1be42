//! Every address of every peripheral, one by one: what may be written acts at its own address and at no other, what may
//! not be read is 0.

mod common;
#[path = "common/registers.rs"]
mod registers;

use common::random;
use rand::Rng;
use registers::{model, read, read_word, write};
use tensority_hdl::soc::{Accelerator, Boot, RESET_CYCLES, Timer, Uart, Watchdog};
use tensority_protocol::codes::{BootAction, ResetCause};
use tensority_protocol::register::{Access, Peripheral, Register};
use tensority_protocol::registers::{accelerator, boot, timer, uart, watchdog};
use tensority_sim::model::block::BlockModel;

/// Registers of a peripheral's address range, in words.
const WORDS: u32 = 1024;

/// The register at a word of a peripheral.
fn register_at(peripheral: &Peripheral, word: u32) -> Option<&'static Register> {
    let mut registers = peripheral.registers.iter();
    registers.find(|register| (register.index()..register.index() + register.words).contains(&word))
}

/// An access in one cycle.
fn access(model: &mut BlockModel, word: u32, write: bool, d: u32) {
    model.set("select", 1);
    model.set("write", write.into());
    model.set("word", word.into());
    model.set("d", d.into());
    model.step(1);
    model.set("select", 0);
    model.set("write", 0);
    model.settle();
}

/// All words that hold nothing to read give 0, and so does a cycle after no access.
fn unreadable_words_are_zero(model: &mut BlockModel, peripheral: &Peripheral) {
    for word in 0..WORDS {
        let register = register_at(peripheral, word);
        model.set("select", 1);
        model.set("word", word.into());
        model.step(1);
        model.set("select", 0);
        if register.is_none_or(|register| matches!(register.access, Access::WriteOnly)) {
            assert_eq!(model.get("q"), 0, "{} {word:#x}", peripheral.name);
        }
        model.step(1);
        assert_eq!(model.get("q"), 0, "{} {word:#x}, later", peripheral.name);
    }
}

#[test]
fn what_cannot_be_read_is_zero() {
    let mut accelerator = model("accelerator", Accelerator::new());
    for port in [
        "ready",
        "running",
        "result_valid",
        "result_hit",
        "checksum_valid",
        "round",
        "result_range",
        "result_nonce",
        "checksum_index",
        "checksum",
    ] {
        accelerator.set(port, u64::MAX);
    }
    for i in 0..4 {
        accelerator.set(&format!("result_hash${i}"), u64::MAX);
    }
    for i in 0..6 {
        accelerator.set(&format!("count${i}"), u64::MAX);
    }
    write(&mut accelerator, &accelerator::RESET, 1);
    unreadable_words_are_zero(&mut accelerator, &accelerator::PERIPHERAL);

    let mut boot = model("boot", Boot::new());
    boot.step(RESET_CYCLES + 1);
    write(&mut boot, &boot::DEADLINE, u32::MAX);
    unreadable_words_are_zero(&mut boot, &boot::PERIPHERAL);

    let mut watchdog = model("watchdog", Watchdog::new(u32::MAX));
    watchdog.set("reset", 1);
    watchdog.step(1);
    watchdog.set("reset", 0);
    unreadable_words_are_zero(&mut watchdog, &watchdog::PERIPHERAL);

    let mut timer = model("timer", Timer::new());
    timer.step(1000);
    unreadable_words_are_zero(&mut timer, &timer::PERIPHERAL);

    let mut uart = model("uart", Uart::new(8));
    uart.set("receive", 1);
    unreadable_words_are_zero(&mut uart, &uart::PERIPHERAL);
}

/// The one-cycle outputs of the accelerator to the core, and where they come from.
const TAKES: [(&str, Register); 5] = [
    ("job_write", accelerator::JOB),
    ("start", accelerator::COMMAND),
    ("cancel", accelerator::COMMAND),
    ("result_ready", accelerator::RESULT_TAKE),
    ("checksum_ready", accelerator::CHECKSUM_TAKE),
];

#[test]
fn the_accelerator_acts_on_writes_to_a_registers_own_address_only() {
    let mut model = model("accelerator", Accelerator::new());
    for word in 0..WORDS {
        for (select, write) in [(1, 1), (1, 0), (0, 1), (0, 0)] {
            for d in 0..8 {
                model.set("select", select);
                model.set("write", write);
                model.set("word", word.into());
                model.set("d", d);
                model.settle();
                for (port, register) in &TAKES {
                    let own = register_at(&accelerator::PERIPHERAL, word)
                        .is_some_and(|at| at.name == register.name);
                    let code = match *port {
                        "start" => d < 4,
                        "cancel" => d == 4,
                        _ => true,
                    };
                    let expected = own && code && (select, write) == (1, 1);
                    assert_eq!(
                        model.get(port),
                        u64::from(expected),
                        "{port}, {word:#x}, {d}, {select}, {write}"
                    );
                }
            }
        }
        // The register RESET is read back, and nothing else reaches it.
        for held in [1, 0] {
            write_reset(&mut model, 1 - held);
            access(&mut model, word, true, held);
            let reset = word == accelerator::RESET.index();
            let expected = if reset { held } else { 1 - held };
            assert_eq!(model.get("core_reset"), u64::from(expected), "{word:#x}");
            assert_eq!(read(&mut model, &accelerator::RESET), expected, "{word:#x}");
        }
    }
}

fn write_reset(model: &mut BlockModel, held: u32) {
    access(model, accelerator::RESET.index(), true, held);
    assert_eq!(model.get("core_reset"), u64::from(held));
}

#[test]
fn each_register_of_the_accelerator_shows_its_own_port() {
    let mut random = random();
    let mut model = model("accelerator", Accelerator::new());
    for _ in 0..200 {
        let mut port = |model: &mut BlockModel, name: &str, width: u32| {
            let value = random.random::<u64>() >> (64 - width);
            model.set(name, value);
            value
        };
        let status = [
            (port(&mut model, "ready", 1), accelerator::READY),
            (port(&mut model, "running", 1), accelerator::RUNNING),
            (port(&mut model, "result_valid", 1), accelerator::RESULT),
            (
                port(&mut model, "checksum_valid", 1),
                accelerator::CHECKSUM_VALID,
            ),
            (port(&mut model, "result_hit", 1), accelerator::HIT),
            (port(&mut model, "round", 8), accelerator::ROUND),
        ];
        let status = status.iter().map(|(value, field)| field.put(*value as u32));
        assert_eq!(read(&mut model, &accelerator::STATUS), status.sum::<u32>());
        for (name, register) in [
            ("result_range", accelerator::RESULT_RANGE),
            ("checksum_index", accelerator::CHECKSUM_INDEX),
            ("checksum", accelerator::CHECKSUM),
        ] {
            let value = port(&mut model, name, register.width);
            assert_eq!(u64::from(read(&mut model, &register)), value, "{name}");
        }
        let nonce = port(&mut model, "result_nonce", 64);
        let hash: [u64; 4] =
            std::array::from_fn(|i| port(&mut model, &format!("result_hash${i}"), 64));
        let counts: [u64; 6] = std::array::from_fn(|i| port(&mut model, &format!("count${i}"), 40));
        let values = [
            (accelerator::RESULT_NONCE, &[nonce][..]),
            (accelerator::RESULT_HASH, &hash),
        ];
        for (register, lanes) in values
            .into_iter()
            .chain([(accelerator::COUNTERS, &counts[..])])
        {
            for (i, lane) in lanes.iter().enumerate() {
                let low = read_word(&mut model, &register, 2 * i as u32);
                let high = read_word(&mut model, &register, 2 * i as u32 + 1);
                assert_eq!(
                    u64::from(high) << 32 | u64::from(low),
                    *lane,
                    "{} {i}",
                    register.name
                );
            }
        }
    }
}

/// A boot block whose first reset is over.
fn booted() -> BlockModel {
    let mut model = model("boot", Boot::new());
    model.settle();
    let mut cycles = 0;
    while model.get("reset") == 1 {
        model.step(1);
        cycles += 1;
        assert!(cycles <= RESET_CYCLES, "a reset that does not end");
    }
    assert_eq!(cycles, RESET_CYCLES);
    model
}

/// Why, what runs, what is confirmed, and whether that is a trial.
fn state(model: &mut BlockModel) -> (ResetCause, u32, u32, u32) {
    let state = read(model, &boot::STATE);
    let cause = boot::CAUSE.of(state).try_into().expect("a cause");
    (
        cause,
        boot::BANK.of(state),
        boot::CONFIRMED.of(state),
        boot::TRIAL.of(state),
    )
}

#[test]
fn boot_acts_on_writes_to_its_own_registers_only() {
    let mut model = booted();
    for word in 0..WORDS {
        for action in 0..4 {
            for write in [true, false] {
                if write && word == boot::CONTROL.index() {
                    continue;
                }
                access(&mut model, boot::DEADLINE.index(), true, 77);
                access(&mut model, word, write, action);
                assert_eq!(model.get("reset"), 0, "{word:#x}, {action}, {write}");
                let deadline = write && word == boot::DEADLINE.index();
                let expected = if deadline { action } else { 77 };
                assert_eq!(
                    read(&mut model, &boot::DEADLINE),
                    expected,
                    "{word:#x}, {action}, {write}"
                );
            }
        }
        assert_eq!(
            state(&mut model),
            (ResetCause::PowerUp, 0, 0, 0),
            "{word:#x}"
        );
    }
    // Without an access a write of an action is none.
    for action in 0..4 {
        model.set("word", boot::CONTROL.index().into());
        model.set("write", 1);
        model.set("d", action);
        model.step(1);
        assert_eq!((model.get("reset"), model.get("bank")), (0, 0), "{action}");
    }
    model.set("write", 0);
}

#[test]
fn boot_says_what_runs_and_why() {
    for (action, expected) in [
        (BootAction::RestartConfirmed, (ResetCause::Command, 0, 0, 0)),
        (BootAction::StartOther, (ResetCause::Command, 1, 0, 1)),
    ] {
        let mut model = booted();
        write(&mut model, &boot::DEADLINE, 1000);
        access(&mut model, boot::CONTROL.index(), true, action as u32);
        for cycle in 0..RESET_CYCLES {
            assert_eq!(model.get("reset"), 1, "{action:?}, cycle {cycle}");
            assert_eq!(model.get("bank"), u64::from(expected.1));
            assert_eq!(model.get("trial"), u64::from(expected.3));
            model.step(1);
        }
        assert_eq!(model.get("reset"), 0);
        assert_eq!(state(&mut model), expected);
        assert_eq!(
            read(&mut model, &boot::DEADLINE),
            1000,
            "kept over a restart"
        );
    }
    for action in [BootAction::Nothing, BootAction::Confirm] {
        let mut model = booted();
        access(&mut model, boot::CONTROL.index(), true, action as u32);
        model.step(100);
        assert_eq!(model.get("reset"), 0);
        assert_eq!(
            state(&mut model),
            (ResetCause::PowerUp, 0, 0, 0),
            "{action:?}"
        );
    }
}

/// Resets a watchdog, which takes a cycle.
fn reset(model: &mut BlockModel) {
    model.set("reset", 1);
    model.step(1);
    model.set("reset", 0);
    model.settle();
}

#[test]
fn the_watchdog_is_fed_by_writes_to_its_own_register_only() {
    let mut model = model("watchdog", Watchdog::new(10));
    for word in (0..WORDS).filter(|word| *word != watchdog::FEED.index()) {
        reset(&mut model);
        access(&mut model, word, true, 500);
        let period = if word == watchdog::PERIOD.index() {
            500
        } else {
            10
        };
        assert_eq!(read(&mut model, &watchdog::PERIOD), period, "{word:#x}");
        // Three cycles are over.
        model.step(6);
        assert_eq!(model.get("expired"), 0, "{word:#x}");
        model.step(1);
        assert_eq!(model.get("expired"), 1, "{word:#x}");
    }
    // A read of FEED, and a write that selects something else, feed nothing.
    reset(&mut model);
    access(&mut model, watchdog::FEED.index(), false, 0);
    model.set("word", watchdog::FEED.index().into());
    model.set("write", 1);
    model.step(9);
    assert_eq!(model.get("expired"), 1);
}

#[test]
fn an_expiry_counts_once_however_long_it_lasts() {
    let mut model = model("watchdog", Watchdog::new(20));
    reset(&mut model);
    for resets in 1..=40 {
        model.step(19);
        assert_eq!(model.get("expired"), 0, "reset {resets}");
        // The chip's reset may come late.
        for _ in 0..1 + resets {
            model.step(1);
            assert_eq!(model.get("expired"), 1, "reset {resets}");
        }
        model.step(1);
        assert_eq!(read(&mut model, &watchdog::RESETS), resets);
        model.set("reset", 1);
        model.step(1 + u64::from(resets % 3));
        assert_eq!(model.get("expired"), 0);
        model.set("reset", 0);
    }
}
