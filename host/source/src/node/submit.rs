//! Submitter of blocks to a node.

use std::time::Duration;

use tensority::BlockHeader;

use super::{Node, NodeError, Standing};
use crate::backoff::Backoff;
use crate::event::{Answer, Reason, Share};

const RETRY_LONGEST: Duration = Duration::from_secs(2);

/// Why a block was not taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// It is no block, and was not sent.
    Unfit(tensority::Error),
    /// The node says so, or says nothing.
    Node(NodeError),
}

/// A way to hand a header in.
pub type HandIn = dyn Fn(&BlockHeader) -> Result<(), Failure>;

/// The submitter: hands in what comes, one at a time, until it is told to end.
pub fn run(node: &Node, hand_in: &HandIn) {
    while let Some(share) = node.next_share() {
        submit(node, hand_in, &share);
    }
}

/// Hands a block in, again and again while the node gives no answer and the block could still be the
/// next one.
fn submit(node: &Node, hand_in: &HandIn, share: &Share) {
    let header = &share.header;
    let answer = |answer| node.reporter.answer(share.number, answer);
    let mut backoff = Backoff::new(node.limits.first_wait, RETRY_LONGEST);
    let mut unanswered: Option<NodeError> = None;
    loop {
        let (standing, generation) = node.standing(header);
        match standing {
            Standing::Open => {}
            // The answer was lost, but the next block says it all.
            Standing::Taken if unanswered.is_some() => return answer(Answer::Accepted),
            Standing::Taken | Standing::Over => {
                return answer(match &unanswered {
                    Some(error) => Answer::Unanswered(error.reason()),
                    None => Answer::NotSent,
                });
            }
        }
        let mut wait = backoff.wait();
        node.reporter.submitted(share.number);
        node.set_submitting(true);
        let result = hand_in(header);
        node.set_submitting(false);
        match result {
            Ok(()) => {
                answer(Answer::Accepted);
                return node.outrun(header);
            }
            Err(Failure::Unfit(error)) => {
                return answer(Answer::Rejected(Reason::new("unfit", error.to_string())));
            }
            Err(Failure::Node(error)) if error.may_pass() => unanswered = Some(error),
            Err(Failure::Node(error @ NodeError::Stale)) => {
                if unanswered.is_none() {
                    answer(Answer::Stale(error.reason()));
                    return node.outrun(header);
                }
                // Perhaps because an earlier attempt arrived: the next template will tell.
                node.outrun(header);
                wait = Duration::MAX;
            }
            Err(Failure::Node(error)) => {
                answer(Answer::Rejected(error.reason()));
                if error == NodeError::Timestamp {
                    node.refuse_timestamp(header);
                }
                return;
            }
        }
        if !node.wait_for_template(generation, wait) {
            return;
        }
    }
}
