//! The headers that the node makes itself: block 0, and the template of the next block.

use tensority::{BlockHeader, Error, Target};
use tensority_payment::Block;

use crate::node::chain::Chain;
use crate::node::coinbase::{ANYONE, coinbase, root};
use crate::{TRANSACTION_STATUS_HASH, VERSION};

/// The timestamp of block 0, in seconds: that of Bytom's solonet, 2018-06-14 02:56:40 UTC.
const GENESIS_TIMESTAMP: u64 = 1_528_945_000;

/// The nonce of block 0, which is a proof of work in Bytom's main chain alone.
const GENESIS_NONCE: u64 = 9_253_507_043_297;

/// Block 0 of a chain that starts with these bits. With those of Bytom's solonet it is the solonet's.
///
/// # Errors
/// Those of [`Target::from_bits`], and [`Error::OutOfRange`] if no block can hold the bits.
pub fn genesis(bits: u64) -> Result<Block, Error> {
    Target::from_bits(bits)?;
    let coinbase = coinbase(0, ANYONE);
    let header = BlockHeader {
        version: VERSION,
        height: 0,
        previous_block_hash: [0; 32],
        timestamp: GENESIS_TIMESTAMP,
        transaction_merkle_root: root(&coinbase),
        transaction_status_hash: TRANSACTION_STATUS_HASH,
        bits,
        nonce: GENESIS_NONCE,
    };
    header.serialize()?;
    let transactions = vec![coinbase];
    Ok(Block {
        header,
        transactions,
    })
}

/// What follows the chain and pays a program, with nonce and timestamp 0.
pub fn next(chain: &Chain, program: &[u8]) -> Block {
    let height = chain.next_height();
    let coinbase = coinbase(height, program);
    let header = BlockHeader {
        version: VERSION,
        height,
        previous_block_hash: chain.tip().hash,
        timestamp: 0,
        transaction_merkle_root: root(&coinbase),
        transaction_status_hash: TRANSACTION_STATUS_HASH,
        bits: chain.next_bits(),
        nonce: 0,
    };
    let transactions = vec![coinbase];
    Block {
        header,
        transactions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SOLONET_BITS;

    #[test]
    fn refuses_bits_that_no_block_can_meet_or_hold() {
        assert!(genesis(SOLONET_BITS).is_ok());
        assert!(matches!(genesis(0), Err(Error::ZeroTarget { .. })));
        let negative = 0x0480_0000_0012_3456;
        assert!(matches!(
            genesis(negative),
            Err(Error::NegativeTarget { .. })
        ));
        let too_great = 0x8000_0000_0000_0001;
        assert!(matches!(
            genesis(too_great),
            Err(Error::OutOfRange { field: "bits", .. })
        ));
    }

    #[test]
    fn block_0_is_that_of_the_solonet() {
        let captures = testvectors::node_captures();
        let capture = captures.iter().find(|c| c.name == "get-block-genesis");
        let answer = &capture.unwrap().response.as_ref().unwrap().body;
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        let recorded = hex::decode(answer["data"]["block_header"].as_str().unwrap()).unwrap();
        let recorded = BlockHeader::deserialize(&recorded).unwrap();
        assert_eq!(genesis(SOLONET_BITS).unwrap().header, recorded);
    }
}
