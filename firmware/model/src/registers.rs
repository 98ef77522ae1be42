//! The chip as its controller sees it: every register of the map, by its name there.

use tensority_firmware::Bus;
use tensority_protocol::codes::{BootAction, Capability, Command, Counter};
use tensority_protocol::register::{Peripheral, Register};
use tensority_protocol::registers::accelerator::{
    CHECKSUM_VALID, COMMAND_CODE, HIT, READY, RESULT, ROUND, RUNNING,
};
use tensority_protocol::registers::boot::ACTION;
use tensority_protocol::registers::chip::{DIMENSION, LANES};
use tensority_protocol::registers::uart::{FREE, OVERRUNS, RECEIVED_VALID, WAITING};
use tensority_protocol::registers::{MAP_VERSION, PERIPHERALS, STAGING};

use crate::chip::Chip;

impl Bus for Chip {
    fn read(&mut self, address: u32) -> u32 {
        if self.restarted {
            return 0;
        }
        self.advance(self.config.access);
        if let Some(at) = staged(address) {
            return self.boot.read_staging(at);
        }
        match find(address) {
            Some((peripheral, register, word)) => self.read_register(peripheral, register, word),
            None => 0,
        }
    }

    fn write(&mut self, address: u32, value: u32) {
        if self.restarted {
            return;
        }
        self.advance(self.config.access);
        if let Some(at) = staged(address) {
            self.boot.write_staging(at, value);
        } else if let Some((peripheral, register, word)) = find(address) {
            self.write_register(peripheral, register, word, value);
        }
    }

    fn stack_used(&mut self) -> u16 {
        0
    }
}

impl Chip {
    fn read_register(&mut self, peripheral: &str, register: &Register, word: usize) -> u32 {
        match (peripheral, register.name) {
            ("chip", "MAGIC") => u32::from_le_bytes(*b"TENS"),
            ("chip", "VERSION") => MAP_VERSION,
            ("chip", "BUILD") => 0x0000_0de1,
            ("chip", "SERIAL_LOW") => self.config.serial as u32,
            ("chip", "SERIAL_HIGH") => (self.config.serial >> 32) as u32,
            ("chip", "CLOCK" | "CORE_CLOCK") => self.config.clock,
            ("chip", "GEOMETRY") => DIMENSION.put(256) | LANES.put(self.config.lanes.into()),
            ("chip", "CAPABILITIES") => {
                let temperature = self.config.temperature.is_some();
                (u32::from(self.config.loader) * Capability::Loader as u32)
                    | (u32::from(temperature) * Capability::Temperature as u32)
            }
            ("chip", "TEMPERATURE") => {
                u32::from(self.config.temperature.unwrap_or(0).cast_unsigned())
            }
            ("uart", "RECEIVE") => {
                let byte = self.uart.received.pop_front();
                byte.map_or(0, |byte| RECEIVED_VALID.put(1) | u32::from(byte))
            }
            ("uart", "LEVELS") => {
                let (waiting, free) = self.uart.levels();
                WAITING.put(waiting) | FREE.put(free)
            }
            ("uart", "DIVISOR") => self.uart.divisor,
            ("uart", "ERRORS") => OVERRUNS.put(self.uart.overruns().into()),
            ("timer", "LOW") => {
                let time = self.now - self.started;
                self.timer_high = (time >> 32) as u32;
                time as u32
            }
            ("timer", "HIGH") => self.timer_high,
            ("watchdog", "PERIOD") => self.watchdog_period,
            ("watchdog", "RESETS") => self.watchdog_resets.into(),
            ("boot", "STATE") => self.boot.state(),
            ("boot", "DEADLINE") => self.boot.deadline,
            ("accelerator", name) => self.read_accelerator(name, word),
            _ => 0,
        }
    }

    fn read_accelerator(&mut self, name: &str, word: usize) -> u32 {
        let (matrix, sum) = self.core.checksum.unwrap_or_default();
        match (name, &self.core.result) {
            ("STATUS", result) => {
                READY.put(self.core.is_ready().into())
                    | RUNNING.put(self.core.is_running().into())
                    | RESULT.put(result.is_some().into())
                    | CHECKSUM_VALID.put(self.core.checksum.is_some().into())
                    | HIT.put(result.as_ref().is_some_and(|result| result.hit).into())
                    | ROUND.put(self.core.round.into())
            }
            ("RESULT_RANGE", Some(result)) => result.range,
            ("RESULT_NONCE", Some(result)) => (result.nonce >> (32 * word)) as u32,
            ("RESULT_HASH", Some(result)) => u32::from_le_bytes(result.hash.as_chunks().0[word]),
            ("CHECKSUM_INDEX", _) => matrix.into(),
            ("CHECKSUM", _) => sum,
            ("COUNTERS", _) if word.is_multiple_of(2) => {
                let count = self.core.counters[word / 2];
                self.counter_high = (count >> 32) as u32 & ((1 << (Counter::BITS - 32)) - 1);
                count as u32
            }
            ("COUNTERS", _) => self.counter_high,
            _ => 0,
        }
    }

    fn write_register(&mut self, peripheral: &str, register: &Register, word: usize, value: u32) {
        let now = self.now;
        match (peripheral, register.name) {
            ("uart", "TRANSMIT") => self.uart.transmit(value as u8, now),
            ("uart", "DIVISOR") => self.uart.divisor = value & 0xffff,
            ("watchdog", "PERIOD") => self.watchdog_period = value,
            ("watchdog", "FEED") => self.fed = now,
            ("boot", "CONTROL") => {
                if let Ok(action) = BootAction::try_from(ACTION.of(value)) {
                    self.act(action);
                }
            }
            ("boot", "DEADLINE") => self.boot.deadline = value,
            ("accelerator", "JOB") => self.core.write_job(word, value),
            ("accelerator", "COMMAND") => {
                if let Ok(command) = Command::try_from(COMMAND_CODE.of(value)) {
                    self.core.command(command, now, &self.config);
                }
            }
            ("accelerator", "RESULT_TAKE") => self.core.take_result(now),
            ("accelerator", "CHECKSUM_TAKE") => self.core.take_checksum(now, &self.config),
            ("accelerator", "RESET") if value & 1 == 1 => self.core.reset(),
            _ => {}
        }
    }
}

/// Where in the staging bank an address is.
fn staged(address: u32) -> Option<usize> {
    let offset = address.checked_sub(STAGING.base)?;
    (offset < STAGING.bytes).then_some(offset as usize)
}

/// The peripheral's name, the register and the number of its word at an address.
fn find(address: u32) -> Option<(&'static str, &'static Register, usize)> {
    let Peripheral {
        name,
        base,
        registers,
        ..
    } = PERIPHERALS
        .iter()
        .find(|peripheral| address.wrapping_sub(peripheral.base) < Peripheral::SPACING)?;
    registers.iter().find_map(|register| {
        let word = (address - base).checked_sub(register.offset)? / 4;
        (word < register.words).then_some((*name, register, word as usize))
    })
}
