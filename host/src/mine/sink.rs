//! The sink of the miner's messages and states: terminal, standard output, publication, state file,
//! service manager.

use std::io::{Write, stderr};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use sd_notify::NotifyState;
use serde::Serialize;
use tensority_command::{Lines, shown};
use tensority_miner::message::Message;
use tensority_miner::{miner, unix_now};
use tensority_telemetry::State;
use tensority_telemetry::command::Command;
use tensority_telemetry::lifetime::Lifetime;
use tensority_telemetry::lifetime_file::LifetimeFile;
use tensority_telemetry::outcome::Outcome;
use tensority_telemetry::published::Published;
use tensority_tui::View;

use super::history::History;
use super::receipts::Receipts;
use super::stop;
use crate::failure::Failure;

/// How often the totals are written to their file.
const SAVE_INTERVAL: Duration = Duration::from_secs(60);

/// How long the end of a run waits for answers about blocks.
const LAST_NOTES: Duration = Duration::from_secs(3);

/// How a run is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As lines on standard error.
    Lines,
    /// As JSON on standard output, and lines on standard error.
    Json,
    /// Live, on the terminal.
    Live,
}

/// The mode that is wanted and possible.
pub fn mode(wanted: tensority_config::View, json: bool) -> Mode {
    use tensority_config::View as Wanted;
    match wanted {
        _ if json => Mode::Json,
        Wanted::Off => Mode::Lines,
        Wanted::Auto if !View::is_possible() => Mode::Lines,
        Wanted::Auto | Wanted::On => Mode::Live,
    }
}

pub struct Sink {
    published: Arc<Published>,
    file: Option<LifetimeFile>,
    next_save: Instant,
    /// The last save failed, which was said.
    unsaved: bool,
    json: bool,
    lines: Lines,
    view: Option<View>,
    ready: bool,
    /// Told of each state; nothing if none are wanted or they cannot be kept.
    pub receipts: Option<Receipts>,
    /// The same.
    pub history: Option<History>,
    /// What is learnt beside the mining: of sources that pay anyone, of blocks that were audited.
    pub notes: Option<mpsc::Receiver<String>>,
}

impl Sink {
    /// The way out of a run that has begun.
    ///
    /// # Errors
    /// If the terminal cannot be drawn on.
    pub fn new(
        mode: Mode,
        published: Arc<Published>,
        file: Option<LifetimeFile>,
        commands: mpsc::Sender<Command>,
        stop: &Arc<AtomicBool>,
    ) -> Result<Self, Failure> {
        let view = match mode {
            Mode::Live => {
                let (published, stop) = (Arc::clone(&published), Arc::clone(stop));
                Some(View::start(published, commands, stop, stop::now)?)
            }
            Mode::Lines | Mode::Json => None,
        };
        Ok(Self {
            published,
            file,
            next_save: Instant::now() + SAVE_INTERVAL,
            unsaved: false,
            json: mode == Mode::Json,
            lines: Lines::default(),
            view,
            ready: false,
            receipts: None,
            history: None,
            notes: None,
        })
    }

    /// Logs something for people.
    pub fn log(&self, line: String) {
        self.published.log(unix_now(), line.clone());
        match self.view.as_ref().filter(|view| view.is_open()) {
            Some(view) => view.log(line),
            None => {
                // Nobody is left to tell when the terminal itself is gone.
                let _ = writeln!(stderr(), "{}", shown(&line));
            }
        }
    }

    fn log_notes(&self) {
        let notes = self.notes.iter().flat_map(mpsc::Receiver::try_iter);
        notes.for_each(|note| self.log(note));
    }

    /// Logs what is still being asked when all sources have ended, unless that takes long.
    pub fn end_notes(&self) {
        let end = Instant::now() + LAST_NOTES;
        let left = || end.saturating_duration_since(Instant::now());
        while let Some(Ok(note)) = self.notes.as_ref().map(|notes| notes.recv_timeout(left())) {
            self.log(note);
        }
    }

    /// Puts a state into the files that keep what happens.
    fn keep(&mut self, state: &State) {
        let receipts = self.receipts.as_mut();
        let receipts = receipts.and_then(|receipts| receipts.publish(state));
        let history = self.history.as_mut();
        let history = history.and_then(|history| history.publish(state));
        for fault in receipts.into_iter().chain(history) {
            self.log(fault);
        }
    }

    /// Writes what is left for the files that keep what happens.
    pub fn end_files(&mut self) {
        let receipts = self.receipts.take().and_then(Receipts::end);
        let history = self.history.take().and_then(History::end);
        for fault in receipts.into_iter().chain(history) {
            self.log(fault);
        }
    }

    fn save(&mut self, lifetime: &Lifetime) {
        let Some(file) = &self.file else {
            return;
        };
        match file.save(lifetime) {
            Ok(()) => self.unsaved = false,
            Err(_) if self.unsaved => {}
            Err(error) => {
                self.unsaved = true;
                self.log(format!("{error}; mining goes on"));
            }
        }
    }

    /// Tells the service manager, if there is one, that the miner is well.
    fn notify(&mut self, state: &State) {
        let shares = &state.total.shares;
        let status = format!(
            "{:?}, accepted {}, rejected {}",
            state.mode,
            shares.accepted,
            shares.all_rejected()
        );
        let mut notes = vec![NotifyState::Watchdog, NotifyState::Status(&status)];
        if !self.ready {
            self.ready = true;
            notes.push(NotifyState::Ready);
        }
        // Without a service manager nobody listens.
        let _ = sd_notify::notify(&notes);
    }
}

impl miner::Sink for Sink {
    type Error = Failure;

    fn tell(&mut self, message: &Message) -> Result<(), Failure> {
        self.log_notes();
        if self.json {
            let at_unix = unix_now();
            self.lines.print_json(&Stamped { at_unix, message })?;
        }
        if let Message::Summary { state } = message {
            self.save(&state.lifetime);
            self.keep(state);
            // The summary stays on the terminal when the view is gone.
            self.view = None;
        }
        if is_for_people(message) {
            self.log(message.to_string());
        }
        Ok(())
    }

    fn publish(&mut self, state: State) -> Result<(), Failure> {
        self.log_notes();
        let now = Instant::now();
        if now >= self.next_save {
            self.next_save = now + SAVE_INTERVAL;
            self.save(&state.lifetime);
        }
        self.keep(&state);
        self.notify(&state);
        self.published.publish(state);
        Ok(())
    }
}

/// A message with its time, in seconds since 1970.
#[derive(Serialize)]
struct Stamped<'a> {
    at_unix: u64,
    #[serde(flatten)]
    message: &'a Message,
}

/// Whether a message is news: what goes well all the time is none.
fn is_for_people(message: &Message) -> bool {
    match message {
        Message::Found { result, .. } => {
            matches!(result, Outcome::HardwareError | Outcome::Duplicate)
        }
        Message::Canary { right, .. } => !right,
        _ => true,
    }
}
