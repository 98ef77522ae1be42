//! A board on a link, as a [`Device`].
//!
//! A job has on the link the id of the range that brought it. The device on the board may still hold
//! jobs and ranges of a host that is gone: what it kept for that host is taken and dropped when the
//! board is opened, and so is later what comes of ranges that are not under way.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tensority::ARRAY_MULTIPLIES;
use tensority_protocol::VERSIONS;
use tensority_protocol::messages::{
    Abort, Event, Identify, Identity, NO_TEMPERATURE, RAW, REPLACE, ReadChecksums, Refusal, Report,
    Reset, Run, SelfTest, SetJob, Status,
};

use crate::ask::Ask;
use crate::deadline::deadline;
use crate::device::{
    Description, Device, DeviceError, EndReason, Kind, Message, Notice, Placement, Range, RangeId,
};
use crate::discovery;
use crate::link::{Link, Patience, version_reason};
use crate::transport::{Sleep, Transport};
use crate::waker::Waker;

/// Longest time that a board may take to tell what it has kept.
const PAST_PATIENCE: Duration = Duration::from_secs(10);

/// Time after which it is asked again how much that is.
const PAST_PAUSE: Duration = Duration::from_millis(100);

/// Longest time that a range waits until there is room for its events.
const EVENTS_PATIENCE: Duration = Duration::from_secs(10);

/// Longest time that a board may take to say that it restarted.
const RESTART_PATIENCE: Duration = Duration::from_secs(1);

/// A board on a line.
pub struct Board<T> {
    link: Link<T>,
    description: Description,
    identity: Identity,
    /// The range that brought the job which the device has for sure.
    job: Option<Range>,
    /// Ranges that are not over.
    ranges: Vec<RangeId>,
    /// The one of them that is being sent.
    sending: Option<RangeId>,
    notices: VecDeque<Notice>,
    /// Cycles since the device's start, when asked last.
    uptime: u64,
    /// Times that the device is known to have restarted.
    restarts: u32,
}

impl<T: Transport> Board<T> {
    /// Asks the device who it is, and has it give up what it was at.
    ///
    /// # Errors
    /// If it is gone, silent, or speaks no version of the protocol that is spoken here.
    pub fn open(transport: T) -> Result<Self, DeviceError> {
        Self::open_from(transport, rand::random(), Patience::default())
    }

    /// As [`Self::open`], with the numbers of requests beginning after the low half of `start`.
    pub fn open_from(transport: T, start: u32, patience: Patience) -> Result<Self, DeviceError> {
        let name = transport.name().to_owned();
        // The low half is enough to tell requests apart.
        let mut link = Link::new(transport, start as u16, patience);
        let identity = link.ask(Identify {})?;
        check(&identity).map_err(|(expected, found)| DeviceError::Unexpected {
            name: name.clone(),
            expected,
            found,
        })?;
        let mut board = Self {
            description: describe(link.transport(), &identity),
            link,
            identity,
            job: None,
            ranges: Vec::new(),
            sending: None,
            notices: VecDeque::new(),
            uptime: 0,
            restarts: 0,
        };
        board.abort()?;
        board.forget_the_past()?;
        Ok(board)
    }

    /// Takes the events that the device had kept for an earlier host.
    fn forget_the_past(&mut self) -> Result<(), DeviceError> {
        let deadline = Instant::now() + PAST_PATIENCE;
        // What it counts may be acknowledged by the time it is read, so nothing may come any more.
        while self.status()?.events > 0 && Instant::now() < deadline {
            self.listen(Instant::now() + PAST_PAUSE)?;
        }
        self.notices.clear();
        Ok(())
    }

    /// Has the answers to later requests waited for so long.
    pub(crate) fn set_patience(&mut self, patience: Patience) {
        self.link.set_patience(patience);
    }

    /// What the link goes over.
    pub fn transport(&self) -> &T {
        self.link.transport()
    }

    /// The line, to disturb it.
    pub fn transport_mut(&mut self) -> &mut T {
        self.link.transport_mut()
    }

    /// What the device said of itself last.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Asks the device again who it is.
    pub fn identify(&mut self) -> Result<&Identity, DeviceError> {
        self.identity = self.ask(Identify {})?;
        Ok(&self.identity)
    }

    /// How the device is.
    pub fn status(&mut self) -> Result<Report, DeviceError> {
        let report = self.ask(Status {})?;
        if report.uptime < self.uptime {
            // It said so, but that is said once only, and was lost.
            self.restarted();
        }
        self.uptime = report.uptime;
        Ok(report)
    }

    /// Checksums of 16 matrices of the list made last, from number `first` on, a multiple of 16.
    pub fn checksums(&mut self, first: u8) -> Result<[u32; 16], DeviceError> {
        let checksums = self.ask(ReadChecksums { first })?;
        let (words, _) = checksums.sums.as_chunks();
        Ok(std::array::from_fn(|index| {
            u32::from_le_bytes(words[index])
        }))
    }

    /// Asks, and takes note of the events that came in front of the answer.
    pub(crate) fn ask<R: Ask>(&mut self, request: R) -> Result<R::Answer, DeviceError> {
        let answer = self.link.ask(request);
        self.note_events()?;
        answer
    }

    /// Waits for an event until `deadline` and takes note of it; whether one came.
    pub(crate) fn listen(&mut self, deadline: Instant) -> Result<bool, DeviceError> {
        self.listen_in(deadline, Sleep::Deep)
    }

    fn listen_in(&mut self, deadline: Instant, sleep: Sleep) -> Result<bool, DeviceError> {
        let left = deadline.saturating_duration_since(Instant::now());
        match self.link.event(left, sleep)? {
            Some(event) => self.note(&event).map(|()| true),
            None => Ok(false),
        }
    }

    /// Times that the device is known to have restarted.
    pub(crate) fn restarts(&self) -> u32 {
        self.restarts
    }

    fn take(&mut self, range: &Range, flags: u8) -> Result<(), DeviceError> {
        // Before it is sent: where the answer is lost, what comes of the range may come first.
        self.ranges.push(range.id);
        self.sending = Some(range.id);
        let taken = self.run(range, flags);
        let noted = self.note_events();
        self.sending = None;
        if taken.is_err() {
            self.ranges.retain(|own| *own != range.id);
        }
        noted.and(taken)
    }

    fn run(&mut self, range: &Range, flags: u8) -> Result<(), DeviceError> {
        let run = |job: RangeId| Run {
            range: range.id.0,
            job: job.0,
            first: range.first,
            count: range.count,
            flags,
        };
        if let Some(job) = self.job.filter(|job| job.is_of_same_job(range)) {
            match self.link.ask(run(job.id)) {
                Err(error) if error.is_refusal(Refusal::Job) => {}
                outcome => return outcome.map(|_| ()),
            }
        }
        self.job = None;
        let (set, run) = (set_job(range), run(range.id));
        match self.link.ask_after(set, run) {
            // The job was lost on the line.
            Err(error) if error.is_refusal(Refusal::Job) => {
                self.link.ask(set)?;
                self.link.ask(run)?;
            }
            outcome => {
                outcome?;
            }
        }
        self.job = Some(*range);
        Ok(())
    }

    fn note_events(&mut self) -> Result<(), DeviceError> {
        while let Some(event) = self.link.event_before_answer() {
            self.note(&event)?;
        }
        Ok(())
    }

    fn note(&mut self, event: &Event) -> Result<(), DeviceError> {
        match event {
            Event::Started(_) => self.restarted(),
            Event::Found(found) => {
                let range = RangeId(found.range);
                if self.ranges.contains(&range) {
                    self.notices.push_back(Notice::Found {
                        range,
                        nonce: found.nonce,
                        hash: found.hash,
                    });
                }
            }
            Event::RangeDone(done) => {
                let range = RangeId(done.range);
                if let Some(place) = self.ranges.iter().position(|own| *own == range) {
                    self.ranges.remove(place);
                    self.notices.push_back(Notice::RangeDone {
                        range,
                        hashes: done.hashes,
                        ending: self.ending(done.reason)?,
                    });
                }
            }
            Event::SeedReady(ready) => self.notices.push_back(Notice::SeedReady(ready.seed)),
            Event::SelfTestDone(done) => {
                let passed = done.passed == 1;
                self.notices.push_back(Notice::SelfTestDone { passed });
            }
        }
        Ok(())
    }

    fn ending(&self, reason: u8) -> Result<EndReason, DeviceError> {
        EndReason::try_from(reason).map_err(|error| DeviceError::Unexpected {
            name: self.description.name.clone(),
            expected: "a range to end for a known reason".into(),
            found: error.to_string(),
        })
    }

    /// Forgets what the device has forgotten. A range that is being sent is taken after the restart
    /// or not at all.
    pub(crate) fn restarted(&mut self) {
        self.restarts += 1;
        self.job = None;
        self.uptime = 0;
        let sending = self.sending;
        for range in self.ranges.extract_if(.., |own| Some(*own) != sending) {
            self.notices.push_back(Notice::RangeDone {
                range,
                hashes: 0,
                ending: EndReason::Aborted,
            });
        }
        // Twice in a row is as good as once.
        if self.notices.back() != Some(&Notice::Restarted) {
            self.notices.push_back(Notice::Restarted);
        }
    }
}

impl<T: Transport> Device for Board<T> {
    fn description(&self) -> &Description {
        &self.description
    }

    fn begin(&mut self, range: &Range, placement: Placement) -> Result<(), DeviceError> {
        let flags = match placement {
            Placement::Behind => 0,
            Placement::Replace => REPLACE,
        };
        let deadline = Instant::now() + EVENTS_PATIENCE;
        loop {
            let queue_is_full = self.ranges.len() > usize::from(self.identity.queue);
            let has_place = placement == Placement::Replace || !queue_is_full;
            let error = match self.take(range, flags) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            // A device takes no range whose events it may have no room for. Each one that is
            // acknowledged makes some.
            if !has_place || !error.is_refusal(Refusal::Full) || !self.listen(deadline)? {
                return Err(error);
            }
        }
    }

    fn abort(&mut self) -> Result<(), DeviceError> {
        self.ask(Abort {}).map(|_| ())
    }

    fn notice(&mut self, patience: Duration) -> Result<Option<Notice>, DeviceError> {
        let deadline = deadline(patience);
        loop {
            if let Some(notice) = self.notices.pop_front() {
                return Ok(Some(notice));
            }
            if !self.listen_in(deadline, Sleep::Light)? {
                return Ok(None);
            }
        }
    }

    fn waker(&self) -> Waker {
        self.link.transport().waker()
    }

    fn reset(&mut self) -> Result<(), DeviceError> {
        self.ask(Reset {})?;
        let restarts = self.restarts;
        let deadline = Instant::now() + RESTART_PATIENCE;
        while self.restarts == restarts && self.listen(deadline)? {}
        if self.restarts == restarts {
            // It says so before all else, once, and that was lost: it answers again.
            self.status()?;
        }
        if self.restarts == restarts {
            self.restarted();
        }
        Ok(())
    }

    fn self_test(&mut self) -> Result<(), DeviceError> {
        self.ask(SelfTest {}).map(|_| ())
    }

    fn hashes(&mut self) -> Result<u64, DeviceError> {
        Ok(self.status()?.hashes)
    }

    fn temperature(&mut self) -> Result<Option<f64>, DeviceError> {
        let hundredths = self.status()?.temperature;
        let known = hundredths != NO_TEMPERATURE;
        Ok(known.then(|| f64::from(hundredths) / 100.0))
    }
}

fn check(identity: &Identity) -> Result<(), (String, String)> {
    let (low, high) = (identity.protocol_low, identity.protocol_high);
    if low > *VERSIONS.end() || high < *VERSIONS.start() {
        let expected = "a common protocol version".into();
        return Err((expected, version_reason(low, high)));
    }
    if identity.lanes == 0 || identity.dimension == 0 {
        let found = format!("{} lanes of {}", identity.lanes, identity.dimension);
        return Err(("a device with lanes".into(), found));
    }
    Ok(())
}

fn describe(line: &impl Transport, identity: &Identity) -> Description {
    let rows = u64::from(identity.dimension);
    let cycles = ARRAY_MULTIPLIES as u64 * rows * rows / u64::from(identity.lanes);
    let rate = f64::from(identity.clock) / cycles as f64;
    Description {
        name: line.name().to_owned(),
        kind: line.kind(),
        port: line.port().map(str::to_owned),
        serial: match identity.serial {
            0 => line.port().and_then(discovery::adapters_serial),
            own => Some(own),
        },
        lanes: identity.lanes.into(),
        queue: identity.queue.into(),
        // The clock of a simulated board is not the real time.
        expected_rate: (line.kind() == Kind::Board).then_some(rate),
    }
}

fn set_job(range: &Range) -> SetJob {
    let (flags, prefix) = match range.message {
        Message::Header(prefix) => (0, prefix),
        Message::Raw(header_hash) => {
            let mut prefix = [0; 128];
            prefix[..32].copy_from_slice(&header_hash);
            (RAW, prefix)
        }
    };
    SetJob {
        job: range.id.0,
        flags,
        prefix,
        seed: range.seed,
        target: range.target.to_le_bytes(),
    }
}
