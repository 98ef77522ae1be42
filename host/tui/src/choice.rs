//! Selection state of the view, and the effect of keys on it.

use tensority_telemetry::command::Command;
use tensority_telemetry::device::{Condition, Device};
use tensority_telemetry::{Mode, State};

use crate::keys::Key;

/// What is shown below the totals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The most important of everything.
    #[default]
    Overview,
    /// All devices, and the selected one in detail.
    Devices,
    /// All sources in detail.
    Sources,
    Decisions,
    /// The last log lines.
    Log,
}

impl Pane {
    pub const ALL: [Self; 5] = [
        Self::Overview,
        Self::Devices,
        Self::Sources,
        Self::Decisions,
        Self::Log,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Devices => "devices",
            Self::Sources => "sources",
            Self::Decisions => "decisions",
            Self::Log => "log",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub pane: Pane,
    /// Whether the keys are shown instead.
    pub help: bool,
    /// The number of the selected device; the last one is meant if it is too great.
    pub selected: usize,
    /// How many lines or entries the bottom of the pane is away from the last one.
    pub back: usize,
    /// What waits for a yes.
    pub question: Option<Command>,
    /// What became of the last key, in words.
    pub answer: Option<String>,
}

/// What a key asks for that is not a matter of looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    Command(Command),
    /// End, the first time in peace, the second time now.
    Stop,
    /// Draw all of the screen again, whatever another program did to it.
    Redraw,
}

impl Choice {
    pub fn device<'a>(&self, state: &'a State) -> Option<&'a Device> {
        state.devices.get(self.row(state)?)
    }

    /// The number of the selected device, if there is one.
    pub fn row(&self, state: &State) -> Option<usize> {
        Some(self.selected.min(state.devices.len().checked_sub(1)?))
    }

    /// Does what a key means. `entries` is how many there are in the log.
    pub fn press(&mut self, key: Key, state: &State, entries: usize) -> Option<Request> {
        self.answer = None;
        match key {
            Key::Control('c') => return Some(Request::Stop),
            Key::Control('l') => return Some(Request::Redraw),
            _ => {}
        }
        if let Some(command) = self.question.take() {
            let yes = matches!(key, Key::Char('y' | 'Y'));
            if !yes {
                self.answer = Some("Nothing was done.".to_owned());
            }
            return yes.then_some(Request::Command(command));
        }
        if std::mem::take(&mut self.help) && key != Key::Char('q') {
            return None;
        }
        match key {
            Key::Char('q') => return Some(Request::Stop),
            Key::Char('?') => self.help = true,
            Key::Char('p') => {
                return Some(Request::Command(match state.mode {
                    Mode::Paused => Command::Resume,
                    _ => Command::Pause,
                }));
            }
            Key::Char('d') => return self.switch(state),
            Key::Char('r') => {
                self.question = self.of_device(state, |device| Command::Reset { device });
            }
            Key::Tab => self.turn(1),
            Key::BackTab => self.turn(Pane::ALL.len() - 1),
            Key::Up | Key::Char('k') => self.go(-1, state, entries),
            Key::Down | Key::Char('j') => self.go(1, state, entries),
            Key::PageUp => self.go(-10, state, entries),
            Key::PageDown => self.go(10, state, entries),
            Key::Home => self.go(isize::MIN, state, entries),
            Key::End => self.go(isize::MAX, state, entries),
            Key::Char(_) | Key::Control(_) | Key::Other => {}
        }
        None
    }

    /// Enables the selected device if it is off, else asks whether to disable it.
    fn switch(&mut self, state: &State) -> Option<Request> {
        let off = self.device(state).is_some_and(|device| {
            matches!(device.condition, Condition::Disabled | Condition::Dead)
        });
        if off {
            let command = self.of_device(state, |device| Command::Enable { device });
            return command.map(Request::Command);
        }
        self.question = self.of_device(state, |device| Command::Disable { device });
        None
    }

    fn of_device(
        &mut self,
        state: &State,
        command: impl FnOnce(String) -> Command,
    ) -> Option<Command> {
        let name = self.device(state).map(|device| device.name.clone());
        if name.is_none() {
            self.answer = Some("There is no device.".to_owned());
        }
        name.map(command)
    }

    fn turn(&mut self, by: usize) {
        let place = Pane::ALL.iter().position(|pane| *pane == self.pane);
        self.pane = Pane::ALL[(place.unwrap_or_default() + by) % Pane::ALL.len()];
        self.back = 0;
    }

    /// Goes so many entries down in what is shown.
    fn go(&mut self, by: isize, state: &State, entries: usize) {
        let moved = |from: usize, by: isize, count: usize| {
            from.saturating_add_signed(by).min(count.saturating_sub(1))
        };
        let up = by.saturating_neg();
        match self.pane {
            Pane::Overview | Pane::Devices => {
                let row = self.row(state).unwrap_or_default();
                self.selected = moved(row, by, state.devices.len());
            }
            // The first source is at the top, the latest decision and log line at the bottom.
            Pane::Sources => self.back = moved(self.back, by, state.sources.len()),
            Pane::Decisions => self.back = moved(self.back, up, state.decisions.len()),
            Pane::Log => self.back = moved(self.back, up, entries),
        }
    }
}

/// What was asked of a miner, in words, without a full stop.
pub fn words(command: &Command) -> String {
    match command {
        Command::Pause => "pause".to_owned(),
        Command::Resume => "resume".to_owned(),
        Command::Disable { device } => format!("disable {device}"),
        Command::Enable { device } => format!("enable {device}"),
        Command::Reset { device } => format!("reset {device}"),
    }
}
