//! Windows of one cycle: what may come in any cycle comes in every one of them, in turn.

mod common;
#[path = "common/registers.rs"]
mod registers;

use common::{random, small_core};
use rand::Rng;
use registers::model;
use tensority::MatrixList;
use tensority_hdl::core::counters::{COUNTERS, Counters};
use tensority_hdl::soc::Receiver;
use tensority_sim::model::core::{Command, CoreModel, Counter, JobLane};
use tensority_sim::stage::Stage;

/// Cycles from a start to the end of a job's second multiply, at most.
const BEGINNING: u64 = 4000;
/// Cycles before that in which matrices are fetched and multiplied, at most.
const FETCHING: u64 = 500;
/// Cycles from a command to `ready`, at most.
const DRAINED: u64 = 400;
/// Multiplies after which a job is under way.
const UNDER_WAY: usize = 2;

/// The loads and multiplies of the job that runs, until it is under way.
fn beginning(model: &mut CoreModel) -> Vec<Stage> {
    let mut stages = Vec::new();
    let end = model.cycle() + BEGINNING;
    while model.cycle() < end && stages.len() <= UNDER_WAY {
        let event = model.step(end - model.cycle());
        let stage = event.map(|event| event.stage);
        stages
            .extend(stage.filter(|stage| matches!(stage, Stage::Loaded(_) | Stage::Multiplied(_))));
    }
    stages
}

/// Steps `cycles` cycles, whatever happens.
fn pass(model: &mut CoreModel, cycles: u64) {
    let end = model.cycle() + cycles;
    while model.cycle() < end {
        model.step(end - model.cycle());
    }
    // What is still to be seen is of the past.
    while model.step(0).is_some() {}
}

#[test]
fn a_second_start_in_any_cycle_of_a_jobs_beginning_begins_the_job_anew() {
    let mut random = random();
    let mut core = small_core(16, &random.random());
    let model = core.model();
    let job: [u8; 32] = random.random();
    model.write_job(JobLane::HeaderHash, &job);
    model.start(Command::Hash);
    let begin = model.cycle();
    let expected = beginning(model);
    let under_way = model.cycle() - begin;
    assert_eq!(
        expected.len(),
        UNDER_WAY + 1,
        "a job under way in {under_way} cycles"
    );
    // While the sequences are hashed one cycle is like another; from then on each has its turn.
    let hashing = under_way - FETCHING;
    for cycles in (0..hashing).step_by(13).chain(hashing..under_way) {
        model.write_job(JobLane::HeaderHash, &job);
        model.start(Command::Hash);
        pass(model, cycles);
        // A start that is not taken leaves the job as it is.
        if model.ready() {
            model.write_job(JobLane::HeaderHash, &job);
        }
        model.start(Command::Hash);
        until_ready(model);
        assert!(
            beginning(model) == expected,
            "a second start {cycles} cycles after the first"
        );
    }
}

/// Steps until the command that was given has begun, or was lost because one before it was about to begin. What leaves
/// the core meanwhile is of what was ended.
fn until_ready(model: &mut CoreModel) {
    let end = model.cycle() + DRAINED;
    pass(model, 1);
    while !model.ready() {
        pass(model, 1);
        assert!(model.cycle() < end, "a core that does not get ready");
    }
}

#[test]
fn checksums_that_are_cancelled_in_any_cycle_are_right_when_they_are_asked_for_again() {
    let mut random = random();
    let seed = random.random();
    let list = MatrixList::<32>::from_seed(&seed);
    let expected = |index: usize| tensority_protocol::checksum::of_matrix(&list[index].to_bytes());
    let mut core = small_core(16, &seed);
    let model = core.model();
    let checksums = |model: &mut CoreModel, count: usize| {
        let end = model.cycle() + 6000 * count as u64;
        let mut found = Vec::new();
        while model.cycle() < end && found.len() < count {
            if let Some(event) = model.step(end - model.cycle())
                && let Stage::Checksum(index, sum) = event.stage
            {
                found.push((index, sum));
            }
        }
        found
    };
    let first = [(0, expected(0))];
    until_ready(model);
    model.start(Command::Checksums);
    let begin = model.cycle();
    assert_eq!(checksums(model, 1), first);
    // Some beats from the beginning, and the end of a matrix with the beginning of the next: each cycle; between them one
    // beat is like another.
    let matrix = model.cycle() - begin;
    let cycles = (0..300).chain((300..matrix - 60).step_by(31));
    for cycle in cycles.chain(matrix - 60..matrix + 60) {
        model.start(Command::Checksums);
        pass(model, cycle);
        until_ready(model);
        model.cancel();
        until_ready(model);
        assert!(!model.running(), "a cancelled core is idle, {cycle}");
        model.start(Command::Checksums);
        until_ready(model);
        assert_eq!(checksums(model, 1), first, "cancelled after {cycle} cycles");
    }
    model.start(Command::Checksums);
    let all: Vec<_> = (0..32).map(|index| (index, expected(index))).collect();
    assert_eq!(checksums(model, 32), all);
}

/// Cycles of a bit of the receiver's line.
const DIVISOR: usize = 8;

/// What a receiver makes of a line when it is reset in one cycle: bytes, and how many were bad. After a reset, as after a
/// stop bit, it waits until the line is 1; what falls next is taken for a start bit.
fn received(line: &[u64], reset: usize) -> (Vec<u64>, u64) {
    // Two registers synchronise the line.
    let sync = |cycle: usize| {
        cycle
            .checked_sub(2)
            .map_or(1, |cycle| line[cycle.min(line.len() - 1)])
    };
    let (mut bytes, mut bad) = (Vec::new(), 0);
    let mut idle = 0;
    let mut is_reset = false;
    let rest = |from: usize| {
        (from..line.len())
            .find(|cycle| sync(*cycle) == 1)
            .map(|cycle| cycle + 1)
    };
    while let Some(start) = (idle..line.len()).find(|cycle| sync(*cycle) == 0) {
        let bit = |i: usize| start + DIVISOR / 2 + 1 + DIVISOR * i;
        let noise = sync(bit(0)) == 1;
        let end = bit(if noise { 0 } else { 9 });
        let next = if !is_reset && (idle..end).contains(&reset) {
            is_reset = true;
            rest(reset + 1)
        } else if noise {
            Some(end + 1)
        } else {
            match sync(end) {
                1 => bytes.push((0..8).map(|i| sync(bit(i + 1)) << i).sum()),
                _ => bad += 1,
            }
            rest(end + 1)
        };
        match next {
            Some(next) => idle = next,
            None => break,
        }
    }
    (bytes, bad)
}

#[test]
fn a_receiver_that_is_reset_in_any_cycle_of_a_byte_drops_it_and_takes_the_next() {
    let levels = |byte: u64| {
        let bits = (0..8).map(move |bit| byte >> bit & 1);
        let bits = [0].into_iter().chain(bits).chain([1]);
        bits.flat_map(|bit| [bit; DIVISOR])
    };
    let mut model = model("receiver", Receiver::default());
    model.set("divisor", DIVISOR as u64);
    for byte in [0x00, 0x5a, 0xc3, 0xff] {
        let line: Vec<u64> = levels(byte)
            .chain([1; 12 * DIVISOR])
            .chain(levels(0xa3))
            .chain([1; 4 * DIVISOR])
            .collect();
        for reset in 0..11 * DIVISOR {
            model.set("line", 1);
            model.step(20 * DIVISOR as u64);
            let (mut found, mut bad) = (Vec::new(), 0);
            for (cycle, level) in line.iter().enumerate() {
                model.set("line", *level);
                model.set("reset", u64::from(cycle == reset));
                model.settle();
                bad += model.get("bad");
                if model.get("valid") == 1 {
                    found.push(model.get("q"));
                }
                model.step(1);
            }
            assert_eq!(found.last(), Some(&0xa3), "{byte:#x}, {reset}");
            assert_eq!(
                (found, bad),
                received(&line, reset),
                "{byte:#x}, reset in cycle {reset}"
            );
        }
    }
}

#[test]
fn counters_count_every_cycle_of_their_own_event_until_they_are_cleared() {
    let mut random = random();
    let mut model = model("counters", Counters::default());
    let mut expected = [0; COUNTERS];
    let mut late = [0; COUNTERS];
    for turn in 0..20_000 {
        let events: [u64; COUNTERS] = std::array::from_fn(|_| u64::from(random.random::<bool>()));
        let clear = random.random_ratio(1, 200);
        for (i, event) in events.iter().enumerate() {
            model.set(&format!("event${i}"), *event);
        }
        model.set("clear", clear.into());
        model.step(1);
        for i in 0..COUNTERS {
            expected[i] = if clear { 0 } else { expected[i] + late[i] };
            assert_eq!(
                model.get(&format!("count${i}")),
                expected[i],
                "counter {i}, turn {turn}"
            );
        }
        late = events;
    }
}

#[test]
fn a_hash_of_a_small_core_has_exact_counts() {
    let mut random = random();
    for lanes in [4, 16] {
        let mut core = small_core(lanes, &random.random());
        let model = core.model();
        let mut before = None;
        for stall in [0, 0, 220] {
            model.set_memory(1, stall, random.random());
            model.write_job(JobLane::HeaderHash, &random.random::<[u8; 32]>());
            model.start(Command::Hash);
            let end = model.cycle() + 2_000_000;
            while model.running() && model.cycle() < end {
                model.step(end - model.cycle());
            }
            assert!(!model.running(), "a hash ends");
            // The last events are counted two cycles later.
            pass(model, 4);
            let counts = model.counts();
            // 63 multiplies of four chains, a token for each row in each block.
            let issued = 4 * 63 * 32 * 32 / lanes as u64;
            assert_eq!(
                (counts[Counter::Issued], counts[Counter::Hashes]),
                (issued, 1),
                "{lanes} lanes"
            );
            assert_eq!(counts[Counter::StallFold], 0, "{lanes} lanes");
            if stall > 0 {
                assert!(
                    counts[Counter::StallWeights] > 0,
                    "{lanes} lanes: {counts:?}"
                );
                continue;
            }
            assert_eq!(
                counts[Counter::StallWeights],
                0,
                "{lanes} lanes: {counts:?}"
            );
            // The same work takes the same time, whatever the header hash.
            let times = (counts[Counter::StallLoad], counts[Counter::Idle]);
            assert_eq!(*before.get_or_insert(times), times, "{lanes} lanes");
        }
    }
}
