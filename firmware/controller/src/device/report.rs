//! The answers `Identity` and `Report`.

use tensority_protocol::VERSIONS;
use tensority_protocol::codes::Counter;
use tensority_protocol::messages::{Identity, NO_TEMPERATURE, Report, TEMPERATURE as MEASURED};
use tensority_protocol::registers::MAP_VERSION;
use tensority_protocol::registers::chip::{
    BUILD, CAPABILITIES, CORE_CLOCK, DIMENSION, GEOMETRY, LANES, SERIAL_HIGH, SERIAL_LOW,
    TEMPERATURE,
};

use super::Device;
use crate::bus::Bus;
use crate::{events, queue, version};

impl Device {
    /// Identity of chip and firmware.
    pub fn identity(&self, bus: &mut impl Bus) -> Identity {
        let geometry = bus.read(GEOMETRY.address());
        let serial_low = bus.read(SERIAL_LOW.address());
        let serial_high = bus.read(SERIAL_HIGH.address());
        Identity {
            protocol_low: *VERSIONS.start(),
            protocol_high: *VERSIONS.end(),
            map_version: MAP_VERSION as u16,
            serial: u64::from(serial_high) << 32 | u64::from(serial_low),
            hardware_build: bus.read(BUILD.address()),
            firmware_build: version::BUILD,
            firmware_version: version::VERSION,
            bank: self.boot.bank(bus),
            dimension: DIMENSION.of(geometry) as u16,
            lanes: LANES.of(geometry) as u16,
            clock: bus.read(CORE_CLOCK.address()),
            capabilities: bus.read(CAPABILITIES.address()),
            queue: queue::WAITING,
            self_test: self.schedule.self_test() as u8,
            events: events::CAPACITY as u8,
            reserved: [0; 5],
        }
    }

    /// State of the device and its counters.
    pub fn report(&self, bus: &mut impl Bus) -> Report {
        let core = self.schedule.core();
        let (range, range_hashes) = self.schedule.running(bus);
        let (overruns, framing_errors) = self.uart.errors(bus);
        let temperature = match bus.read(CAPABILITIES.address()) & MEASURED {
            0 => NO_TEMPERATURE,
            _ => bus.read(TEMPERATURE.address()) as i16,
        };
        Report {
            state: self.schedule.state() as u8,
            waiting: self.schedule.waiting(),
            events: self.events.count(),
            self_test: self.schedule.self_test() as u8,
            range,
            range_hashes,
            uptime: self.timer.uptime(bus),
            issued: core.count(bus, Counter::Issued),
            stall_weights: core.count(bus, Counter::StallWeights),
            stall_load: core.count(bus, Counter::StallLoad),
            stall_fold: core.count(bus, Counter::StallFold),
            idle: core.count(bus, Counter::Idle),
            hashes: core.count(bus, Counter::Hashes),
            round: core.status(bus).round(),
            cause: self.boot.cause(bus),
            temperature,
            watchdog_resets: self.watchdog.resets(bus),
            overruns,
            framing_errors,
            bad_frames: self.bad_frames,
            longest_turn: self.timer.longest_turn(),
            stack: bus.stack_used(),
            reserved: [0; 22],
        }
    }
}
