//! Progress and cancellation of long work.

use std::ops::ControlFlow;

use thiserror::Error;

/// Progress of some work, in steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
}

/// Called after each step of long work, on the thread that did it. The work stops before its next
/// step if the answer is [`ControlFlow::Break`].
///
/// A step is a round of SMix (128 to a matrix list) or a hash: less than a millisecond, and some tens.
pub type Watch<'a> = dyn Fn(Progress) -> ControlFlow<()> + Sync + 'a;

/// The [`Watch`] that lets all work go on to its end.
pub fn unwatched(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// The work was stopped by its [`Watch`]; what it had done is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("cancelled before the work was done")]
pub struct Cancelled;

/// Reports progress to a watch, and turns its answer into a result.
pub(super) fn report(watch: &Watch, done: usize, total: usize) -> Result<(), Cancelled> {
    match watch(Progress { done, total }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(Cancelled),
    }
}
