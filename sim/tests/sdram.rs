//! The SDRAM controller: every rule of the memory's data sheet is kept, every byte is right, and the
//! memory is busy.

mod common;
#[path = "common/registers.rs"]
mod registers;

use common::random;
use rand::Rng;
use registers::model;
use tensority_boards::Memory;
use tensority_hdl::geometry::Geometry;
use tensority_hdl::memory::{Commands, HIT_LATENCY, MISS_LATENCY, Timing, Wait};
use tensority_sim::model::block::BlockModel;
use tensority_sim::model::sdram::SdramModel;
use tensority_sim::model::sdram_rules::SdramRules;
use tensority_sim::model::source::default_cache;

const MEMORY: &str = "w9825g6kh-6";
/// Lanes and clock in Hz: CAS latency 2 and 3, and all widths of a beat.
const CASES: [(usize, u32); 3] = [(1, 100_000_000), (2, 110_000_000), (4, 133_000_000)];
/// Bytes of a matrix row, and of an SMix entry.
const ROW: u32 = 256;
const ENTRY: u32 = 128;
/// More than the longest start, and than any test.
const PATIENCE: u64 = 2_000_000;

fn open(lanes: usize, clock: u32, rules: impl FnOnce(&mut SdramRules)) -> SdramModel {
    let memory = Memory::find(MEMORY).unwrap();
    let geometry = Geometry::new(256, lanes, true).unwrap();
    let timing = Timing::new(&memory, clock).unwrap();
    let mut checked = SdramRules::new(&memory, clock);
    rules(&mut checked);
    SdramModel::open(&geometry, &timing, &checked, &default_cache()).unwrap()
}

fn beats(lanes: usize, bytes: u32) -> u32 {
    bytes / (4 * lanes as u32)
}

/// Mixed requests: rows, entries and single beats, with pauses; the bytes that the reads should give.
fn exercise(model: &mut SdramModel, lanes: usize, shadow: &mut [u8], random: &mut impl Rng) {
    let mut expected = Vec::new();
    for _ in 0..40 {
        // A few places in few rows of all banks, so that hits, misses and conflicts are frequent.
        let place = (random.random_range(0..4) << 14) | (random.random_range(0..16) << 10);
        match random.random_range(0..4) {
            0 => {
                let address = place + ENTRY * random.random_range(0..8);
                let bytes: [u8; ENTRY as usize] = random.random();
                model.write(address, &bytes);
                shadow[address as usize..][..bytes.len()].copy_from_slice(&bytes);
            }
            kind => {
                let bytes = [ROW, ENTRY, 4 * lanes as u32][kind - 1];
                let address = place + bytes * random.random_range(0..1024 / bytes);
                model.read(address, beats(lanes, bytes));
                expected.extend_from_slice(&shadow[address as usize..][..bytes as usize]);
            }
        }
        if random.random_ratio(1, 8) {
            model.wait(random.random_range(1..300));
        }
    }
    assert!(model.step(PATIENCE) < PATIENCE, "requests are not answered");
    assert!(model.answers() == expected, "the bytes read");
}

#[test]
fn every_rule_is_kept_and_every_byte_is_right() {
    let mut random = random();
    for (lanes, clock) in CASES {
        let mut model = open(lanes, clock, |_| {});
        let mut shadow = vec![0; 1 << 16];
        for address in (0..1 << 16).step_by(ENTRY as usize) {
            let bytes: [u8; ENTRY as usize] = random.random();
            model.write(address, &bytes);
            shadow[address as usize..][..bytes.len()].copy_from_slice(&bytes);
        }
        model.step(PATIENCE);
        for _ in 0..50 {
            exercise(&mut model, lanes, &mut shadow, &mut random);
        }
        // The last write was taken; its columns take a while.
        model.wait(200);
        assert_eq!(model.broken(), None, "{lanes} lanes at {clock} Hz");
        let counts = model.counts();
        assert!(
            counts.refreshes > 20 && counts.activates > 500,
            "{counts:?}"
        );
        // Not only the controller's own view: the memory's words by address.
        for address in (0..1 << 16).step_by(2) {
            let [low, high] = model.word(address).to_le_bytes();
            assert_eq!([low, high], shadow[address as usize..][..2]);
        }
    }
}

#[test]
fn a_reset_at_any_cycle_breaks_no_rule_and_loses_no_byte_but_of_writes() {
    let mut random = random();
    let (lanes, clock) = CASES[1];
    let mut model = open(lanes, clock, |_| {});
    let mut shadow = vec![0; 1 << 16];
    for address in (0..1 << 16).step_by(ENTRY as usize) {
        let bytes: [u8; ENTRY as usize] = random.random();
        model.write(address, &bytes);
        shadow[address as usize..][..bytes.len()].copy_from_slice(&bytes);
    }
    model.step(PATIENCE);
    for _ in 0..200 {
        for _ in 0..4 {
            let address = ROW * random.random_range(0..256);
            model.read(address, beats(lanes, ROW));
        }
        model.wait(random.random_range(1..400));
        model.reset();
        let address = ROW * random.random_range(0..256);
        model.read(address, beats(lanes, ROW));
        assert!(model.step(PATIENCE) < PATIENCE, "nothing after a reset");
        assert_eq!(
            model.answers(),
            shadow[address as usize..][..ROW as usize],
            "the row after a reset"
        );
        // An entry that is cut off; then the same entry whole.
        let address = ENTRY * random.random_range(0..512);
        let bytes: [u8; ENTRY as usize] = random.random();
        model.write(address, &bytes);
        model.wait(random.random_range(1..100));
        model.reset();
        model.write(address, &bytes);
        model.step(PATIENCE);
        // It was taken; its columns take a while.
        model.wait(200);
        shadow[address as usize..][..bytes.len()].copy_from_slice(&bytes);
    }
    exercise(&mut model, lanes, &mut shadow, &mut random);
    assert_eq!(model.broken(), None);
}

/// A rule that is a little stricter than the data sheet's is found broken: the memory does look, and
/// the controller wastes no cycle.
#[test]
fn the_memory_finds_every_rule_that_is_broken() {
    type Stricter = fn(&mut SdramRules);
    let stricter: [(&str, Stricter); 10] = [
        ("tRCD", |rules| rules.rcd += 3 * rules.period),
        ("tRP", |rules| rules.rp += rules.period),
        ("tRAS", |rules| rules.ras += 40 * rules.period),
        ("tRAS, longest", |rules| rules.ras_max = 10_000_000),
        ("tRC", |rules| rules.rc += 300 * rules.period),
        ("tRRD", |rules| rules.rrd += 40 * rules.period),
        ("tRFC", |rules| rules.rfc += 2 * rules.period),
        ("tWR", |rules| rules.wr += 1),
        ("tMRD", |rules| rules.mrd += 20_000),
        ("refresh in time", |rules| rules.refresh /= 2),
    ];
    let (lanes, clock) = CASES[0];
    for (rule, make) in stricter {
        let mut random = random();
        let mut model = open(lanes, clock, make);
        let mut shadow = vec![0; 1 << 16];
        model.read(0, 1);
        model.step(PATIENCE);
        model.answers();
        for _ in 0..30 {
            exercise(&mut model, lanes, &mut shadow, &mut random);
        }
        let broken = model.broken().unwrap_or_default();
        assert!(broken.starts_with(rule), "{rule}: {broken:?}");
    }
}

/// Share of the memory's peak, two bytes a cycle, that `rows` get.
fn share(model: &mut SdramModel, lanes: usize, rows: impl Iterator<Item = u32>) -> f64 {
    let before = model.counts().reads;
    for row in rows {
        model.read(ROW * row, beats(lanes, ROW));
    }
    let cycles = model.step(10 * PATIENCE);
    let bursts = model.counts().reads - before;
    assert_eq!(model.broken(), None);
    8.0 * bursts as f64 / cycles as f64
}

#[test]
fn rows_leave_the_memory_at_97_percent_of_its_peak() {
    for (lanes, clock) in CASES {
        let mut model = open(lanes, clock, |_| {});
        model.read(0, 1);
        model.step(PATIENCE);
        // Some matrices, row by row, and as the last multiply of a chain takes them.
        let in_order = share(&mut model, lanes, 0..16 * 256);
        let strided = (0..16 * 256).map(|n| (n & !255) | ((n % 4) << 6) | ((n >> 2) & 63));
        let strided = share(&mut model, lanes, strided);
        println!("{lanes} lanes at {clock} Hz: {in_order:.4} in order, {strided:.4} strided");
        assert!(in_order > 0.97 && strided > 0.97, "{in_order}, {strided}");
    }
}

#[test]
fn a_wait_is_over_after_as_many_cycles_as_it_was_told() {
    let mut random = random();
    let mut model = model("memory_wait", Wait::default());
    let mut left = 0;
    for turn in 0..5000 {
        model.settle();
        assert_eq!(model.get("over"), u64::from(left == 0), "turn {turn}");
        let start = random.random_ratio(1, 12);
        let cycles = random.random_range(0..16);
        model.set("start", start.into());
        model.set("cycles", cycles);
        model.step(1);
        left = if start {
            cycles
        } else {
            left.saturating_sub(1)
        };
    }
}

/// RAS, CAS and WE.
const READ: u64 = 0b101;
const REFRESH: u64 = 0b001;

/// Cycles from a request of one burst to READ on the registers of the pins.
fn read_latency(model: &mut BlockModel, address: u64) -> u32 {
    model.set("address", address);
    model.set("beats", 4);
    model.set("request", 1);
    model.settle();
    assert_eq!(model.get("request_ready"), 1);
    let mut cycles = 0;
    while model.get("command") != READ {
        model.step(1);
        model.set("request", 0);
        model.settle();
        cycles += 1;
        assert!(cycles < 1000, "no READ");
    }
    model.step(20);
    cycles
}

#[test]
fn a_read_is_commanded_after_the_promised_cycles() {
    let memory = Memory::find(MEMORY).unwrap();
    for (_, clock) in CASES {
        let timing = Timing::new(&memory, clock).unwrap();
        let geometry = Geometry::new(256, 1, true).unwrap();
        let mut model = model("commands", Commands::new(&geometry, &timing));
        // Start, first refreshes and mode are over, and a refresh too, so that none is near.
        model.step(u64::from(timing.start) + 200);
        let mut cycles = 0;
        while model.get("command") != REFRESH {
            model.step(1);
            cycles += 1;
            assert!(cycles < PATIENCE, "no REFRESH");
        }
        model.step(20);
        let closed = read_latency(&mut model, 0);
        assert_eq!(closed, timing.rcd + MISS_LATENCY, "{clock} Hz");
        let open = read_latency(&mut model, 256);
        assert_eq!(open, HIT_LATENCY, "{clock} Hz");
    }
}
