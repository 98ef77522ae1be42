//! What is built for a board.

use tensority_boards::Board;
use tensority_build::Project;
use tensority_build::project::{Clock, Hashing, Source};
use tensority_build::tools::Tools;
use tensority_hdl::emit::Design;

use crate::failure::Failure;

/// What is asked for.
pub struct Wanted<'a> {
    /// The board.
    pub board: &'a Board,
    /// Matrix rows processed side by side.
    pub lanes: usize,
    /// Clock of the array in Hz, if it is not the board's own choice.
    pub clock: Option<u32>,
    /// The controller's program.
    pub firmware: &'a [u8],
}

/// A board's top with its clocks.
struct Top {
    /// Its Verilog, but for the controller's.
    design: Design,
    /// What its clocks must reach.
    clocks: Vec<Clock>,
    /// The array's clock.
    array: String,
}

/// The design of a board.
///
/// # Errors
/// If there is none like that, or the controller is not installed.
pub fn design(wanted: &Wanted, tools: &Tools) -> Result<Project, Failure> {
    let Wanted { board, lanes, .. } = *wanted;
    let top = top(wanted)?;
    let verilog = Source {
        name: format!("{}.v", top.design.top),
        text: top.design.text(),
    };
    Ok(Project {
        name: format!("{}-c{lanes}", board.name),
        board: board.name.clone(),
        part: board.part.clone(),
        top: top.design.top,
        sources: vec![verilog, tools.controller()?],
        pins: board.pins.into(),
        clocks: top.clocks,
        lanes,
        hashing: cycles_per_hash(lanes).map(|cycles| Hashing {
            clock: top.array,
            cycles,
        }),
    })
}

/// The top of a board.
fn top(wanted: &Wanted) -> Result<Top, Failure> {
    Err(Failure::usage(format!(
        "--board: expected a board with a top, found {} ({} lanes, clock {:?}, firmware of {} bytes)",
        wanted.board.name,
        wanted.lanes,
        wanted.clock,
        wanted.firmware.len()
    )))
}

/// Cycles of the array per hash, as `tensority-sim bench --only cores` measures them.
fn cycles_per_hash(lanes: usize) -> Option<u64> {
    match lanes {
        1 => Some(16_585_528),
        2 => Some(8_295_224),
        4 => Some(4_150_072),
        8 => Some(2_077_497),
        16 => Some(1_041_211),
        _ => None,
    }
}
