//! Serving until a signal: the frame of the commands `node`, `pool` and `xvc`.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::{fmt, io, thread};

use serde::Serialize;
use signal_hook::iterator::Signals;
use tensority_command::{Lines, ending_signals};

use crate::failure::Failure;

/// Receives the events of a server.
pub type Observer<E> = Box<dyn Fn(E) + Send + Sync>;

#[derive(Serialize)]
#[serde(tag = "event", rename = "listening")]
pub struct Listening {
    /// The address, with the port that was found.
    pub address: SocketAddr,
    /// Whether clients speak TLS, where they may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<bool>,
    /// What stands in front of the address in a URL.
    #[serde(skip)]
    pub scheme: &'static str,
}

impl fmt::Display for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "listening on {}{}", self.scheme, self.address)
    }
}

/// Starts a server, prints a line for each of its events, and stops it at a signal. What was
/// under way until it stopped is printed too.
pub fn until_signal<E, R, T>(
    json: bool,
    start: impl FnOnce(Observer<E>) -> Result<(Listening, R), Failure>,
    stop: impl FnOnce(R) -> T,
) -> Result<T, Failure>
where
    E: Serialize + fmt::Display + Send + 'static,
{
    let mut signals = Signals::new(ending_signals()).map_err(no_signals)?;
    let (sender, events) = mpsc::channel();
    let signal = sender.clone();
    thread::spawn(move || signals.forever().next().map(|_| signal.send(None)));
    // Nobody listens any more when the output has failed and the command is at its end.
    let observer = Box::new(move |event| drop(sender.send(Some(event))));
    let (listening, running) = start(observer)?;
    let mut lines = Lines::default();
    lines.print_as(json, &listening)?;
    while let Ok(Some(event)) = events.recv() {
        lines.print_as(json, &event)?;
    }
    let stopped = stop(running);
    for event in events.try_iter().flatten() {
        lines.print_as(json, &event)?;
    }
    Ok(stopped)
}

/// Signals cannot be waited for.
pub fn no_signals(error: io::Error) -> Failure {
    Failure::unavailable(format!("cannot wait for signals: {error}"))
}
