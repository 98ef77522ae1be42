//! A source under way.

use std::sync::Arc;

use crate::address::Address;
use crate::event::{Reason, Share};
use crate::node::{self, Node};
use crate::pool::{self, Pool};
use crate::reporter::{Reporter, Tell};
use crate::settings::{Pace, Settings, StartError};

/// Starts a source, which calls `tell` with each event from threads of its own, one event at a time.
/// `tell` is to be quick, and must not use the handle.
pub fn start(settings: Settings, tell: Tell) -> Result<Handle, StartError> {
    let limits = settings.limits.within_a_day();
    let settings = Settings { limits, ..settings };
    let reporter = Arc::new(Reporter::new(tell));
    let kind = match settings.address.clone() {
        Address::Node(url) => Kind::Node(node::start(&url, settings, Arc::clone(&reporter))?),
        Address::Pool(url) => Kind::Pool(pool::start(url, settings, Arc::clone(&reporter))?),
    };
    Ok(Handle { reporter, kind })
}

/// A source under way. To drop it is to stop it.
pub struct Handle {
    reporter: Arc<Reporter>,
    kind: Kind,
}

enum Kind {
    Node(Arc<Node>),
    Pool(Arc<Pool>),
}

impl Handle {
    /// Hands a share in. It is answered by exactly one [`Answered`](crate::Event::Answered), also when the source stops
    /// before.
    pub fn submit(&self, share: Share) {
        self.reporter.expect(share.number);
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
        self.reporter.end(&reason);
        match &self.kind {
            Kind::Node(node) => node.end(),
            Kind::Pool(pool) => pool.end(),
        }
    }
}
