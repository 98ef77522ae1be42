//! Accelerator: the core's ports as registers.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `reset` | in | 1 | chip reset; a core that the register RESET holds is let go |
//! | `select` | in | 1 | one cycle: an access to the register `word` |
//! | `write` | in | 1 | with `select`: the access is a write of `d` |
//! | `word` | in | 10 | register, counted in words |
//! | `d` | in | 32 | value to write |
//! | `ready` | in | 1 | commands are taken and the next job may be written |
//! | `running` | in | 1 | a command is in work |
//! | `result_valid` | in | 1 | the other `result` ports hold a result |
//! | `result_range` | in | 32 | range id of the job that the result belongs to |
//! | `result_nonce` | in | 64 | its nonce |
//! | `result_hit` | in | 1 | it meets the target |
//! | `result_hash$i` | in | 64 | lane i of its PoW hash, least significant first; i is 0 to 3 |
//! | `checksum_valid` | in | 1 | `checksum_index` and `checksum` hold a checksum |
//! | `checksum_index` | in | 8 | number of the matrix |
//! | `checksum` | in | 32 | its checksum |
//! | `round` | in | 8 | SMix rounds completed |
//! | `count$i` | in | 40 | counter i, in the order of `core/counters.rs`; i is 0 to 5 |
//! | `q` | out | 32 | what the last cycle's access read; 0 if it read nothing |
//! | `core_reset` | out | 1 | level: `reset`, or the register RESET |
//! | `job_write` | out | 1 | write `job_data` to the next job |
//! | `job_address` | out | 6 | with `job_write`: half lane |
//! | `job_data` | out | 32 | with `job_write`: its value |
//! | `start` | out | 1 | one cycle: begin with `command` |
//! | `command` | out | 2 | with `start`: what to do, see `core/control.rs` |
//! | `cancel` | out | 1 | one cycle: end what runs |
//! | `result_ready` | out | 1 | one cycle: the result was read |
//! | `checksum_ready` | out | 1 | one cycle: the checksum was read |
//!
//! Registers: `accelerator` in docs/registers.md. A write reaches the core in its own cycle;
//! latency of a read 1. A value of 64 bits is two words, low half first; reading the low half of a
//! counter keeps the high half of the same cycle for the next read.
//!
//! Checked by `sim/tests/controller.rs` and, with the firmware, by `sim/tests/chip.rs`. Takes no
//! notice of `ready`: an access that the core does not take is lost.

use rust_hdl::prelude::*;
use tensority_protocol::codes::Command;
use tensority_protocol::registers::accelerator as map;

use super::at;
use crate::cast::unsigned_cast_extend;
use crate::core::counters::COUNTERS;
use crate::primitives::parameter::Parameter;

/// See the module's documentation.
#[derive(LogicBlock, Default)]
pub struct Accelerator {
    pub clock: Signal<In, Clock>,

    pub reset: Signal<In, Bit>,

    pub select: Signal<In, Bit>,
    pub write: Signal<In, Bit>,
    pub word: Signal<In, Bits<10>>,
    pub d: Signal<In, Bits<32>>,
    pub ready: Signal<In, Bit>,
    pub running: Signal<In, Bit>,
    pub result_valid: Signal<In, Bit>,
    pub result_range: Signal<In, Bits<32>>,
    pub result_nonce: Signal<In, Bits<64>>,
    pub result_hit: Signal<In, Bit>,
    pub result_hash: [Signal<In, Bits<64>>; 4],
    pub checksum_valid: Signal<In, Bit>,
    pub checksum_index: Signal<In, Bits<8>>,
    pub checksum: Signal<In, Bits<32>>,
    pub round: Signal<In, Bits<8>>,
    pub count: [Signal<In, Bits<40>>; COUNTERS],

    pub q: Signal<Out, Bits<32>>,
    pub core_reset: Signal<Out, Bit>,
    pub job_write: Signal<Out, Bit>,
    pub job_address: Signal<Out, Bits<6>>,
    pub job_data: Signal<Out, Bits<32>>,
    pub start: Signal<Out, Bit>,
    pub command: Signal<Out, Bits<2>>,
    pub cancel: Signal<Out, Bit>,
    pub result_ready: Signal<Out, Bit>,
    pub checksum_ready: Signal<Out, Bit>,

    write_access: Signal<Local, Bit>,
    read_access: Signal<Local, Bit>,
    command_write: Signal<Local, Bit>,
    command_is_cancel: Signal<Local, Bit>,
    /// The register RESET.
    core_held: DFF<Bit>,
    /// High part of the counter that was read last.
    count_high: DFF<Bits<8>>,
    q_reg: DFF<Bits<32>>,

    job_words: Parameter<10>,
    cancel_code: Parameter<3>,
    command_at: Parameter<10>,
    status_at: Parameter<10>,
    result_take_at: Parameter<10>,
    result_range_at: Parameter<10>,
    nonce_low_at: Parameter<10>,
    nonce_high_at: Parameter<10>,
    hash_low_at: Vec<Parameter<10>>,
    hash_high_at: Vec<Parameter<10>>,
    checksum_take_at: Parameter<10>,
    checksum_index_at: Parameter<10>,
    checksum_at: Parameter<10>,
    reset_at: Parameter<10>,
    count_low_at: Vec<Parameter<10>>,
    count_high_at: Vec<Parameter<10>>,
}

const _: () = assert!(map::JOB.index() == 0 && map::COUNTERS.words as usize == 2 * COUNTERS);

impl Accelerator {
    /// The registers of the map.
    pub fn new() -> Self {
        Self {
            job_words: Parameter::new(map::JOB.words as usize),
            cancel_code: Parameter::new(Command::End as usize),
            command_at: at(&map::COMMAND, 0),
            status_at: at(&map::STATUS, 0),
            result_take_at: at(&map::RESULT_TAKE, 0),
            result_range_at: at(&map::RESULT_RANGE, 0),
            nonce_low_at: at(&map::RESULT_NONCE, 0),
            nonce_high_at: at(&map::RESULT_NONCE, 1),
            hash_low_at: (0..4).map(|i| at(&map::RESULT_HASH, 2 * i)).collect(),
            hash_high_at: (0..4).map(|i| at(&map::RESULT_HASH, 2 * i + 1)).collect(),
            checksum_take_at: at(&map::CHECKSUM_TAKE, 0),
            checksum_index_at: at(&map::CHECKSUM_INDEX, 0),
            checksum_at: at(&map::CHECKSUM, 0),
            reset_at: at(&map::RESET, 0),
            count_low_at: (0..COUNTERS as u32)
                .map(|i| at(&map::COUNTERS, 2 * i))
                .collect(),
            count_high_at: (0..COUNTERS as u32)
                .map(|i| at(&map::COUNTERS, 2 * i + 1))
                .collect(),
            ..Self::default()
        }
    }
}

impl Logic for Accelerator {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, core_held, count_high, q_reg);
        self.write_access.next = self.select.val() & self.write.val();
        self.read_access.next = self.select.val() & (!self.write.val());

        // Writes.
        self.job_write.next = self.write_access.val() & (self.word.val() < self.job_words.q.val());
        self.job_address.next = self.word.val().get_bits::<6>(0);
        self.job_data.next = self.d.val();
        self.command_write.next =
            self.write_access.val() & (self.word.val() == self.command_at.q.val());
        self.command_is_cancel.next = self.d.val().get_bits::<3>(0) == self.cancel_code.q.val();
        self.start.next = self.command_write.val() & (!self.d.val().get_bit(2));
        self.cancel.next = self.command_write.val() & self.command_is_cancel.val();
        self.command.next = self.d.val().get_bits::<2>(0);
        self.result_ready.next =
            self.write_access.val() & (self.word.val() == self.result_take_at.q.val());
        self.checksum_ready.next =
            self.write_access.val() & (self.word.val() == self.checksum_take_at.q.val());
        if self.write_access.val() & (self.word.val() == self.reset_at.q.val()) {
            self.core_held.d.next = self.d.val().get_bit(0);
        }
        if self.reset.val() {
            self.core_held.d.next = false;
        }
        self.core_reset.next = self.reset.val() | self.core_held.q.val();

        // Reads.
        self.q_reg.d.next = 0.into();
        if self.read_access.val() {
            if self.word.val() == self.status_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 1>(self.ready.val().into())
                    | (unsigned_cast_extend::<32, 1>(self.running.val().into()) << 1)
                    | (unsigned_cast_extend::<32, 1>(self.result_valid.val().into()) << 2)
                    | (unsigned_cast_extend::<32, 1>(self.checksum_valid.val().into()) << 3)
                    | (unsigned_cast_extend::<32, 1>(self.result_hit.val().into()) << 4)
                    | (unsigned_cast_extend::<32, 8>(self.round.val()) << 8);
            }
            if self.word.val() == self.result_range_at.q.val() {
                self.q_reg.d.next = self.result_range.val();
            }
            if self.word.val() == self.nonce_low_at.q.val() {
                self.q_reg.d.next = self.result_nonce.val().get_bits::<32>(0);
            }
            if self.word.val() == self.nonce_high_at.q.val() {
                self.q_reg.d.next = self.result_nonce.val().get_bits::<32>(32);
            }
            for i in 0..4 {
                if self.word.val() == self.hash_low_at[i].q.val() {
                    self.q_reg.d.next = self.result_hash[i].val().get_bits::<32>(0);
                }
                if self.word.val() == self.hash_high_at[i].q.val() {
                    self.q_reg.d.next = self.result_hash[i].val().get_bits::<32>(32);
                }
            }
            if self.word.val() == self.checksum_index_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 8>(self.checksum_index.val());
            }
            if self.word.val() == self.checksum_at.q.val() {
                self.q_reg.d.next = self.checksum.val();
            }
            if self.word.val() == self.reset_at.q.val() {
                self.q_reg.d.next = unsigned_cast_extend::<32, 1>(self.core_held.q.val().into());
            }
            for i in 0..self.count.len() {
                if self.word.val() == self.count_low_at[i].q.val() {
                    self.q_reg.d.next = self.count[i].val().get_bits::<32>(0);
                    self.count_high.d.next = self.count[i].val().get_bits::<8>(32);
                }
                if self.word.val() == self.count_high_at[i].q.val() {
                    self.q_reg.d.next = unsigned_cast_extend::<32, 8>(self.count_high.q.val());
                }
            }
        }
        self.q.next = self.q_reg.q.val();
    }
}
