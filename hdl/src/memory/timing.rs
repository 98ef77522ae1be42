//! Times of an SDRAM in cycles of its clock.

use tensority_boards::Memory;

/// Refreshes that are put off, so that the banks are closed for eight at a time.
pub const POSTPONED: u32 = 8;

/// Columns of a burst.
pub const BURST: u32 = 8;

/// Times in cycles, each from one command to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// READ to the first column.
    pub cas: u32,
    /// ACTIVATE to READ or WRITE.
    pub rcd: u32,
    /// PRECHARGE to ACTIVATE or REFRESH.
    pub rp: u32,
    /// ACTIVATE to PRECHARGE.
    pub ras: u32,
    /// ACTIVATE to ACTIVATE, of any bank.
    pub rc: u32,
    /// REFRESH to ACTIVATE or REFRESH.
    pub rfc: u32,
    /// Last column written to PRECHARGE.
    pub wr: u32,
    /// MODE to ACTIVATE.
    pub mrd: u32,
    /// Between two refreshes, on average.
    pub refresh: u32,
    /// Quiet after power-up.
    pub start: u32,
}

/// A memory that the controller cannot drive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdramError {
    /// Not the one organisation that the controller knows.
    #[error(
        "expected a memory of 4 banks, 512 columns and 16 bits, found {name} with {banks}, {columns} \
         and {width}; choose another memory"
    )]
    Organisation {
        name: String,
        banks: u32,
        columns: u32,
        width: u32,
    },
    /// Faster than the memory, or so slow that a time is less than the controller can count.
    #[error(
        "expected a clock of 20 to {most} MHz for {name}, found {clock} Hz; choose another clock"
    )]
    Clock {
        name: String,
        /// Fastest clock of the memory, in MHz.
        most: u32,
        /// In Hz.
        clock: u32,
    },
    /// More bytes a beat than a burst has.
    #[error("expected 1, 2 or 4 lanes for a memory of 16 bits, found {0}; choose one of these")]
    Lanes(usize),
}

impl Timing {
    /// The times of `memory` with a clock of `clock` Hz.
    ///
    /// # Errors
    /// If the memory is organised otherwise than the controller's addresses, or the clock does not
    /// fit it.
    pub fn new(memory: &Memory, clock: u32) -> Result<Self, SdramError> {
        let Memory {
            banks,
            columns,
            width_bits: width,
            ..
        } = *memory;
        if (banks, columns, width) != (4, 512, 16) {
            return Err(SdramError::Organisation {
                name: memory.name.clone(),
                banks,
                columns,
                width,
            });
        }
        if !(20_000_000..=memory.clock_cas3_hz).contains(&clock) {
            return Err(SdramError::Clock {
                name: memory.name.clone(),
                most: memory.clock_cas3_hz / 1_000_000,
                clock,
            });
        }
        let cycles = |nanoseconds| Memory::cycles(nanoseconds, clock).max(1);
        let refresh = u64::from(memory.refresh_ns) * u64::from(clock) / 1_000_000_000;
        Ok(Self {
            cas: if clock <= memory.clock_cas2_hz { 2 } else { 3 },
            rcd: cycles(memory.trcd_ns),
            rp: cycles(memory.trp_ns),
            ras: cycles(memory.tras_ns),
            rc: cycles(memory.trc_ns.max(memory.trrd_ns)),
            rfc: cycles(memory.trfc_ns),
            wr: memory.twr_cycles,
            mrd: memory.tmrd_cycles,
            refresh: (refresh / u64::from(memory.rows)) as u32,
            start: cycles(memory.start_ns),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_at_100_megahertz_has_the_cycles_of_its_data_sheet() {
        let memory = Memory::find("w9825g6kh-6").unwrap();
        let timing = Timing::new(&memory, 100_000_000).unwrap();
        let expected = Timing {
            cas: 2,
            rcd: 2,
            rp: 2,
            ras: 5,
            rc: 6,
            rfc: 6,
            wr: 2,
            mrd: 2,
            refresh: 781,
            start: 20_000,
        };
        assert_eq!(timing, expected);
        assert_eq!(Timing::new(&memory, 110_000_000).unwrap().cas, 3);
    }

    #[test]
    fn a_clock_faster_than_the_memory_is_refused() {
        let memory = Memory::find("w9825g6kh-6").unwrap();
        let error = Timing::new(&memory, 167_000_000).unwrap_err().to_string();
        assert!(error.contains("20 to 166 MHz"), "{error}");
    }
}
