//! Every enumeration that crosses a border between chip, firmware and host.

use crate::code::{Code, CodeError, CodeTable, codes};

codes! {
    /// Commands of the accelerator core.
    Command {
        Range = 0, "hash the job's range of nonces and report those that meet the target";
        Hash = 1, "hash the job's header hash once and report it";
        Generate = 2, "make the matrix list of the job's seed";
        Checksums = 3, "read the matrix list back, a checksum per matrix";
        End = 4, "end what runs";
    }

    /// The parts of a job, each by its first lane of 64 bits; low half first.
    JobLane {
        Prefix = 0, "the 128 bytes of the header in front of the nonce";
        HeaderHash = 16, "header hash, for the command `Hash`";
        Seed = 20, "seed of the matrix list, for the command `Generate`";
        Target = 24, "target, least significant lane first";
        First = 28, "first nonce";
        Count = 29, "number of nonces";
        Range = 30, "range id, in the low half";
    }

    /// Counters of the accelerator core since its reset, 40 bits each.
    Counter {
        Issued = 0, "tokens of multiplies issued to the array";
        StallWeights = 1, "cycles stalled for weights";
        StallLoad = 2, "cycles stalled for the load of a chain's first matrix";
        StallFold = 3, "cycles stalled for the fold of the hash before";
        Idle = 4, "cycles without a pass to issue";
        Hashes = 5, "hashes completed";
    }

    /// Causes of a start of the chip.
    ResetCause {
        PowerUp = 0, "power-up";
        Command = 1, "the controller or the reset button";
        Watchdog = 2, "the watchdog was not fed";
        NotConfirmed = 3, "the bank on trial was not confirmed in time";
    }

    /// Actions on the firmware banks.
    BootAction {
        Nothing = 0, "nothing";
        RestartConfirmed = 1, "restart the confirmed bank";
        StartOther = 2, "start the other bank on trial";
        Confirm = 3, "confirm the bank that runs";
    }

    /// Bits of a firmware bank on the link.
    BankBit {
        Second = 0x01, "bank 1 and not bank 0";
        OnTrial = 0x02, "it is not confirmed";
    }

    /// Bits of a device's capabilities.
    Capability {
        Loader = 0x01, "the matrix list is loaded from outside, not generated";
        Temperature = 0x02, "the temperature is measured";
    }

    /// Bits of a job's flags.
    JobFlag {
        Raw = 0x01, "the first 32 bytes of `prefix` are a header hash, hashed as it is; a range of the job has one nonce, which is only reported back";
    }

    /// Bits of a range's flags.
    RangeFlag {
        Replace = 0x01, "what runs and what waits is given up for this range";
    }

    /// Activities of the device.
    DeviceState {
        Idle = 0, "nothing";
        Hashing = 1, "hashes a range";
        Generating = 2, "makes a matrix list";
        SelfTest = 3, "runs the known-answer test, or will as soon as the core is free";
        Checksums = 4, "reads checksums";
        Unfit = 5, "nothing, since the known-answer test failed";
    }

    /// Progress of the known-answer test.
    SelfTestState {
        NotDone = 0, "not begun";
        Runs = 1, "runs, or will as soon as the core is free";
        Passed = 2, "the hash was right";
        Failed = 3, "the hash was wrong";
    }

    /// Reasons for the end of a range.
    EndReason {
        Complete = 0, "all of it was hashed";
        Aborted = 1, "the host gave it up, or the device is not fit";
        Replaced = 2, "another range took its place";
    }

    /// Reasons to refuse a request.
    Refusal {
        Frame = 1, "the frame is not COBS";
        Oversized = 2, "the frame is too long";
        Checksum = 3, "the frame's CRC is wrong";
        Version = 4, "the protocol version is not spoken";
        Unknown = 5, "there is no such request";
        Short = 6, "the payload is too short";
        Job = 7, "the job is not known";
        Seed = 8, "the job has no seed";
        Range = 9, "the range is empty or goes beyond 2^63, or a raw job's is not 1 nonce";
        Full = 10, "as many ranges wait as may, or events for which there would be no room";
        Busy = 11, "the device is busy";
        Unfit = 12, "the known-answer test failed";
        Offset = 13, "the offset or size does not fit";
        Image = 14, "the image is not whole, or its CRC is wrong";
        NotOnTrial = 15, "no firmware is on trial";
        Value = 16, "a field's value is not defined";
    }
}

impl JobLane {
    /// Lanes of a job.
    pub const LANES: usize = Self::Range as usize + 1;

    /// Number of the part's first word of 32 bits.
    pub const fn word(self) -> usize {
        2 * self as usize
    }
}

impl Counter {
    /// Bits of a counter, which wraps.
    pub const BITS: u32 = 40;

    /// What was counted from one reading to a later one.
    pub const fn between(before: u64, after: u64) -> u64 {
        after.wrapping_sub(before) & ((1 << Self::BITS) - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_unique_in_their_table() {
        for table in TABLES {
            let (name, codes) = (table.name, table.codes);
            for pair in codes.windows(2) {
                assert!(pair[0].number < pair[1].number, "{name}.{}", pair[1].name);
            }
            for (index, code) in codes.iter().enumerate() {
                let before = &codes[..index];
                assert!(before.iter().all(|other| other.name != code.name));
                assert!(!code.about.is_empty(), "{name}.{}", code.name);
            }
        }
        for (index, table) in TABLES.iter().enumerate() {
            assert!(TABLES[..index].iter().all(|other| other.name != table.name));
        }
    }

    #[test]
    fn a_number_comes_back_as_its_code_or_is_refused() {
        fn check<T: Copy + PartialEq + core::fmt::Debug>(
            all: &[T],
            table: &'static CodeTable,
            of: impl Fn(u32) -> Result<T, CodeError>,
        ) {
            let mut known = 0;
            for number in 0..=300 {
                match table
                    .codes
                    .iter()
                    .position(|code| u32::from(code.number) == number)
                {
                    Some(index) => {
                        assert_eq!(of(number), Ok(all[index]));
                        known += 1;
                    }
                    None => {
                        let (expected, found) = (table, number);
                        assert_eq!(of(number), Err(CodeError { expected, found }));
                    }
                }
            }
            assert_eq!(known, all.len());
        }
        check(Command::ALL, Command::TABLE, Command::try_from);
        check(JobLane::ALL, JobLane::TABLE, JobLane::try_from);
        check(Refusal::ALL, Refusal::TABLE, Refusal::try_from);
        assert_eq!(EndReason::try_from(2_u8), Ok(EndReason::Replaced));
    }

    #[test]
    fn counters_are_indexed_without_a_gap() {
        for (index, counter) in Counter::ALL.iter().enumerate() {
            assert_eq!(*counter as usize, index);
        }
        assert_eq!(Counter::between((1 << Counter::BITS) - 2, 3), 5);
    }
}
