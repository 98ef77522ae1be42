//! The coinbase transaction, all that a block of this chain holds.
//!
//! Block 0 has the transaction of Bytom's networks, so with their bits it is the block 0 of Bytom's solonet.

use tensority_payment::reward::subsidy;
use tensority_payment::{Transaction, transaction_root};

/// The program that a node without an account pays: OP_TRUE, so anyone.
pub const ANYONE: &[u8] = &[0x51];

/// The text in the coinbase of block 0.
const GENESIS_TEXT: &[u8] =
    b"Information is power. -- Jan/11/2013. Computing is power. -- Apr/24/2018.";
/// The program that the coinbase of block 0 pays.
const GENESIS_PROGRAM: [u8; 22] = [
    0x00, 0x14, 0x8c, 0x9d, 0x06, 0x3f, 0xf7, 0x4e, 0xe6, 0xd9, 0xff, 0xa8, 0x8d, 0x83, 0xae, 0xb0,
    0x38, 0x06, 0x83, 0x66, 0xc4, 0xc4,
];

/// The coinbase at a height: its free bytes are a zero byte and the height in decimal digits, its amount is the
/// subsidy. That of block 0 pays whom it always pays.
pub fn coinbase(height: u64, program: &[u8]) -> Transaction {
    let (arbitrary, program) = match height {
        0 => (GENESIS_TEXT.to_vec(), GENESIS_PROGRAM.to_vec()),
        _ => {
            let arbitrary = [&[0], height.to_string().as_bytes()].concat();
            (arbitrary, program.to_vec())
        }
    };
    Transaction::coinbase(arbitrary, subsidy(height), program)
}

/// The root of the Merkle tree of a coinbase alone.
///
/// # Panics
/// If the transaction has no id, as a [`coinbase`] always has.
pub fn root(coinbase: &Transaction) -> [u8; 32] {
    let ids = coinbase.ids().expect("a coinbase with an output");
    transaction_root(&[ids.transaction])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TRANSACTION_STATUS_HASH;

    #[test]
    fn coinbases_are_those_of_a_real_node() {
        let blocks = testvectors::payments().blocks;
        for name in ["genesis-solonet", "coinbase-op-true", "coinbase-p2wsh"] {
            let vector = blocks.iter().find(|block| block.name == name).unwrap();
            let coinbase = coinbase(vector.height, &vector.coinbase.program);
            assert_eq!(root(&coinbase), vector.transaction_merkle_root, "{name}");
            assert!(vector.raw_block.ends_with(&coinbase.encode().unwrap()));
        }
    }

    #[test]
    fn the_status_hash_is_that_of_the_recorded_blocks() {
        let blocks = testvectors::accepted_blocks();
        assert!(!blocks.is_empty());
        for block in blocks {
            let found = block.header.transaction_status_hash;
            assert_eq!(found, TRANSACTION_STATUS_HASH, "{}", block.name);
        }
    }
}
