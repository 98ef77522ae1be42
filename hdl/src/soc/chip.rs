//! Chip: says which chip this is.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `select`, `word`, `q` | | | a read, see `uart.rs` |
//! | `serial` | in | 64 | the board's or device's serial number |
//! | `loader` | in | 1 | the matrix list is loaded from outside |
//! | `temperature`, `has_temperature` | in | 16, 1 | hundredths of a degree Celsius, if there is a sensor |
//!
//! Registers: `chip` in docs/registers.md.

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
    pub q: Signal<Out, Bits<32>>,
    pub serial: Signal<In, Bits<64>>,
    pub loader: Signal<In, Bit>,
    pub temperature: Signal<In, Bits<16>>,
    pub has_temperature: Signal<In, Bit>,
    answer: DFF<Bits<32>>,
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
        dff_setup!(self, clock, answer);
        self.answer.d.next = 0.into();
        if self.select.val() {
            for i in 0..self.constant.len() {
                if self.word.val() == self.constant_at[i].q.val() {
                    self.answer.d.next = self.constant[i].q.val();
                }
            }
            if self.word.val() == self.serial_low_at.q.val() {
                self.answer.d.next = self.serial.val().get_bits::<32>(0);
            }
            if self.word.val() == self.serial_high_at.q.val() {
                self.answer.d.next = self.serial.val().get_bits::<32>(32);
            }
            if self.word.val() == self.capabilities_at.q.val() {
                self.answer.d.next = unsigned_cast_extend::<32, 1>(self.loader.val().into())
                    | (unsigned_cast_extend::<32, 1>(self.has_temperature.val().into()) << 1);
            }
            if self.word.val() == self.temperature_at.q.val() {
                self.answer.d.next = unsigned_cast_extend::<32, 16>(self.temperature.val());
            }
        }
        self.q.next = self.answer.q.val();
    }
}
