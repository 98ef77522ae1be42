//! The threads of the miner, and the loop that carries out what the controller says.

use super::{
    controller::{Action, Controller, Goal},
    events::{Event, Events},
    leases::LeaseSize,
    node_client::{NodeClient, NodeUrl},
    poll,
    report::Message,
    submit, verify,
    watch::Watch,
    worker::{Opener, Worker},
};
use crate::failure::Failure;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, Sender},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tensority::fast::Backend;
use tensority_device::device::Device;

/// How long the loop waits for an event before it looks at the clock and at signals.
const TICK: Duration = Duration::from_millis(50);

/// What to mine with.
pub struct Setup {
    /// Where the node is.
    pub url: NodeUrl,
    /// How often it is asked for work.
    pub poll_interval: Duration,
    /// What nonces are verified with.
    pub backend: Backend,
    /// Devices that are open, with the way to open them again.
    pub devices: Vec<(Box<dyn Device>, Opener)>,
    /// How many nonces a device gets at a time.
    pub lease_size: LeaseSize,
    /// The nonce with which every job begins.
    pub first_nonce: u64,
    /// When to end.
    pub goal: Goal,
}

/// Where messages go.
pub type Tell<'a> = &'a mut dyn FnMut(&Message) -> Result<(), Failure>;

/// Mines until the goal is reached or `stop` is set, and returns the controller with its accounts.
///
/// # Errors
///
/// What `tell` returns, and a contradiction if a thread panics.
pub fn mine(setup: Setup, stop: &AtomicBool, tell: Tell) -> Result<Controller, Failure> {
    let names = names(&setup.devices);
    let goal = setup.goal.clone();
    let controller = Controller::new(Instant::now(), setup.url.to_string(), names, goal);
    let (threads, incoming) = Threads::start(setup);
    let outcome = threads.direct(controller, &incoming, stop, tell);
    threads.join();
    outcome
}

/// What the devices are called, each differently.
fn names(devices: &[(Box<dyn Device>, Opener)]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (device, _) in devices {
        let name = &device.description().name;
        let mut unique = name.clone();
        for number in 2.. {
            if !names.contains(&unique) {
                break;
            }
            unique = format!("{name}#{number}");
        }
        names.push(unique);
    }
    names
}

/// The threads, and the ways to them.
struct Threads {
    watch: Arc<Watch>,
    verifier: Sender<super::events::Found>,
    submitter: Sender<submit::Block>,
    poller: Sender<()>,
    workers: Vec<JoinHandle<()>>,
}

impl Threads {
    fn start(setup: Setup) -> (Self, Receiver<Event>) {
        let (events, incoming) = Events::channel();
        let watch = Arc::new(Watch::new(setup.first_nonce));
        let client = NodeClient::new(setup.url);

        let (verifier, founds) = mpsc::channel();
        verify::spawn(setup.backend, founds, Arc::clone(&watch), &events);

        let (submitter, blocks) = mpsc::channel();
        let node = client.clone();
        let submit = Box::new(move |header: &_| node.submit_work(header));
        submit::spawn(submit, blocks, Arc::clone(&watch), &events);

        let (poller, pokes) = mpsc::channel();
        let get_work = Box::new(move || client.get_work());
        poll::spawn(get_work, setup.poll_interval, pokes, &events);

        let mut workers = Vec::new();
        for (index, (device, open)) in setup.devices.into_iter().enumerate() {
            let (watch, sender) = (Arc::clone(&watch), events.clone());
            let worker = Worker::new(index, open, watch, sender, setup.lease_size);
            workers.push(events.spawn("thread of a device", move || worker.run(device)));
        }
        let threads = Self {
            watch,
            verifier,
            submitter,
            poller,
            workers,
        };
        (threads, incoming)
    }

    fn direct(
        &self,
        mut controller: Controller,
        incoming: &Receiver<Event>,
        stop: &AtomicBool,
        tell: Tell,
    ) -> Result<Controller, Failure> {
        while !controller.is_over() {
            let mut actions = match incoming.recv_timeout(TICK) {
                Ok(Event::Panicked(thread)) => {
                    return Err(Failure::contradiction(format!(
                        "the {thread} panicked, which is a bug: please report what it said"
                    )));
                }
                Ok(event) => controller.handle(event),
                Err(_) => Vec::new(),
            };
            actions.extend(controller.tick(Instant::now()));
            if stop.load(Ordering::Relaxed) {
                actions.extend(controller.stop());
            }
            for action in actions {
                self.carry_out(action, &controller, tell)?;
            }
        }
        tell(&controller.summary(Instant::now()))?;
        Ok(controller)
    }

    fn carry_out(
        &self,
        action: Action,
        controller: &Controller,
        tell: Tell,
    ) -> Result<(), Failure> {
        // A thread that takes no more has panicked, and the next event says so.
        match action {
            Action::Show => self.watch.show(controller.jobs()),
            Action::End => self.watch.end(),
            Action::Poll => drop(self.poller.send(())),
            Action::Verify(found) => drop(self.verifier.send(found)),
            Action::Submit(block) => drop(self.submitter.send(block)),
            Action::Tell(message) => tell(&message)?,
        }
        Ok(())
    }

    /// Ends all threads, and waits for the devices to be closed.
    fn join(self) {
        self.watch.end();
        for worker in self.workers {
            // If it panicked, the loop has said so.
            let _ = worker.join();
        }
    }
}
