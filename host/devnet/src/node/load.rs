//! The blocks of a chain file checked into a chain that this node could have made.

use std::path::Path;

use tensority::BlockHeader;
use tensority::fast::MatrixLists;
use tensority_payment::{Block, Output};

use crate::TRANSACTION_STATUS_HASH;
use crate::node::chain::{Chain, Mismatch, same};
use crate::node::chain_file::FileError;
use crate::node::coinbase::{ANYONE, coinbase, root};
use crate::node::proof_of_work::has_proof_of_work;

/// The blocks, counted from the last, whose proof of work is checked.
const CHECKED_BLOCKS: usize = 8;

/// The chain of `genesis` and the blocks of a file, the first of which must be `genesis` too.
///
/// # Errors
/// [`FileError::OtherBits`], or [`FileError::Corrupt`] for the first block that does not belong.
pub fn load(
    genesis: Block,
    blocks: &[Block],
    lists: &mut MatrixLists,
    path: &Path,
) -> Result<Chain, FileError> {
    if let Some(first) = blocks.first() {
        check_genesis(&genesis, first, path)?;
    }
    let mut chain = Chain::new(genesis);
    for (index, block) in blocks.iter().enumerate().skip(1) {
        let header = &block.header;
        let corrupt = corrupt(path, index as u64 + 1);
        chain.check(header).map_err(&corrupt)?;
        check_coinbase(block).map_err(&corrupt)?;
        if blocks.len() - index <= CHECKED_BLOCKS {
            check_proof_of_work(header, &chain.next_seed(), lists).map_err(&corrupt)?;
        }
        chain.push(block.clone());
    }
    Ok(chain)
}

fn check_genesis(genesis: &Block, block: &Block, path: &Path) -> Result<(), FileError> {
    let (genesis, found) = (&genesis.header, &block.header);
    if found.height == 0 && found.bits != genesis.bits {
        return Err(FileError::OtherBits {
            path: path.to_owned(),
            expected: genesis.bits,
            found: found.bits,
        });
    }
    let [expected, found] = [genesis.hash(), found.hash()].map(hex::encode);
    same("block 0", expected, found).map_err(corrupt(path, 1))?;
    check_coinbase(block).map_err(corrupt(path, 1))
}

/// Whether the block has the coinbase of its height alone, to any program, and is the block of its header.
fn check_coinbase(block: &Block) -> Result<(), Mismatch> {
    let header = &block.header;
    let first = block.transactions.first();
    let program = match first.and_then(|it| it.outputs.first()) {
        Some(Output::Paid { program, .. }) => program,
        _ => ANYONE,
    };
    let coinbase = coinbase(header.height, program);
    let root = hex::encode(root(&coinbase));
    if block.transactions != [coinbase] {
        return Err(Mismatch {
            field: "transactions",
            expected: "the coinbase of the height alone".to_owned(),
            found: format!("{} others", block.transactions.len()),
        });
    }
    let found = hex::encode(header.transaction_merkle_root);
    same("transaction Merkle root", root, found)?;
    let status_hash = hex::encode(TRANSACTION_STATUS_HASH);
    let found = hex::encode(header.transaction_status_hash);
    same("transaction status hash", status_hash, found)
}

fn check_proof_of_work(
    header: &BlockHeader,
    seed: &[u8; 32],
    lists: &mut MatrixLists,
) -> Result<(), Mismatch> {
    if has_proof_of_work(header, seed, lists) {
        return Ok(());
    }
    Err(Mismatch {
        field: "a PoW hash",
        expected: "that meets the target".to_owned(),
        found: format!("one of nonce {} that does not", header.nonce),
    })
}

fn corrupt(path: &Path, line: u64) -> impl Fn(Mismatch) -> FileError {
    move |mismatch| FileError::Corrupt {
        path: path.to_owned(),
        line,
        mismatch,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use tensority::fast::Backend;

    use super::*;
    use crate::SOLONET_BITS;
    use crate::node::template;

    /// Bits of a target that every hash meets.
    const EASIEST_BITS: u64 = 0x2100_0000_00ff_ffff;

    /// Loads block 0 and so many more, for which no work was done, one of which is changed.
    fn load_changed(
        bits: u64,
        blocks: u64,
        height: u64,
        change: impl Fn(&mut Block),
    ) -> Result<Chain, (u64, &'static str)> {
        let genesis = template::genesis(bits).unwrap();
        let mut chain = Chain::new(genesis.clone());
        let mut file = vec![genesis.clone()];
        for _ in 0..blocks {
            let mut block = template::next(&chain, ANYONE);
            block.header.timestamp = chain.median_timestamp() + 1;
            file.push(block.clone());
            chain.push(block);
        }
        change(&mut file[height as usize]);
        let mut lists = MatrixLists::new(Backend::fastest(), NonZero::<usize>::MIN);
        match load(genesis, &file, &mut lists, Path::new("chain")) {
            Ok(chain) => Ok(chain),
            Err(FileError::Corrupt { line, mismatch, .. }) => Err((line, mismatch.field)),
            Err(other) => panic!("expected a corrupt line, found: {other}"),
        }
    }

    #[track_caller]
    fn assert_refused(
        height: u64,
        change: fn(&mut Block),
        expected_line: u64,
        expected_field: &str,
    ) {
        let (line, field) = load_changed(EASIEST_BITS, 3, height, change).unwrap_err();
        assert_eq!((line, field), (expected_line, expected_field));
    }

    #[test]
    fn a_header_that_does_not_belong_is_named_with_its_line() {
        let whole = load_changed(EASIEST_BITS, 3, 2, |_| {}).unwrap();
        assert_eq!(whole.next_height(), 4);
        assert_refused(0, |block| block.header.timestamp += 1, 1, "block 0");
        assert_refused(2, |block| block.header.version = 2, 3, "version");
        assert_refused(2, |block| block.header.height = 3, 3, "height");
        assert_refused(2, |block| block.header.bits -= 1, 3, "bits");
        let parent = |block: &mut Block| block.header.previous_block_hash = [0; 32];
        assert_refused(2, parent, 3, "previous block hash");
        assert_refused(2, |block| block.header.timestamp = 0, 3, "timestamp");
        let root = |block: &mut Block| block.header.transaction_merkle_root = [0; 32];
        assert_refused(2, root, 3, "transaction Merkle root");
        let status = |block: &mut Block| block.header.transaction_status_hash = [0; 32];
        assert_refused(2, status, 3, "transaction status hash");
        let none = |block: &mut Block| block.transactions.clear();
        assert_refused(2, none, 3, "transactions");
        let twice = |block: &mut Block| block.transactions.extend(block.transactions.clone());
        assert_refused(0, twice, 1, "transactions");
        // Nonce and timestamp of a block show in the next, which has another parent.
        assert_refused(2, |block| block.header.nonce = 1, 4, "previous block hash");
    }

    #[test]
    fn the_last_eight_blocks_must_have_their_proof_of_work() {
        let (line, field) = load_changed(SOLONET_BITS, 20, 1, |_| {}).unwrap_err();
        assert_eq!(field, "a PoW hash");
        // Heights 13 to 20 are looked at, and nonce 0 is good by chance in one of 20.
        assert!((14..=21).contains(&line), "line {line}");
    }
}
