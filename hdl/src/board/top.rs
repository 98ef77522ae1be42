//! Design of a board: chip, clocks and pins, as it is flashed and as it is simulated.

use tensority_boards::{Board, Family};

use super::chip::BoardChip;
use super::pll::{CONTROLLER_DIVISOR, Pll, PllError};
use crate::emit::{Design, EmitError};
use crate::geometry::{Geometry, GeometryError, Primitives};
use crate::memory::{SdramError, Timing};
use crate::soc::{Content, Settings, SettingsError};

/// A board's Verilog, but for the module `picorv32`; the module `top` has the board's pins.
#[derive(Clone, Debug)]
pub struct BoardDesign {
    /// The chip; its module is called `board`.
    pub chip: Design,
    /// The board's pins around it, with the module `top`.
    pub top: String,
    /// The clocks.
    pub pll: Pll,
    geometry: Geometry,
    settings: Settings,
}

/// A design that a board cannot have.
#[derive(Clone, Debug, thiserror::Error)]
pub enum BoardDesignError {
    /// No PLL makes its clock.
    #[error(transparent)]
    Pll(#[from] PllError),
    /// Its memory does not serve it.
    #[error(transparent)]
    Sdram(#[from] SdramError),
    /// Its part has no cells for that core.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// Its serial line has another clock.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// RustHDL refuses it.
    #[error(transparent)]
    Emit(#[from] EmitError),
}

impl BoardDesign {
    /// The design of `board` around a core of the given geometry with a clock of `clock` Hz.
    ///
    /// # Errors
    /// If the board cannot have it.
    ///
    /// # Panics
    /// If the system has no thread left.
    pub fn new(board: &Board, geometry: &Geometry, clock: u32) -> Result<Self, BoardDesignError> {
        let pll = Pll::new(board.oscillator_hz, clock)?;
        let timing = Timing::new(&board.memory(), clock)?;
        let settings = Settings::new(pll.controller_clock(), board.baud)?
            .with_core_clock(clock)
            .with_marks();
        let primitives = match board.part.family {
            Family::Ecp5 => Primitives::Ecp5 {
                dsp: board.part.dsps,
            },
        };
        let geometry = geometry.with_primitives(primitives)?;
        let emit = || -> Result<Design, BoardDesignError> {
            let chip = BoardChip::new(&geometry, &settings, &timing)?;
            Ok(Design::new("board", chip)?)
        };
        let chip = on_large_stack(emit)?;
        let Pll {
            input,
            feedback,
            output,
            ..
        } = pll;
        let controller = CONTROLLER_DIVISOR * output;
        let macros = board.macros.iter().map(|name| format!("`define {name}\n"));
        let divisors = format!(
            "`define PLL_INPUT {input}\n`define PLL_FEEDBACK {feedback}\n\
             `define PLL_OUTPUT {output}\n`define PLL_CONTROLLER {controller}\n"
        );
        Ok(Self {
            chip,
            top: macros.collect::<String>() + &divisors + board.top,
            pll,
            geometry,
            settings,
        })
    }

    /// What the chip's memories hold at power-up: a program, and the constants with the number `build`. They are
    /// no part of the design: it holds their marks.
    pub fn contents(&self, firmware: &[u32], build: u32) -> [Content; 2] {
        self.settings.contents(&self.geometry, firmware, build)
    }
}

/// Bytes of a stack that a chip fits several times over: RustHDL's blocks are moved by value.
const STACK: usize = 64 << 20;

/// What `work` returns, on a stack that does not depend on the caller's thread.
fn on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work);
        let thread = thread.expect("the system has a thread left");
        let result = thread.join();
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use tensority_protocol::registers::chip;

    use super::*;

    /// What differs between two builds of one description: the program and the build number.
    #[test]
    fn two_builds_have_one_netlist_and_other_contents() {
        let board = Board::find("ulx3s-85f").unwrap();
        let geometry = Geometry::new(256, 1, true).unwrap();
        let design = || BoardDesign::new(&board, &geometry, 100_000_000).unwrap();
        let (one, other) = (design(), design());
        assert_eq!(one.chip.text(), other.chip.text());
        let [program, constants] = one.contents(&[1, 2, 3], 0x1234_5678);
        let [other_program, other_constants] = other.contents(&[4, 5, 6], 0x8765_4321);
        assert_eq!((program.words[0], other_program.words[0]), (1, 4));
        let build = |words: &[u32]| words[chip::BUILD.index() as usize];
        assert_eq!(build(&constants.words), 0x1234_5678);
        assert_eq!(build(&other_constants.words), 0x8765_4321);
        let text = one.chip.text();
        let lines: HashSet<&str> = text.lines().map(str::trim).collect();
        for content in [program, constants] {
            assert_eq!(content.words.len(), content.mark.len());
            for (address, word) in content.mark.iter().enumerate() {
                let line = format!("mem[{address}] = {word};");
                assert!(lines.contains(line.as_str()), "{line}");
            }
        }
    }
}
