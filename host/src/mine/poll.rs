//! The node, asked for work again and again.

use super::{
    answer::NodeError,
    backoff::Backoff,
    events::{Event, Events},
    job::Template,
};
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

/// The longest wait while the node gives no work.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A way to ask for work.
pub type GetWork = dyn Fn() -> Result<Template, NodeError> + Send;

/// The poller as a thread: asks for work once an `interval`, at once when it is poked, and less often
/// while it fails. It ends when nobody is left to poke it.
pub fn spawn(get_work: Box<GetWork>, interval: Duration, pokes: Receiver<()>, events: &Events) {
    let sender = events.clone();
    events.spawn("poller", move || {
        let mut backoff = Backoff::new(interval, LONGEST_WAIT);
        loop {
            let work = get_work();
            let wait = match &work {
                Ok(_) => {
                    backoff.reset();
                    interval
                }
                Err(_) => backoff.wait(),
            };
            sender.send(Event::Work(work));
            if let Err(RecvTimeoutError::Disconnected) = pokes.recv_timeout(wait) {
                return;
            }
        }
    });
}
