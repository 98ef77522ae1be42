//! The controller's main loop: in each turn, one look at everything.
//!
//! ```text
//! turn: answers not sent yet ─► core ─► line, requests ─► late answers ─► events ─► watchdog
//! ```
//!
//! Nothing waits. What cannot be done in this turn is done in a later one; an answer is sent in the
//! turn behind the one that wrote it, so that no turn is long.

use tensority_protocol::VERSIONS;
use tensority_protocol::frame::{Decoder, Frame, FrameError, Header};
use tensority_protocol::layout::Payload;
use tensority_protocol::messages::{Abort, Acknowledge, Identify, Refusal, Started, Status};

use crate::answers::{Answers, Class, Key, Reply};
use crate::bus::Bus;
use crate::device::Device;
use crate::refusal::Refuse;

/// Bytes that are taken from the line in a turn, so that no turn is long.
const BYTES_IN_A_TURN: usize = 32;

/// The program: [`Controller::start`], then [`Controller::turn`] for ever.
pub struct Controller {
    decoder: Decoder,
    answers: Answers,
    reply: Reply,
    device: Device,
}

impl Controller {
    /// Not started: all its bytes are 0, so that an image carries nothing of it.
    pub const fn new() -> Self {
        Self {
            decoder: Decoder::new(),
            answers: Answers::new(),
            reply: Reply::NONE,
            device: Device::new(),
        }
    }

    /// Tells the host, and begins the self-test. Once, before the first turn.
    pub fn start(&mut self, bus: &mut impl Bus) {
        self.device.start(bus);
        self.reply.put(&Started {
            cause: self.device.boot.cause(bus),
            bank: self.device.boot.bank(bus),
            reserved: 0,
        });
        self.device.uart.send_message(bus, 0, &self.reply);
    }

    /// One look at everything.
    #[inline(never)]
    pub fn turn(&mut self, bus: &mut impl Bus) {
        let now = self.device.timer.turn(bus);
        let sent = self.answers.send(bus, &mut self.device.uart);
        if self.device.boot.is_restarting() {
            self.device.turn_to_restart(bus, now);
            return;
        }
        self.device.turn(bus);
        if sent {
            self.read_line(bus, now);
        }
        if self.answers.is_pending() && self.device.late_answer(bus, now, &mut self.reply) {
            self.answers.answer_pending(&self.reply);
        }
        self.device.end_turn(bus, now);
    }

    /// Takes bytes, until a frame is complete or the core has to settle.
    fn read_line(&mut self, bus: &mut impl Bus, now: u32) {
        for _ in 0..BYTES_IN_A_TURN {
            if self.device.schedule.is_settling() {
                return;
            }
            let Some(byte) = self.device.uart.receive(bus) else {
                return;
            };
            match self.decoder.feed(byte) {
                None => continue,
                Some(Ok(frame)) => {
                    let (device, answers) = (&mut self.device, &mut self.answers);
                    take(bus, device, answers, &mut self.reply, &frame, now);
                }
                Some(Err(error)) => drop_frame(bus, &mut self.device, &mut self.reply, error),
            }
            return;
        }
    }
}

impl Default for Controller {
    fn default() -> Self {
        Self::new()
    }
}

/// Answers a frame, or puts it off.
fn take(
    bus: &mut impl Bus,
    device: &mut Device,
    answers: &mut Answers,
    reply: &mut Reply,
    frame: &Frame,
    now: u32,
) {
    let Header {
        version,
        kind,
        number,
    } = frame.header;
    let key = Key {
        number,
        crc: frame.crc,
    };
    if !answers.repeat(key) {
        let answer = if !VERSIONS.contains(&version) && kind != Identify::KIND {
            Err(Refuse::new(Refusal::Version, u32::from(version)))
        } else if answers.is_pending() && is_mutating(kind) && kind != Abort::KIND {
            Err(Refuse::only(Refusal::Busy))
        } else {
            device.answer(bus, kind, frame.payload, now, reply)
        };
        let answered = answer.unwrap_or_else(|refuse| {
            reply.put(&refuse.to(kind));
            true
        });
        match answered {
            true => {
                let class = match is_mutating(kind) {
                    true => Class::Mutating,
                    false => Class::ReadOnly,
                };
                answers.answer(class, key, reply);
            }
            false => answers.put_off(key),
        }
    }
}

/// Whether a request changes something, and must not be done twice.
fn is_mutating(kind: u8) -> bool {
    ![Identify::KIND, Status::KIND, Acknowledge::KIND].contains(&kind)
}

/// Counts what is no frame, and says so if there is room.
fn drop_frame(bus: &mut impl Bus, device: &mut Device, reply: &mut Reply, error: FrameError) {
    device.bad_frames = device.bad_frames.saturating_add(1);
    let refuse = match error {
        FrameError::Broken => Refuse::only(Refusal::Frame),
        FrameError::Oversized => Refuse::only(Refusal::Oversized),
        FrameError::Checksum { found, .. } => Refuse::new(Refusal::Checksum, found),
    };
    reply.put(&refuse.to(0));
    device.uart.send_message(bus, 0, reply);
}
