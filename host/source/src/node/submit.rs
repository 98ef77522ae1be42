//! Submitter of blocks to a node.

use std::time::{Duration, Instant};

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

/// The ways to a node.
pub trait Ways {
    /// Hands a header in.
    fn hand_in(&self, header: &BlockHeader) -> Result<(), Failure>;

    /// The header of the block that the node has at a height.
    fn look_up(&self, height: u64) -> Result<BlockHeader, NodeError>;
}

/// The submitter: hands in what comes, one at a time, until it is told to end.
pub fn run(node: &Node, ways: &impl Ways) {
    while let Some(share) = node.next_share() {
        submit(node, ways, &share);
    }
}

/// Hands a block in, again and again while the node gives no answer and the block could still be the
/// next one.
fn submit(node: &Node, ways: &impl Ways, share: &Share) {
    let header = &share.header;
    let answer = |answer| node.reporter.answer(share.number, answer);
    let mut backoff = Backoff::new(node.limits.first_wait, RETRY_LONGEST);
    let mut unanswered: Option<NodeError> = None;
    loop {
        let (standing, generation) = node.standing(header);
        match (standing, &unanswered) {
            (Standing::Open, _) => {}
            (_, None) => return answer(Answer::NotSent),
            // The answer was lost, but the next block says it all.
            (Standing::Taken, _) => return answer(Answer::Accepted),
            (Standing::Over, Some(error)) => return answer(inquire(node, ways, header, error)),
        }
        node.reporter.submitted(share.number);
        match ways.hand_in(header) {
            Ok(()) => {
                answer(Answer::Accepted);
                return node.outrun(header);
            }
            Err(Failure::Unfit(error)) => {
                return answer(Answer::Rejected(Reason::new("unfit", error.to_string())));
            }
            Err(Failure::Node(error)) if error.may_pass() => unanswered = Some(error),
            Err(Failure::Node(error @ NodeError::Stale)) => {
                let Some(unanswered) = &unanswered else {
                    answer(Answer::Stale(error.reason()));
                    return node.outrun(header);
                };
                // Perhaps because an earlier attempt arrived.
                node.outrun(header);
                return answer(inquire(node, ways, header, unanswered));
            }
            Err(Failure::Node(error)) => {
                answer(Answer::Rejected(error.reason()));
                if error == NodeError::Timestamp {
                    node.refuse_timestamp(header);
                }
                return;
            }
        }
        if !node.wait_for_template(generation, backoff.wait()) {
            return;
        }
    }
}

/// What became of a block that was handed in without an answer: the node is asked which block it has at that
/// height, for as long as a submit may take.
fn inquire(node: &Node, ways: &impl Ways, header: &BlockHeader, error: &NodeError) -> Answer {
    let start = Instant::now();
    let mut backoff = Backoff::new(node.limits.first_wait, RETRY_LONGEST);
    loop {
        let (standing, generation) = node.standing(header);
        if standing == Standing::Taken {
            return Answer::Accepted;
        }
        match ways.look_up(header.height) {
            Ok(found) if found.hash() == header.hash() => return Answer::Accepted,
            Ok(_) => {
                let text = "the node gave no answer, and has another block at that height";
                return Answer::Stale(Reason::new(NodeError::Stale.name(), text));
            }
            // It may take its time over what it was handed, too.
            Err(NodeError::NoBlock) => {}
            Err(found) if found.may_pass() => {}
            Err(_) => break,
        }
        let is_over = start.elapsed() >= node.limits.submit;
        if is_over || !node.wait_for_template(generation, backoff.wait()) {
            break;
        }
    }
    Answer::Unanswered(error.reason())
}
