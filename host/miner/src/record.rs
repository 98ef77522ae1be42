//! Recording of a run: the controller's events and messages, for [`crate::replay`].
//!
//! A recording is a text of JSON lines. The first is the [`Title`]; each other one is an event with
//! its time, or a message that came of the events before:
//!
//! ```text
//! {"recording":3,"settings":{…}}
//! {"at_us":1250,"event":{"Source":{"source":0,"event":"Up"}}}
//! {"message":{"event":"source","source":"pool","up":true,"reason":null}}
//! ```
//!
//! There is no secret in it: sources are known by their names.

use std::io::{self, Write};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::controller::Settings;
use crate::event::Event;
use crate::message::Message;

/// Of the format; raised when older recordings would not replay.
pub const VERSION: u32 = 3;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Title {
    pub recording: u32,
    pub settings: Settings,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
#[expect(missing_docs, reason = "the types say what the rest is")]
pub enum Line {
    Event {
        /// Microseconds since the start.
        at_us: u64,
        event: Event,
    },
    Message {
        message: Message,
    },
}

/// Writes a run down.
pub struct Recorder {
    out: Box<dyn Write + Send>,
}

impl Recorder {
    /// Begins a recording.
    pub fn new(mut out: Box<dyn Write + Send>, settings: &Settings) -> io::Result<Self> {
        let title = Title {
            recording: VERSION,
            settings: settings.clone(),
        };
        write_line(&mut out, &title)?;
        Ok(Self { out })
    }

    /// Appends an event.
    pub fn event(&mut self, at: Duration, event: &Event) -> io::Result<()> {
        let at_us = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        let event = event.clone();
        write_line(&mut self.out, &Line::Event { at_us, event })
    }

    /// Appends a message.
    pub fn message(&mut self, message: &Message) -> io::Result<()> {
        let message = message.clone();
        write_line(&mut self.out, &Line::Message { message })
    }
}

/// The time as it is written down: in whole microseconds. A run that is recorded goes by it, so that
/// it can be run again.
pub fn whole(time: Duration) -> Duration {
    Duration::from_micros(u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut json = serde_json::to_vec(line)?;
    json.push(b'\n');
    out.write_all(&json)
}
