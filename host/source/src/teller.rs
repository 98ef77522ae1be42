//! The way of a source's threads to him who listens.

use crate::event::{Answer, Event, Reason};
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// What is called with each event.
pub type Tell = Box<dyn FnMut(Event) + Send>;

/// Tells events, and keeps the account of shares: each that came is answered once, whatever happens.
pub struct Teller(Mutex<State>);

struct State {
    /// Nothing when all is over.
    tell: Option<Tell>,
    /// The shares without an answer, with the time of their first submit.
    shares: BTreeMap<u64, Option<Instant>>,
}

impl Teller {
    /// Tells by calling.
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn each_share_is_answered_once() {
        let (sender, events) = mpsc::channel();
        let teller = Teller::new(Box::new(move |event| sender.send(event).unwrap()));
        for share in 1..=4 {
            teller.expect(share);
        }
        teller.submitted(2);
        teller.submitted(4);
        teller.answer(4, Answer::Accepted);
        teller.answer(4, Answer::NotSent);
        teller.answer(9, Answer::Accepted);
        let reason = Reason::new("closed", "the pool closed the connection");
        teller.end(&reason);
        teller.expect(5);
        teller.answer(5, Answer::Accepted);
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
}
