//! Shares on their way to sources, and those that stay at home.

use std::time::Duration;

use tensority_source::Share;
use tensority_telemetry::outcome::Outcome;

use super::{Action, Controller};

/// Why what waits is left at home.
const OVER: &str = "its job was over before the source had answered those before it";

impl Controller {
    /// Hands a share in, as soon as its source has answered enough of those before.
    pub(super) fn submit(&mut self, result: u64) {
        let Some(pending) = self.results.get_mut(&result) else {
            return;
        };
        let job = pending.found.job();
        let source = job.source;
        if self.settings.goal.dry_run {
            return self.leave_at_home(result, "this is a dry run");
        }
        if job.is_stale() {
            return self.leave_at_home(result, "its job was over before it was verified");
        }
        pending.waiting = true;
        if let Some(oldest) = self.sources[source].outbox.put(result) {
            self.leave_waiting(oldest, "the source is too slow to come to it");
        }
        self.hand_in(source);
    }

    /// Hands in what waits for a source, as much as it may have at a time.
    pub(super) fn hand_in(&mut self, source: usize) {
        while let Some(result) = self.sources[source].outbox.take() {
            let Some(pending) = self.results.get_mut(&result) else {
                continue;
            };
            let job = pending.found.job();
            if job.is_stale() {
                self.leave_waiting(result, OVER);
                continue;
            }
            let share = Share {
                number: result,
                template: job.template.id.clone(),
                header: pending.found.header(),
            };
            (pending.waiting, pending.submitted) = (false, true);
            let stats = &mut self.sources[source];
            stats.outbox.handed_in();
            stats.shares.pending += 1;
            self.failover.submitted(source);
            self.actions.push(Action::Submit(source, share));
        }
    }

    /// Leaves all at home that wait for a source that does not want them any more.
    pub(super) fn drop_worthless(&mut self, source: usize) {
        let results = &self.results;
        let is_stale = |result: u64| {
            let pending = results.get(&result);
            pending.is_none_or(|pending| pending.found.job().is_stale())
        };
        let worthless = self.sources[source].outbox.take_those(is_stale);
        worthless
            .into_iter()
            .for_each(|result| self.leave_waiting(result, OVER));
    }

    /// A share that waits is none.
    pub(super) fn take_back(&mut self, result: u64) {
        let Some(pending) = self.results.get_mut(&result) else {
            return;
        };
        if std::mem::take(&mut pending.waiting) {
            let outbox = &mut self.sources[pending.found.job().source].outbox;
            outbox.take_those(|waiting| waiting == result);
        }
    }

    fn leave_waiting(&mut self, result: u64, why: &str) {
        self.leave_at_home(result, why);
        self.forget_if_done(result);
    }

    fn leave_at_home(&mut self, result: u64, why: &str) {
        let Some(pending) = self.results.get_mut(&result) else {
            return;
        };
        pending.waiting = false;
        let found = pending.found.clone();
        let outcome = Outcome::NotSubmitted;
        self.sources[found.job().source].shares.not_submitted += 1;
        // Of a dry run nothing is lost.
        if !self.settings.goal.dry_run {
            self.devices[found.device].spent.concluded(outcome);
        }
        let why = (None, Some(why.to_owned()));
        self.tell_share(&found, outcome, Duration::ZERO, why);
    }
}
