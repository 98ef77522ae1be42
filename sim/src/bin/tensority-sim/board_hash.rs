//! The command `hash --board`: a hash on a board's top as it is flashed, asked for over its line.

use serde::Serialize;
use tensority::fast::{Backend, MatrixList};
use tensority_command::{print, print_json};
use tensority_protocol::messages::{Answer, Event, RAW, Run, SetJob};
use tensority_sim::board::host_end::HostEnd;
use tensority_sim::board::{Setup, SimulatedBoard, Top, default_firmware};
use tensority_sim::model::source::{ArrayKind, default_cache};

use crate::args::{self, HashArgs};
use crate::failure::Failure;

/// Cycles that a matrix list, and a hash, take at most.
const PATIENCE: u64 = 100_000_000;

#[derive(Serialize)]
struct TopJson {
    hash: String,
    board: String,
    lanes: usize,
    clock_hz: u32,
    /// From the seed's arrival to its whole matrix list, in cycles of the core.
    list_cycles: u64,
    /// From one hash's first token to the next one's: what a range of nonces takes for each.
    hash_cycles: u64,
    array_utilisation: f64,
    hashes_per_second: f64,
}

/// Hashes a header hash, and compares it with the reference's.
pub fn hash(args: &HashArgs, top: Top) -> Result<(), Failure> {
    let header_hash: [u8; 32] = args::bytes("--header-hash", &args.header_hash)?;
    let seed: [u8; 32] = args::bytes("--seed", &args.hashing.seed)?;
    let core = &args.hashing.core;
    let lanes = top.lanes;
    let setup = Setup {
        lanes,
        array: core.array.unwrap_or(ArrayKind::Functional),
        baud: top.board.baud,
        serial: 0,
        generate_list: true,
        firmware: default_firmware(),
        top: Some(top.clone()),
    };
    let models = core.models.clone().unwrap_or_else(default_cache);
    let board = SimulatedBoard::power_up(&setup, &models, &mut |line| eprintln!("{line}"))?;
    let mut host = HostEnd::new(board);

    eprintln!(
        "{}: its known-answer test, with a matrix list made on it",
        top.board.name
    );
    // The controller counts cycles of its own clock. The list of the test may be the hash's, too.
    let mut list_cycles = 0;
    loop {
        match host.event(PATIENCE)? {
            Event::SeedReady(ready) => list_cycles = 2 * ready.cycles,
            Event::SelfTestDone(done) if done.passed == 1 => break,
            Event::SelfTestDone(done) => {
                return Err(Failure::unmet(format!(
                    "the known-answer test failed with {}",
                    hex::encode(done.hash)
                )));
            }
            _ => {}
        }
    }
    let mut prefix = [0; 128];
    prefix[..32].copy_from_slice(&header_hash);
    host.ask(SetJob {
        job: 1,
        flags: RAW,
        prefix,
        seed,
        target: [0xff; 32],
    })?;
    eprintln!("{}: the hash", top.board.name);
    host.board().model().mark();
    let taken = host.ask(Run {
        range: 1,
        job: 1,
        first: 0,
        count: 1,
        flags: 0,
    })?;
    if let Answer::Refused(refused) = taken {
        return Err(Failure::software(format!(
            "the board refused the job: {refused:?}"
        )));
    }
    let found = loop {
        match host.event(PATIENCE)? {
            Event::SeedReady(ready) => list_cycles = 2 * ready.cycles,
            Event::Found(found) => break found.hash,
            _ => {}
        }
    };
    let list = MatrixList::build(Backend::fastest(), &seed);
    let expected = tensority::fast::hash(&header_hash, &list);
    if found != expected {
        return Err(Failure::unmet(format!(
            "hash: expected {}, found {}",
            hex::encode(expected),
            hex::encode(found)
        )));
    }
    let times = host.board().times();
    let hash_cycles = times.last_issue - times.first_issue + 1;
    let json = TopJson {
        hash: hex::encode(found),
        board: top.board.name.clone(),
        lanes,
        clock_hz: top.clock,
        list_cycles,
        hash_cycles,
        array_utilisation: times.issued as f64 / hash_cycles as f64,
        hashes_per_second: f64::from(top.clock) / hash_cycles as f64,
    };
    if core.json {
        print_json(&json)?;
        return Ok(());
    }
    print(format_args!("hash             {}", json.hash))?;
    print(format_args!("matrix list      {list_cycles} cycles"))?;
    print(format_args!(
        "cycles           {hash_cycles} from the first token of a multiply to the last"
    ))?;
    print(format_args!(
        "MAC utilisation  {:.3} %",
        100.0 * json.array_utilisation
    ))?;
    print(format_args!(
        "rate             {:.2} H/s at {} MHz",
        json.hashes_per_second,
        f64::from(top.clock) / 1e6
    ))?;
    print(format_args!(
        "equal to the reference; every rule of the memory was kept"
    ))?;
    Ok(())
}
