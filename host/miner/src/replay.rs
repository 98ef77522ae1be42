//! Replay of a recorded run: no network, no board, no clock.
//!
//! The controller hears the same events at the same times and must tell the same messages. A
//! difference is a change of the controller, or a recording that somebody changed.

use std::collections::VecDeque;
use std::io::{self, BufRead};
use std::time::Duration;

use crate::controller::{Action, Controller};
use crate::message::Message;
use crate::record::{Line, Title, VERSION};

/// Why a recording cannot be run again to its end.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum ReplayError {
    #[error("cannot read the recording: {0}")]
    Io(#[from] io::Error),
    /// A line is none of a recording.
    #[error("line {line} of the recording: expected {expected}, found: {found}")]
    Line {
        line: usize,
        expected: &'static str,
        found: String,
    },
    /// The controller tells something else than it did.
    #[error("line {line} of the recording: expected to be told {expected:?}, found {found:?}")]
    Differs {
        line: usize,
        expected: String,
        found: String,
    },
}

/// Counts and length of a replayed run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say what the rest is")]
pub struct Replayed {
    pub events: u64,
    /// Messages that it told, each as it was recorded.
    pub messages: u64,
    /// How long the run took.
    pub time: Duration,
}

/// Runs a recording again. Each message is passed to `tell`.
pub fn replay<E: From<ReplayError>>(
    recording: impl BufRead,
    tell: &mut dyn FnMut(&Message) -> Result<(), E>,
) -> Result<Replayed, E> {
    let mut lines = recording.lines().enumerate();
    let title = match lines.next() {
        Some((_, title)) => title.map_err(|error| unreadable(1, error))?,
        None => return Err(broken(1, "a title", "nothing").into()),
    };
    let title: Title = serde_json::from_str(&title)
        .map_err(|error| broken(1, "the title of a recording", error))?;
    if title.recording != VERSION {
        let found = format!("version {}, not {VERSION}", title.recording);
        return Err(broken(1, "a recording of this version of the miner", found).into());
    }
    let mut controller = Controller::new(title.settings);
    let mut told = VecDeque::new();
    let mut replayed = Replayed::default();
    for (index, text) in lines {
        let line = index + 1;
        let text = text.map_err(|error| unreadable(line, error))?;
        let read = serde_json::from_str(&text)
            .map_err(|error| broken(line, "an event or a message", error))?;
        match read {
            Line::Event { at_us, event } => {
                let now = Duration::from_micros(at_us);
                replayed.events += 1;
                replayed.time = now;
                told.extend(messages(controller.handle(now, event)));
            }
            Line::Message { message } => {
                let found = told.pop_front();
                if found.as_ref() != Some(&message) {
                    return Err(differs(line, &message, found.as_ref()).into());
                }
                replayed.messages += 1;
                tell(&message)?;
            }
        }
    }
    // A recording that was cut off may lack what came of its last event.
    Ok(replayed)
}

/// Shows both as they are written down, from a little before the first difference.
fn differs(line: usize, expected: &Message, found: Option<&Message>) -> ReplayError {
    let json = |message| serde_json::to_string(message).unwrap_or_else(|error| error.to_string());
    let expected = json(expected);
    let found = found.map_or("nothing".to_owned(), json);
    let same = expected.chars().zip(found.chars());
    let same = same.take_while(|(a, b)| a == b).count();
    let excerpt = |text: &str| {
        let rest = text.chars().skip(same.saturating_sub(BEFORE));
        rest.take(SHOWN).collect()
    };
    ReplayError::Differs {
        line,
        expected: excerpt(&expected),
        found: excerpt(&found),
    }
}

/// Characters that are shown of a message that differs, and how many of them are the same.
const SHOWN: usize = 80;
const BEFORE: usize = 30;

fn messages(actions: Vec<Action>) -> impl Iterator<Item = Message> {
    actions.into_iter().filter_map(|action| match action {
        Action::Tell(message) => Some(message),
        _ => None,
    })
}

/// What is no text is there, and is no recording.
fn unreadable(line: usize, error: io::Error) -> ReplayError {
    match error.kind() {
        io::ErrorKind::InvalidData => broken(line, "a text", error),
        _ => error.into(),
    }
}

fn broken(line: usize, expected: &'static str, found: impl ToString) -> ReplayError {
    ReplayError::Line {
        line,
        expected,
        found: found.to_string(),
    }
}
