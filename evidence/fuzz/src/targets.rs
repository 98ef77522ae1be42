//! All targets.

mod api;
mod blocks;
mod boards;
mod files;
mod line;
mod networks;
mod node;
mod pool;
mod texts;

use crate::Target;

/// All targets, in the order in which they are run.
pub const TARGETS: &[Target] = &[
    line::FRAMES,
    line::MESSAGES,
    line::FIRMWARE,
    pool::SESSION,
    pool::SERVER,
    node::ANSWERS,
    node::SERVER,
    blocks::HEADER,
    blocks::BLOCK,
    blocks::PROGRAM,
    blocks::RECEIPTS,
    api::HTTP,
    api::FLEET,
    texts::CONFIG,
    texts::WORDS,
    texts::CERTIFICATES,
    boards::MANIFEST,
    boards::BITSTREAM,
    boards::FLASH,
    files::RECORDING,
    files::CHAIN,
    files::LIFETIME,
    files::HISTORY,
    networks::NETWORK,
    networks::INPUTS,
];

/// Whether a text is one line that a terminal shows as it is.
fn is_plain_line(text: &str) -> bool {
    !text.chars().any(char::is_control)
}
