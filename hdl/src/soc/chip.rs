//! Chip: which chip this is.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `select` | in | 1 | one cycle: a read of the register `word` |
//! | `word` | in | 10 | register, counted in words |
//! | `serial` | in | 64 | static: serial number of the board or device |
//! | `loader` | in | 1 | static: the matrix list is loaded from outside |
//! | `temperature` | in | 16 | hundredths of a degree Celsius |
//! | `has_temperature` | in | 1 | static: there is a sensor |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//!
//! Registers: `chip` in docs/registers.md; all can only be read. Latency of a read 1. The first
//! word is the bytes `TENS`, the first in bits 7..0.
//!
//! Checked by `sim/tests/controller.rs` and, through the firmware, by `sim/tests/chip.rs`. Measures
//! nothing: the temperature comes from outside.

use rust_hdl::prelude::*;
use tensority_protocol::registers::{MAP_VERSION, chip};

use super::at;
use super::settings::Settings;
use crate::cast::unsigned_cast_extend;
use crate::geometry::Geometry;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Chip {
    pub clock: Signal<In, Clock>,

    pub select: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub serial: Signal<In, Bits<64>>,
    pub loader: Signal<In, Bit>,
    pub temperature: Signal<In, Bits<16>>,
    pub has_temperature: Signal<In, Bit>,

    pub q: Signal<Out, Bits<32>>,

    q_reg: DFF<Bits<32>>,

    /// Registers that never change.
    constant: Vec<Parameter<32>>,
    constant_at: Vec<Parameter<10>>,
    serial_low_at: Parameter<10>,
    serial_high_at: Parameter<10>,
    capabilities_at: Parameter<10>,
    temperature_at: Parameter<10>,
}

impl Chip {
    /// A chip around a core of the given geometry, with the given settings.
    pub fn new(geometry: &Geometry, settings: &Settings) -> Self {
        let size = chip::DIMENSION.put(geometry.dimension() as u32)
            | chip::LANES.put(geometry.lanes() as u32);
        let constants = [
            (chip::MAGIC, u32::from_le_bytes(*b"TENS")),
            (chip::VERSION, MAP_VERSION),
            (chip::BUILD, crate::emit::build()),
            (chip::CLOCK, settings.clock()),
            (chip::CORE_CLOCK, settings.core_clock()),
            (chip::GEOMETRY, size),
        ];
        let value = |entry: &(_, u32)| Parameter::new(entry.1 as usize);
        Self {
            constant: constants.iter().map(value).collect(),
            constant_at: constants.iter().map(|entry| at(&entry.0, 0)).collect(),
            serial_low_at: at(&chip::SERIAL_LOW, 0),
            serial_high_at: at(&chip::SERIAL_HIGH, 0),
            capabilities_at: at(&chip::CAPABILITIES, 0),
            temperature_at: at(&chip::TEMPERATURE, 0),
            ..Self::default()
        }
    }
}

impl Logic for Chip {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, q_reg);
        self.q_reg.d.next = 0.into();
        if self.select.val() {
            for i in 0..self.constant.len() {
                if self.word.val() == self.constant_at[i].q.val() {
                    self.q_reg.d.next = self.constant[i].q.val();
                }
            }
            if self.word.val() == self.serial_low_at.q.val() {
                self.q_reg.d.next = self.serial.val().get_bits::<32>(0);
            }
            if self.word.val() == self.serial_high_at.q.val() {
                self.q_reg.d.next = self.serial.val().get_bits::<32>(32);
            }
            if self.word.val() == self.capabilities_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 1>(self.loader.val().into())
                    | (unsigned_cast_extend::<32, 1>(self.has_temperature.val().into()) << 1);
            }
            if self.word.val() == self.temperature_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 16>(self.temperature.val());
            }
        }
        self.q.next = self.q_reg.q.val();
    }
}
