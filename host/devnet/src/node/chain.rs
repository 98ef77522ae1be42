//! The chain of headers, and the consensus rules for the next one.

use tensority::{
    BlockHeader, INITIAL_SEED, RETARGET_BLOCKS, next_bits, seed_height as height_of_seed,
};
use tensority_payment::Transaction;

use crate::VERSION;

/// The number of blocks whose median timestamp the next block must exceed.
const MEDIAN_BLOCKS: usize = 11;

/// A block with its hash, which names it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Block {
    pub header: BlockHeader,
    pub hash: [u8; 32],
    /// The coinbase alone.
    pub transactions: Vec<Transaction>,
}

impl From<tensority_payment::Block> for Block {
    fn from(block: tensority_payment::Block) -> Self {
        let tensority_payment::Block {
            header,
            transactions,
        } = block;
        Self {
            hash: header.hash(),
            header,
            transactions,
        }
    }
}

/// A field of a header that the chain does not allow there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {field} {expected}, found {found}")]
#[allow(missing_docs)]
pub struct Mismatch {
    pub field: &'static str,
    pub expected: String,
    pub found: String,
}

/// Blocks from block 0 on, each the child of the one before.
#[derive(Debug, Clone)]
pub struct Chain {
    /// The block at each height; never empty.
    blocks: Vec<Block>,
}

impl Chain {
    /// The chain of block 0 alone.
    pub fn new(genesis: tensority_payment::Block) -> Self {
        Self {
            blocks: vec![genesis.into()],
        }
    }

    pub fn tip(&self) -> &Block {
        self.blocks.last().expect("block 0 is always there")
    }

    pub fn at(&self, height: u64) -> Option<&Block> {
        self.blocks.get(usize::try_from(height).ok()?)
    }

    pub fn named(&self, hash: &[u8; 32]) -> Option<&Block> {
        self.blocks.iter().rev().find(|block| block.hash == *hash)
    }

    /// The height of the next block.
    pub fn next_height(&self) -> u64 {
        self.tip().header.height + 1
    }

    /// The bits the next block must have, by the retarget rule.
    pub fn next_bits(&self) -> u64 {
        let last = &self.tip().header;
        let compare = self.at(last.height.saturating_sub(RETARGET_BLOCKS));
        next_bits(last, &compare.expect("a block of the chain").header)
    }

    /// The seed of the next block, by its epoch.
    pub fn next_seed(&self) -> [u8; 32] {
        let block = height_of_seed(self.next_height()).and_then(|height| self.at(height));
        block.map_or(INITIAL_SEED, |block| block.hash)
    }

    /// The median timestamp of the last blocks, the greater one of two, which that of the next
    /// block must exceed. In seconds.
    pub fn median_timestamp(&self) -> u64 {
        let last = self.blocks.iter().rev().take(MEDIAN_BLOCKS);
        let mut timestamps: Vec<_> = last.map(|block| block.header.timestamp).collect();
        timestamps.sort_unstable();
        timestamps[timestamps.len() / 2]
    }

    /// Whether a header may follow, but for its proof of work and the clock.
    ///
    /// # Errors
    /// The first [`Mismatch`], in the order in which Bytom looks at the fields.
    pub fn check(&self, header: &BlockHeader) -> Result<(), Mismatch> {
        same("version", VERSION, header.version)?;
        same("height", self.next_height(), header.height)?;
        same("bits", self.next_bits(), header.bits)?;
        let [parent, found] = [self.tip().hash, header.previous_block_hash].map(hex::encode);
        same("previous block hash", parent, found)?;
        let median = self.median_timestamp();
        if header.timestamp <= median {
            return Err(Mismatch {
                field: "timestamp",
                expected: format!("above {median}"),
                found: header.timestamp.to_string(),
            });
        }
        Ok(())
    }

    /// Adds a block, whose header must be one that [`check`](Self::check) lets pass.
    pub fn push(&mut self, block: tensority_payment::Block) -> &Block {
        self.blocks.push(block.into());
        self.tip()
    }
}

/// Compares a field with what is asked of it.
pub fn same<T: PartialEq + ToString>(
    field: &'static str,
    expected: T,
    found: T,
) -> Result<(), Mismatch> {
    if expected == found {
        return Ok(());
    }
    Err(Mismatch {
        field,
        expected: expected.to_string(),
        found: found.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use tensority::Target;
    use tensority::fast::{Backend, MatrixLists};

    use super::*;

    fn genesis() -> BlockHeader {
        BlockHeader {
            version: VERSION,
            timestamp: 1_000,
            bits: 0x2000_0000_000c_cccc,
            ..BlockHeader::default()
        }
    }

    /// A block without transactions, at which the chain does not look.
    fn bare(header: BlockHeader) -> tensority_payment::Block {
        let transactions = Vec::new();
        tensority_payment::Block {
            header,
            transactions,
        }
    }

    /// A header that may follow, `seconds` after the last.
    fn next(chain: &Chain, seconds: u64) -> BlockHeader {
        BlockHeader {
            version: VERSION,
            height: chain.next_height(),
            previous_block_hash: chain.tip().hash,
            timestamp: chain.tip().header.timestamp + seconds,
            bits: chain.next_bits(),
            ..BlockHeader::default()
        }
    }

    fn chain_of(blocks: u64, seconds: u64) -> Chain {
        let mut chain = Chain::new(bare(genesis()));
        for _ in 0..blocks {
            let header = next(&chain, seconds);
            assert_eq!(chain.check(&header), Ok(()));
            chain.push(bare(header));
        }
        chain
    }

    #[test]
    fn the_seed_changes_after_each_256_blocks_to_the_hash_of_the_last() {
        let chain = chain_of(513, 150);
        let seed_at = |height: u64| {
            let mut before = Chain::new(bare(genesis()));
            for known in 1..height {
                before.push(bare(chain.at(known).unwrap().header.clone()));
            }
            before.next_seed()
        };
        assert_eq!(seed_at(1), INITIAL_SEED);
        assert_eq!(seed_at(256), INITIAL_SEED);
        assert_eq!(seed_at(257), chain.at(256).unwrap().hash);
        assert_eq!(seed_at(512), chain.at(256).unwrap().hash);
        assert_eq!(seed_at(513), chain.at(512).unwrap().hash);
    }

    #[test]
    fn the_bits_change_after_block_2016_by_the_time_its_period_took() {
        assert_eq!(chain_of(2015, 75).next_bits(), genesis().bits);
        let fast = chain_of(2016, 75);
        // Half the time, half the target: 0x0ccccc with two zero bytes behind it, halved.
        assert_eq!(fast.next_bits(), 0x2000_0000_0006_6666);
    }

    #[test]
    fn a_timestamp_must_exceed_the_median_of_eleven() {
        let mut chain = chain_of(10, 10);
        assert_eq!(chain.median_timestamp(), 1_050, "of 1000, 1010, …, 1100");
        let with = |timestamp, chain: &Chain| BlockHeader {
            timestamp,
            ..next(chain, 0)
        };
        let refused = chain.check(&with(1_050, &chain)).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "expected timestamp above 1050, found 1050"
        );
        assert_eq!(chain.check(&with(1_051, &chain)), Ok(()));
        chain.push(bare(with(1_051, &chain)));
        assert_eq!(chain.median_timestamp(), 1_051, "block 0 no longer counts");
        assert_eq!(
            chain_of(1, 10).median_timestamp(),
            1_010,
            "the greater of two"
        );
    }

    #[test]
    fn every_field_that_cannot_follow_is_named() {
        let chain = chain_of(3, 150);
        let refused = |change: fn(&mut BlockHeader)| {
            let mut header = next(&chain, 150);
            change(&mut header);
            chain.check(&header).unwrap_err().field
        };
        assert_eq!(refused(|header| header.version = 2), "version");
        assert_eq!(refused(|header| header.height += 1), "height");
        assert_eq!(refused(|header| header.bits += 1), "bits");
        let parent = refused(|header| header.previous_block_hash[0] ^= 1);
        assert_eq!(parent, "previous block hash");
        assert_eq!(refused(|header| header.timestamp = 0), "timestamp");
    }

    #[test]
    fn the_blocks_of_a_real_node_follow_each_other() {
        let captures = testvectors::node_captures();
        let genesis = captures
            .iter()
            .find(|capture| capture.name == "get-block-genesis");
        let answer = &genesis.unwrap().response.as_ref().unwrap().body;
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        let header = hex::decode(answer["data"]["block_header"].as_str().unwrap()).unwrap();
        let mut chain = Chain::new(bare(BlockHeader::deserialize(&header).unwrap()));
        let mut lists = MatrixLists::new(Backend::fastest(), NonZero::<usize>::MIN);

        let blocks = testvectors::accepted_blocks();
        for block in blocks.iter().filter(|block| block.header.height <= 20) {
            let header = BlockHeader::deserialize(&block.serialized).unwrap();
            assert_eq!(chain.check(&header), Ok(()), "{}", block.name);
            assert_eq!(chain.next_seed(), block.seed, "{}", block.name);
            let target = Target::from_bits(chain.next_bits()).unwrap();
            let verdict = lists.verify(&header, &chain.next_seed(), &target);
            assert!(verdict.unwrap().valid, "{}", block.name);
            assert_eq!(
                chain.push(bare(header)).hash,
                block.block_hash,
                "{}",
                block.name
            );
        }
        assert_eq!(chain.next_height(), 21);
    }
}
