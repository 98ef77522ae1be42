//! Decoders of what miners say and of chain files, without threads or sockets: what takes any bytes, for those who try
//! it with all.

use std::path::Path;
use std::sync::Arc;

use tensority_payment::Block;

use crate::node::chain_file::ChainFile;
pub use crate::node::request::{
    BlockName, Refused, block_name, set_mining_address, submit_work, submit_work_json,
};
use crate::node::{FileError, Recovery};
use crate::pool::session::Session;
use crate::pool::{CloseReason, Pool};

/// A connection of a miner that sends these lines, without their ends: how many messages are answered, and why the
/// connection is closed, if it is.
pub fn pool_session<'a>(
    pool: &Arc<Pool>,
    lines: impl Iterator<Item = &'a str>,
) -> (usize, Option<CloseReason>) {
    let mut session = Session::new(1, Arc::clone(pool), Arc::new(|_| {}));
    let mut messages = 0;
    for line in lines {
        let answer = session.answer(line);
        messages += answer.messages.len();
        if answer.close.is_some() {
            return (messages, answer.close);
        }
    }
    (messages, None)
}

/// The blocks of a chain file, and what had to be done to it. It is made if there is none.
///
/// # Errors
/// As those of [`Node::open`](crate::node::Node::open) that are of the file itself.
pub fn chain_file(path: &Path) -> Result<(Vec<Block>, Option<Recovery>), FileError> {
    let (_, blocks, recovery) = ChainFile::open(path)?;
    Ok((blocks, recovery))
}
