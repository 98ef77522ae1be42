//! A miner under way.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tensority_miner::controller::{Controller, Goal, Settings};
use tensority_miner::fleet::Selection;
use tensority_miner::message::Message;
use tensority_miner::miner::{FatalError, Setup, Sink, StartSource, mine};
use tensority_miner::record::Recorder;
use tensority_miner::verifier::Rehash;
use tensority_miner::{Limits, Patience, Policy, SourceName};
use tensority_telemetry::command::Command;
use tensority_telemetry::device::Device;
use tensority_telemetry::lifetime::Lifetime;
use tensority_telemetry::published::Published;
use tensority_telemetry::{Program, State, source};

use super::LONG;
use super::hashing::cheap;

/// What to mine with.
pub struct Plan {
    pub settings: Settings,
    pub sources: Vec<StartSource>,
    pub devices: Vec<Selection>,
    pub rehash: Arc<dyn Rehash>,
    pub record: Option<Box<dyn std::io::Write + Send>>,
}

impl Plan {
    /// Nothing yet; cheap hashes, and devices that are never called sick.
    pub fn new() -> Self {
        let settings = Settings {
            program: Program::default(),
            sources: Vec::new(),
            patience: Patience {
                return_after: Duration::from_secs(1),
                silence: LONG,
            },
            policy: Policy::Before,
            limits: Limits {
                sick_after: LONG,
                dead_after: LONG,
                canary_interval: Duration::ZERO,
            },
            goal: Goal {
                time: Some(LONG),
                ..Goal::default()
            },
            started_unix: 1_700_000_000,
            lifetime: Lifetime::default(),
            first_nonce: 1 << 53,
            salt: 7,
        };
        Self {
            settings,
            sources: Vec::new(),
            devices: Vec::new(),
            rehash: cheap(),
            record: None,
        }
    }

    /// Adds a source, less preferred than those before.
    pub fn source(mut self, name: &str, kind: source::Kind, start: StartSource) -> Self {
        self.settings.sources.push(SourceName {
            name: name.to_owned(),
            url: name.to_owned(),
            kind,
            user: None,
        });
        self.sources.push(start);
        self
    }

    /// Adds a device, or several.
    pub fn device(mut self, selection: Selection) -> Self {
        self.devices.push(selection);
        self
    }

    /// Starts to mine.
    pub fn start(self) -> Run {
        let (messages, told) = mpsc::channel();
        let (commands, orders) = mpsc::channel();
        let published = Arc::<Published>::default();
        let stop = Arc::new(AtomicBool::new(false));
        let recorder = self
            .record
            .map(|out| Recorder::new(out, &self.settings).expect("it takes a title"));
        let setup = Setup {
            settings: self.settings,
            sources: self.sources,
            devices: self.devices,
            rehash: self.rehash,
            verifiers: NonZero::<usize>::MIN,
            recorder,
        };
        let mut sink = ToTest {
            messages,
            published: Arc::clone(&published),
        };
        let is_stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || mine(setup, &is_stopped, &orders, &mut sink));
        Run {
            incoming: told,
            commands,
            published,
            stop,
            thread: Some(thread),
            told: Vec::new(),
        }
    }
}

/// Passes everything on to the test.
struct ToTest {
    messages: mpsc::Sender<Message>,
    published: Arc<Published>,
}

impl Sink for ToTest {
    type Error = FatalError;

    fn tell(&mut self, message: &Message) -> Result<(), FatalError> {
        // A test may have seen enough.
        let _ = self.messages.send(message.clone());
        Ok(())
    }

    fn publish(&mut self, state: State) -> Result<(), FatalError> {
        self.published.publish(state);
        Ok(())
    }
}

/// A miner under way, which ends with the test.
pub struct Run {
    incoming: mpsc::Receiver<Message>,
    commands: mpsc::Sender<Command>,
    published: Arc<Published>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Result<Controller, FatalError>>>,
    /// All that was told so far, as far as the test has looked.
    pub told: Vec<Message>,
}

/// A miner that came to its end.
pub struct Ended {
    /// What the summary says.
    pub state: State,
    /// All that was told.
    pub told: Vec<Message>,
}

impl Run {
    /// The first message from here on of which `pick` makes something; `what` it is, for people.
    #[track_caller]
    pub fn wait_for<T>(&mut self, what: &str, pick: impl FnMut(&Message) -> Option<T>) -> T {
        match self.next_within(LONG, pick) {
            Some(found) => found,
            None => panic!("no {what}:\n{}", lines(&self.told)),
        }
    }

    /// As [`Self::wait_for`], if it comes within so much time.
    pub fn next_within<T>(
        &mut self,
        time: Duration,
        mut pick: impl FnMut(&Message) -> Option<T>,
    ) -> Option<T> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = self.incoming.recv_timeout(left).ok()?;
            let found = pick(&message);
            self.told.push(message);
            if found.is_some() {
                return found;
            }
        }
    }

    /// Waits for so many accepted shares from here on, of any source and device.
    #[track_caller]
    pub fn wait_for_shares(&mut self, count: usize) {
        for _ in 0..count {
            self.wait_for("accepted share", |message| is_share(message, "accepted"));
        }
    }

    /// Waits until a device is in a condition; why it is.
    #[track_caller]
    pub fn wait_for_condition(&mut self, name: &str, wanted: &str) -> String {
        self.wait_for(&format!("{name} {wanted}"), |message| match message {
            Message::Device {
                device,
                condition,
                reason,
            } if device == name && condition.word() == wanted => Some(reason.clone()),
            _ => None,
        })
    }

    /// Waits for a decision about something, the action of which has this word; why it was made.
    #[track_caller]
    pub fn wait_for_decision(&mut self, of: &str, word: &str) -> String {
        self.wait_for(&format!("decision to {word:?}"), |message| match message {
            Message::Decision {
                about,
                action,
                reason,
            } if about == of && action.contains(word) => Some(reason.clone()),
            _ => None,
        })
    }

    /// The first state published from here on of which `pick` makes something.
    #[track_caller]
    pub fn wait_for_state<T>(&self, what: &str, pick: impl Fn(&State) -> Option<T>) -> T {
        let end = Instant::now() + LONG;
        let (mut seen, _) = self.published.newer_than(0, Duration::ZERO);
        while Instant::now() < end {
            let (number, state) = self.published.newer_than(seen, Duration::from_secs(1));
            seen = number;
            if let Some(found) = pick(&state) {
                return found;
            }
        }
        panic!("no state with {what}: {:#?}", self.published.state());
    }

    /// Asks for something.
    pub fn command(&self, command: Command) {
        self.commands.send(command).expect("the miner runs");
    }

    /// Tells the miner to end, and waits until it has.
    #[track_caller]
    pub fn end(self) -> Ended {
        self.stop.store(true, Ordering::SeqCst);
        self.ended().expect("no trouble")
    }

    /// As [`Self::end`], with the trouble in words.
    ///
    /// # Errors
    ///
    /// Why the miner ended in another way.
    pub fn ended_soon(self) -> Result<Ended, String> {
        self.stop.store(true, Ordering::SeqCst);
        self.ended().map_err(|trouble| trouble.to_string())
    }

    /// Waits for the end.
    ///
    /// # Errors
    ///
    /// Why the miner ended though nobody wanted it to.
    pub fn ended(mut self) -> Result<Ended, FatalError> {
        let thread = self.thread.take().expect("it ends once");
        thread.join().expect("the loop does not panic")?;
        let mut told = std::mem::take(&mut self.told);
        told.extend(self.incoming.try_iter());
        let Some(Message::Summary { state }) = told.last() else {
            panic!("the summary is the last:\n{}", lines(&told))
        };
        let state = (**state).clone();
        Ok(Ended { state, told })
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // Its panic, if there was one, has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Ended {
    /// The device of a name.
    #[track_caller]
    pub fn device(&self, name: &str) -> &Device {
        let mut devices = self.state.devices.iter();
        devices
            .find(|device| device.name == name)
            .unwrap_or_else(|| panic!("no device {name} in {:?}", self.state.devices))
    }

    /// The source of a name.
    #[track_caller]
    pub fn source(&self, name: &str) -> &source::Source {
        let mut sources = self.state.sources.iter();
        sources
            .find(|source| source.name == name)
            .unwrap_or_else(|| panic!("no source {name} in {:?}", self.state.sources))
    }

    /// The actions of all decisions about something, in order.
    pub fn actions(&self, of: &str) -> Vec<&str> {
        let decisions = self.state.decisions.iter();
        decisions
            .filter(|decision| decision.about == of)
            .map(|decision| &*decision.action)
            .collect()
    }
}

/// Whether a message is of a share that came to this.
pub fn is_share(message: &Message, wanted: &str) -> Option<()> {
    match message {
        Message::Share(share) if share.result.word() == wanted => Some(()),
        _ => None,
    }
}

/// All that was told, as people read it.
pub fn lines(told: &[Message]) -> String {
    let lines: Vec<_> = told.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
