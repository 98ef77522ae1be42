//! Design of a board: chip, clocks and pins, as it is flashed and as it is simulated.

use tensority_boards::{Board, Family};

use super::chip::BoardChip;
use super::pll::{CONTROLLER_DIVISOR, Pll, PllError};
use crate::emit::{Design, EmitError};
use crate::geometry::{Geometry, GeometryError, Primitives};
use crate::memory::{SdramError, Timing};
use crate::soc::{Settings, SettingsError};

/// A board's Verilog, but for the module `picorv32`; the module `top` has the board's pins.
#[derive(Clone, Debug)]
pub struct BoardDesign {
    /// The chip; its module is called `board`.
    pub chip: Design,
    /// The board's pins around it, with the module `top`.
    pub top: String,
    /// The clocks.
    pub pll: Pll,
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
    /// The design of `board` around a core of the given geometry with a clock of `clock` Hz, which
    /// starts with the words of `firmware`.
    ///
    /// # Errors
    /// If the board cannot have it.
    ///
    /// # Panics
    /// If the system has no thread left.
    pub fn new(
        board: &Board,
        geometry: &Geometry,
        clock: u32,
        firmware: &[u32],
    ) -> Result<Self, BoardDesignError> {
        let pll = Pll::new(board.oscillator_hz, clock)?;
        let timing = Timing::new(&board.memory(), clock)?;
        let settings = Settings::new(pll.controller_clock(), board.baud)?
            .with_core_clock(clock)
            .with_firmware(firmware.to_vec());
        let primitives = match board.part.family {
            Family::Ecp5 => Primitives::Ecp5 {
                dsp: board.part.dsps,
            },
        };
        let geometry = &geometry.with_primitives(primitives)?;
        let emit = || -> Result<Design, BoardDesignError> {
            let chip = BoardChip::new(geometry, &settings, &timing)?;
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
        })
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
