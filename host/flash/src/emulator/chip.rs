//! The configuration logic of an ECP5 behind its JTAG port.
//!
//! Instructions have eight bits and are shifted least significant bit first; those that a loader uses are
//! in [`instruction`], all others leave the one bit of bypass between TDI and TDO. An operand is taken in
//! Update-DR. A bitstream comes with the most significant bit of each byte first. With
//! [`instruction::SPI`] and its key, Shift-DR is the chip select of the flash memory, TDI its input, TDO its
//! output. Source: Lattice FPGA-TN-02039.

mod boot;

use tensority_boards::bitstream::{self, Content, Fault, Reason};

use crate::emulator::flash::Flash;
use crate::emulator::tap::Tap;

/// Instructions of the JTAG port.
mod instruction {
    pub const ERASE: u8 = 0x0e;
    pub const DISABLE: u8 = 0x26;
    pub const SPI: u8 = 0x3a;
    pub const STATUS: u8 = 0x3c;
    pub const REFRESH: u8 = 0x79;
    pub const BURST: u8 = 0x7a;
    pub const USERCODE: u8 = 0xc0;
    pub const ENABLE: u8 = 0xc6;
    pub const IDCODE: u8 = 0xe0;
    pub const BUSY: u8 = 0xf0;
}

/// What unlocks [`instruction::SPI`].
const SPI_KEY: u64 = 0x68fe;

/// Bits of the status register.
mod status {
    pub const DONE: u32 = 1 << 8;
    pub const ENABLED: u32 = 1 << 9;
    pub const BUSY: u32 = 1 << 12;
    pub const FAIL: u32 = 1 << 13;
    pub const FIRST_FAILED: u32 = 1 << 22;
    /// Place of the reason.
    pub const REASON: u32 = 23;
    pub const REASONS: u32 = 7 << REASON;
    pub const EXECUTION: u32 = 1 << 26;
}

/// Cycles in Run-Test/Idle that erasing and starting take.
const BUSY_CYCLES: u32 = 2500;

/// Where a running configuration came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// From the JTAG port.
    Jtag,
    /// From the flash memory, where it begins at this address.
    Flash(usize),
}

/// A configuration that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Running {
    /// Where it came from.
    pub origin: Origin,
    pub usercode: u32,
    /// The bitstream, from where it was read to its last command.
    pub bitstream: Vec<u8>,
}

/// A chip with its flash memory.
#[derive(Clone, Debug)]
pub struct Chip {
    idcode: u32,
    flash: Flash,
    tap: Tap,
    instruction: u8,
    /// Instruction or operand on its way through the shift register.
    shift: u64,
    /// Bits of the shift register: where TDI goes in.
    width: u32,
    /// Bits of a bitstream or of SPI in the byte that is under way, and their number.
    byte: u8,
    bits: u32,
    /// What came in with [`instruction::BURST`].
    burst: Vec<u8>,
    /// Whether Shift-DR selects the flash memory.
    spi: bool,
    status: u32,
    busy: u32,
    running: Option<Running>,
}

impl Chip {
    /// A chip with this IDCODE that has just been given power.
    pub fn new(idcode: u32, flash: Flash) -> Self {
        let mut chip = Self {
            idcode,
            flash,
            tap: Tap::Reset,
            instruction: instruction::IDCODE,
            shift: 0,
            width: 1,
            byte: 0,
            bits: 0,
            burst: Vec::new(),
            spi: false,
            status: 0,
            busy: 0,
            running: None,
        };
        chip.power_on();
        chip
    }

    /// The flash memory behind the chip's SPI port.
    pub fn flash(&self) -> &Flash {
        &self.flash
    }

    /// Its flash memory, to be changed.
    pub fn flash_mut(&mut self) -> &mut Flash {
        &mut self.flash
    }

    /// What runs, if something does.
    pub fn running(&self) -> Option<&Running> {
        self.running.as_ref().filter(|_| self.has_power())
    }

    /// Whether it has power. The power of the memory is its own.
    pub fn has_power(&self) -> bool {
        self.flash.has_power()
    }

    /// Gives it power, again or anew: it starts from the flash memory.
    pub fn power_on(&mut self) {
        self.flash.power_on();
        self.reset_port();
        self.tap = Tap::Reset;
        self.start();
    }

    /// TDO before the rising edge of TCK at which TMS and TDI have these values.
    pub fn clock(&mut self, tms: bool, tdi: bool) -> bool {
        if !self.has_power() {
            return true;
        }
        let tdo = match self.tap {
            Tap::ShiftDr if self.spi => self.flash.output() & (0x80 >> self.bits) != 0,
            Tap::ShiftDr | Tap::ShiftIr => self.shift & 1 != 0,
            _ => true,
        };
        match self.tap {
            Tap::ShiftDr | Tap::ShiftIr => self.shift_in(tdi),
            Tap::Idle => {
                self.busy = self.busy.saturating_sub(1);
            }
            _ => {}
        }
        let before = self.tap;
        self.tap = before.next(tms);
        self.enter(before);
        tdo
    }

    fn shift_in(&mut self, tdi: bool) {
        self.shift = self.shift >> 1 | u64::from(tdi) << (self.width - 1);
        let takes_bytes = self.spi || self.instruction == instruction::BURST;
        if self.tap != Tap::ShiftDr || !takes_bytes {
            return;
        }
        self.byte = self.byte << 1 | u8::from(tdi);
        self.bits += 1;
        if self.bits == 8 {
            self.bits = 0;
            match self.spi {
                true => self.flash.input(self.byte),
                false => self.burst.push(self.byte),
            }
        }
    }

    /// Does what belongs to the state that was entered.
    fn enter(&mut self, before: Tap) {
        match self.tap {
            Tap::Reset if before != Tap::Reset => self.reset_port(),
            Tap::CaptureIr => (self.shift, self.width) = (1, 8),
            Tap::UpdateIr => {
                self.instruction = self.shift as u8;
                self.spi = false;
                self.execute();
            }
            Tap::CaptureDr => {
                self.bits = 0;
                (self.shift, self.width) = self.capture();
            }
            Tap::ShiftDr if self.spi && before == Tap::CaptureDr => self.flash.select(),
            Tap::Exit1Dr if self.spi => self.flash.deselect(),
            Tap::UpdateDr => self.execute_with(self.shift),
            _ => {}
        }
    }

    fn reset_port(&mut self) {
        self.instruction = instruction::IDCODE;
        self.spi = false;
    }

    /// What the instruction puts into the shift register, and how long that is.
    fn capture(&self) -> (u64, u32) {
        match self.instruction {
            instruction::IDCODE => (self.idcode.into(), 32),
            instruction::USERCODE => {
                let usercode = self.running.as_ref().map(|running| running.usercode);
                (usercode.unwrap_or_default().into(), 32)
            }
            instruction::STATUS => {
                let busy = if self.busy > 0 { status::BUSY } else { 0 };
                ((self.status | busy).into(), 32)
            }
            instruction::BUSY => (u64::from(self.busy > 0), 8),
            instruction::ENABLE | instruction::ERASE => (0, 8),
            instruction::SPI => (0, 16),
            _ => (0, 1),
        }
    }

    /// Executes an instruction that has no operand.
    fn execute(&mut self) {
        match self.instruction {
            instruction::DISABLE => self.status &= !status::ENABLED,
            instruction::REFRESH => self.start(),
            instruction::BURST => self.burst.clear(),
            _ => {}
        }
    }

    /// Executes an instruction that has an operand.
    fn execute_with(&mut self, operand: u64) {
        let is_enabled = self.status & status::ENABLED != 0;
        match self.instruction {
            instruction::ENABLE => self.status |= status::ENABLED,
            instruction::ERASE if is_enabled => {
                self.busy = BUSY_CYCLES;
                self.running = None;
                self.status = status::ENABLED;
            }
            instruction::ERASE => self.status |= status::FAIL,
            instruction::BURST => self.configure(),
            instruction::SPI if operand == SPI_KEY => self.spi = true,
            _ => {}
        }
    }

    fn start(&mut self) {
        self.busy = BUSY_CYCLES;
        self.status = 0;
        self.running = None;
        let content = self.flash.content();
        let booted = boot::boot(content, self.idcode);
        if booted.first.is_some() {
            self.status |= status::FIRST_FAILED;
        }
        match booted.outcome {
            Ok((start, configuration)) => {
                self.status |= status::DONE;
                self.running = Some(Running {
                    origin: Origin::Flash(start),
                    usercode: configuration.usercode,
                    bitstream: content[start..start + configuration.end].to_vec(),
                });
            }
            Err(fault) => self.fail(fault),
        }
    }

    /// Takes what came in with the burst, into memory that was erased.
    fn configure(&mut self) {
        let burst = std::mem::take(&mut self.burst);
        let is_enabled = self.status & status::ENABLED != 0;
        if !is_enabled || self.running.is_some() {
            self.status |= status::FAIL | status::EXECUTION;
            return;
        }
        match bitstream::read(&burst, self.idcode) {
            Ok(Content::Configuration(configuration)) => {
                self.status |= status::DONE;
                self.running = Some(Running {
                    origin: Origin::Jtag,
                    usercode: configuration.usercode,
                    bitstream: burst[..configuration.end].to_vec(),
                });
            }
            Ok(Content::Jump(_)) => self.status |= status::FAIL | status::EXECUTION,
            Err(fault) => self.fail(fault),
        }
    }

    fn fail(&mut self, fault: Fault) {
        let reason = match fault.reason {
            Reason::Idcode { .. } => 1,
            Reason::Command { .. } => 2,
            Reason::Checksum => 3,
            Reason::Preamble => 4,
            Reason::End => 5,
        };
        self.status &= !status::REASONS;
        self.status |= status::FAIL | status::EXECUTION | reason << status::REASON;
    }
}
