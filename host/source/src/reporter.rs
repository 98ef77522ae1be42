//! Events of a source's threads, each share answered once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use std::{io, thread};

use crate::event::{Answer, Event, Reason};

/// What is called with each event.
pub type Tell = Box<dyn FnMut(Event) + Send>;

/// Tells events, and remembers shares: each that came is answered once, whatever happens.
pub struct Reporter(Mutex<State>);

struct State {
    /// Nothing when all is over.
    tell: Option<Tell>,
    /// The shares without an answer, with the time of their first submit.
    shares: BTreeMap<u64, Option<Instant>>,
}

impl Reporter {
    pub fn new(tell: Tell) -> Self {
        Self(Mutex::new(State {
            tell: Some(tell),
            shares: BTreeMap::new(),
        }))
    }

    /// Tells an event, unless all is over.
    pub fn tell(&self, event: Event) {
        self.state().tell(event);
    }

    /// A share came, which owes an answer from now on.
    pub fn expect(&self, share: u64) {
        self.state().shares.insert(share, None);
    }

    /// A share is being submitted; only the first time counts.
    pub fn submitted(&self, share: u64) {
        if let Some(first) = self.state().shares.get_mut(&share) {
            first.get_or_insert_with(Instant::now);
        }
    }

    /// Tells the answer to a share, unless it was answered before.
    pub fn answer(&self, share: u64, answer: Answer) {
        self.state().answer(share, answer);
    }

    /// Answers all shares: those that were submitted never got an answer for this reason, the others
    /// were not sent.
    pub fn settle(&self, reason: &Reason) {
        self.state().settle(reason);
    }

    /// As [`settle`](Self::settle), and tells nothing any more.
    pub fn end(&self, reason: &Reason) {
        let mut state = self.state();
        state.settle(reason);
        state.tell = None;
    }

    /// Starts a thread. Should it panic, the source is told to be down.
    pub fn spawn(
        self: &Arc<Self>,
        name: &str,
        body: impl FnOnce() + Send + 'static,
    ) -> io::Result<()> {
        let witness = Witness(Arc::clone(self));
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || {
            let _witness = witness;
            body();
        })?;
        Ok(())
    }

    /// What a listener left behind that panicked is still in order.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn tell(&mut self, event: Event) {
        if let Some(tell) = &mut self.tell {
            tell(event);
        }
    }

    fn answer(&mut self, share: u64, answer: Answer) {
        if let Some(first) = self.shares.remove(&share) {
            let took = first.map_or_else(Default::default, |first| first.elapsed());
            self.tell(Event::Answered {
                share,
                answer,
                took,
            });
        }
    }

    fn settle(&mut self, reason: &Reason) {
        while let Some((&share, first)) = self.shares.first_key_value() {
            let answer = match first {
                Some(_) => Answer::Unanswered(reason.clone()),
                None => Answer::NotSent,
            };
            self.answer(share, answer);
        }
    }
}

/// Is dropped when its thread ends, in whatever way.
struct Witness(Arc<Reporter>);

impl Drop for Witness {
    fn drop(&mut self) {
        if thread::panicking() {
            let reason = Reason::new("panicked", "a thread of the source panicked; this is a bug");
            self.0.settle(&reason);
            self.0.tell(Event::Down(reason));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn each_share_is_answered_once() {
        let (sender, events) = mpsc::channel();
        let reporter = Reporter::new(Box::new(move |event| sender.send(event).unwrap()));
        for share in 1..=4 {
            reporter.expect(share);
        }
        reporter.submitted(2);
        reporter.submitted(4);
        reporter.answer(4, Answer::Accepted);
        reporter.answer(4, Answer::NotSent);
        reporter.answer(9, Answer::Accepted);
        let reason = Reason::new("closed", "the pool closed the connection");
        reporter.end(&reason);
        reporter.expect(5);
        reporter.answer(5, Answer::Accepted);
        let answers: Vec<_> = events
            .try_iter()
            .map(|event| match event {
                Event::Answered { share, answer, .. } => (share, answer),
                other => panic!("{other:?}"),
            })
            .collect();
        let expected = [
            (4, Answer::Accepted),
            (1, Answer::NotSent),
            (2, Answer::Unanswered(reason)),
            (3, Answer::NotSent),
        ];
        assert_eq!(answers, expected);
    }

    #[test]
    fn a_panic_is_told_and_an_end_is_not() {
        let (sender, events) = mpsc::channel();
        let reporter = Arc::new(Reporter::new(Box::new(move |event| {
            // Nobody listens at the end of the test.
            let _ = sender.send(event);
        })));
        reporter.spawn("calm", || {}).unwrap();
        reporter
            .spawn("panicking", || panic!("this panic is part of a test"))
            .unwrap();
        drop(reporter);
        let told: Vec<_> = events.iter().collect();
        assert!(
            matches!(&told[..], [Event::Down(reason)] if reason.word == "panicked"),
            "{told:?}"
        );
    }
}
