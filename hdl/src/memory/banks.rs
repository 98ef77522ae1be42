//! Open rows of the memory's four banks.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `bank` | in | 2 | bank that is asked for, opened or closed |
//! | `row` | in | 12 | row that is asked for or opened |
//! | `activate` | in | 1 | one cycle: `row` of `bank` is opened |
//! | `precharge` | in | 1 | one cycle: `bank` is closed |
//! | `close` | in | 1 | one cycle: all banks are closed |
//! | `open` | out | 1 | a row of `bank` was open in the last cycle; a register |
//! | `hit` | out | 1 | that row was `row`; a register |
//!
//! Latency 1 from `bank` and `row`, 2 from what is opened or closed. All banks are closed at
//! power-up.
//!
//! Checked by `sim/tests/sdram.rs`, within the controller. Knows no times: `times.rs` does.

use rust_hdl::prelude::*;

use crate::primitives::Register;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Banks {
    pub clock: Signal<In, Clock>,

    pub bank: Signal<In, Bits<2>>,
    pub row: Signal<In, Bits<12>>,
    pub activate: Signal<In, Bit>,
    pub precharge: Signal<In, Bit>,
    pub close: Signal<In, Bit>,

    pub open: Signal<Out, Bit>,
    pub hit: Signal<Out, Bit>,

    /// Banks with a row open, and their rows.
    opened: DFF<Bits<4>>,
    rows: [Register<12>; 4],

    /// `bank` as one bit of four, its row, and whether it is open.
    one_bank: Signal<Local, Bits<4>>,
    open_row: Signal<Local, Bits<12>>,
    bank_open: Signal<Local, Bit>,
    bank_open_reg: DFF<Bit>,
    hit_reg: DFF<Bit>,
}

impl Logic for Banks {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, opened);
        clock!(self, clock, bank_open_reg, hit_reg);

        self.one_bank.next = 1.into();
        self.open_row.next = self.rows[0].q.val();
        self.bank_open.next = self.opened.q.val().get_bit(0);
        if self.bank.val() == 1 {
            self.one_bank.next = 2.into();
            self.open_row.next = self.rows[1].q.val();
            self.bank_open.next = self.opened.q.val().get_bit(1);
        }
        if self.bank.val() == 2 {
            self.one_bank.next = 4.into();
            self.open_row.next = self.rows[2].q.val();
            self.bank_open.next = self.opened.q.val().get_bit(2);
        }
        if self.bank.val() == 3 {
            self.one_bank.next = 8.into();
            self.open_row.next = self.rows[3].q.val();
            self.bank_open.next = self.opened.q.val().get_bit(3);
        }
        self.bank_open_reg.d.next = self.bank_open.val();
        self.hit_reg.d.next = self.bank_open.val() & (self.open_row.val() == self.row.val());
        self.open.next = self.bank_open_reg.q.val();
        self.hit.next = self.hit_reg.q.val();

        if self.precharge.val() {
            self.opened.d.next = self.opened.q.val() & (!self.one_bank.val());
        }
        if self.activate.val() {
            self.opened.d.next = self.opened.q.val() | self.one_bank.val();
        }
        if self.close.val() {
            self.opened.d.next = 0.into();
        }
        for i in 0..4 {
            self.rows[i].clock.next = self.clock.val();
            self.rows[i].enable.next = self.activate.val() & self.one_bank.val().get_bit(i);
            self.rows[i].d.next = self.row.val();
        }
    }
}
