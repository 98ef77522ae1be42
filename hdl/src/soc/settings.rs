//! Settings of a chip: its clocks, the rate of its serial line, and the program it starts with.

/// Clocks in Hz, rate in bits per second, program in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    clock: u32,
    core_clock: u32,
    baud: u32,
    firmware: Vec<u32>,
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
                firmware: Vec::new(),
            }),
            _ => Err(error),
        }
    }

    /// The same with a core of its own clock, of `core_clock` Hz.
    pub fn with_core_clock(self, core_clock: u32) -> Self {
        Self { core_clock, ..self }
    }

    /// The same with the words of a program in bank 0 at power-up.
    pub fn with_firmware(self, firmware: Vec<u32>) -> Self {
        Self { firmware, ..self }
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

    /// Words of bank 0 at power-up; zeros behind them.
    pub fn firmware(&self) -> &[u32] {
        &self.firmware
    }
}
