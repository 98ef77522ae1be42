//! Bus: brings an access of the processor to a memory or a peripheral, and the answer back.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `valid` | in | 1 | an access; held with all that belongs to it until `ready` |
//! | `address` | in | 32 | with `valid`: byte address, a multiple of 4 |
//! | `enables` | in | 4 | with `valid`: bytes to write; none for a read |
//! | `code_q` | in | 32 | what was read of the bank that runs, from the next cycle on |
//! | `staging_q` | in | 32 | what was read of the other bank, from the next cycle on |
//! | `data_q` | in | 32 | what was read of the data memory, from the next cycle on |
//! | `peripheral_q$i` | in | 32 | what was read of peripheral i, once `busy` is 0 |
//! | `busy` | in | 1 | from the cycle after an access on: a peripheral's answer is not there |
//! | `ready` | out | 1 | the access is done in this cycle |
//! | `read_data` | out | 32 | with `ready`: what was read; 0 where there is nothing |
//! | `code` | out | 1 | one cycle: an access to the bank that runs |
//! | `staging` | out | 1 | one cycle: an access to the other bank |
//! | `data` | out | 1 | one cycle: an access to the data memory |
//! | `peripheral` | out | 16 | one cycle: bit i, an access to peripheral i |
//! | `write` | out | 1 | the access is a write |
//! | `word` | out | 12 | word of the memory; its low 10 bits are the peripheral's register |
//!
//! An access takes 2 cycles, and as many more as `busy` says: it is made in the first and answered
//! in the last. Peripherals are numbered as in `tensority_protocol::registers`.
//!
//! Checked by `sim/tests/controller.rs`. Knows one master, and no error: an access to nothing is
//! answered too.

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
    pub address: Signal<In, Bits<32>>,
    pub enables: Signal<In, Bits<4>>,
    pub code_q: Signal<In, Bits<32>>,
    pub staging_q: Signal<In, Bits<32>>,
    pub data_q: Signal<In, Bits<32>>,
    pub peripheral_q: Vec<Signal<In, Bits<32>>>,
    pub busy: Signal<In, Bit>,

    pub ready: Signal<Out, Bit>,
    pub read_data: Signal<Out, Bits<32>>,
    pub code: Signal<Out, Bit>,
    pub staging: Signal<Out, Bit>,
    pub data: Signal<Out, Bit>,
    pub peripheral: Signal<Out, Bits<16>>,
    pub write: Signal<Out, Bit>,
    pub word: Signal<Out, Bits<12>>,

    access: Signal<Local, Bit>,
    answering: DFF<Bit>,
    /// Where the access goes; the registers, where its answer comes from.
    at_code: Signal<Local, Bit>,
    at_staging: Signal<Local, Bit>,
    at_data: Signal<Local, Bit>,
    at_peripheral: Signal<Local, Bits<16>>,
    at_code_reg: DFF<Bit>,
    at_staging_reg: DFF<Bit>,
    at_data_reg: DFF<Bit>,
    at_peripheral_reg: DFF<Bits<16>>,
    in_peripherals: Signal<Local, Bit>,
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
            at_code_reg,
            at_staging_reg,
            at_data_reg,
            at_peripheral_reg
        );
        self.access.next = self.valid.val() & (!self.answering.q.val());
        self.answering.d.next = self.access.val() | (self.answering.q.val() & self.busy.val());
        self.ready.next = self.answering.q.val() & (!self.busy.val());

        // First cycle.
        self.at_code.next = self.address.val().get_bits::<18>(14) == self.code_page.q.val();
        self.at_staging.next = self.address.val().get_bits::<18>(14) == self.staging_page.q.val();
        self.at_data.next = self.address.val().get_bits::<19>(13) == self.data_page.q.val();
        self.in_peripherals.next =
            self.address.val().get_bits::<16>(16) == self.peripherals_page.q.val();
        self.number.next = self.address.val().get_bits::<4>(12);
        self.one.next = 1.into();
        self.at_peripheral.next = 0.into();
        if self.in_peripherals.val() & self.access.val() {
            self.at_peripheral.next =
                self.one.val() << unsigned_cast_extend::<16, 4>(self.number.val());
        }
        self.code.next = self.access.val() & self.at_code.val();
        self.staging.next = self.access.val() & self.at_staging.val();
        self.data.next = self.access.val() & self.at_data.val();
        self.peripheral.next = self.at_peripheral.val();
        self.write.next = self.enables.val().any();
        self.word.next = self.address.val().get_bits::<12>(2);
        if self.access.val() {
            self.at_code_reg.d.next = self.at_code.val();
            self.at_staging_reg.d.next = self.at_staging.val();
            self.at_data_reg.d.next = self.at_data.val();
            self.at_peripheral_reg.d.next = self.at_peripheral.val();
        }

        // Second cycle.
        self.read_data.next = 0.into();
        if self.at_code_reg.q.val() {
            self.read_data.next = self.code_q.val();
        }
        if self.at_staging_reg.q.val() {
            self.read_data.next = self.staging_q.val();
        }
        if self.at_data_reg.q.val() {
            self.read_data.next = self.data_q.val();
        }
        for i in 0..self.peripheral_q.len() {
            if self.at_peripheral_reg.q.val().get_bit(i) {
                self.read_data.next = self.peripheral_q[i].val();
            }
        }
    }
}
