//! Requests of the host, carried out or refused.

mod report;

use tensority_protocol::layout::{Payload, PayloadError, read};
use tensority_protocol::messages::*;

use crate::answers::Reply;
use crate::boot::Boot;
use crate::bus::Bus;
use crate::events::Events;
use crate::refusal::Refuse;
use crate::schedule::Schedule;
use crate::timer::Timer;
use crate::uart::Uart;
use crate::watchdog::Watchdog;

/// All parts that requests act on.
pub struct Device {
    /// Serial link.
    pub uart: Uart,
    /// Owner of the time.
    pub timer: Timer,
    /// Owner of the core.
    pub schedule: Schedule,
    watchdog: Watchdog,
    /// Events that the host has not acknowledged.
    pub events: Events,
    /// The firmware banks.
    pub boot: Boot,
    /// Number of frames dropped, which stops at its largest value.
    pub bad_frames: u16,
}

impl Device {
    /// Before its start.
    pub const fn new() -> Self {
        Self {
            uart: Uart::new(),
            timer: Timer::new(),
            schedule: Schedule::new(),
            watchdog: Watchdog::new(),
            events: Events::new(),
            boot: Boot::new(),
            bad_frames: 0,
        }
    }

    /// Starts all parts, and the self-test.
    pub fn start(&mut self, bus: &mut impl Bus) {
        self.watchdog.start(bus);
        self.uart.start(bus);
        self.timer.start(bus);
        self.events.start(&self.timer);
        self.schedule.start();
    }

    /// Looks after the core.
    pub fn turn(&mut self, bus: &mut impl Bus) {
        self.schedule.turn(bus, &self.timer, &mut self.events);
    }

    /// Tells the host what it does not know, and feeds the watchdog.
    pub fn end_turn(&mut self, bus: &mut impl Bus, now: u32) {
        self.events.turn(bus, &mut self.uart, now);
        let sign = self.schedule.sign_of_life(bus);
        self.watchdog.look(bus, now, sign);
    }

    /// Restarts the chip as soon as the line is quiet.
    pub fn turn_to_restart(&mut self, bus: &mut impl Bus, now: u32) {
        self.watchdog.feed(bus);
        self.boot.turn_to_restart(bus, &self.uart, now);
    }

    /// Does what is asked and writes the answer; returns false if the answer comes later, from
    /// [`Device::late_answer`].
    pub fn answer(
        &mut self,
        bus: &mut impl Bus,
        kind: u8,
        payload: &[u8],
        now: u32,
        reply: &mut Reply,
    ) -> Result<bool, Refuse> {
        match kind {
            Identify::KIND => reply.put(&self.identity(bus)),
            SetJob::KIND => {
                self.schedule.set_job(&read(payload)?)?;
                reply.put(&JobSet {});
            }
            Run::KIND => {
                let run = read(payload)?;
                self.schedule
                    .run(bus, &self.timer, &mut self.events, &run)?;
                reply.put(&RangeTaken {});
            }
            Abort::KIND => {
                self.schedule.abort(bus, &self.timer, &mut self.events);
                reply.put(&Aborted {});
            }
            Acknowledge::KIND => {
                let Acknowledge { event } = read(payload)?;
                let known = self.events.acknowledge(event);
                known.map_err(|_| Refuse::new(Refusal::Value, u32::from(event)))?;
                reply.put(&Acknowledged {});
            }
            Status::KIND => reply.put(&self.report(bus)),
            SelfTest::KIND => {
                self.schedule.test(&self.events)?;
                reply.put(&SelfTestTaken {});
            }
            ReadChecksums::KIND => {
                self.schedule.read_checksums(bus, &read(payload)?)?;
                return Ok(false);
            }
            Reset::KIND => {
                self.boot.restart(now);
                reply.put(&Resetting {});
            }
            UpdateBegin::KIND => {
                self.boot.begin(read(payload)?)?;
                reply.put(&UpdateBegun {});
            }
            UpdateWrite::KIND => {
                let part: UpdateWrite = read(payload)?;
                self.boot.write(bus, &part)?;
                let offset = part.offset;
                reply.put(&UpdateWritten { offset });
            }
            UpdateStart::KIND => {
                self.boot.start(&read(payload)?)?;
                return Ok(false);
            }
            UpdateConfirm::KIND => {
                self.boot.confirm(bus)?;
                reply.put(&UpdateConfirmed {});
            }
            unknown => return Err(PayloadError::Unknown(unknown).into()),
        }
        Ok(true)
    }

    /// Writes the answer that was put off, if it is there.
    pub fn late_answer(&mut self, bus: &mut impl Bus, now: u32, reply: &mut Reply) -> bool {
        if let Some(sums) = self.schedule.checksums() {
            reply.put(&sums);
            return true;
        }
        match self.boot.turn(bus) {
            None => return false,
            Some(Ok(milliseconds)) => {
                let cycles = self.timer.cycles(milliseconds);
                self.boot.start_other(bus, cycles, now);
                reply.put(&UpdateStarting {});
            }
            Some(Err(refuse)) => reply.put(&refuse.to(UpdateStart::KIND)),
        }
        true
    }
}
