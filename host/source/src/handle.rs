//! A source under way.

use crate::{
    address::Address,
    event::{Event, Reason, Share},
    node::{self, Node},
    pool::{self, Pool},
    settings::{Pace, Settings, StartError},
    teller::{Tell, Teller},
};
use std::{io, sync::Arc, thread};

/// Starts a source, which calls `tell` with each event from threads of its own, one event at a time.
/// `tell` is to be quick, and must not use the handle.
///
/// # Errors
///
/// [`StartError`]. That a source cannot be reached is none, but an event.
pub fn start(settings: Settings, tell: Tell) -> Result<Handle, StartError> {
    let limits = settings.limits.within_a_day();
    let settings = Settings { limits, ..settings };
    let teller = Arc::new(Teller::new(tell));
    let kind = match settings.address.clone() {
        Address::Node(url) => Kind::Node(node::start(&url, settings, Arc::clone(&teller))?),
        Address::Pool(url) => Kind::Pool(pool::start(url, settings, Arc::clone(&teller))?),
    };
    Ok(Handle { teller, kind })
}

/// A source under way. To drop it is to stop it.
pub struct Handle {
    teller: Arc<Teller>,
    kind: Kind,
}

enum Kind {
    Node(Arc<Node>),
    Pool(Arc<Pool>),
}

impl Handle {
    /// Hands a share in. It is answered by exactly one [`Event::Answered`], also when the source stops
    /// before.
    pub fn submit(&self, share: Share) {
        self.teller.expect(share.number);
        match &self.kind {
            Kind::Node(node) => node.submit(share),
            Kind::Pool(pool) => pool.submit(share),
        }
    }

    /// Watches the source more or less closely.
    pub fn pace(&self, pace: Pace) {
        match &self.kind {
            Kind::Node(node) => node.pace(pace),
            Kind::Pool(_) => {}
        }
    }

    /// Ends it at once: shares without an answer are answered as unanswered or not sent, and when this
    /// returns nothing more will be told. Its threads end as soon as what they wait for lets them.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // First, so that nothing is told of the end.
        let reason = Reason::new("stopped", "the source was stopped before its answer came");
        self.teller.end(&reason);
        match &self.kind {
            Kind::Node(node) => node.end(),
            Kind::Pool(pool) => pool.end(),
        }
    }
}

/// Starts a thread. Should it panic, the source is told to be down.
pub(crate) fn spawn(
    name: &str,
    teller: &Arc<Teller>,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<()> {
    let witness = Witness(Arc::clone(teller));
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(move || {
        let _witness = witness;
        body();
    })?;
    Ok(())
}

/// Is dropped when its thread ends, in whatever way.
struct Witness(Arc<Teller>);

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
    use super::*;
    use std::sync::mpsc;

    #[test]
    fn a_panic_is_told_and_an_end_is_not() {
        let (sender, events) = mpsc::channel();
        let teller = Arc::new(Teller::new(Box::new(move |event| {
            // Nobody listens at the end of the test.
            let _ = sender.send(event);
        })));
        spawn("calm", &teller, || {}).unwrap();
        spawn("panicking", &teller, || {
            panic!("this panic is part of a test")
        })
        .unwrap();
        drop(teller);
        let told: Vec<_> = events.iter().collect();
        assert!(
            matches!(&told[..], [Event::Down(reason)] if reason.word == "panicked"),
            "{told:?}"
        );
    }
}
