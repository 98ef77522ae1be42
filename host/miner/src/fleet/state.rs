//! State machine of the fleet: places, devices and attempts to open them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use tensority_device::device::{Description, Device, Kind};

use super::place::{Everywhere, LONGEST_WAIT, Place, Status, id, joined, twin_id};
use super::{Message, NotOpened, Selection};
use crate::event::{DeviceEvent, Event, Events, WorkerConfig};
use crate::mailbox::Mailboxes;
use crate::worker::{ExitReason, Worker};

/// A device that was open for so long failed for a new reason.
const LONG_OPEN: Duration = Duration::from_secs(60);
/// How long a board that is plugged in elsewhere waits for its old port to be closed.
const FOUND_TWICE_WAIT: Duration = Duration::from_secs(2);
/// How long a device that was given up is left alone, unless somebody asks for it.
const GIVEN_UP_WAIT: Duration = Duration::from_secs(30 * 60);

pub struct State {
    places: Vec<Place>,
    everywhere: Vec<Everywhere>,
    named: BTreeMap<u64, (String, WorkerConfig)>,
    names: Vec<String>,
    /// Devices by what they are known by.
    ids: BTreeMap<String, usize>,
    open: BTreeSet<usize>,
    workers: Vec<JoinHandle<()>>,
    sender: Sender<Message>,
    mailboxes: Arc<Mailboxes>,
    events: Events,
}

impl State {
    pub fn new(
        selections: Vec<Selection>,
        sender: Sender<Message>,
        mailboxes: Arc<Mailboxes>,
        events: Events,
    ) -> Self {
        let mut state = Self {
            places: Vec::new(),
            everywhere: Vec::new(),
            named: BTreeMap::new(),
            names: Vec::new(),
            ids: BTreeMap::new(),
            open: BTreeSet::new(),
            workers: Vec::new(),
            sender,
            mailboxes,
            events,
        };
        for selection in selections {
            match selection {
                Selection::One {
                    name,
                    named,
                    config,
                    open,
                } => {
                    let name = state.free_place(name);
                    state.places.push(Place::of_one(name, named, config, open));
                }
                Selection::Every {
                    config,
                    named,
                    ports,
                    open,
                } => {
                    state.named.extend(named);
                    state.everywhere.push(Everywhere {
                        config,
                        ports,
                        open,
                    });
                }
            }
        }
        state.look_for_ports();
        state
    }

    /// Opens what is due and heeds what comes, until the end.
    pub fn run(mut self, messages: &Receiver<Message>) {
        loop {
            let next = self.open_what_is_due();
            let wait = next.saturating_sub(self.events.now());
            match messages.recv_timeout(wait) {
                Ok(Message::Opened(place, result)) => self.opened(place, result),
                Ok(Message::Closed(place, exit)) => self.closed(place, &exit),
                Ok(Message::Plugged) => self.look_for_ports(),
                Ok(Message::Open(device)) => self.open_again(device),
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
        for worker in self.workers {
            // If it panicked, the controller has heard of it.
            let _ = worker.join();
        }
    }

    /// Begins to open what is due; when something else will be.
    fn open_what_is_due(&mut self) -> Duration {
        let now = self.events.now();
        let mut next = now + LONGEST_WAIT;
        for (index, place) in self.places.iter_mut().enumerate() {
            let Status::Closed(due) = place.status else {
                continue;
            };
            if due > now {
                next = next.min(due);
                continue;
            }
            place.status = Status::Opening;
            let (opener, sender) = (Arc::clone(&place.opener), self.sender.clone());
            // It may take its time, and must not keep the others waiting.
            let opening = self.events.spawn("opener", move || {
                let _ = sender.send(Message::Opened(index, opener()));
            });
            if opening.is_err() {
                place.status = Status::Closed(now + LONGEST_WAIT);
            }
        }
        next
    }

    fn opened(&mut self, place: usize, result: Result<Box<dyn Device>, NotOpened>) {
        let now = self.events.now();
        let device = match result {
            Ok(device) => device,
            Err(reason) => return self.not_opened(now, place, reason),
        };
        let description = device.description();
        let known = description
            .serial
            .and_then(|serial| self.named.get(&serial));
        if let Some((name, config)) = known {
            let entry = &mut self.places[place];
            (entry.name, entry.named, entry.config) = (name.clone(), true, *config);
        }
        self.places[place].at = description.port.clone();
        let Some((index, id)) = self.recognise(place, description) else {
            // It was plugged in elsewhere, and the worker at its old port does not know yet.
            self.places[place].status = Status::Closed(now + FOUND_TWICE_WAIT);
            return;
        };
        // Wherever it was before, it is here now.
        for entry in &mut self.places {
            entry.device = entry.device.filter(|device| *device != index);
        }
        let entry = &mut self.places[place];
        (entry.device, entry.wanted) = (Some(index), false);
        let joined = joined(&self.names[index], id, entry, device.description());
        // Before the controller hears of it, whose first orders follow at once.
        self.mailboxes.register(index, device.waker());
        self.tell(index, DeviceEvent::Joined(joined));
        let worker = Worker::new(index, Arc::clone(&self.mailboxes), self.events.clone());
        let sender = self.sender.clone();
        let thread = self.events.spawn("device", move || {
            let exit = worker.run(device);
            let _ = sender.send(Message::Closed(place, exit));
        });
        match thread {
            Ok(thread) => {
                self.workers.retain(|worker| !worker.is_finished());
                self.workers.push(thread);
                self.open.insert(index);
                self.places[place].status = Status::Open(now);
            }
            Err(error) => {
                self.mailboxes.unregister(index);
                let reason = format!("no thread for it: {error}");
                let failed = true;
                self.tell(index, DeviceEvent::Left { reason, failed });
                self.places[place].status = Status::Closed(now + LONGEST_WAIT);
            }
        }
    }

    fn not_opened(&mut self, now: Duration, place: usize, reason: NotOpened) {
        let entry = &mut self.places[place];
        entry.status = Status::Closed(now + entry.backoff.wait());
        let reason = match reason {
            NotOpened::NoBoard(reason) if entry.device.is_none() => {
                // Another one was plugged in while this one was asked.
                if std::mem::take(&mut entry.wanted) {
                    return;
                }
                entry.status = Status::LeftAlone;
                let name = entry.name.clone();
                return self.decide(name, "leave alone", reason);
            }
            NotOpened::NoBoard(reason) | NotOpened::Failed(reason) => reason,
        };
        let device = match self.places[place].device {
            Some(device) => device,
            None => self.new_device(place),
        };
        self.places[place].device = Some(device);
        let name = self.names[device].clone();
        self.tell(device, DeviceEvent::Unavailable { name, reason });
    }

    fn closed(&mut self, place: usize, exit: &ExitReason) {
        let now = self.events.now();
        let entry = &mut self.places[place];
        if let Some(device) = entry.device {
            self.open.remove(&device);
        }
        if matches!(entry.status, Status::Open(since) if now >= since + LONG_OPEN) {
            entry.backoff.reset();
        }
        let wait = match exit {
            _ if entry.wanted => Duration::ZERO,
            ExitReason::Reopened | ExitReason::Failed(_) => entry.backoff.wait(),
            ExitReason::GivenUp | ExitReason::Ended => GIVEN_UP_WAIT,
        };
        entry.wanted = false;
        entry.status = Status::Closed(now + wait);
        self.look_for_ports();
    }

    fn open_again(&mut self, device: usize) {
        let now = self.events.now();
        let here = |place: &&mut Place| place.device == Some(device);
        for place in self.places.iter_mut().filter(here) {
            match place.status {
                Status::Closed(_) | Status::LeftAlone => {
                    place.backoff.reset();
                    place.status = Status::Closed(now);
                }
                // It is about to be closed, or is not in need of anything.
                Status::Open(_) => place.wanted = true,
                Status::Opening | Status::Gone => {}
            }
        }
    }

    /// Looks where boards may be, and forgets ports that are gone.
    fn look_for_ports(&mut self) {
        let now = self.events.now();
        let mut there = BTreeSet::new();
        for everywhere in &self.everywhere {
            for port in (everywhere.ports)() {
                there.insert(port.path.clone());
                let known = self.places.iter_mut().find(|place| {
                    let known = place.port.as_ref();
                    known.is_some_and(|known| known.path == port.path)
                });
                let Some(place) = known else {
                    self.places.push(everywhere.place(port));
                    continue;
                };
                // It may have been gone and have come again since the last look.
                let is_new = place.port.as_ref() != Some(&port);
                place.port = Some(port);
                let waits = match place.status {
                    Status::Gone => true,
                    Status::LeftAlone => is_new,
                    Status::Opening => {
                        place.wanted |= is_new;
                        false
                    }
                    Status::Closed(_) | Status::Open(_) => false,
                };
                if waits {
                    place.backoff.reset();
                    place.status = Status::Closed(now);
                }
            }
        }
        for place in &mut self.places {
            let gone = place
                .port
                .as_ref()
                .is_some_and(|port| !there.contains(&port.path));
            if gone && matches!(place.status, Status::Closed(_) | Status::LeftAlone) {
                place.status = Status::Gone;
            }
        }
    }

    /// The number of the device that was opened, and what it is known by; nothing if it has just
    /// left a port where it is still open.
    fn recognise(&mut self, place: usize, description: &Description) -> Option<(usize, String)> {
        let mut id = id(&self.places[place], description);
        let open = |id: &String| self.ids.get(id).filter(|index| self.open.contains(index));
        if let Some(&other) = open(&id) {
            // A port is open once: what answers at another one is another board.
            let port = self.port_of(other)?;
            let reason = format!("the board at {port} has the same serial number");
            id = twin_id(&self.places[place], description);
            if open(&id).is_some() {
                return None;
            }
            self.decide(id.clone(), "tell apart by port", reason);
        }
        if let Some(&index) = self.ids.get(&id) {
            return Some((index, id));
        }
        // The one that was expected here, unless that is another one.
        let expected = self.places[place].device;
        let is_new = |index: &usize| !self.ids.values().any(|known| known == index);
        let index = match expected.filter(is_new) {
            Some(index) => index,
            None => self.new_device(place),
        };
        if description.kind == Kind::Board && !self.places[place].named {
            self.names[index] = self.free_name(&id);
        }
        self.ids.insert(id.clone(), index);
        Some((index, id))
    }

    /// The port at which a device is open, if that port is there.
    fn port_of(&self, device: usize) -> Option<String> {
        let open = |place: &&Place| {
            place.device == Some(device) && matches!(place.status, Status::Open(_))
        };
        let port = self.places.iter().find(open)?.at.clone()?;
        let mut listed = self
            .everywhere
            .iter()
            .flat_map(|everywhere| (everywhere.ports)());
        let is_there = listed.any(|listed| listed.path == port) || Path::new(&port).exists();
        is_there.then_some(port)
    }

    /// The name of a place, with a number behind it if another place has it.
    fn free_place(&self, name: String) -> String {
        let taken = |name: &String| self.places.iter().any(|place| place.name == *name);
        free(&name, taken)
    }

    fn new_device(&mut self, place: usize) -> usize {
        let name = self.free_name(&self.places[place].name);
        self.names.push(name);
        self.names.len() - 1
    }

    /// A name, with a number behind it if another device has it.
    fn free_name(&self, name: &str) -> String {
        free(name, |name| self.names.contains(name))
    }

    fn decide(&self, about: String, action: &str, reason: String) {
        let action = action.to_owned();
        self.events.send(Event::Fleet {
            about,
            action,
            reason,
        });
    }

    fn tell(&self, device: usize, event: DeviceEvent) {
        self.events.send(Event::Device { device, event });
    }
}

fn free(name: &str, is_taken: impl Fn(&String) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}#{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| !is_taken(name));
    free.expect("numbers do not end")
}
