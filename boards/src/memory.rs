//! Synchronous DRAMs: geometry and timing by the data sheet.

use serde::Deserialize;

use crate::Unknown;

const FILES: &[&str] = &[include_str!("../memories/w9825g6kh-6.toml")];

/// A synchronous DRAM (single data rate). Times are the data sheet's, in nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Memory {
    /// Part number, in lower case.
    pub name: String,
    pub banks: u32,
    /// Rows of a bank.
    pub rows: u32,
    /// Columns of a row.
    pub columns: u32,
    /// Data pins; a column has as many bits.
    pub width_bits: u32,
    /// Largest clock in Hz at CAS latency 2.
    pub clock_cas2_hz: u32,
    /// Largest clock in Hz at CAS latency 3.
    pub clock_cas3_hz: u32,
    /// Activate to read or write.
    pub trcd_ns: u32,
    pub trp_ns: u32,
    /// Activate to precharge, at least.
    pub tras_ns: u32,
    /// Activate to precharge, at most.
    pub tras_max_ns: u32,
    /// Activate to activate or refresh, of one bank.
    pub trc_ns: u32,
    /// Activate to activate, of two banks.
    pub trrd_ns: u32,
    /// Refresh to activate or refresh.
    pub trfc_ns: u32,
    /// Last datum written to precharge, in cycles.
    pub twr_cycles: u32,
    /// Setting of the mode to whatever is next, in cycles.
    pub tmrd_cycles: u32,
    /// Time in which all rows are refreshed once.
    pub refresh_ns: u32,
    /// Quiet time after power-up.
    pub start_ns: u32,
}

impl Memory {
    /// The memory of this name.
    ///
    /// # Errors
    /// If there is none.
    ///
    /// # Panics
    /// Never: a test reads the files that are compiled in.
    pub fn find(name: &str) -> Result<Self, Unknown> {
        let all = FILES.iter().map(|text| -> Self {
            toml::from_str(text).expect("a memory's description, which a test has read")
        });
        let mut names = Vec::new();
        for memory in all {
            if memory.name == name {
                return Ok(memory);
            }
            names.push(memory.name);
        }
        Err(Unknown {
            kind: "memory",
            known: names.join(" or "),
            found: name.into(),
        })
    }

    /// Bytes of the whole memory.
    pub fn bytes(&self) -> u64 {
        u64::from(self.banks * self.rows) * u64::from(self.columns * self.width_bits / 8)
    }

    /// Cycles of a clock of `clock` Hz that last `nanoseconds` at least.
    pub fn cycles(nanoseconds: u32, clock: u32) -> u32 {
        let cycles = u64::from(nanoseconds) * u64::from(clock);
        u32::try_from(cycles.div_ceil(1_000_000_000)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_of_32_megabytes_is_read() {
        let memory = Memory::find("w9825g6kh-6").unwrap();
        assert_eq!(memory.bytes(), 32 << 20);
    }

    #[test]
    fn times_are_rounded_up_to_cycles() {
        assert_eq!(Memory::cycles(60, 100_000_000), 6);
        assert_eq!(Memory::cycles(61, 100_000_000), 7);
        assert_eq!(Memory::cycles(64_000_000, 166_000_000), 10_624_000);
    }
}
