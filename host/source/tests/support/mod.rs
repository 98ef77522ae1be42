//! A source and what it tells.

// Each test takes what it needs.
#![allow(dead_code)]

use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use tensority_source::{Answer, Event, Handle, Reason, Settings, Share, Template, start};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A source under test.
pub struct Source {
    pub handle: Handle,
    events: Receiver<Event>,
    /// All that it told.
    pub told: Vec<Event>,
}

impl Source {
    /// Starts a source.
    pub fn start(settings: Settings) -> Self {
        let (sender, events) = mpsc::channel();
        // Nobody listens at the end of a test.
        let tell = move |event| drop(sender.send(event));
        Self {
            handle: start(settings, Box::new(tell)).expect("it starts"),
            events,
            told: Vec::new(),
        }
    }

    /// Waits for an event of a kind.
    pub fn wait<T>(&mut self, of: impl Fn(&Event) -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let Ok(event) = self.events.recv_timeout(left) else {
                panic!("waited too long after {:?}", self.told);
            };
            let found = of(&event);
            self.told.push(event);
            if let Some(found) = found {
                return found;
            }
        }
    }

    /// Waits for work.
    pub fn work(&mut self) -> Template {
        self.wait(|event| match event {
            Event::Template(work) => Some(work.clone()),
            _ => None,
        })
    }

    /// Waits for work of a height, unless it was told before.
    pub fn work_at(&mut self, height: u64) -> Template {
        let of = |event: &Event| match event {
            Event::Template(work) if work.header.height == height => Some(work.clone()),
            _ => None,
        };
        let before = self.told.iter().find_map(of);
        before.unwrap_or_else(|| self.wait(of))
    }

    /// Waits until it is down, and says why.
    pub fn down(&mut self) -> Reason {
        self.wait(|event| match event {
            Event::Down(reason) => Some(reason.clone()),
            _ => None,
        })
    }

    /// Waits until its work is worthless.
    pub fn invalidated(&mut self) {
        self.wait(|event| (*event == Event::Invalidated).then_some(()));
    }

    /// Hands a nonce in and waits for the answer.
    pub fn answer(&mut self, number: u64, work: &Template, nonce: u64) -> Answer {
        self.submit(number, work, nonce);
        self.wait(|event| match event {
            Event::Answered { share, answer, .. } if *share == number => Some(answer.clone()),
            _ => None,
        })
    }

    /// Hands a nonce in.
    pub fn submit(&self, number: u64, work: &Template, nonce: u64) {
        let mut header = work.header.clone();
        header.nonce = nonce;
        self.handle.submit(Share {
            number,
            template: work.id.clone(),
            header,
        });
    }

    /// All that was told until now.
    pub fn told(&mut self) -> &[Event] {
        self.told.extend(self.events.try_iter());
        &self.told
    }

    /// Stops it; what it told to its last word.
    pub fn stop(mut self) -> Vec<Event> {
        self.handle.stop();
        self.told.extend(self.events.iter());
        self.told
    }
}
