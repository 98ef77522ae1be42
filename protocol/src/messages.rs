//! Every message of the link.
//!
//! The host sends requests. The device gives each exactly one answer, which carries the request's
//! number, and sends events on its own. Results and the ends of ranges are sent until they are
//! acknowledged, so that none is lost on a bad line.

use crate::codes::{BankBit, Capability, JobFlag, RangeFlag};
pub use crate::codes::{DeviceState, EndReason, Refusal, ResetCause, SelfTestState};
use crate::layout::{
    FieldLayout, MessageLayout, Payload, PayloadError, Reader, Wire, Writer, messages, read,
};

/// Bit that makes an answer's kind of its request's.
pub const ANSWER: u8 = 0x40;
/// Bit of all events' kinds.
pub const EVENT: u8 = 0x80;
/// Bytes of firmware in an [`UpdateWrite`].
pub const UPDATE_CHUNK: usize = 128;

/// Milliseconds after which an event that is not acknowledged is sent again.
pub const RESEND_MILLISECONDS: u32 = 50;

/// [`SetJob::flags`]: the job has a header hash and no header.
pub const RAW: u8 = JobFlag::Raw as u8;
/// [`Run::flags`]: the range takes the place of all others.
pub const REPLACE: u8 = RangeFlag::Replace as u8;

/// [`Identity::bank`] and [`Started::bank`]: the firmware is on trial.
pub const ON_TRIAL: u8 = BankBit::OnTrial as u8;

/// [`Identity::capabilities`]: the matrix list is loaded from outside the chip.
pub const LOADER: u32 = Capability::Loader as u32;
/// [`Identity::capabilities`]: the temperature is measured.
pub const TEMPERATURE: u32 = Capability::Temperature as u32;

/// [`Report::temperature`] where there is none.
pub const NO_TEMPERATURE: i16 = i16::MIN;

messages! {
    /// Messages of the host.
    Request {
        /// Asks for the identity. Answered in every protocol version.
        Identify = 0x01, 0 bytes {}
        /// Keeps a job. A job that no range uses is forgotten for it; the device holds three.
        SetJob = 0x02, 197 bytes {
            /// Number of the job, chosen by the host; a job of the same number is replaced.
            job: u32,
            /// Flags of the job.
            flags: u8 as JobFlag,
            /// The 128 bytes of the header in front of the nonce; raw: a header hash, then zeros.
            prefix: [u8; 128],
            /// Seed of the matrix list.
            seed: [u8; 32],
            /// Target, a little-endian number: nonces whose hash is not above it are reported. Raw: the hash is always reported.
            target: [u8; 32],
        }
        /// Hashes a range of nonces of a job; it waits while another range runs, unless it replaces it. A range that is given up before it ran may end before the one that ran.
        Run = 0x03, 25 bytes {
            /// Range id, chosen by the host, never used again; results carry it.
            range: u32,
            /// Number of the job.
            job: u32,
            /// First nonce.
            first: u64,
            /// Nonces, at least 1, and 1 for a raw job; first + count is at most 2^63.
            count: u64,
            /// Flags of the range.
            flags: u8 as RangeFlag,
        }
        /// Gives up what runs and what waits. Every range ends with its `RangeDone`.
        Abort = 0x04, 0 bytes {}
        /// An event arrived; the device may forget it.
        Acknowledge = 0x05, 2 bytes {
            /// Number of the event.
            event: u16,
        }
        /// Asks for a report.
        Status = 0x06, 0 bytes {}
        /// Hashes a header hash whose PoW hash is known; taken while no range runs or waits.
        SelfTest = 0x07, 0 bytes {}
        /// Reads checksums of the matrix list that was made last; taken while no range runs or waits. The answer comes when they are read.
        ReadChecksums = 0x08, 1 bytes {
            /// First of 16 matrices, a multiple of 16.
            first: u8,
        }
        /// Restarts the chip with the confirmed firmware.
        Reset = 0x09, 0 bytes {}
        /// Begins a firmware update; what was staged before is forgotten.
        UpdateBegin = 0x0a, 8 bytes {
            /// Bytes of the image, a multiple of 128, at most a bank.
            size: u32,
            /// CRC-32 of the image, as of frames.
            crc: u32,
        }
        /// Writes a part of the image.
        UpdateWrite = 0x0b, 132 bytes {
            /// First byte, a multiple of 128.
            offset: u32,
            /// Bytes of the image.
            data: [u8; 128],
        }
        /// Starts the staged image on trial, if its CRC is right. Unless it is confirmed in time, the chip falls back.
        UpdateStart = 0x0c, 4 bytes {
            /// Milliseconds it has, at least 1.
            confirm_within: u32,
        }
        /// Keeps the firmware that runs on trial.
        UpdateConfirm = 0x0d, 0 bytes {}
    }
}

messages! {
    /// Answers of the device.
    Answer {
        /// To `Identify`.
        Identity = 0x41, 44 bytes {
            /// Oldest protocol version spoken.
            protocol_low: u8,
            /// Newest protocol version spoken.
            protocol_high: u8,
            /// Version of the register map.
            map_version: u16,
            /// Serial number.
            serial: u64,
            /// Fingerprint of the hardware's description.
            hardware_build: u32,
            /// Fingerprint of the firmware's sources.
            firmware_build: u32,
            /// Major, minor and patch number.
            firmware_version: [u8; 3],
            /// Firmware bank that runs.
            bank: u8 as BankBit,
            /// Rows of a matrix.
            dimension: u16,
            /// Matrix rows processed side by side.
            lanes: u16,
            /// Clock of the core in Hz.
            clock: u32,
            /// Optional parts of the chip.
            capabilities: u32 as Capability,
            /// Ranges that may wait behind the one that runs.
            queue: u8,
            /// State of the known-answer test.
            self_test: u8 as SelfTestState,
            /// Events that may wait for their acknowledgement.
            events: u8,
            /// 0.
            reserved: [u8; 5],
        }
        /// To `SetJob`: it is kept.
        JobSet = 0x42, 0 bytes {}
        /// To `Run`: it runs or waits, and will end with `RangeDone`.
        RangeTaken = 0x43, 0 bytes {}
        /// To `Abort`.
        Aborted = 0x44, 0 bytes {}
        /// To `Acknowledge`.
        Acknowledged = 0x45, 0 bytes {}
        /// To `Status`.
        Report = 0x46, 112 bytes {
            /// Activity.
            state: u8 as DeviceState,
            /// Ranges that wait.
            waiting: u8,
            /// Events that are not acknowledged.
            events: u8,
            /// State of the known-answer test.
            self_test: u8 as SelfTestState,
            /// Range id of the range that runs; 0 if none.
            range: u32,
            /// Hashes completed in it.
            range_hashes: u64,
            /// Clock cycles since the start.
            uptime: u64,
            /// Tokens issued to the array since the start.
            issued: u64,
            /// Cycles the array waited for weights.
            stall_weights: u64,
            /// Cycles it waited for a load.
            stall_load: u64,
            /// Cycles it waited for the fold.
            stall_fold: u64,
            /// Cycles without work in a range.
            idle: u64,
            /// Hashes completed since the start.
            hashes: u64,
            /// Rounds of the matrix list that are made.
            round: u8,
            /// Cause of the last start.
            cause: u8 as ResetCause,
            /// Hundredths of a degree Celsius; -32768 if not measured.
            temperature: i16,
            /// Resets by the watchdog since power-up.
            watchdog_resets: u16,
            /// Bytes lost since the receive FIFO was full.
            overruns: u16,
            /// Bytes dropped for a wrong stop bit.
            framing_errors: u16,
            /// Frames dropped: broken, too long, wrong CRC.
            bad_frames: u16,
            /// Longest time between two looks at the line, in cycles of the controller.
            longest_turn: u32,
            /// Bytes of stack that were ever used.
            stack: u16,
            /// 0.
            reserved: [u8; 22],
        }
        /// To `SelfTest`: it runs, and will end with `SelfTestDone`.
        SelfTestTaken = 0x47, 0 bytes {}
        /// To `ReadChecksums`.
        Checksums = 0x48, 65 bytes {
            /// First matrix.
            first: u8,
            /// 16 checksums, little-endian: FNV over the words of a matrix, as `hdl/src/core/checksum.rs` says.
            sums: [u8; 64],
        }
        /// To `Reset`; the last answer before it.
        Resetting = 0x49, 0 bytes {}
        /// To `UpdateBegin`.
        UpdateBegun = 0x4a, 0 bytes {}
        /// To `UpdateWrite`.
        UpdateWritten = 0x4b, 4 bytes {
            /// First byte of the part.
            offset: u32,
        }
        /// To `UpdateStart`; the last answer before the restart.
        UpdateStarting = 0x4c, 0 bytes {}
        /// To `UpdateConfirm`.
        UpdateConfirmed = 0x4d, 0 bytes {}
        /// To any request: it was not done.
        Refused = 0x7f, 8 bytes {
            /// Reason.
            code: u8 as Refusal,
            /// Kind of the request, if it was understood; else 0.
            kind: u8,
            /// Oldest protocol version spoken.
            protocol_low: u8,
            /// Newest protocol version spoken.
            protocol_high: u8,
            /// Number that was found instead of what was expected; 0 if there is none.
            found: u32,
        }
    }
}

messages! {
    /// Messages of the device on its own. The frame's number counts the events.
    Event {
        /// The device started; jobs, ranges and events of before are gone. Not acknowledged.
        Started = 0x81, 4 bytes {
            /// Cause of the start.
            cause: u8 as ResetCause,
            /// Firmware bank that runs.
            bank: u8 as BankBit,
            /// 0.
            reserved: u16,
        }
        /// A nonce meets its job's target; or the hash of a raw job. Sent until acknowledged.
        Found = 0x82, 44 bytes {
            /// Range id.
            range: u32,
            /// Nonce in the range.
            nonce: u64,
            /// PoW hash.
            hash: [u8; 32],
        }
        /// A range is over; all its results were sent before. Sent until acknowledged.
        RangeDone = 0x83, 16 bytes {
            /// Range id.
            range: u32,
            /// Nonces hashed, counted from the first.
            hashes: u64,
            /// Reason for the end.
            reason: u8 as EndReason,
            /// 0.
            reserved: [u8; 3],
        }
        /// A matrix list is made. Sent until acknowledged.
        SeedReady = 0x84, 40 bytes {
            /// Seed of the list.
            seed: [u8; 32],
            /// Clock cycles it took.
            cycles: u64,
        }
        /// The known-answer test is over. Sent until acknowledged.
        SelfTestDone = 0x85, 40 bytes {
            /// 1 if the hash was right.
            passed: u8,
            /// 0.
            reserved: [u8; 7],
            /// PoW hash of the known header hash.
            hash: [u8; 32],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_its_answer_and_no_kind_is_used_twice() {
        for (request, answer) in Request::LAYOUT.iter().zip(Answer::LAYOUT) {
            assert_eq!(request.kind | ANSWER, answer.kind, "{}", request.name);
        }
        assert_eq!(Answer::LAYOUT.len(), Request::LAYOUT.len() + 1);
        let kinds = Request::LAYOUT
            .iter()
            .chain(Answer::LAYOUT)
            .chain(Event::LAYOUT);
        for (i, message) in kinds.clone().enumerate() {
            assert!(
                kinds
                    .clone()
                    .take(i)
                    .all(|other| other.kind != message.kind)
            );
        }
    }

    #[test]
    fn fields_add_up_to_their_message() {
        for message in Request::LAYOUT
            .iter()
            .chain(Answer::LAYOUT)
            .chain(Event::LAYOUT)
        {
            let sum: usize = message.fields.iter().map(|field| field.size).sum();
            assert_eq!(sum, message.size, "{}", message.name);
        }
    }

    #[test]
    fn a_later_version_may_append() {
        let mut longer = [0; 8];
        longer[0] = 7;
        let acknowledge = Request::get(0x05, &longer);
        assert_eq!(acknowledge, Ok(Acknowledge { event: 7 }.into()));
        let short = Request::get(0x05, &longer[..1]);
        assert_eq!(
            short,
            Err(PayloadError::Short {
                kind: 5,
                expected: 2,
                found: 1
            })
        );
        assert_eq!(Request::get(0x3f, &[]), Err(PayloadError::Unknown(0x3f)));
    }
}
