//! Controller: the processor with its memories and all peripherals but the engine.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `receive` | in | 1 | serial line to the chip, asynchronous; 1 when idle |
//! | `serial` | in | 64 | static: serial number of the board or device |
//! | `temperature` | in | 16 | hundredths of a degree Celsius |
//! | `has_temperature` | in | 1 | static: there is a sensor |
//! | `loader` | in | 1 | static: the matrix list is loaded from outside |
//! | `busy` | in | 1 | from the cycle after an access to the engine on: its answer is not there |
//! | `q` | in | 32 | what was read of the engine, once `busy` is 0 |
//! | `transmit` | out | 1 | serial line from the chip; 1 when idle |
//! | `reset` | out | 1 | chip reset; 1 for 16 cycles after power-up and each restart |
//! | `select` | out | 1 | one cycle: an access to the engine's register `word` |
//! | `write` | out | 1 | with `select`: the access is a write of `d` |
//! | `word` | out | 10 | register, counted in words |
//! | `d` | out | 32 | value to write |
//!
//! An access takes 2 cycles, and as many more as `busy` says. The watchdog's period is a second at
//! power-up: long for firmware, short for a miner.
//!
//! Checked by `sim/tests/chip.rs`, with the firmware. Hashes nothing: the engine does.

use rust_hdl::prelude::*;
use tensority_protocol::register::Peripheral;
use tensority_protocol::registers;

use super::boot::Boot;
use super::bus::Bus;
use super::chip::Chip;
use super::code::Code;
use super::contents::Filled;
use super::cpu::Cpu;
use super::data::Data;
use super::settings::Settings;
use super::timer::Timer;
use super::uart::Uart;
use super::watchdog::Watchdog;
use crate::geometry::Geometry;

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
pub struct Controller {
    pub clock: Signal<In, Clock>,

    pub receive: Signal<In, Bit>,
    pub serial: Signal<In, Bits<64>>,
    pub temperature: Signal<In, Bits<16>>,
    pub has_temperature: Signal<In, Bit>,
    pub loader: Signal<In, Bit>,
    pub busy: Signal<In, Bit>,
    pub q: Signal<In, Bits<32>>,

    pub transmit: Signal<Out, Bit>,
    pub reset: Signal<Out, Bit>,
    pub select: Signal<Out, Bit>,
    pub write: Signal<Out, Bit>,
    pub word: Signal<Out, Bits<10>>,
    pub d: Signal<Out, Bits<32>>,

    cpu: Cpu,
    bus: Bus,
    code: Code,
    ram: Data,
    chip: Chip,
    uart: Uart,
    timer: Timer,
    watchdog: Watchdog,
    boot: Boot,
    chip_reset: Signal<Local, Bit>,
    offset: Signal<Local, Bits<10>>,
}

impl Controller {
    /// The controller of a chip around a core of the given geometry.
    pub fn new(geometry: &Geometry, settings: &Settings) -> Self {
        Self {
            bus: Bus::new(),
            code: Code::new(&settings.netlist(Filled::Program, &[])),
            chip: Chip::new(geometry, settings),
            uart: Uart::new(settings.divisor()),
            timer: Timer::new(),
            watchdog: Watchdog::new(settings.clock()),
            boot: Boot::new(),
            ..Self::default()
        }
    }
}

impl Logic for Controller {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(
            self, clock, cpu, bus, code, ram, chip, uart, timer, watchdog, boot
        );
        self.chip_reset.next = self.boot.reset.val();
        self.reset.next = self.boot.reset.val();

        // Processor and memories.
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

        self.select.next = self.bus.peripheral.val().get_bit(5);
        self.write.next = self.bus.write.val();
        self.word.next = self.offset.val();
        self.d.next = self.cpu.write_data.val();
        self.bus.busy.next = self.busy.val();
        self.bus.peripheral_q[5].next = self.q.val();
    }
}
