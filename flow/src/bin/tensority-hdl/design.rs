//! The project of a board: its design, pins and clocks.

use tensority_boards::Board;
use tensority_flow::fpga::Project;
use tensority_flow::fpga::project::{Clock, Hashing, Net, Source};
use tensority_flow::fpga::tools::Tools;
use tensority_hdl::board::{BoardDesign, BoardDesignError};
use tensority_hdl::geometry::Geometry;

use crate::failure::Failure;

/// Nets of `boards/tops`, to which the constraints refer.
const OSCILLATOR: &str = "clk_25mhz";
const CORE_CLOCK: &str = "core_clock";
const CONTROLLER_CLOCK: &str = "controller_clock";

/// A core for a board.
pub struct Wanted<'a> {
    pub board: &'a Board,
    pub lanes: usize,
    /// Clock of the core in Hz.
    pub clock: u32,
    /// The words of the controller's program.
    pub firmware: &'a [u32],
    /// Number of the build.
    pub build: u32,
}

/// The design of a board.
///
/// # Errors
/// If there is none like that, or the controller is not installed.
pub fn design(wanted: &Wanted, tools: &Tools) -> Result<Project, Failure> {
    let Wanted {
        board,
        lanes,
        clock,
        firmware,
        build,
    } = *wanted;
    let usage =
        |flag: &str, error: &dyn std::fmt::Display| Failure::usage(format!("{flag}: {error}"));
    let geometry =
        Geometry::new(DIMENSION, lanes, true).map_err(|error| usage("--lanes", &error))?;
    let design = BoardDesign::new(board, &geometry, clock).map_err(|error| {
        let flag = match error {
            BoardDesignError::Pll(_) => "--clock",
            _ => "--lanes, --clock",
        };
        usage(flag, &error)
    })?;
    let source = |name: &str, text: String| Source {
        name: name.into(),
        text,
    };
    let constraint = |net: Net, hz: u32| Clock { net, hz };
    Ok(Project {
        name: format!("{}-c{lanes}", board.name),
        board: board.name.clone(),
        part: board.part.clone(),
        top: "top".into(),
        contents: design.contents(firmware, build).into(),
        build,
        sources: vec![
            source("board.v", design.chip.code()),
            source("top.v", design.top),
            tools.controller()?,
        ],
        pins: board.pins.into(),
        clocks: vec![
            constraint(Net::Port(OSCILLATOR.into()), board.oscillator_hz),
            constraint(Net::Net(CORE_CLOCK.into()), clock),
            constraint(
                Net::Net(CONTROLLER_CLOCK.into()),
                design.pll.controller_clock(),
            ),
        ],
        lanes,
        hashing: cycles_per_hash(lanes).map(|cycles| Hashing {
            clock: CORE_CLOCK.into(),
            cycles,
        }),
    })
}

/// Rows of Tensority's matrices; the flow does not know `tensority`.
const DIMENSION: usize = 256;

/// Cycles of the core per hash with the memory and the clock of the ULX3S-85F, as `tensority-sim hash --board` measures
/// them; another clock makes less than a per mille of difference.
fn cycles_per_hash(lanes: usize) -> Option<u64> {
    match lanes {
        1 => Some(16_525_776),
        2 => Some(8_441_367),
        _ => None,
    }
}
