//! Receipts: what became of shares, and the work that was done for them, in a file of JSON lines.
//!
//! Each line is an [`Entry`]. Lines are only ever added, so a crash can leave nothing worse than a last line without
//! its end, which [`Receipts::parse`] leaves out and reports.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tensority::fast::MatrixLists;
use tensority::{BlockHeader, Error, Target};

/// A line of a file of receipts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Entry {
    /// A share was answered.
    Share(Receipt),
    /// Work was done.
    Work(Work),
}

/// A share and its answer. Hashes are hexadecimal in memory order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// When the answer came, in seconds since 1970-01-01 UTC.
    pub at_unix: u64,
    /// The name of the source.
    pub source: String,
    /// The header with the nonce that was found, serialized with the flag 0x01.
    #[serde(with = "hex::serde")]
    pub header: Vec<u8>,
    /// The seed that the source gave.
    #[serde(with = "hex::serde")]
    pub seed: [u8; 32],
    /// The target of the share in 32 little-endian bytes: byte 31 is the most significant.
    #[serde(with = "hex::serde")]
    pub target: [u8; 32],
    /// What became of the share.
    pub answer: Credit,
}

/// What became of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credit {
    /// The source has it.
    Accepted,
    /// The source does not want it any more.
    Stale,
    /// The source does not want it.
    Rejected,
    /// The source never said what became of it.
    Unanswered,
    /// The source did not get it.
    NotSent,
}

/// Work that was done for a source since the last such line for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// When it was written down, in seconds since 1970-01-01 UTC.
    pub at_unix: u64,
    /// The name of the source.
    pub source: String,
    /// Hashes.
    pub hashes: u64,
    /// The shares that they give on average: each hash is worth one by the difficulty that shares had then.
    pub expected_shares: f64,
}

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Receipts {
    /// The entries with the numbers of their lines, from 1.
    pub entries: Vec<(usize, Entry)>,
    /// The bytes of a last line without its end.
    pub torn: usize,
}

/// A line that is no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected a receipt, found something else ({reason})")]
#[allow(missing_docs)]
pub struct LineError {
    /// Its number, from 1.
    pub line: usize,
    pub reason: String,
}

/// What is wrong with a receipt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum ReceiptFault {
    /// The header cannot be read.
    #[error("expected a header, found bytes that are none: {reason}")]
    Header { reason: String },
    /// No hash meets the target.
    #[error("expected a target above zero, found zero")]
    Target,
    /// The PoW hash does not meet the target of the share.
    #[error(
        "expected a PoW hash that meets the target {target} (most significant byte first), found {found}"
    )]
    Hash { target: String, found: String },
    /// The same share is in an earlier line.
    #[error("expected a share once, found it in line {first} before")]
    Twice { first: usize },
}

/// What a receipt proves: so much work, on average.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)]
pub struct Proof {
    pub header: BlockHeader,
    /// The hash of the header; the name of the block if it is one.
    pub block_hash: [u8; 32],
    /// The PoW hash meets the target of the header's bits, too.
    pub is_block: bool,
    /// Hashes that such a share takes on average.
    pub difficulty: f64,
}

impl Receipts {
    /// The entries of a file.
    ///
    /// # Errors
    /// [`LineError`] for the first whole line that is no entry.
    pub fn parse(bytes: &[u8]) -> Result<Self, LineError> {
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let (whole, torn) = bytes.split_at(whole.map_or(0, |end| end + 1));
        let mut entries = Vec::new();
        let lines = whole.split_inclusive(|&byte| byte == b'\n');
        for (line, text) in (1..).zip(lines) {
            let entry = serde_json::from_slice(text).map_err(|error| LineError {
                line,
                reason: error.to_string(),
            })?;
            entries.push((line, entry));
        }
        let torn = torn.len();
        Ok(Self { entries, torn })
    }
}

/// Recomputes receipts, one after the other.
#[derive(Debug)]
pub struct Recomputation {
    lists: MatrixLists,
    /// The lines of the header hashes so far.
    seen: BTreeMap<[u8; 32], usize>,
}

impl Recomputation {
    /// Recomputes with these matrix lists; two suffice for a file in the order of time.
    pub fn new(lists: MatrixLists) -> Self {
        let seen = BTreeMap::new();
        Self { lists, seen }
    }

    /// Hashes the header of the receipt in a line under its seed, and compares the hash with the share's target.
    ///
    /// # Errors
    /// [`ReceiptFault`].
    pub fn check(&mut self, line: usize, receipt: &Receipt) -> Result<Proof, ReceiptFault> {
        let unreadable = |error: Error| ReceiptFault::Header {
            reason: error.to_string(),
        };
        let header = BlockHeader::deserialize(&receipt.header).map_err(unreadable)?;
        let target = Target::from_le_bytes(receipt.target).map_err(|_| ReceiptFault::Target)?;
        let verdict = self.lists.verify(&header, &receipt.seed, &target);
        let verdict = verdict.map_err(unreadable)?;
        if !verdict.valid {
            return Err(ReceiptFault::Hash {
                target: target.to_string(),
                found: hex::encode(verdict.pow_hash),
            });
        }
        let first = *self.seen.entry(verdict.block_hash).or_insert(line);
        if first != line {
            return Err(ReceiptFault::Twice { first });
        }
        let block_target = Target::from_bits(header.bits);
        Ok(Proof {
            header,
            block_hash: verdict.block_hash,
            is_block: block_target.is_ok_and(|target| target.is_met_by(&verdict.pow_hash)),
            difficulty: target.hashes_on_average(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use tensority::fast::Backend;

    use super::*;

    fn receipts() -> Vec<Receipt> {
        let blocks = testvectors::accepted_blocks().into_iter().take(3);
        let receipts = blocks.map(|block| Receipt {
            at_unix: block.header.timestamp,
            source: "node".to_owned(),
            header: block.serialized,
            seed: block.seed,
            target: Target::from_bits(block.header.bits).unwrap().to_le_bytes(),
            answer: Credit::Accepted,
        });
        receipts.collect()
    }

    fn recomputation() -> Recomputation {
        Recomputation::new(MatrixLists::new(Backend::fastest(), NonZero::<usize>::MIN))
    }

    #[test]
    fn receipts_of_accepted_blocks_prove_blocks() {
        let mut recomputation = recomputation();
        for (line, receipt) in (1..).zip(receipts()) {
            let proof = recomputation.check(line, &receipt).unwrap();
            assert!(proof.is_block);
            assert_eq!(proof.header.height, line as u64);
            assert!((proof.difficulty - 20.0).abs() < 0.001);
        }
    }

    #[test]
    fn every_receipt_that_proves_nothing_is_told_by_what_is_wrong() {
        let mut recomputation = recomputation();
        let [good, other, _] = <[Receipt; 3]>::try_from(receipts()).unwrap();
        recomputation.check(1, &good).unwrap();
        let twice = recomputation.check(2, &good);
        assert_eq!(twice, Err(ReceiptFault::Twice { first: 1 }));
        let edited = |edit: fn(&mut Receipt)| {
            let mut receipt = other.clone();
            edit(&mut receipt);
            recomputation.check(3, &receipt)
        };
        let mut edited = edited;
        let fault = edited(|receipt| receipt.target = [0; 32]);
        assert_eq!(fault, Err(ReceiptFault::Target));
        let fault = edited(|receipt| receipt.header.truncate(9));
        assert!(matches!(fault, Err(ReceiptFault::Header { .. })));
        let fault = edited(|receipt| receipt.target[31] = 0);
        assert!(matches!(fault, Err(ReceiptFault::Hash { .. })));
        let fault = edited(|receipt| receipt.seed = [1; 32]);
        assert!(matches!(fault, Err(ReceiptFault::Hash { .. })));
        assert!(edited(|_| {}).is_ok());
    }

    #[test]
    fn a_file_cut_anywhere_gives_its_whole_lines() {
        let work = Entry::Work(Work {
            at_unix: 1,
            source: "pool".to_owned(),
            hashes: u64::MAX,
            expected_shares: 0.1 + 0.2,
        });
        let shares = receipts().into_iter().map(Entry::Share);
        let entries: Vec<_> = shares.chain([work]).collect();
        let line = |entry| serde_json::to_string(entry).unwrap() + "\n";
        let text: String = entries.iter().map(line).collect();
        for length in 0..=text.len() {
            let receipts = Receipts::parse(&text.as_bytes()[..length]).unwrap();
            let lines = text[..length].matches('\n').count();
            let found: Vec<_> = receipts.entries.iter().map(|(_, entry)| entry).collect();
            assert_eq!(found, entries[..lines].iter().collect::<Vec<_>>());
            let whole = text[..length].rfind('\n').map_or(0, |end| end + 1);
            assert_eq!(receipts.torn, length - whole);
        }
        let error = Receipts::parse(format!("{text}to do\n{text}").as_bytes()).unwrap_err();
        assert_eq!(error.line, 5);
    }
}
