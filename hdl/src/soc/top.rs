//! The chip whole.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `receive`, `transmit` | in, out | 1 | serial line, see `uart.rs` |
//! | `serial`, `temperature`, `has_temperature` | in | 64, 16, 1 | see `chip.rs` |
//! | `loader`, `loaded`, `seed_clear`, `seed_valid`, `seed_lane` | | | see `core.rs` |
//! | `request` … `data$i` | | | memory of the matrix list, see `memory_port.rs` |
//! | `memory_reset` | out | 1 | the memory forgets all requests |
//! | `trace_issued`, `trace_loading` | out | 1 | the array has work; leave open in hardware |
//!
//! No reset input: the registers' power-up values are those of a reset, as on an FPGA.

use rust_hdl::prelude::*;
use tensority_protocol::register::Peripheral;
use tensority_protocol::registers;

use super::accelerator::Accelerator;
use super::boot::Boot;
use super::bus::Bus;
use super::chip::Chip;
use super::code::Code;
use super::cpu::Cpu;
use super::data::Data;
use super::timer::Timer;
use super::uart::Uart;
use super::watchdog::Watchdog;
use crate::core::Core;
use crate::geometry::Geometry;

/// What a chip must know of its board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Board {
    clock: u32,
    baud: u32,
}

/// A clock that does not make the bits of the serial line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 8 to 65535 clock cycles a bit, found {clock} Hz / {baud}; choose another rate")]
pub struct BoardError {
    clock: u32,
    baud: u32,
}

impl Board {
    /// A board with a clock of `clock` Hz and a serial line of `baud` bits per second.
    ///
    /// # Errors
    /// If a bit has less than 8 or more than 65535 clock cycles.
    pub fn new(clock: u32, baud: u32) -> Result<Self, BoardError> {
        let error = BoardError { clock, baud };
        let cycles = clock.checked_div(baud).ok_or(error)?;
        match cycles {
            8..=65534 => Ok(Self { clock, baud }),
            _ => Err(error),
        }
    }

    /// Clock in Hz.
    pub fn clock(&self) -> u32 {
        self.clock
    }

    /// Bits per second of the serial line.
    pub fn baud(&self) -> u32 {
        self.baud
    }

    /// Clock cycles of a bit, to the nearest.
    pub fn divisor(&self) -> u16 {
        ((self.clock + self.baud / 2) / self.baud) as u16
    }
}

// The order in which the peripherals are on the bus.
const _: () = {
    assert!(number(&registers::chip::PERIPHERAL) == 0);
    assert!(number(&registers::uart::PERIPHERAL) == 1);
    assert!(number(&registers::timer::PERIPHERAL) == 2);
    assert!(number(&registers::watchdog::PERIPHERAL) == 3);
    assert!(number(&registers::boot::PERIPHERAL) == 4);
    assert!(number(&registers::accelerator::PERIPHERAL) == 5);
    assert!(registers::PERIPHERALS.len() == 6);
};

const fn number(peripheral: &Peripheral) -> u32 {
    (peripheral.base - registers::PERIPHERALS_BASE) / Peripheral::SPACING
}

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Soc {
    pub clock: Signal<In, Clock>,
    pub receive: Signal<In, Bit>,
    pub transmit: Signal<Out, Bit>,
    pub serial: Signal<In, Bits<64>>,
    pub temperature: Signal<In, Bits<16>>,
    pub has_temperature: Signal<In, Bit>,
    pub loader: Signal<In, Bit>,
    pub loaded: Signal<In, Bit>,
    pub seed_clear: Signal<Out, Bit>,
    pub seed_valid: Signal<Out, Bit>,
    pub seed_lane: Signal<Out, Bits<64>>,
    pub request: Signal<Out, Bit>,
    pub request_ready: Signal<In, Bit>,
    pub request_write: Signal<Out, Bit>,
    pub address: Signal<Out, Bits<24>>,
    pub beats: Signal<Out, Bits<8>>,
    pub write_valid: Signal<Out, Bit>,
    pub write_ready: Signal<In, Bit>,
    pub write_beat: Vec<Signal<Out, Bits<32>>>,
    pub data_valid: Signal<In, Bit>,
    pub data: Vec<Signal<In, Bits<32>>>,
    pub memory_reset: Signal<Out, Bit>,
    pub trace_issued: Signal<Out, Bit>,
    pub trace_loading: Signal<Out, Bit>,

    cpu: Cpu,
    bus: Bus,
    code: Code,
    ram: Data,
    chip: Chip,
    uart: Uart,
    timer: Timer,
    watchdog: Watchdog,
    boot: Boot,
    accelerator: Accelerator,
    core: Core,
    chip_reset: Signal<Local, Bit>,
    offset: Signal<Local, Bits<10>>,
}

impl Soc {
    /// A chip around a core of the given geometry, for the given board.
    pub fn new(geometry: &Geometry, board: &Board) -> Self {
        let mut soc = Self {
            bus: Bus::new(),
            chip: Chip::new(geometry, board),
            uart: Uart::new(board.divisor()),
            timer: Timer::new(),
            // A second: long for firmware, short for a miner.
            watchdog: Watchdog::new(board.clock()),
            boot: Boot::new(),
            accelerator: Accelerator::new(),
            core: Core::new(geometry),
            ..Self::default()
        };
        let words = geometry.beat_words();
        soc.write_beat.resize_with(words, Default::default);
        soc.data.resize_with(words, Default::default);
        soc
    }
}

impl Logic for Soc {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, cpu, bus, code, ram, chip, uart, timer, watchdog
        );
        clock!(self, clock, boot, accelerator, core);
        self.chip_reset.next = self.boot.reset.val();

        // Controller and memories.
        self.cpu.reset.next = self.chip_reset.val();
        self.cpu.ready.next = self.bus.ready.val();
        self.cpu.read_data.next = self.bus.read_data.val();
        self.bus.valid.next = self.cpu.valid.val();
        self.bus.address.next = self.cpu.address.val();
        self.bus.enables.next = self.cpu.enables.val();
        self.bus.code_q.next = self.code.code_q.val();
        self.bus.staging_q.next = self.code.staging_q.val();
        self.bus.data_q.next = self.ram.q.val();
        self.code.bank.next = self.boot.bank.val();
        self.code.word.next = self.bus.word.val();
        self.code.d.next = self.cpu.write_data.val();
        self.code.write.next =
            self.bus.staging.val() & self.bus.write.val() & (!self.boot.trial.val());
        self.ram.word.next = self.bus.word.val().get_bits::<11>(0);
        self.ram.write.next = self.bus.data.val() & self.bus.write.val();
        self.ram.enables.next = self.cpu.enables.val();
        self.ram.d.next = self.cpu.write_data.val();

        // Peripherals, in the order of the register map.
        self.offset.next = self.bus.word.val().get_bits::<10>(0);
        self.chip.select.next = self.bus.peripheral.val().get_bit(0);
        self.chip.word.next = self.offset.val();
        self.chip.serial.next = self.serial.val();
        self.chip.loader.next = self.loader.val();
        self.chip.temperature.next = self.temperature.val();
        self.chip.has_temperature.next = self.has_temperature.val();
        self.bus.peripheral_q[0].next = self.chip.q.val();

        self.uart.reset.next = self.chip_reset.val();
        self.uart.select.next = self.bus.peripheral.val().get_bit(1);
        self.uart.write.next = self.bus.write.val();
        self.uart.word.next = self.offset.val();
        self.uart.d.next = self.cpu.write_data.val();
        self.uart.receive.next = self.receive.val();
        self.transmit.next = self.uart.transmit.val();
        self.bus.peripheral_q[1].next = self.uart.q.val();

        self.timer.reset.next = self.chip_reset.val();
        self.timer.select.next = self.bus.peripheral.val().get_bit(2);
        self.timer.write.next = self.bus.write.val();
        self.timer.word.next = self.offset.val();
        self.bus.peripheral_q[2].next = self.timer.q.val();

        self.watchdog.reset.next = self.chip_reset.val();
        self.watchdog.select.next = self.bus.peripheral.val().get_bit(3);
        self.watchdog.write.next = self.bus.write.val();
        self.watchdog.word.next = self.offset.val();
        self.watchdog.d.next = self.cpu.write_data.val();
        self.bus.peripheral_q[3].next = self.watchdog.q.val();

        self.boot.select.next = self.bus.peripheral.val().get_bit(4);
        self.boot.write.next = self.bus.write.val();
        self.boot.word.next = self.offset.val();
        self.boot.d.next = self.cpu.write_data.val();
        self.boot.starved.next = self.watchdog.expired.val();
        self.bus.peripheral_q[4].next = self.boot.q.val();

        self.accelerator.reset.next = self.chip_reset.val();
        self.accelerator.select.next = self.bus.peripheral.val().get_bit(5);
        self.accelerator.write.next = self.bus.write.val();
        self.accelerator.word.next = self.offset.val();
        self.accelerator.d.next = self.cpu.write_data.val();
        self.bus.peripheral_q[5].next = self.accelerator.q.val();

        // Core.
        self.core.reset.next = self.accelerator.core_reset.val();
        self.memory_reset.next = self.accelerator.core_reset.val();
        self.core.job_write.next = self.accelerator.job_write.val();
        self.core.job_address.next = self.accelerator.job_address.val();
        self.core.job_data.next = self.accelerator.job_data.val();
        self.core.start.next = self.accelerator.start.val();
        self.core.command.next = self.accelerator.command.val();
        self.core.cancel.next = self.accelerator.cancel.val();
        self.accelerator.ready.next = self.core.ready.val();
        self.accelerator.running.next = self.core.running.val();
        self.accelerator.result_valid.next = self.core.result_valid.val();
        self.core.result_ready.next = self.accelerator.result_ready.val();
        self.accelerator.result_job.next = self.core.result_job.val();
        self.accelerator.result_nonce.next = self.core.result_nonce.val();
        self.accelerator.result_hit.next = self.core.result_hit.val();
        for i in 0..4 {
            self.accelerator.result_hash[i].next = self.core.result_hash[i].val();
        }
        self.accelerator.checksum_valid.next = self.core.checksum_valid.val();
        self.core.checksum_ready.next = self.accelerator.checksum_ready.val();
        self.accelerator.checksum_index.next = self.core.checksum_index.val();
        self.accelerator.checksum.next = self.core.checksum.val();
        self.accelerator.round.next = self.core.round.val();
        for i in 0..6 {
            self.accelerator.count[i].next = self.core.count[i].val();
        }

        // Memory of the matrix list.
        self.core.loader.next = self.loader.val();
        self.core.loaded.next = self.loaded.val();
        self.seed_clear.next = self.core.seed_clear.val();
        self.seed_valid.next = self.core.seed_valid.val();
        self.seed_lane.next = self.core.seed_lane.val();
        self.request.next = self.core.request.val();
        self.core.request_ready.next = self.request_ready.val();
        self.request_write.next = self.core.request_write.val();
        self.address.next = self.core.address.val();
        self.beats.next = self.core.beats.val();
        self.write_valid.next = self.core.write_valid.val();
        self.core.write_ready.next = self.write_ready.val();
        self.core.data_valid.next = self.data_valid.val();
        for i in 0..self.data.len() {
            self.core.data[i].next = self.data[i].val();
            self.write_beat[i].next = self.core.write_beat[i].val();
        }
        self.trace_issued.next = self.core.trace_issued.val();
        self.trace_loading.next = self.core.trace_loading.val();
    }
}
