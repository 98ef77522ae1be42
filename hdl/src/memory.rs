//! SDRAM controller: the memory of the matrix list in a synchronous DRAM of 16 bits.
//!
//! ```text
//! request ─► commands ──► command, bank, line
//!               │ read, write
//! write beats ─► writer ─► column out, drive
//! data beats ◄── reader ◄─ column in
//! ```
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | level: forget all requests; the memory keeps its content |
//! | `request` | in | 1 | a request; held until `request_ready` |
//! | `request_write` | in | 1 | with `request`: it writes |
//! | `address` | in | 24 | with `request`: byte address of its first beat |
//! | `beats` | in | 8 | with `request`: beats to move |
//! | `write_valid` | in | 1 | a beat to write is in `write_beat$i`; held until `write_ready` |
//! | `write_beat$i` | in | 32 | word i of that beat, lowest address first |
//! | `column_in` | in | 16 | what the memory's data pins said |
//! | `request_ready` | out | 1 | `request` is taken in this cycle |
//! | `write_ready` | out | 1 | `write_beat$i` is taken in this cycle |
//! | `data_valid` | out | 1 | a beat that was read is in `data$i` |
//! | `data$i` | out | 32 | word i of that beat, lowest address first |
//! | `command` | out | 3 | RAS, CAS and WE, low for active; a register |
//! | `bank` | out | 2 | bank of `command`; a register |
//! | `line` | out | 13 | address lines of `command`; a register |
//! | `column_out` | out | 16 | with `drive`: a column to write; a register |
//! | `drive` | out | 1 | the memory's data pins are driven; a register |
//!
//! The contract of a request is that of `core/memory_port.rs`. i counts the words of a beat, which
//! has 4 bytes a lane. The order of the bytes is that of `memory/reader.rs`, their place that of
//! `memory/commands.rs`.
//!
//! Latency of a read: that of `memory/commands.rs` to its command, then the memory's CAS latency,
//! the registers of the pads, two cycles a word of the beat, and 1. Throughput of reads from rows
//! in different banks: 2 bytes a cycle but for the refreshes, [`POSTPONED`] at a time, which take
//! about tRP + 8 tRFC + 10 cycles of 8 refresh intervals.
//!
//! Checked by `sim/tests/sdram.rs` (every rule of the data sheet, random requests, bandwidth) and
//! by whole hashes on a board's top. Serves cores of up to 4 lanes; powers nothing down.

mod banks;
mod commands;
mod lines;
mod phase;
mod reader;
mod refreshes;
mod times;
mod timing;
mod wait;
mod writer;

use rust_hdl::prelude::*;

pub use commands::{Commands, HIT_LATENCY, MISS_LATENCY};
pub use reader::Reader;
pub use refreshes::AFTER_POWER_UP;
pub use timing::{BURST, POSTPONED, SdramError, Timing};
pub use wait::Wait;
pub use writer::Writer;

use crate::geometry::Geometry;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Sdram {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub request: Signal<In, Bit>,
    pub request_write: Signal<In, Bit>,
    pub address: Signal<In, Bits<24>>,
    pub beats: Signal<In, Bits<8>>,
    pub write_valid: Signal<In, Bit>,
    pub write_beat: Vec<Signal<In, Bits<32>>>,
    pub column_in: Signal<In, Bits<16>>,

    pub request_ready: Signal<Out, Bit>,
    pub write_ready: Signal<Out, Bit>,
    pub data_valid: Signal<Out, Bit>,
    pub data: Vec<Signal<Out, Bits<32>>>,
    pub command: Signal<Out, Bits<3>>,
    pub bank: Signal<Out, Bits<2>>,
    pub line: Signal<Out, Bits<13>>,
    pub column_out: Signal<Out, Bits<16>>,
    pub drive: Signal<Out, Bit>,

    commands: Commands,
    reader: Reader,
    writer: Writer,
}

impl Sdram {
    /// The controller for a core of the given geometry. `pads` is the number of registers between
    /// its ports and the memory, both ways together, counted in cycles from a command in its output
    /// register to the column in `column_in`, without the CAS latency.
    ///
    /// # Errors
    /// If the core has more lanes than the memory can serve.
    pub fn new(geometry: &Geometry, timing: &Timing, pads: u32) -> Result<Self, SdramError> {
        let words = geometry.beat_words();
        if words > 4 {
            return Err(SdramError::Lanes(geometry.lanes()));
        }
        let mut sdram = Self {
            commands: Commands::new(geometry, timing),
            // From the decision to the output register it is two cycles.
            reader: Reader::new(geometry, 2 + timing.cas + pads),
            writer: Writer::new(geometry),
            ..Self::default()
        };
        sdram.write_beat.resize_with(words, Default::default);
        sdram.data.resize_with(words, Default::default);
        Ok(sdram)
    }
}

impl Logic for Sdram {
    #[hdl_gen]
    fn update(&mut self) {
        clock!(self, clock, commands, reader, writer);
        self.commands.reset.next = self.reset.val();
        self.commands.request.next = self.request.val();
        self.request_ready.next = self.commands.request_ready.val();
        self.commands.request_write.next = self.request_write.val();
        self.commands.address.next = self.address.val();
        self.commands.beats.next = self.beats.val();
        self.commands.filled.next = self.writer.filled.val();
        self.commands.reads_pending.next = self.reader.pending.val();
        self.command.next = self.commands.command.val();
        self.bank.next = self.commands.bank.val();
        self.line.next = self.commands.line.val();

        self.reader.reset.next = self.reset.val();
        self.reader.read.next = self.commands.read.val();
        self.reader.single.next = self.commands.single.val();
        self.reader.column.next = self.column_in.val();
        self.data_valid.next = self.reader.data_valid.val();

        self.writer.reset.next = self.reset.val();
        self.writer.gather.next = self.commands.gather.val();
        self.writer.write_valid.next = self.write_valid.val();
        self.write_ready.next = self.writer.write_ready.val();
        self.writer.write.next = self.commands.write.val();
        self.column_out.next = self.writer.column.val();
        self.drive.next = self.writer.drive.val();
        for i in 0..self.data.len() {
            self.data[i].next = self.reader.data[i].val();
            self.writer.write_beat[i].next = self.write_beat[i].val();
        }
    }
}
