//! Poller of a node.

use std::time::Instant;

use super::{Node, NodeError};
use crate::backoff::Backoff;
use crate::template::Template;

pub type GetWork = dyn Fn() -> Result<Template, NodeError>;

/// The poller: asks for work once an interval, at once when it is poked, and less often while it
/// fails. It ends when it is told to.
pub fn run(node: &Node, get_work: &GetWork) {
    let mut backoff = Backoff::new(node.limits.first_wait, node.limits.longest_wait);
    loop {
        let asked = Instant::now();
        let wait = match get_work() {
            Ok(template) => {
                backoff.reset();
                node.take(template, asked);
                node.interval
            }
            Err(error) => {
                node.is_down(&error);
                backoff.wait().max(node.interval)
            }
        };
        if !node.rest(wait) {
            return;
        }
    }
}
