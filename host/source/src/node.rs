//! A node as a source: one thread asks for work, another hands blocks in, so that neither waits for
//! the other.

pub(crate) mod answer;
pub(crate) mod client;
mod poll;
mod submit;
mod templates;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use client::NodeClient;
use submit::Failure;
use templates::{Change, Standing, Templates};
use tensority::BlockHeader;

use crate::address::NodeUrl;
use crate::event::{Event, Share};
use crate::ledger::Ledger;
use crate::reporter::Reporter;
use crate::settings::{Limits, NodeForm, Pace, Settings, StartError};
use crate::template::Template;
use crate::tls::Trust;

pub use answer::NodeError;

/// How often a node that stands by is asked for work.
const WATCH_INTERVAL: Duration = Duration::from_secs(5);
/// The shortest wait between two questions.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(1);

/// What the threads of a node share. What they tell is told while it is locked, so that it comes in
/// the order in which it is true.
pub struct Node {
    reporter: Arc<Reporter>,
    state: Mutex<State>,
    changed: Condvar,
    interval: Duration,
    limits: Limits,
}

#[derive(Default)]
struct State {
    templates: Templates,
    health: Health,
    shares: VecDeque<Share>,
    /// Counts the templates that made work.
    generation: u64,
    pace: Pace,
    /// Ask for work now.
    poke: bool,
    ending: bool,
}

/// Whether the node gives work.
#[derive(Default, PartialEq, Eq)]
enum Health {
    #[default]
    Unknown,
    Up,
    /// The name of the error that was told last.
    Down(&'static str),
}

/// Starts the threads of a node.
///
/// # Errors
/// Those of the file of certificates, and that the system gives no thread.
pub fn start(
    url: &NodeUrl,
    settings: Settings,
    reporter: Arc<Reporter>,
) -> Result<Arc<Node>, StartError> {
    let trust = Trust::load(&settings)?;
    let client = |limit| NodeClient::new(url, &settings, &trust, limit);
    let (asking, handing_in) = (client(settings.limits.work), client(settings.limits.submit));
    let ways = Ways {
        handing_in,
        ledger: Ledger::of(client(settings.limits.work)),
        form: settings.form,
    };
    let node = Arc::new(Node {
        reporter,
        state: Mutex::default(),
        changed: Condvar::new(),
        interval: settings.poll_interval.max(SHORTEST_INTERVAL),
        limits: settings.limits,
    });
    let polled = Arc::clone(&node);
    let get_work = move || asking.get_work();
    node.reporter
        .spawn("poller", move || poll::run(&polled, &get_work))?;
    let submitted = Arc::clone(&node);
    let submitter = node.reporter.spawn("submitter", move || {
        submit::run(&submitted, &ways);
    });
    // Without the one thread, the other has nothing to do.
    submitter.inspect_err(|_| node.end())?;
    Ok(node)
}

/// The submitter's ways, each over a connection of its own.
struct Ways {
    handing_in: NodeClient,
    ledger: Ledger,
    form: NodeForm,
}

impl submit::Ways for Ways {
    fn hand_in(&self, header: &BlockHeader) -> Result<(), Failure> {
        let body = answer::submit_work_body(self.form, header).map_err(Failure::Unfit)?;
        self.handing_in.submit_work(&body).map_err(Failure::Node)
    }

    fn look_up(&self, height: u64) -> Result<BlockHeader, NodeError> {
        self.ledger.header(height)
    }
}

impl Node {
    /// Hands a share to the submitter.
    pub fn submit(&self, share: Share) {
        self.state().shares.push_back(share);
        self.changed.notify_all();
    }

    /// Asks for work more or less often.
    pub fn pace(&self, pace: Pace) {
        let mut state = self.state();
        state.poke |= state.pace != pace && pace == Pace::Active;
        state.pace = pace;
        self.changed.notify_all();
    }

    /// Tells the threads to end.
    pub fn end(&self) {
        self.state().ending = true;
        self.changed.notify_all();
    }

    /// Takes a template that was asked for at a certain time.
    fn take(&self, template: Template, asked: Instant) {
        let mut state = self.state();
        let change = state.templates.take(template.clone(), asked);
        let is_back = state.health != Health::Up;
        state.health = Health::Up;
        // One that stands by shows with each answer that it is well.
        if is_back || state.pace == Pace::Watched {
            self.reporter.tell(Event::Up);
        }
        if change == Change::Same {
            // He who turned away while it was down gets the work again.
            if let Some(template) = state.templates.current().filter(|_| is_back) {
                self.tell(template.clone(), false);
            }
            return;
        }
        self.tell(template, change == Change::Replace);
        state.generation += 1;
        self.changed.notify_all();
    }

    fn tell(&self, template: Template, replace: bool) {
        let template = Template {
            replace,
            ..template
        };
        self.reporter.tell(Event::Template(template));
    }

    /// The node gave no work.
    fn is_down(&self, error: &NodeError) {
        let mut state = self.state();
        let health = Health::Down(error.name());
        if state.health != health {
            state.health = health;
            self.reporter.tell(Event::Down(error.reason()));
        }
    }

    /// A block's parent has got its block: asks for work at once.
    fn outrun(&self, header: &BlockHeader) {
        let mut state = self.state();
        if state.templates.outrun(header) {
            self.reporter.tell(Event::Invalidated);
        }
        state.poke = true;
        self.changed.notify_all();
    }

    /// The node refused a block's timestamp.
    fn refuse_timestamp(&self, header: &BlockHeader) {
        if self.state().templates.refuse_timestamp(header) {
            self.reporter.tell(Event::Invalidated);
        }
    }

    /// Waits until it is time to ask for work again; whether to go on.
    fn rest(&self, wait: Duration) -> bool {
        let start = Instant::now();
        let mut state = self.state();
        while !state.ending && !state.poke {
            let wait = match state.pace {
                Pace::Active => wait,
                Pace::Watched => wait.max(WATCH_INTERVAL),
            };
            let Some(left) = wait.checked_sub(start.elapsed()).filter(|d| !d.is_zero()) else {
                break;
            };
            state = self.wait(state, left);
        }
        state.poke = false;
        !state.ending
    }

    /// Waits for a share; nothing at the end.
    fn next_share(&self) -> Option<Share> {
        let mut state = self.state();
        loop {
            if state.ending {
                return None;
            }
            if let Some(share) = state.shares.pop_front() {
                return Some(share);
            }
            let guard = self.changed.wait(state);
            state = guard.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for a template after a generation, but not longer than this; whether to go on.
    fn wait_for_template(&self, generation: u64, wait: Duration) -> bool {
        let start = Instant::now();
        let mut state = self.state();
        while !state.ending && state.generation == generation {
            let Some(left) = wait.checked_sub(start.elapsed()).filter(|d| !d.is_zero()) else {
                break;
            };
            state = self.wait(state, left);
        }
        !state.ending
    }

    /// How a block stands, and the generation by which that is known.
    fn standing(&self, header: &BlockHeader) -> (Standing, u64) {
        let state = self.state();
        (state.templates.standing(header), state.generation)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, wait: Duration) -> MutexGuard<'a, State> {
        let woken = self.changed.wait_timeout(state, wait);
        woken.unwrap_or_else(PoisonError::into_inner).0
    }

    /// What a listener left behind that panicked is still in order.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
