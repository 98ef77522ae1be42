//! Merkle roots of a block: of its transactions, and of what became of them.
//!
//! A leaf is the SHA3-256 of a zero byte and its content, a node that of a one byte and its two children. The left
//! child has the greatest power of two of leaves that is smaller than all of them, so no leaf is repeated. No
//! leaves have the SHA3-256 of nothing as their root.

use sha3::{Digest, Sha3_256};

/// The root over the transactions' ids, in the order of the block.
pub fn transaction_root(ids: &[[u8; 32]]) -> [u8; 32] {
    root(ids)
}

/// The root over the transactions' statuses, in the order of the block: whether each failed. A failed one has paid
/// its BTM and its fee; its other assets do not exist. The leaves are ASCII, `{}` or `{"status_fail":true}`.
pub fn status_root(failed: &[bool]) -> [u8; 32] {
    let leaves = failed.iter().map(|failed| match failed {
        true => r#"{"status_fail":true}"#,
        false => "{}",
    });
    root(&leaves.collect::<Vec<_>>())
}

fn root<L: AsRef<[u8]>>(leaves: &[L]) -> [u8; 32] {
    match leaves {
        [] => Sha3_256::digest([]).into(),
        [leaf] => Sha3_256::new()
            .chain_update([0])
            .chain_update(leaf)
            .finalize()
            .into(),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Sha3_256::new()
                .chain_update([1])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}
