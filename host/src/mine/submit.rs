//! Blocks on their way to the node.

use super::{
    answer::NodeError,
    backoff::Backoff,
    events::{Event, Events, Found, Outcome},
    watch::Watch,
};
use std::{
    sync::{Arc, mpsc::Receiver},
    time::{Duration, Instant},
};
use tensority::BlockHeader;

/// The waits between attempts.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_LONGEST: Duration = Duration::from_secs(2);

/// A way to hand a header in.
pub type Submit = dyn Fn(&BlockHeader) -> Result<(), NodeError> + Send;

/// A verified block with its hash.
pub type Block = (Found, [u8; 32]);

/// The submitter as a thread: hands in what comes, one at a time, until nobody is left to send.
pub fn spawn(submit: Box<Submit>, incoming: Receiver<Block>, watch: Arc<Watch>, events: &Events) {
    let sender = events.clone();
    events.spawn("submitter", move || {
        // The parent of the block accepted last: the watch does not know at once.
        let mut outrun = None;
        for (found, block_hash) in incoming {
            let start = Instant::now();
            let parent = Some(found.job.template.header.previous_block_hash);
            let outcome = match parent == outrun {
                true => Outcome::Outrun,
                false => hand_in(&*submit, &found, &watch),
            };
            if outcome == Outcome::Accepted {
                outrun = parent;
            }
            sender.send(Event::Submitted {
                found,
                block_hash,
                outcome,
                took: start.elapsed(),
            });
        }
    });
}

/// Hands a block in, again and again while the node gives no answer and the block could still be the
/// next one.
fn hand_in(submit: &Submit, found: &Found, watch: &Watch) -> Outcome {
    let header = found.job.header(found.nonce);
    let mut backoff = Backoff::new(RETRY_FIRST, RETRY_LONGEST);
    let mut unanswered = None;
    while !watch.is_stale(&found.job) {
        match (submit(&header), &unanswered) {
            (Ok(()), _) => return Outcome::Accepted,
            (Err(error), _) if error.may_pass() => unanswered = Some(error),
            // Perhaps because an earlier attempt arrived: the next job will tell.
            (Err(NodeError::Stale), Some(_)) => {}
            (Err(error), _) => return Outcome::Rejected(error),
        }
        if watch.rest(backoff.wait()) {
            break;
        }
    }
    match unanswered {
        Some(error) => Outcome::Unanswered(error),
        None => Outcome::Outrun,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mine::job::{Jobs, Template};
    use std::sync::Mutex;

    /// A watch with a job, and a nonce of it.
    fn found() -> (Arc<Watch>, Jobs, Found) {
        let (watch, mut jobs) = (Watch::new(0), Jobs::default());
        let header = BlockHeader {
            bits: 0x2000_0000_000c_cccc,
            ..BlockHeader::default()
        };
        let seed = [0; 32];
        jobs.take(Template { header, seed }).unwrap();
        watch.show(&jobs);
        let found = Found {
            device: 0,
            job: Arc::clone(jobs.current().unwrap()),
            nonce: 5,
            hash: [0; 32],
        };
        (Arc::new(watch), jobs, found)
    }

    /// Hands in to a node that answers so, the last answer outrunning the job.
    fn outcome(answers: &[Result<(), NodeError>]) -> (Outcome, usize) {
        let (watch, jobs, found) = found();
        let state = Arc::new(Mutex::new((jobs, answers.to_vec(), 0)));
        let submit = {
            let (state, watch, found) = (Arc::clone(&state), Arc::clone(&watch), found.clone());
            move |header: &BlockHeader| {
                assert_eq!(header.nonce, 5);
                let (jobs, answers, asked) = &mut *state.lock().unwrap();
                *asked += 1;
                if answers.len() == 1 {
                    jobs.outrun(&found.job);
                    watch.show(jobs);
                }
                answers.remove(0)
            }
        };
        let outcome = hand_in(&submit, &found, &watch);
        let asked = state.lock().unwrap().2;
        (outcome, asked)
    }

    fn away() -> NodeError {
        NodeError::Unreachable("refused".to_owned())
    }

    #[test]
    fn an_answer_ends_it() {
        assert_eq!(outcome(&[Ok(())]), (Outcome::Accepted, 1));
        let stale = NodeError::Stale;
        let rejected = Outcome::Rejected(stale.clone());
        assert_eq!(outcome(&[Err(stale)]), (rejected, 1));
    }

    #[test]
    fn no_answer_is_asked_for_again_while_the_block_is_the_next() {
        let twice = [Err(away()), Ok(())];
        assert_eq!(outcome(&twice), (Outcome::Accepted, 2));
        let for_ever = [Err(away()), Err(away())];
        assert_eq!(outcome(&for_ever), (Outcome::Unanswered(away()), 2));
    }

    #[test]
    fn stale_after_no_answer_may_be_success() {
        let answers = [Err(away()), Err(NodeError::Stale)];
        assert_eq!(outcome(&answers), (Outcome::Unanswered(away()), 2));
    }

    #[test]
    fn a_stale_job_is_not_handed_in() {
        let (watch, mut jobs, found) = found();
        jobs.outrun(&found.job);
        watch.show(&jobs);
        let submit = |_: &BlockHeader| unreachable!("nobody asks");
        assert_eq!(hand_in(&submit, &found, &watch), Outcome::Outrun);
    }

    #[test]
    fn a_parent_gets_one_block_though_nobody_has_told_the_watch() {
        let (watch, _, found) = found();
        let (events, outcomes) = Events::channel();
        let (sender, incoming) = std::sync::mpsc::channel();
        spawn(Box::new(|_| Ok(())), incoming, watch, &events);
        for _ in 0..2 {
            sender.send((found.clone(), [0; 32])).unwrap();
        }
        drop((sender, events));
        let outcomes: Vec<_> = outcomes
            .iter()
            .map(|event| match event {
                Event::Submitted { outcome, .. } => outcome,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(outcomes, [Outcome::Accepted, Outcome::Outrun]);
    }

    #[test]
    fn the_end_waits_for_no_further_attempt() {
        let (watch, _, found) = found();
        watch.end();
        let submit = |_: &BlockHeader| Err(away());
        let outcome = hand_in(&submit, &found, &watch);
        assert_eq!(outcome, Outcome::Unanswered(away()));
    }
}
