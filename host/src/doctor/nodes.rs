//! Nodes: whether they give work, stand with the others, pay somebody, and have the right time.

use std::time::{Duration, SystemTime};

use tensority_source::{Ledger, MiningAddress, NodeError, NodeUrl, Settings, Standing, StartError};

use super::finding::{Check, Finding, split_advice};
use super::pools;

/// The longest time for an answer of a node.
const PATIENCE: Duration = Duration::from_secs(5);

/// Clocks that differ by less are alike.
const CLOCKS_ALIKE: Duration = Duration::from_secs(30);

/// Blocks further ahead of a node's clock are refused.
const CLOCKS_TOLERATED: Duration = Duration::from_secs(3600);

/// The network in which a node has no need of others.
const ALONE: &str = "solonet";

/// The next block, as a node gives it.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub height: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
}

/// What a node said.
#[derive(Debug)]
pub struct Answers {
    pub work: Result<Work, NodeError>,
    /// A pool answers there.
    pub is_pool: bool,
    /// The rest is not asked of a node that gives no work for want of an answer.
    pub standing: Option<Result<Standing, NodeError>>,
    pub pays: Option<Result<MiningAddress, NodeError>>,
    /// Our clock, when the node told its own.
    pub now: SystemTime,
    pub has_token: bool,
}

/// Asks a node what a miner asks, and what it says of itself. It is given nothing.
pub fn ask(url: &NodeUrl, settings: &Settings) -> Result<Answers, StartError> {
    let node = Ledger::with_patience(url, settings, PATIENCE)?;
    let work = node.work().map(|template| Work {
        height: template.header.height,
        timestamp: template.header.timestamp,
    });
    let is_pool = match &work {
        Err(NodeError::Closed(_) | NodeError::Unexpected { .. } | NodeError::TimedOut(_)) => {
            pools::answers_at(&url.to_string())
        }
        _ => false,
    };
    let is_there = matches!(work, Ok(_) | Err(NodeError::NotReady | NodeError::Empty));
    let standing = is_there.then(|| node.standing());
    let now = SystemTime::now();
    // A node with an account makes an address when it is asked for one. One that gives work has made it.
    let pays = work.is_ok().then(|| node.mining_address());
    Ok(Answers {
        work,
        is_pool,
        standing,
        pays,
        now,
        has_token: !settings.user.is_empty() || url.has_token(),
    })
}

/// What the answers of the node of this name mean.
pub fn judge(name: &str, answers: &Answers) -> Vec<Finding> {
    let (sync, pays, clock) = (
        Check::new("node sync", name),
        Check::new("node pays", name),
        Check::new("node clock", name),
    );
    let standing = answers.standing.as_ref();
    vec![
        work(&Check::new("node work", name), answers),
        match standing {
            None => sync.skip(NOT_ASKED),
            Some(Ok(standing)) => synced(&sync, standing),
            Some(Err(error)) => sync.warn(format!("the node {error}"), UNKNOWN_CALL),
        },
        match &answers.pays {
            None => pays.skip(NOT_ASKED),
            Some(Ok(address)) => paid(&pays, address),
            Some(Err(error)) => pays.warn(format!("the node {error}"), UNKNOWN_CALL),
        },
        match standing.map(|it| it.as_ref().ok()?.clock) {
            None => clock.skip(NOT_ASKED),
            Some(None) => clock_by_work(&clock, answers),
            Some(Some(theirs)) => clocks(&clock, theirs, answers.now),
        },
    ]
}

const NOT_ASKED: &str = "not asked, since the node gives no work";
const UNKNOWN_CALL: &str =
    "ask the node itself; a proxy in front of it may let only some calls pass";

fn work(check: &Check, answers: &Answers) -> Finding {
    let error = match &answers.work {
        Ok(Work { height, .. }) => {
            return check.pass(format!("gives work for block {height}"));
        }
        Err(error) => error,
    };
    let text = format!("the node {error}");
    let (found, advice) = split_advice(&text);
    if answers.is_pool {
        let found = format!("{found}: a pool answers there");
        return check.fail(
            found,
            "write stratum+tcp:// in place of http://, and give -u",
        );
    }
    match error {
        NodeError::NotReady | NodeError::Empty => check.warn(
            found,
            "wait for its next block; if that does not come, look whether the node has peers and is synced",
        ),
        NodeError::Unreachable(_) => check.fail(
            found,
            "start the node, or correct host and port: Bytom's API is at 9888, and other machines \
             reach it only if the node listens on more than 127.0.0.1 and no firewall is between",
        ),
        NodeError::TimedOut(_) => check.fail(
            found,
            "look whether the node is overloaded or hangs, and whether it is the right port",
        ),
        NodeError::Unauthorized(_) if answers.has_token => check.fail(
            "the node does not take the access token",
            "correct user (the token's id) and password (its secret); `bytomcli list-access-tokens` \
             shows the ids, `bytomcli create-access-token ID` makes a new one",
        ),
        NodeError::Unauthorized(_) => check.fail(
            "the node asks for an access token, and none is given",
            "make one at the node with `bytomcli create-access-token ID`, and give its id as user and \
             its secret as password_file",
        ),
        NodeError::Status { status: 403, .. } => check.fail(
            found,
            "have whoever runs the node, or the proxy in front of it, let this machine in",
        ),
        NodeError::Status {
            status: 500..=599, ..
        }
        | NodeError::Failed(_) => check.fail(found, "look into the log of the node"),
        NodeError::Tls(_) => check.fail(
            found,
            advice.unwrap_or("look whether the node or its proxy speaks TLS at this port"),
        ),
        _ => check.fail(
            found.trim_end_matches("is it a Bytom node?"),
            "correct host, port and path: something else than Bytom's API answers there; that is at \
             port 9888 of a node",
        ),
    }
}

fn synced(check: &Check, standing: &Standing) -> Finding {
    let Standing {
        network,
        height,
        highest,
        peers,
        ..
    } = standing;
    let found = format!("{network}, block {height} of {highest}, peers {peers}");
    let is_behind = highest > height;
    match (standing.syncing || is_behind, *peers) {
        (true, _) => check.warn(
            format!("{found}: the node is behind, and work on old blocks is in vain"),
            "wait until it has caught up",
        ),
        (false, 0) if network != ALONE => check.warn(
            format!("{found}: nobody would hear of a block"),
            "look whether the node can reach others: its network, and port 46657",
        ),
        _ => check.pass(found),
    }
}

fn paid(check: &Check, address: &MiningAddress) -> Finding {
    match address {
        MiningAddress::Set(address) => check.pass(address),
        MiningAddress::NoAccount => check.warn(
            "anyone: the node has no account",
            "make an account at the node, or give it an address with its call set-mining-address",
        ),
        MiningAddress::WalletOff => check.warn(
            "anyone: the wallet of the node is off",
            "start the node without --wallet.disable, and make an account",
        ),
    }
}

/// The clock of a node that does not tell it, by its work: a timestamp may be old, but it is not made in the future.
fn clock_by_work(check: &Check, answers: &Answers) -> Finding {
    let timestamp = answers.work.as_ref().map_or(0, |work| work.timestamp);
    let theirs = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(timestamp));
    match theirs {
        Some(theirs) if theirs > answers.now => clocks(check, theirs, answers.now),
        _ => check.skip("the node does not tell its time"),
    }
}

fn clocks(check: &Check, theirs: SystemTime, ours: SystemTime) -> Finding {
    let (difference, how) = match theirs.duration_since(ours) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(behind) => (behind.duration(), "behind"),
    };
    if difference < CLOCKS_ALIKE {
        return check.pass("that of this machine");
    }
    let found = format!("{} s {how} that of this machine", difference.as_secs());
    let fix = "see which is wrong, and have it synchronised (`timedatectl set-ntp true`)";
    match difference > CLOCKS_TOLERATED {
        true => check.fail(
            format!("{found}: blocks more than an hour ahead are refused"),
            fix,
        ),
        false => check.warn(found, fix),
    }
}

#[cfg(test)]
mod tests;
