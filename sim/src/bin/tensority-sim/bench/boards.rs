//! Speed of a whole chip with its firmware while it hashes.

use std::time::{Duration, Instant};

use tensority_hdl::geometry::Geometry;
use tensority_protocol::frame::{MAX_FRAME, encode};
use tensority_protocol::messages::{Request, Run, SetJob};
use tensority_sim::board::{Setup, SimulatedBoard, default_firmware};
use tensority_sim::model::source::{ArrayKind, default_cache};

use crate::failure::Failure;

/// Time that is measured.
const MEASURED: Duration = Duration::from_secs(5);
/// Cycles between two looks at the clock.
const SLICE: u64 = 100_000;

/// Clock cycles and hashes per second of this machine's time.
pub struct Speed {
    pub cycles: f64,
    pub hashes: f64,
}

/// Lets a board with a functional array hash, its known-answer test behind it.
pub fn measure(geometry: &Geometry) -> Result<Speed, Failure> {
    let setup = Setup {
        lanes: geometry.lanes(),
        array: ArrayKind::Functional,
        baud: 1_000_000,
        serial: 0,
        generate_list: false,
        firmware: default_firmware(),
        top: None,
    };
    let mut board =
        SimulatedBoard::power_up(&setup, &default_cache(), &mut |line| eprintln!("{line}"))?;
    let job = SetJob {
        job: 1,
        flags: 0,
        prefix: [0; 128],
        seed: tensority::INITIAL_SEED,
        target: [0; 32],
    };
    let range = Run {
        range: 1,
        job: 1,
        first: 0,
        count: 1 << 40,
        flags: 0,
    };
    // The chip takes nothing in the first cycles.
    board.step(SLICE)?;
    let mut line = [0; MAX_FRAME];
    for (number, request) in [(1, Request::from(job)), (2, Request::from(range))] {
        let length = encode(number, &request, &mut line);
        board.model().send(&line[..length]);
    }
    // The known answer is one hash; from the second on it is the range.
    let hash = geometry.ideal_cycles();
    let limit = 10 * hash + 10_000_000;
    while board.times().issued < hash + hash / 8 {
        board.step(SLICE)?;
        if board.times().now > limit {
            return Err(Failure::software(format!(
                "expected the board to hash, found it idle after {limit} cycles"
            )));
        }
    }
    let (begin, first) = (Instant::now(), board.times());
    while begin.elapsed() < MEASURED {
        board.step(SLICE)?;
    }
    let (seconds, last) = (begin.elapsed().as_secs_f64(), board.times());
    Ok(Speed {
        cycles: (last.now - first.now) as f64 / seconds,
        hashes: (last.issued - first.issued) as f64 / hash as f64 / seconds,
    })
}
