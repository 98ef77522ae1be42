//! The loop that carries out the controller's actions.

use std::io;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tensority_source::{Handle, Pace, Share, Tell};
use tensority_telemetry::State;
use tensority_telemetry::command::Command;

use crate::clock::Clock;
use crate::controller::{Action, Controller, Settings};
use crate::event::{Event, Events, Incoming};
use crate::fleet::{Fleet, Selection};
use crate::mailbox::Mailboxes;
use crate::message::Message;
use crate::record::{Recorder, whole};
use crate::verifier::{Rehash, Verifier};

/// How long the loop waits for an event before it looks at commands and signals.
const TICK: Duration = Duration::from_millis(250);
const PUBLISH_INTERVAL: Duration = Duration::from_secs(1);
/// A system's clock that is farther from what it was has been set; what is less is rounding.
const CLOCK_SET_SECONDS: u64 = 1;

/// A source that was started. Dropped, it stops, and answers its shares before.
pub trait Source: Send {
    /// The answer comes as an event, whatever happens.
    fn submit(&self, share: Share);
    /// Watches the source more or less closely.
    fn pace(&self, pace: Pace);
}

impl Source for Handle {
    fn submit(&self, share: Share) {
        Handle::submit(self, share);
    }

    fn pace(&self, pace: Pace) {
        Handle::pace(self, pace);
    }
}

/// Starts a source; the reason, as one line, if that fails.
pub type StartSource = Box<dyn Fn(Tell) -> Result<Box<dyn Source>, String> + Send>;

/// What to mine with.
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Setup {
    pub settings: Settings,
    /// The sources, as many as the settings name.
    pub sources: Vec<StartSource>,
    pub devices: Vec<Selection>,
    pub rehash: Arc<dyn Rehash>,
    pub verifiers: NonZero<usize>,
    pub recorder: Option<Recorder>,
}

/// Where messages and states go.
pub trait Sink {
    /// Why the miner cannot go on.
    type Error: From<FatalError>;

    /// Tells a message.
    fn tell(&mut self, message: &Message) -> Result<(), Self::Error>;

    /// Publishes the state, which happens every second.
    fn publish(&mut self, state: State) -> Result<(), Self::Error>;
}

/// Why the miner ends though nobody wants it to.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum FatalError {
    #[error("the {0} panicked, which is a bug: please report what it said")]
    Panicked(&'static str),
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

/// Mines until the goal is reached or `stop` is set, and returns the controller with its stats.
///
/// # Errors
/// What `sink` returns, and [`FatalError`].
pub fn mine<S: Sink>(
    setup: Setup,
    stop: &AtomicBool,
    commands: &Receiver<Command>,
    sink: &mut S,
) -> Result<Controller, S::Error> {
    let clock = Clock::start();
    let (events, incoming) = Events::channel(clock);
    let mailboxes = Arc::<Mailboxes>::default();
    let verifier = Verifier::start(setup.rehash, setup.verifiers, &events);
    let verifier = verifier.map_err(FatalError::Thread)?;
    let fleet = Fleet::start(setup.devices, &mailboxes, &events).map_err(FatalError::Thread)?;
    let mut miner = Miner {
        clock,
        controller: Controller::new(setup.settings),
        mailboxes: Arc::clone(&mailboxes),
        verifier,
        fleet: &fleet,
        running: setup.sources.iter().map(|_| None).collect(),
        sources: setup.sources,
        events,
        recorder: setup.recorder,
        next_state: Duration::ZERO,
        is_over: false,
        sink,
    };
    let outcome = miner.run(&incoming, stop, commands);
    let Miner { controller, .. } = miner;
    mailboxes.end();
    fleet.end();
    outcome.map(|()| controller)
}

struct Miner<'a, S> {
    clock: Clock,
    controller: Controller,
    mailboxes: Arc<Mailboxes>,
    verifier: Verifier,
    fleet: &'a Fleet,
    sources: Vec<StartSource>,
    running: Vec<Option<Box<dyn Source>>>,
    events: Events,
    recorder: Option<Recorder>,
    next_state: Duration,
    /// No source is started any more.
    is_over: bool,
    sink: &'a mut S,
}

impl<S: Sink> Miner<'_, S> {
    fn run(
        &mut self,
        incoming: &Receiver<Incoming>,
        stop: &AtomicBool,
        commands: &Receiver<Command>,
    ) -> Result<(), S::Error> {
        let mut stopping = false;
        self.handle(Event::Tick)?;
        while !self.controller.is_over(self.now()) {
            let due = self.controller.next_due().saturating_sub(self.now());
            match incoming.recv_timeout(due.min(TICK)) {
                Ok(Incoming::Panicked(thread)) => return Err(FatalError::Panicked(thread).into()),
                Ok(Incoming::Event(event)) => self.handle(event)?,
                Err(RecvTimeoutError::Timeout) if due <= TICK => self.handle(Event::Tick)?,
                Err(_) => {}
            }
            while let Ok(command) = commands.try_recv() {
                self.handle(Event::Command(command))?;
            }
            if !stopping && stop.load(Ordering::Relaxed) {
                stopping = true;
                self.handle(Event::Stop)?;
            }
            let now = self.now();
            if now >= self.next_state {
                let started = self.clock.started_unix();
                if started.abs_diff(self.controller.started_unix()) > CLOCK_SET_SECONDS {
                    self.handle(Event::ClockSet(started))?;
                }
                self.next_state = now + PUBLISH_INTERVAL;
                self.sink.publish(self.controller.state(now))?;
            }
        }
        self.end_sources(incoming)?;
        self.sink.publish(self.controller.state(self.now()))?;
        self.handle(Event::Over)
    }

    /// Has shares that are still on their way answered; those that waited for them are not sent.
    fn end_sources(&mut self, incoming: &Receiver<Incoming>) -> Result<(), S::Error> {
        self.is_over = true;
        self.running.fill_with(|| None);
        while let Ok(Incoming::Event(event)) = incoming.try_recv() {
            self.handle(event)?;
        }
        Ok(())
    }

    fn now(&self) -> Duration {
        whole(self.clock.now())
    }

    /// Has the controller handle an event, and carries out what it says.
    fn handle(&mut self, event: Event) -> Result<(), S::Error> {
        let now = self.now();
        self.record(|recorder| recorder.event(now, &event))?;
        for action in self.controller.handle(now, event) {
            self.carry_out(now, action)?;
        }
        Ok(())
    }

    fn carry_out(&mut self, now: Duration, action: Action) -> Result<(), S::Error> {
        match action {
            Action::Order(device, order) => self.mailboxes.send(device, order),
            Action::Open(device) => self.fleet.open(device),
            Action::Verify(check) => self.verifier.check(now, check),
            Action::Prepare(seed) => self.verifier.prepare(seed),
            Action::Start(source) => self.start(source),
            Action::Stop(source) => self.running[source] = None,
            Action::Pace(source, pace) => {
                if let Some(running) = &self.running[source] {
                    running.pace(pace);
                }
            }
            Action::Submit(source, share) => self.submit(source, share),
            Action::End => self.mailboxes.end(),
            Action::Tell(message) => self.tell(&message)?,
        }
        Ok(())
    }

    fn start(&mut self, source: usize) {
        if self.is_over {
            return;
        }
        let events = self.events.clone();
        let tell = Box::new(move |event| events.send(Event::Source { source, event }));
        match (self.sources[source])(tell) {
            Ok(running) => self.running[source] = Some(running),
            Err(text) => {
                let word = "not_started".to_owned();
                let event = tensority_source::Event::Down(tensority_source::Reason { word, text });
                self.events.send(Event::Source { source, event });
            }
        }
    }

    fn submit(&self, source: usize, share: Share) {
        match &self.running[source] {
            Some(running) => running.submit(share),
            None => self.events.send(Event::Source {
                source,
                event: tensority_source::Event::Answered {
                    share: share.number,
                    answer: tensority_source::Answer::NotSent,
                    took: Duration::ZERO,
                },
            }),
        }
    }

    fn tell(&mut self, message: &Message) -> Result<(), S::Error> {
        self.record(|recorder| recorder.message(message))?;
        self.sink.tell(message)
    }

    /// Writes to the recording, if there is one. A recording that fails ends, and the mining goes on.
    fn record(
        &mut self,
        write: impl FnOnce(&mut Recorder) -> io::Result<()>,
    ) -> Result<(), S::Error> {
        let Some(Err(error)) = self.recorder.as_mut().map(write) else {
            return Ok(());
        };
        self.recorder = None;
        self.sink.tell(&Message::Decision {
            about: "recording".into(),
            action: "end".into(),
            reason: format!("it cannot be written: {error}"),
        })
    }
}

#[cfg(test)]
mod tests;
