//! Settings of a chip: its clocks, and the rate of its serial line.

use super::chip::Chip;
use super::contents::{Content, Filled};
use crate::geometry::Geometry;

/// Clocks in Hz, rate in bits per second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    clock: u32,
    core_clock: u32,
    baud: u32,
    marked: bool,
}

/// A clock that does not make the bits of the serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 8 to 65535 clock cycles a bit, found {clock} Hz / {baud}; choose another rate")]
pub struct SettingsError {
    clock: u32,
    baud: u32,
}

impl Settings {
    /// A chip with one clock of `clock` Hz and a serial line of `baud` bits per second.
    ///
    /// # Errors
    /// If a bit has less than 8 or more than 65535 clock cycles.
    pub fn new(clock: u32, baud: u32) -> Result<Self, SettingsError> {
        let error = SettingsError { clock, baud };
        let cycles = clock.checked_div(baud).ok_or(error)?;
        match cycles {
            8..=65534 => Ok(Self {
                clock,
                core_clock: clock,
                baud,
                marked: false,
            }),
            _ => Err(error),
        }
    }

    /// The same with a core of its own clock, of `core_clock` Hz.
    pub fn with_core_clock(self, core_clock: u32) -> Self {
        Self { core_clock, ..self }
    }

    /// The same with marks where [`contents`](Self::contents) are put in after routing.
    pub fn with_marks(self) -> Self {
        Self {
            marked: true,
            ..self
        }
    }

    /// Clock of the controller in Hz.
    pub fn clock(&self) -> u32 {
        self.clock
    }

    /// Clock of the core in Hz.
    pub fn core_clock(&self) -> u32 {
        self.core_clock
    }

    /// Bits per second of the serial line.
    pub fn baud(&self) -> u32 {
        self.baud
    }

    /// Clock cycles of a bit, to the nearest.
    pub fn divisor(&self) -> u16 {
        ((self.clock + self.baud / 2) / self.baud) as u16
    }

    /// What the memories of a chip around a core of the given geometry hold at power-up: in bank 0 the words of
    /// `firmware`, and the constants with the number `build`.
    pub fn contents(&self, geometry: &Geometry, firmware: &[u32], build: u32) -> [Content; 2] {
        [
            Filled::Program.content(firmware),
            Filled::Constants.content(&Chip::constants(geometry, self, build)),
        ]
    }

    /// What the netlist has in a memory: its mark, or without marks `otherwise`.
    pub(super) fn netlist(&self, memory: Filled, otherwise: &[u32]) -> Vec<u32> {
        match self.marked {
            true => memory.mark(),
            false => otherwise.to_vec(),
        }
    }
}
