//! The view: a thread that draws the latest state and reads keys.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use tensority_telemetry::State;
use tensority_telemetry::command::Command;
use tensority_telemetry::published::Published;

use crate::choice::{Choice, Request, words};
use crate::draw::{Seen, draw};
use crate::keys::{self, Key};
use crate::log::Log;
use crate::paint::Paint;
use crate::terminal::{self, Screen};

/// The time between two looks at the state: without a key, no more than 4 frames are drawn a second.
const PERIOD: Duration = Duration::from_millis(250);

/// The size of a terminal that does not tell it.
const USUAL_SIZE: Size = Size {
    width: 80,
    height: 24,
};

/// A live view of a miner. It has the terminal until it is dropped; it gives it back earlier if the
/// terminal goes away or anything panics, and the miner goes on.
#[derive(Debug)]
pub struct View {
    log: Arc<Mutex<Log>>,
    thread: Option<JoinHandle<()>>,
}

/// Why there is no view.
#[derive(Debug, thiserror::Error)]
pub enum ViewError {
    /// Standard input, output or error is no terminal, or a dumb one.
    #[error("expected a terminal that can be drawn on, found none; do without the view")]
    NoTerminal,
    /// The terminal does not do what it should.
    #[error("expected to draw on the terminal, found: {0}; do without the view")]
    Terminal(#[from] io::Error),
}

impl View {
    /// Whether there is a terminal: standard input, output and error are one, and `TERM` is set and
    /// not `dumb`.
    pub fn is_possible() -> bool {
        terminal::is_possible()
    }

    /// Takes the terminal and shows the latest state. A person who wants to end sets `stop`; who
    /// wants it again gets the terminal restored and `stop_now` called, which should not return.
    ///
    /// # Errors
    /// [`ViewError`]; the terminal is as it was.
    pub fn start(
        published: Arc<Published>,
        commands: Sender<Command>,
        stop: Arc<AtomicBool>,
        stop_now: impl FnOnce() + Send + 'static,
    ) -> Result<Self, ViewError> {
        if !terminal::is_possible() {
            return Err(ViewError::NoTerminal);
        }
        let log = Arc::<Mutex<Log>>::default();
        let backend = CrosstermBackend::new(Screen::default());
        // Of a fixed size, which the watcher keeps to that of the terminal.
        let viewport = Viewport::Fixed(Rect::default());
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        let mut watcher = Watcher {
            published,
            commands,
            stop,
            log: Arc::clone(&log),
            terminal,
            choice: Choice::default(),
            paint: Paint::from_environment(),
        };
        terminal::take()?;
        let thread = thread::Builder::new()
            .name("view".to_owned())
            .spawn(move || {
                // An error is that the terminal went away.
                let ends_now = watcher.watch().unwrap_or(false);
                terminal::restore();
                if ends_now {
                    stop_now();
                }
            });
        match thread {
            Ok(thread) => Ok(Self {
                log,
                thread: Some(thread),
            }),
            Err(error) => {
                terminal::restore();
                Err(error.into())
            }
        }
    }

    /// Shows a log line; the last 1000 are kept.
    pub fn log(&self, line: String) {
        lock(&self.log).write(&line);
    }

    /// Whether the view still has the terminal. If not, log lines are better printed.
    pub fn is_open(&self) -> bool {
        terminal::is_taken()
    }
}

impl Drop for View {
    fn drop(&mut self) {
        terminal::restore();
        if let Some(thread) = self.thread.take() {
            // Its panic has been told by the hook.
            let _ = thread.join();
        }
    }
}

struct Watcher {
    published: Arc<Published>,
    commands: Sender<Command>,
    stop: Arc<AtomicBool>,
    log: Arc<Mutex<Log>>,
    terminal: Terminal<CrosstermBackend<Screen>>,
    choice: Choice,
    paint: Paint,
}

impl Watcher {
    /// Draws and reads until the terminal is not ours any more, or a person wants to end now.
    fn watch(&mut self) -> io::Result<bool> {
        let mut drawn = None;
        let mut bytes = Vec::new();
        let (mut number, mut state) = self.published.newer_than(0, Duration::ZERO);
        while terminal::is_taken() {
            let area = self.area()?;
            let shown = (number, lock(&self.log).written(), area);
            if drawn.is_none_or(|(_, _, before)| before != area) {
                self.terminal.resize(area)?;
            }
            if drawn != Some(shown) {
                self.draw(&state)?;
                drawn = Some(shown);
            }
            terminal::read(&mut bytes, PERIOD)?;
            for key in keys::take(&mut bytes) {
                if self.press(key, &state)? {
                    return Ok(true);
                }
                drawn = None;
            }
            (number, state) = self.published.newer_than(number, Duration::ZERO);
        }
        Ok(false)
    }

    /// What there is to draw on. A serial console and some containers do not know their size.
    fn area(&self) -> io::Result<Rect> {
        let size = match self.terminal.size()? {
            Size { width: 0, .. } | Size { height: 0, .. } => USUAL_SIZE,
            size => size,
        };
        Ok(Rect::from((Position::ORIGIN, size)))
    }

    fn draw(&mut self, state: &State) -> io::Result<()> {
        // Not kept locked: a terminal can be slow.
        let log = lock(&self.log).clone();
        let seen = Seen {
            state,
            log: &log,
            choice: &self.choice,
            stopping: self.stop.load(Ordering::SeqCst),
            paint: self.paint,
        };
        self.terminal.draw(|frame| draw(frame, &seen))?;
        Ok(())
    }

    /// Does what a key means; whether it means to end now.
    fn press(&mut self, key: Key, state: &State) -> io::Result<bool> {
        let entries = lock(&self.log).lines().len();
        match self.choice.press(key, state, entries) {
            None => {}
            Some(Request::Redraw) => {
                // `clear` would ask the terminal where the cursor is.
                self.terminal.resize(self.area()?)?;
            }
            Some(Request::Stop) => return Ok(self.stop.swap(true, Ordering::SeqCst)),
            Some(Request::Command(command)) => {
                let words = words(&command);
                self.choice.answer = Some(match self.commands.send(command) {
                    Ok(()) => format!("Asked the miner to {words}."),
                    Err(_) => format!("The miner takes no commands any more, not to {words}."),
                });
            }
        }
        Ok(false)
    }
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    // A line is added or not.
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
