//! The fleet: devices opened as often as it takes, and known again wherever they are plugged in.

mod place;
mod state;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use state::State;
use tensority_device::device::Device;
use tensority_device::discovery::ListedPort;
use tensority_device::hotplug::Hotplug;

use crate::event::{Events, WorkerConfig};
use crate::mailbox::Mailboxes;
use crate::worker::ExitReason;

/// Opens a device; the reason, as one line, if that fails.
pub type Opener = Arc<dyn Fn() -> Result<Box<dyn Device>, String> + Send + Sync>;

/// Opens the board at a port.
pub type PortOpener = Arc<dyn Fn(&Path) -> Result<Box<dyn Device>, NotOpened> + Send + Sync>;

/// Why no device was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// Nothing there answers as a board does: the port may be something else's.
    NoBoard(String),
    /// There may be one, and it cannot be opened: the reason as one line.
    Failed(String),
}

/// What to mine with.
#[expect(missing_docs, reason = "the names say what the rest is")]
pub enum Selection {
    One {
        name: String,
        /// Whether somebody chose that name. Otherwise a board is called by its serial number, once
        /// that is known.
        named: bool,
        config: WorkerConfig,
        open: Opener,
    },
    Every {
        config: WorkerConfig,
        /// Those that somebody named, by their serial numbers.
        named: BTreeMap<u64, (String, WorkerConfig)>,
        ports: Box<dyn Fn() -> Vec<ListedPort> + Send>,
        /// The way to the board at a port.
        open: PortOpener,
    },
}

/// The fleet, in a thread of its own.
pub struct Fleet {
    sender: Sender<Message>,
    thread: JoinHandle<()>,
}

enum Message {
    Opened(usize, Result<Box<dyn Device>, NotOpened>),
    Closed(usize, ExitReason),
    Plugged,
    /// Somebody wants a device that was given up.
    Open(usize),
    End,
}

impl Fleet {
    /// Opens what is selected, and goes on doing so.
    pub fn start(
        selections: Vec<Selection>,
        mailboxes: &Arc<Mailboxes>,
        events: &Events,
    ) -> std::io::Result<Self> {
        let (sender, messages) = mpsc::channel();
        let everywhere = selections
            .iter()
            .any(|selection| matches!(selection, Selection::Every { .. }));
        if everywhere {
            watch_ports(&sender, events)?;
        }
        let state = State::new(
            selections,
            sender.clone(),
            Arc::clone(mailboxes),
            events.clone(),
        );
        let thread = events.spawn("fleet", move || state.run(&messages))?;
        Ok(Self { sender, thread })
    }

    /// Opens a device that was given up.
    pub fn open(&self, device: usize) {
        let _ = self.sender.send(Message::Open(device));
    }

    /// Opens nothing more, and waits until all devices are closed, which the mailboxes told them.
    pub fn end(self) {
        let _ = self.sender.send(Message::End);
        // If it panicked, the controller has heard of it.
        let _ = self.thread.join();
    }
}

/// Has the fleet look when ports come or go. The thread sleeps until then, and ends with the first
/// change after the fleet's end.
fn watch_ports(sender: &Sender<Message>, events: &Events) -> std::io::Result<()> {
    let mut hotplug = Hotplug::new()?;
    let sender = sender.clone();
    events.spawn("hotplug", move || {
        while hotplug.changed(Duration::MAX).is_ok() {
            if sender.send(Message::Plugged).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}
