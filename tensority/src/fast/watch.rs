//! Progress of long work, and how to stop it.

use std::ops::ControlFlow;
use thiserror::Error;

/// How far some work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The steps that are done.
    pub done: usize,
    /// The steps there are.
    pub total: usize,
}

/// What long work calls after each step, on the thread that did it. The work stops before its next
/// step if the answer is [`ControlFlow::Break`].
///
/// A step is a round of SMix (128 to a cache) or a hash: less than a millisecond, and some tens.
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
