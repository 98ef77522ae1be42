//! Bus: brings an access of the controller to a memory or a peripheral, and the answer back.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `valid`, `ready`, `address`, `enables`, `read_data` | | | see `cpu.rs` |
//! | `code`, `staging`, `data` | out | 1 | one cycle: an access to that memory |
//! | `peripheral` | out | 16 | one cycle: an access to peripheral i |
//! | `write` | out | 1 | the access is a write |
//! | `word` | out | 12 | number of the word in the memory; its low 10 bits in the peripheral |
//! | `code_q` … `peripheral_q$i` | in | 32 | what was read, from the cycle after the access on |
//! | `busy` | in | 1 | it is not there yet |
//!
//! An access takes two cycles: it is made in the first and answered in the second, or in the first
//! in which nobody is busy. Addresses at which there is nothing read 0.

use rust_hdl::prelude::*;
use tensority_protocol::registers::{
    BANK_BYTES, CODE, PERIPHERALS, PERIPHERALS_BASE, RAM, STAGING,
};

use crate::cast::unsigned_cast_extend;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Bus {
    pub clock: Signal<In, Clock>,
    pub valid: Signal<In, Bit>,
    pub ready: Signal<Out, Bit>,
    pub address: Signal<In, Bits<32>>,
    pub enables: Signal<In, Bits<4>>,
    pub read_data: Signal<Out, Bits<32>>,
    pub code: Signal<Out, Bit>,
    pub staging: Signal<Out, Bit>,
    pub data: Signal<Out, Bit>,
    pub peripheral: Signal<Out, Bits<16>>,
    pub write: Signal<Out, Bit>,
    pub word: Signal<Out, Bits<12>>,
    pub code_q: Signal<In, Bits<32>>,
    pub staging_q: Signal<In, Bits<32>>,
    pub data_q: Signal<In, Bits<32>>,
    pub peripheral_q: Vec<Signal<In, Bits<32>>>,
    pub busy: Signal<In, Bit>,

    answering: DFF<Bit>,
    at_code: DFF<Bit>,
    at_staging: DFF<Bit>,
    at_data: DFF<Bit>,
    at_peripheral: DFF<Bits<16>>,
    access: Signal<Local, Bit>,
    in_code: Signal<Local, Bit>,
    in_staging: Signal<Local, Bit>,
    in_data: Signal<Local, Bit>,
    in_peripherals: Signal<Local, Bit>,
    chosen: Signal<Local, Bits<16>>,
    one: Signal<Local, Bits<16>>,
    number: Signal<Local, Bits<4>>,
    code_page: Parameter<18>,
    staging_page: Parameter<18>,
    data_page: Parameter<19>,
    peripherals_page: Parameter<16>,
}

/// Bytes of a page, such that an address is in a memory if its page is the memory's.
const BANK_PAGE: u32 = 1 << 14;
const DATA_PAGE: u32 = 1 << 13;
const _: () =
    assert!(CODE.bytes == BANK_PAGE && STAGING.bytes == BANK_BYTES && RAM.bytes == DATA_PAGE);

impl Bus {
    /// The bus of the register map.
    pub fn new() -> Self {
        let mut bus = Self {
            code_page: Parameter::new((CODE.base / BANK_PAGE) as usize),
            staging_page: Parameter::new((STAGING.base / BANK_PAGE) as usize),
            data_page: Parameter::new((RAM.base / DATA_PAGE) as usize),
            peripherals_page: Parameter::new((PERIPHERALS_BASE >> 16) as usize),
            ..Self::default()
        };
        bus.peripheral_q
            .resize_with(PERIPHERALS.len(), Default::default);
        bus
    }
}

impl Logic for Bus {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            answering,
            at_code,
            at_staging,
            at_data,
            at_peripheral
        );
        self.access.next = self.valid.val() & (!self.answering.q.val());
        self.answering.d.next = self.access.val() | (self.answering.q.val() & self.busy.val());
        self.ready.next = self.answering.q.val() & (!self.busy.val());

        // First cycle.
        self.in_code.next = self.address.val().get_bits::<18>(14) == self.code_page.q.val();
        self.in_staging.next = self.address.val().get_bits::<18>(14) == self.staging_page.q.val();
        self.in_data.next = self.address.val().get_bits::<19>(13) == self.data_page.q.val();
        self.in_peripherals.next =
            self.address.val().get_bits::<16>(16) == self.peripherals_page.q.val();
        self.number.next = self.address.val().get_bits::<4>(12);
        self.one.next = 1.into();
        self.chosen.next = 0.into();
        if self.in_peripherals.val() & self.access.val() {
            self.chosen.next = self.one.val() << unsigned_cast_extend::<16, 4>(self.number.val());
        }
        self.code.next = self.access.val() & self.in_code.val();
        self.staging.next = self.access.val() & self.in_staging.val();
        self.data.next = self.access.val() & self.in_data.val();
        self.peripheral.next = self.chosen.val();
        self.write.next = self.enables.val().any();
        self.word.next = self.address.val().get_bits::<12>(2);
        if self.access.val() {
            self.at_code.d.next = self.in_code.val();
            self.at_staging.d.next = self.in_staging.val();
            self.at_data.d.next = self.in_data.val();
            self.at_peripheral.d.next = self.chosen.val();
        }

        // Second cycle.
        self.read_data.next = 0.into();
        if self.at_code.q.val() {
            self.read_data.next = self.code_q.val();
        }
        if self.at_staging.q.val() {
            self.read_data.next = self.staging_q.val();
        }
        if self.at_data.q.val() {
            self.read_data.next = self.data_q.val();
        }
        for i in 0..self.peripheral_q.len() {
            if self.at_peripheral.q.val().get_bit(i) {
                self.read_data.next = self.peripheral_q[i].val();
            }
        }
    }
}
