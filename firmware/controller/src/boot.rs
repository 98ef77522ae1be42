//! The two firmware banks: an update is staged in the bank that does not run, checked, started on
//! trial and confirmed; and the restart of the chip.

use tensority_protocol::codes::{BankBit, BootAction};
use tensority_protocol::crc::Digest;
use tensority_protocol::frame::CRC;
use tensority_protocol::messages::{Refusal, UPDATE_CHUNK, UpdateBegin, UpdateStart, UpdateWrite};
use tensority_protocol::registers::boot::{ACTION, BANK, CAUSE, CONTROL, DEADLINE, STATE, TRIAL};
use tensority_protocol::registers::{BANK_BYTES, STAGING};

use crate::bus::Bus;
use crate::refusal::Refuse;
use crate::uart::Uart;

/// Bytes of the image that are checked in a turn, so that no turn is long.
const CHECKED_IN_A_TURN: u32 = 64;

/// An image that is being checked.
struct Check {
    offset: u32,
    digest: Digest,
    confirm_within: u32,
}

/// A restart that waits for the answers to be on the line.
struct Restart {
    action: BootAction,
    /// When it was decided.
    since: u32,
    /// When the transmit FIFO was first seen empty.
    drained: Option<u32>,
}

/// The owner of the banks.
pub struct Boot {
    /// Size and CRC of the image that is staged; size 0 if none is.
    image: UpdateBegin,
    check: Option<Check>,
    restart: Restart,
}

impl Boot {
    /// With nothing staged.
    pub const fn new() -> Self {
        Self {
            image: UpdateBegin { size: 0, crc: 0 },
            check: None,
            restart: Restart {
                action: BootAction::Nothing,
                since: 0,
                drained: None,
            },
        }
    }

    /// [`ResetCause`](tensority_protocol::codes::ResetCause) of the last start.
    pub fn cause(&self, bus: &mut impl Bus) -> u8 {
        CAUSE.of(bus.read(STATE.address())) as u8
    }

    /// The bank that runs, in bits of [`BankBit`].
    pub fn bank(&self, bus: &mut impl Bus) -> u8 {
        let state = bus.read(STATE.address());
        ((BANK.of(state) * BankBit::Second as u32) | (TRIAL.of(state) * BankBit::OnTrial as u32))
            as u8
    }

    /// Begins an update; refuses a size that does not fit.
    pub fn begin(&mut self, image: UpdateBegin) -> Result<(), Refuse> {
        let whole = image.size.is_multiple_of(UPDATE_CHUNK as u32);
        if image.size == 0 || image.size > BANK_BYTES || !whole {
            return Err(Refuse::new(Refusal::Offset, image.size));
        }
        self.image = image;
        Ok(())
    }

    /// Stages a part of the image.
    pub fn write(&mut self, bus: &mut impl Bus, part: &UpdateWrite) -> Result<(), Refuse> {
        let whole = part.offset.is_multiple_of(UPDATE_CHUNK as u32);
        if part.offset >= self.image.size || !whole {
            return Err(Refuse::new(Refusal::Offset, part.offset));
        }
        let mut address = STAGING.base + part.offset;
        for word in part.data.as_chunks::<4>().0 {
            bus.write(address, u32::from_le_bytes(*word));
            address += 4;
        }
        Ok(())
    }

    /// Begins to check what is staged; [`Boot::turn`] tells the result.
    ///
    /// An image whose CRC is right is whole, so what was written is not kept account of.
    pub fn start(&mut self, request: &UpdateStart) -> Result<(), Refuse> {
        if request.confirm_within == 0 {
            return Err(Refuse::only(Refusal::Value));
        }
        if self.image.size == 0 {
            return Err(Refuse::only(Refusal::Image));
        }
        self.check = Some(Check {
            offset: 0,
            digest: CRC.digest(),
            confirm_within: request.confirm_within,
        });
        Ok(())
    }

    /// Checks a piece; tells the result after the last, and how many milliseconds the trial has.
    pub fn turn(&mut self, bus: &mut impl Bus) -> Option<Result<u32, Refuse>> {
        let mut check = self.check.take()?;
        for _ in 0..CHECKED_IN_A_TURN / 4 {
            let word = bus.read(STAGING.base + check.offset);
            check.digest.update(&word.to_le_bytes());
            check.offset += 4;
        }
        if check.offset < self.image.size {
            self.check = Some(check);
            return None;
        }
        let found = check.digest.finalize();
        Some(match found == self.image.crc {
            true => Ok(check.confirm_within),
            false => Err(Refuse::new(Refusal::Image, found)),
        })
    }

    /// Keeps the firmware that runs on trial.
    pub fn confirm(&mut self, bus: &mut impl Bus) -> Result<(), Refuse> {
        if TRIAL.of(bus.read(STATE.address())) == 0 {
            return Err(Refuse::only(Refusal::NotOnTrial));
        }
        act(bus, BootAction::Confirm);
        Ok(())
    }

    /// Decides to start what is staged on trial, for `confirm_within` cycles.
    pub fn start_other(&mut self, bus: &mut impl Bus, confirm_within: u32, now: u32) {
        bus.write(DEADLINE.address(), confirm_within);
        self.decide(BootAction::StartOther, now);
    }

    /// Decides to restart the confirmed bank.
    pub fn restart(&mut self, now: u32) {
        self.decide(BootAction::RestartConfirmed, now);
    }

    fn decide(&mut self, action: BootAction, now: u32) {
        self.restart = Restart {
            action,
            since: now,
            drained: None,
        };
    }

    /// Whether a restart was decided; nothing else is done any more.
    pub fn is_restarting(&self) -> bool {
        self.restart.action != BootAction::Nothing
    }

    /// Restarts as soon as everything is sent, or should have been.
    pub fn turn_to_restart(&mut self, bus: &mut impl Bus, uart: &Uart, now: u32) {
        let restart = &mut self.restart;
        if restart.drained.is_none() && uart.drained(bus) {
            restart.drained = Some(now);
        }
        // The FIFO is empty a byte before the line is.
        let sent = restart
            .drained
            .is_some_and(|drained| now.wrapping_sub(drained) > uart.byte_cycles(bus));
        if sent || now.wrapping_sub(restart.since) > uart.drain_cycles(bus) {
            act(bus, restart.action);
        }
    }
}

fn act(bus: &mut impl Bus, action: BootAction) {
    bus.write(CONTROL.address(), ACTION.put(action as u32));
}
