//! The controller's view of the chip: every memory and every register.
//!
//! All registers are words of 32 bits at multiples of 4; narrower accesses are not made. A read of
//! an address that is not listed gives 0, a write to it is lost.

use crate::codes::{BootAction, Capability, Command, Counter, JobLane, ResetCause};
use crate::register::{Access, Field, Memory, Peripheral, Register, Reset};

/// Version of this map; raised when a register changes its meaning.
pub const MAP_VERSION: u32 = 1;

/// Bytes of a firmware bank.
pub const BANK_BYTES: u32 = 16 * 1024;
/// The bank that runs; writes are lost. The controller starts at its first word.
pub const CODE: Memory = Memory {
    name: "code",
    base: 0,
    bytes: BANK_BYTES,
    about: "the firmware bank that runs; read only",
};
/// The bank that does not run.
pub const STAGING: Memory = Memory {
    name: "staging",
    base: 0x4000,
    bytes: BANK_BYTES,
    about: "the other firmware bank, for an update; whole words",
};
/// Data memory and stack.
pub const RAM: Memory = Memory {
    name: "ram",
    base: 0x1_0000,
    bytes: 8 * 1024,
    about: "data and stack",
};
/// All memories, in the order of their addresses.
pub const MEMORIES: &[Memory] = &[CODE, STAGING, RAM];

/// Address of the first peripheral.
pub const PERIPHERALS_BASE: u32 = 0x0200_0000;
/// All peripherals, in the order of their addresses.
pub const PERIPHERALS: &[Peripheral] = &[
    chip::PERIPHERAL,
    uart::PERIPHERAL,
    timer::PERIPHERAL,
    watchdog::PERIPHERAL,
    boot::PERIPHERAL,
    accelerator::PERIPHERAL,
];

/// Describes a peripheral: a module with a constant per register and field.
macro_rules! peripheral {
    (
        $(#[doc = $about:literal])*
        $module:ident = $number:literal {
            $(
                $(#[doc = $register_about:literal])*
                $register:ident: $offset:literal, $access:ident, $width:literal $(x $words:tt)?,
                    reset $reset:expr, sampled $sampled:literal, cleared $cleared:literal
                    $(, codes $codes:ident)?
                    $({ $($field:ident: $low:literal, $bits:literal, $field_about:literal $(, codes $field_codes:ident)?;)* })?;
            )*
        }
    ) => {
        $(#[doc = $about])*
        pub mod $module {
            use super::*;

            /// Byte address of the peripheral.
            pub const BASE: u32 = PERIPHERALS_BASE + $number * Peripheral::SPACING;
            /// The peripheral with all its registers.
            pub const PERIPHERAL: Peripheral = Peripheral {
                name: stringify!($module),
                base: BASE,
                about: concat!($($about),*),
                registers: &[$($register),*],
            };
            $(
                $(#[doc = $register_about])*
                pub const $register: Register = Register {
                    name: stringify!($register),
                    base: BASE,
                    offset: $offset,
                    words: 1 $(* $words)?,
                    width: $width,
                    access: Access::$access,
                    reset: $reset,
                    sampled: $sampled,
                    cleared: $cleared,
                    about: concat!($($register_about),*),
                    fields: &[$($($field),*)?],
                    codes: [$(Some($codes::TABLE),)? None][0],
                };
                $($(
                    #[doc = $field_about]
                    pub const $field: Field = Field {
                        name: stringify!($field),
                        low: $low,
                        width: $bits,
                        about: $field_about,
                        codes: [$(Some($field_codes::TABLE),)? None][0],
                    };
                )*)?
            )*
        }
    };
}

peripheral! {
    /// Identity of the chip.
    chip = 0 {
        /// `TENS` in ASCII, first letter in the low byte.
        MAGIC: 0x00, ReadOnly, 32, reset Reset::Value(0x534e_4554), sampled "constant", cleared "never";
        /// Version of this map.
        VERSION: 0x04, ReadOnly, 32, reset Reset::Value(MAP_VERSION), sampled "constant", cleared "never";
        /// Fingerprint of the hardware's description.
        BUILD: 0x08, ReadOnly, 32, reset Reset::Build, sampled "constant", cleared "never";
        /// Serial number, low half.
        SERIAL_LOW: 0x0c, ReadOnly, 32, reset Reset::Build, sampled "on read", cleared "never";
        /// Serial number, high half.
        SERIAL_HIGH: 0x10, ReadOnly, 32, reset Reset::Build, sampled "on read", cleared "never";
        /// Clock of the controller, its timer and its line in Hz.
        CLOCK: 0x14, ReadOnly, 32, reset Reset::Build, sampled "constant", cleared "never";
        /// Size of the accelerator.
        GEOMETRY: 0x18, ReadOnly, 32, reset Reset::Build, sampled "constant", cleared "never" {
            DIMENSION: 0, 16, "rows of a matrix";
            LANES: 16, 16, "matrix rows processed side by side";
        };
        /// Optional parts of this chip, a bit each.
        CAPABILITIES: 0x1c, ReadOnly, 32, reset Reset::Build, sampled "on read", cleared "never", codes Capability;
        /// Temperature in hundredths of a degree Celsius, two's complement; 0 where there is none.
        TEMPERATURE: 0x20, ReadOnly, 16, reset Reset::Live, sampled "on read", cleared "never";
        /// Clock of the accelerator core in Hz.
        CORE_CLOCK: 0x24, ReadOnly, 32, reset Reset::Build, sampled "constant", cleared "never";
    }
}

peripheral! {
    /// The serial link: 8 data bits, no parity, 1 stop bit, a FIFO each way.
    uart = 1 {
        /// The oldest byte received; reading takes it.
        RECEIVE: 0x00, ReadOnly, 9, reset Reset::Value(0), sampled "on read, which takes the byte", cleared "when the FIFO is empty" {
            RECEIVED: 0, 8, "the byte";
            RECEIVED_VALID: 8, 1, "there was one";
        };
        /// Sends a byte; lost if the FIFO is full.
        TRANSMIT: 0x04, WriteOnly, 8, reset Reset::Value(0), sampled "on write", cleared "sent";
        /// Fill of the FIFOs.
        LEVELS: 0x08, ReadOnly, 32, reset Reset::Live, sampled "on read", cleared "as bytes move" {
            WAITING: 0, 16, "bytes received that wait";
            FREE: 16, 16, "bytes that TRANSMIT takes";
        };
        /// Clock cycles of a bit, at least 8.
        DIVISOR: 0x0c, ReadWrite, 16, reset Reset::Build, sampled "at each start bit", cleared "never";
        /// Line errors; the counters stop at their largest value.
        ERRORS: 0x10, ReadOnly, 32, reset Reset::Value(0), sampled "on read", cleared "chip reset" {
            OVERRUNS: 0, 16, "bytes lost because the receive FIFO was full";
            FRAMING_ERRORS: 16, 16, "bytes dropped because their stop bit was not 1";
        };
    }
}

peripheral! {
    /// Time since the chip reset, in clock cycles.
    timer = 2 {
        /// Low half.
        LOW: 0x00, ReadOnly, 32, reset Reset::Value(0), sampled "on read, which samples HIGH", cleared "chip reset";
        /// High half.
        HIGH: 0x04, ReadOnly, 32, reset Reset::Value(0), sampled "when LOW was read last", cleared "chip reset";
    }
}

peripheral! {
    /// Resets the chip unless it is fed.
    watchdog = 3 {
        /// Cycles without FEED until the chip is reset; 0 switches it off.
        PERIOD: 0x00, ReadWrite, 32, reset Reset::Build, sampled "at FEED", cleared "never";
        /// Any write: the period starts again.
        FEED: 0x04, WriteOnly, 32, reset Reset::Value(0), sampled "on write", cleared "never";
        /// Resets by the watchdog; stops at its largest value.
        RESETS: 0x08, ReadOnly, 16, reset Reset::Kept("since power-up"), sampled "on read", cleared "power-up";
    }
}

peripheral! {
    /// The two firmware banks, and the reset of the chip.
    boot = 4 {
        /// Firmware banks, and the cause of the last start.
        STATE: 0x00, ReadOnly, 5, reset Reset::Kept("see the fields"), sampled "on read", cleared "power-up" {
            BANK: 0, 1, "the bank that runs; 0 after power-up";
            CONFIRMED: 1, 1, "the bank that the chip falls back to; 0 after power-up";
            TRIAL: 2, 1, "the bank that runs is not confirmed";
            CAUSE: 3, 2, "cause of the last start", codes ResetCause;
        };
        /// Acts on the firmware banks.
        CONTROL: 0x04, WriteOnly, 2, reset Reset::Value(0), sampled "on write", cleared "done" {
            ACTION: 0, 2, "action", codes BootAction;
        };
        /// Cycles after which a bank on trial is given up; counts from the start of the trial.
        DEADLINE: 0x08, ReadWrite, 32, reset Reset::Kept("since it was written"), sampled "when the trial starts", cleared "power-up";
    }
}

peripheral! {
    /// The accelerator core.
    accelerator = 5 {
        /// The next job, lanes of 64 bits, low half first. Written while STATUS.READY.
        JOB: 0x000, WriteOnly, 32 x (2 * JobLane::LANES as u32), reset Reset::Value(0), sampled "when the next command starts", cleared "never", codes JobLane;
        /// Begins with the job written last; taken while STATUS.READY.
        COMMAND: 0x100, WriteOnly, 3, reset Reset::Value(0), sampled "on write", cleared "taken" {
            COMMAND_CODE: 0, 3, "command", codes Command;
        };
        /// State of the core.
        STATUS: 0x104, ReadOnly, 16, reset Reset::Live, sampled "on read", cleared "as it happens" {
            READY: 0, 1, "a command or a job is taken";
            RUNNING: 1, 1, "a command is in work";
            RESULT: 2, 1, "the RESULT registers hold a result";
            CHECKSUM_VALID: 3, 1, "CHECKSUM holds a checksum";
            HIT: 4, 1, "the result meets its target";
            ROUND: 8, 8, "rounds of the generation completed";
        };
        /// Any write: the result was read, the next may come.
        RESULT_TAKE: 0x108, WriteOnly, 32, reset Reset::Value(0), sampled "on write", cleared "never";
        /// Range id that the result belongs to.
        RESULT_RANGE: 0x10c, ReadOnly, 32, reset Reset::Live, sampled "stable while STATUS.RESULT", cleared "RESULT_TAKE";
        /// Nonce, low half first.
        RESULT_NONCE: 0x110, ReadOnly, 32 x 2, reset Reset::Live, sampled "stable while STATUS.RESULT", cleared "RESULT_TAKE";
        /// PoW hash, byte 0 in bits 7..0 of word 0.
        RESULT_HASH: 0x120, ReadOnly, 32 x 8, reset Reset::Live, sampled "stable while STATUS.RESULT", cleared "RESULT_TAKE";
        /// Any write: the checksum was read, the next may come.
        CHECKSUM_TAKE: 0x140, WriteOnly, 32, reset Reset::Value(0), sampled "on write", cleared "never";
        /// Number of the matrix.
        CHECKSUM_INDEX: 0x144, ReadOnly, 8, reset Reset::Live, sampled "stable while STATUS.CHECKSUM_VALID", cleared "CHECKSUM_TAKE";
        /// Checksum of the matrix.
        CHECKSUM: 0x148, ReadOnly, 32, reset Reset::Live, sampled "stable while STATUS.CHECKSUM_VALID", cleared "CHECKSUM_TAKE";
        /// 1 holds the core in reset.
        RESET: 0x14c, ReadWrite, 1, reset Reset::Value(0), sampled "level", cleared "never";
        /// Counters since the reset, low half first; reading a low half samples its high half.
        COUNTERS: 0x180, ReadOnly, 32 x (2 * Counter::ALL.len() as u32), reset Reset::Value(0), sampled "low half on read", cleared "core or chip reset", codes Counter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registers_neither_overlap_nor_leave_their_peripheral() {
        for peripheral in PERIPHERALS {
            let mut free = 0;
            for register in peripheral.registers {
                assert!(register.offset >= free, "{} overlaps", register.name);
                assert_eq!(register.offset % 4, 0, "{} is not aligned", register.name);
                free = register.offset + 4 * register.words;
            }
            assert!(
                free <= Peripheral::SPACING,
                "{} is too long",
                peripheral.name
            );
        }
    }

    #[test]
    fn peripherals_and_memories_do_not_overlap() {
        for (number, peripheral) in PERIPHERALS.iter().enumerate() {
            let base = PERIPHERALS_BASE + number as u32 * Peripheral::SPACING;
            assert_eq!(peripheral.base, base, "{}", peripheral.name);
        }
        for pair in MEMORIES.windows(2) {
            assert!(pair[0].base + pair[0].bytes <= pair[1].base);
        }
        const { assert!(RAM.base + RAM.bytes <= PERIPHERALS_BASE) };
    }

    #[test]
    fn names_are_unique() {
        for (i, peripheral) in PERIPHERALS.iter().enumerate() {
            assert!(
                PERIPHERALS[..i]
                    .iter()
                    .all(|other| other.name != peripheral.name)
            );
            let registers = peripheral.registers;
            for (j, register) in registers.iter().enumerate() {
                assert!(
                    registers[..j]
                        .iter()
                        .all(|other| other.name != register.name)
                );
            }
        }
    }

    #[test]
    fn fields_lie_in_their_register_and_do_not_overlap() {
        for register in PERIPHERALS
            .iter()
            .flat_map(|peripheral| peripheral.registers)
        {
            let mut free = 0;
            for field in register.fields {
                assert!(
                    field.low >= free,
                    "{}.{} overlaps",
                    register.name,
                    field.name
                );
                free = field.low + field.width;
            }
            assert!(free <= register.width, "{} is too narrow", register.name);
        }
    }

    #[test]
    fn a_field_puts_and_takes_its_bits() {
        assert_eq!(chip::LANES.put(16), 0x0010_0000);
        assert_eq!(chip::LANES.of(0x0010_0100), 16);
        assert_eq!(
            chip::DIMENSION.of(chip::LANES.put(3) | chip::DIMENSION.put(0x1_0100)),
            0x100
        );
    }
}
