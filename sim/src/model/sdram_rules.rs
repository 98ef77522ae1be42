//! Rules of an SDRAM's data sheet, as the simulated memory checks them.

use tensority_boards::Memory;

/// Times in picoseconds but where it says otherwise; the order is that of `cpp/sdram.h`.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct SdramRules {
    /// Period of the clock.
    pub period: u64,
    /// ACTIVATE to READ or WRITE.
    pub rcd: u64,
    /// PRECHARGE to ACTIVATE, REFRESH or MODE.
    pub rp: u64,
    /// ACTIVATE to PRECHARGE, at least.
    pub ras: u64,
    /// ACTIVATE to PRECHARGE, at most.
    pub ras_max: u64,
    /// ACTIVATE to ACTIVATE or REFRESH, of one bank.
    pub rc: u64,
    /// ACTIVATE to ACTIVATE, of two banks.
    pub rrd: u64,
    /// REFRESH to whatever is next.
    pub rfc: u64,
    /// Last column written to PRECHARGE, in cycles.
    pub wr: u64,
    /// MODE to whatever is next, in cycles.
    pub mrd: u64,
    /// All rows are refreshed in this time.
    pub refresh: u64,
    /// Quiet after power-up.
    pub start: u64,
    pub rows: u64,
    pub columns: u64,
    /// Shortest period with CAS latency 2.
    pub period_cas2: u64,
    /// Shortest period with CAS latency 3.
    pub period_cas3: u64,
}

impl SdramRules {
    /// The rules of `memory` with a clock of `clock` Hz.
    pub fn new(memory: &Memory, clock: u32) -> Self {
        let picoseconds = |nanoseconds: u32| u64::from(nanoseconds) * 1000;
        let period = |clock: u32| 1_000_000_000_000_u64.div_ceil(u64::from(clock));
        Self {
            period: period(clock),
            rcd: picoseconds(memory.trcd_ns),
            rp: picoseconds(memory.trp_ns),
            ras: picoseconds(memory.tras_ns),
            ras_max: picoseconds(memory.tras_max_ns),
            rc: picoseconds(memory.trc_ns),
            rrd: picoseconds(memory.trrd_ns),
            rfc: picoseconds(memory.trfc_ns),
            wr: memory.twr_cycles.into(),
            mrd: memory.tmrd_cycles.into(),
            refresh: picoseconds(memory.refresh_ns),
            start: picoseconds(memory.start_ns),
            rows: memory.rows.into(),
            columns: memory.columns.into(),
            period_cas2: period(memory.clock_cas2_hz),
            period_cas3: period(memory.clock_cas3_hz),
        }
    }
}
