//! The chip's peripherals under Verilator, one by one, through their registers and lines.

mod common;
#[path = "common/registers.rs"]
mod registers;

use std::collections::VecDeque;

use common::random;
use rand::Rng;
use registers::{model, read, write};
use tensority_hdl::soc::{
    BUSY_CORE_CYCLES, BUSY_CYCLES, Boot, Bridge, Fifo, RECEIVE_DEPTH, RESET_CYCLES, Receiver,
    TRANSMIT_DEPTH, Timer, Transmitter, Uart, Watchdog,
};
use tensority_protocol::codes::{BootAction, ResetCause};
use tensority_protocol::registers::{boot, timer, uart, watchdog};
use tensority_sim::model::block::BlockModel;

/// The levels of the line for `byte`, `divisor` cycles a bit, with the given stop bit.
fn levels(byte: u8, divisor: usize, stop: bool) -> Vec<bool> {
    let bits = (0..8).map(|bit| byte >> bit & 1 == 1);
    let bits = [false].into_iter().chain(bits).chain([stop]);
    bits.flat_map(|bit| vec![bit; divisor]).collect()
}

#[test]
fn a_fifo_keeps_bytes_in_order_and_drops_what_does_not_fit() {
    let mut random = random();
    let mut model = model("fifo", Fifo::<3, 4>::default());
    let mut expected: VecDeque<u8> = VecDeque::new();
    let (mut fulls, mut empties) = (0, 0);
    for turn in 0..5000 {
        // Phases in which it fills and empties.
        let filling = turn / 40 % 2 == 0;
        let put = random.random_bool(if filling { 0.8 } else { 0.3 });
        let take = random.random_bool(if filling { 0.3 } else { 0.8 });
        let byte: u8 = random.random();
        model.settle();
        assert_eq!(model.get("level"), expected.len() as u64, "turn {turn}");
        let full = expected.len() == 8;
        assert_eq!(model.get("full"), u64::from(full));
        model.set("write", put.into());
        model.set("d", byte.into());
        model.set("read", take.into());
        model.step(1);
        if take {
            match expected.pop_front() {
                Some(oldest) => assert_eq!(model.get("q"), u64::from(oldest), "turn {turn}"),
                None => empties += 1,
            }
        }
        if put && !full {
            expected.push_back(byte);
        }
        fulls += u32::from(put && full);
    }
    assert!(fulls > 100 && empties > 100, "{fulls} {empties}");
}

#[test]
fn a_receiver_takes_bytes_of_a_line_that_is_off_by_three_per_cent() {
    let mut random = random();
    let mut model = model("receiver", Receiver::default());
    for (divisor, line_divisor) in [(8, 8), (100, 97), (100, 100), (100, 103), (868, 868)] {
        model.set("divisor", divisor);
        model.set("line", 1);
        model.step(10 * divisor);
        let sent: Vec<u8> = (0..20).map(|_| random.random()).collect();
        let mut received = Vec::new();
        for level in sent
            .iter()
            .flat_map(|byte| levels(*byte, line_divisor, true))
        {
            model.set("line", level.into());
            model.step(1);
            if model.get("valid") == 1 {
                received.push(model.get("q") as u8);
            }
            assert_eq!(model.get("bad"), 0);
        }
        assert_eq!(received, sent, "divisor {divisor}, line {line_divisor}");
    }
}

#[test]
fn a_receiver_takes_the_promised_cycles_for_a_byte() {
    let mut model = model("receiver", Receiver::default());
    for divisor in [8, 9, 100, 868] {
        model.set("divisor", divisor);
        model.set("line", 1);
        model.step(2 * divisor);
        let (mut cycles, mut arrivals) = (0, Vec::new());
        let line = levels(0x5a, divisor as usize, true);
        for level in line.into_iter().chain(vec![true; 20]) {
            model.set("line", level.into());
            model.settle();
            if model.get("valid") == 1 {
                arrivals.push(cycles);
            }
            model.step(1);
            cycles += 1;
        }
        assert_eq!(arrivals, [Receiver::latency(divisor)], "divisor {divisor}");
    }
}

#[test]
fn a_receiver_drops_a_byte_without_stop_bit_and_ignores_short_noise() {
    let mut model = model("receiver", Receiver::default());
    model.set("divisor", 20);
    model.set("line", 1);
    model.step(100);
    let noise = [vec![false; 8], vec![true; 300]].concat();
    let broken = [levels(0x55, 20, false), vec![false; 40], vec![true; 60]].concat();
    let good = [levels(0xa3, 20, true), vec![true; 20]].concat();
    let (mut received, mut bad) = (Vec::new(), 0);
    for level in [noise, broken, good].concat() {
        model.set("line", level.into());
        model.step(1);
        bad += model.get("bad");
        if model.get("valid") == 1 {
            received.push(model.get("q"));
        }
    }
    assert_eq!((received, bad), (vec![0xa3], 1));
}

#[test]
fn a_transmitter_sends_ten_bits_of_the_promised_length() {
    let mut model = model("transmitter", Transmitter::default());
    model.set("divisor", 9);
    for byte in [0x00, 0xff, 0x53, 0x80] {
        assert_eq!((model.get("idle"), model.get("line")), (1, 1));
        model.set("start", 1);
        model.set("d", byte);
        model.step(1);
        model.set("start", 0);
        for (cycle, level) in levels(byte as u8, 9, true).into_iter().enumerate() {
            assert_eq!(
                model.get("line"),
                u64::from(level),
                "{byte:#x}, cycle {cycle}"
            );
            assert_eq!(model.get("idle"), 0);
            model.step(1);
        }
    }
}

#[test]
fn a_uart_counts_what_it_loses() {
    let mut model = model("uart", Uart::new(8));
    let send = |model: &mut BlockModel, byte: u8, stop: bool| {
        for level in levels(byte, 8, stop).into_iter().chain([true; 4]) {
            model.set("receive", level.into());
            model.step(1);
        }
    };
    model.set("receive", 1);
    model.set("reset", 1);
    model.step(4);
    model.set("reset", 0);
    model.step(4);
    assert_eq!(read(&mut model, &uart::DIVISOR), 8);
    for i in 0..RECEIVE_DEPTH + 3 {
        send(&mut model, i as u8, true);
    }
    send(&mut model, 0, false);
    let levels = read(&mut model, &uart::LEVELS);
    assert_eq!(uart::WAITING.of(levels), RECEIVE_DEPTH as u32);
    assert_eq!(uart::FREE.of(levels), TRANSMIT_DEPTH as u32);
    let errors = read(&mut model, &uart::ERRORS);
    assert_eq!(uart::OVERRUNS.of(errors), 3);
    assert_eq!(uart::FRAMING_ERRORS.of(errors), 1);
    for i in 0..RECEIVE_DEPTH {
        let word = read(&mut model, &uart::RECEIVE);
        assert_eq!(uart::RECEIVED_VALID.of(word), 1);
        assert_eq!(uart::RECEIVED.of(word), i as u32 & 0xff);
    }
    assert_eq!(read(&mut model, &uart::RECEIVE), 0);
}

#[test]
fn a_uart_sends_what_it_took() {
    let mut random = random();
    let mut model = model("uart", Uart::new(8));
    model.set("receive", 1);
    write(&mut model, &uart::DIVISOR, 10);
    let sent: Vec<u8> = (0..40).map(|_| random.random()).collect();
    let mut line = Vec::new();
    for byte in &sent {
        write(&mut model, &uart::TRANSMIT, (*byte).into());
        line.push(model.get("transmit") == 1);
    }
    for _ in 0..40 * 110 {
        model.step(1);
        line.push(model.get("transmit") == 1);
    }
    let mut received = Vec::new();
    let mut at = 0;
    while let Some(start) = line[at..].iter().position(|level| !level) {
        let bit = |i: usize| u8::from(line[at + start + 10 * i + 5]);
        received.push((1..9).map(|i| bit(i) << (i - 1)).sum::<u8>());
        assert_eq!(bit(9), 1);
        at += start + 95;
    }
    assert_eq!(received, sent);
    let levels = read(&mut model, &uart::LEVELS);
    assert_eq!(uart::FREE.of(levels), TRANSMIT_DEPTH as u32);
}

#[test]
fn a_timer_counts_cycles_since_the_reset() {
    let mut model = model("timer", Timer::new());
    model.set("reset", 1);
    model.step(5);
    model.set("reset", 0);
    model.step(1000);
    assert_eq!(read(&mut model, &timer::LOW), 1000);
    assert_eq!(read(&mut model, &timer::LOW), 1002);
    assert_eq!(read(&mut model, &timer::HIGH), 0);
}

#[test]
fn a_watchdog_expires_unless_it_is_fed() {
    let mut model = model("watchdog", Watchdog::new(500));
    model.set("reset", 1);
    model.step(1);
    model.set("reset", 0);
    model.step(500);
    assert_eq!(model.get("expired"), 1);
    model.set("reset", 1);
    model.step(1);
    model.set("reset", 0);
    assert_eq!(read(&mut model, &watchdog::RESETS), 1);
    write(&mut model, &watchdog::PERIOD, 100);
    for _ in 0..20 {
        write(&mut model, &watchdog::FEED, 0);
        model.step(99);
        assert_eq!(model.get("expired"), 0);
    }
    model.step(1);
    assert_eq!(model.get("expired"), 1);
    model.step(1);
    assert_eq!(read(&mut model, &watchdog::RESETS), 2);

    model.set("reset", 1);
    model.step(1);
    model.set("reset", 0);
    write(&mut model, &watchdog::PERIOD, 0);
    model.step(2000);
    assert_eq!(model.get("expired"), 0, "a period of 0 switches it off");
}

/// Cause, bank and confirmed bank, once the reset is over.
fn boot_state(model: &mut BlockModel) -> (ResetCause, u32, u32) {
    let mut cycles = 0;
    while model.get("reset") == 1 {
        model.step(1);
        cycles += 1;
        assert!(cycles <= RESET_CYCLES);
    }
    let state = read(model, &boot::STATE);
    let trial = boot::BANK.of(state) != boot::CONFIRMED.of(state);
    assert_eq!(boot::TRIAL.of(state), u32::from(trial));
    (
        ResetCause::try_from(boot::CAUSE.of(state)).unwrap(),
        boot::BANK.of(state),
        boot::CONFIRMED.of(state),
    )
}

#[test]
fn a_bank_on_trial_falls_back_unless_it_is_confirmed() {
    use ResetCause::{Command, NotConfirmed, PowerUp, Watchdog};
    let restart = BootAction::RestartConfirmed as u32;
    let trial = BootAction::StartOther as u32;
    let confirm = BootAction::Confirm as u32;
    let mut model = model("boot", Boot::new());
    model.step(1);
    assert_eq!(boot_state(&mut model), (PowerUp, 0, 0));

    write(&mut model, &boot::DEADLINE, 300);
    write(&mut model, &boot::CONTROL, trial);
    assert_eq!(boot_state(&mut model), (Command, 1, 0));
    model.step(300);
    assert_eq!(
        boot_state(&mut model),
        (NotConfirmed, 0, 0),
        "not confirmed in time"
    );

    write(&mut model, &boot::CONTROL, trial);
    assert_eq!(boot_state(&mut model), (Command, 1, 0));
    model.set("starved", 1);
    model.step(1);
    model.set("starved", 0);
    assert_eq!(
        boot_state(&mut model),
        (Watchdog, 0, 0),
        "the watchdog starved"
    );

    write(&mut model, &boot::CONTROL, trial);
    assert_eq!(boot_state(&mut model), (Command, 1, 0));
    write(&mut model, &boot::CONTROL, confirm);
    model.step(1000);
    assert_eq!(boot_state(&mut model), (Command, 1, 1), "confirmed");
    write(&mut model, &boot::CONTROL, restart);
    assert_eq!(boot_state(&mut model), (Command, 1, 1));
    write(&mut model, &boot::CONTROL, trial);
    assert_eq!(boot_state(&mut model), (Command, 0, 1));
    write(&mut model, &boot::CONTROL, restart);
    assert_eq!(
        boot_state(&mut model),
        (Command, 1, 1),
        "a restart goes to the confirmed bank"
    );
}

/// A rising edge of one of the bridge's clocks, with the inputs as they are.
fn rise(model: &mut BlockModel, clock: &str) {
    for level in [1, 0] {
        model.set(clock, level);
        model.settle();
    }
}

/// Accesses of a controller to a core that answers each word with a function of it, while the clocks
/// run past each other.
#[test]
fn a_bridge_makes_each_access_once_whatever_the_clocks_are() {
    let mut random = random();
    let answer = |word: u64, count: u64| ((word * 0x0101_0101) ^ count) & 0xffff_ffff;
    for (period, core_period) in [(20, 10), (10, 10), (10, 23), (17, 10), (100, 9)] {
        let mut model = model("bridge", Bridge::default());
        let (mut next, mut core_next) = (0, random.random_range(0..core_period));
        let mut seen = Vec::new();
        let mut made = Vec::new();
        let mut waiting = None;
        let (mut asked, mut longest) = (0, 0);
        while made.len() < 300 {
            let limit = 1_000_000;
            assert!(next < limit && core_next < limit, "accesses end");
            if next <= core_next {
                let now = next;
                next += period;
                let busy = model.get("busy") == 1;
                let selected = model.get("select") == 1;
                if let (Some(word), false, false) = (waiting, busy, selected) {
                    let count = made.len() as u64;
                    assert_eq!(
                        model.get("q"),
                        answer(word, count),
                        "{period}:{core_period}"
                    );
                    made.push(word);
                    waiting = None;
                    longest = longest.max(now - period - asked);
                }
                let begin = waiting.is_none() && random.random();
                rise(&mut model, "clock");
                model.set("select", begin.into());
                if begin {
                    let word = random.random_range(0..1024);
                    model.set("word", word);
                    model.set("write", word & 1);
                    model.set("d", word << 20);
                    waiting = Some(word);
                    asked = now + period;
                }
            } else {
                core_next += core_period;
                let selected = model.get("core_select") == 1;
                let word = model.get("core_word");
                if selected {
                    assert_eq!(model.get("core_write"), word & 1);
                    assert_eq!(model.get("core_d"), word << 20 & 0xffff_ffff);
                }
                rise(&mut model, "core_clock");
                // What a register answers in the cycle after the access, and in no other.
                let q = if selected {
                    answer(word, seen.len() as u64)
                } else {
                    0xdead
                };
                model.set("core_q", q);
                if selected {
                    seen.push(word);
                }
            }
            model.settle();
        }
        assert_eq!(seen[..made.len()], made, "{period}:{core_period}");
        let promised = BUSY_CYCLES * period + BUSY_CORE_CYCLES * core_period;
        assert!(longest <= promised, "{longest} of {promised}");
    }
}
