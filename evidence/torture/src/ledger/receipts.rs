//! Receipts on the disk, against what the miner said.

use std::collections::HashSet;
use std::time::Duration;

use tensority::BlockHeader;
use tensority_payment::receipt::{Credit, Entry, Receipts as File};

use super::{Ledger, Share};

/// A receipt is on the disk so long after its answer.
const DELAY: Duration = Duration::from_secs(3);

/// What was read of receipts.
#[derive(Debug, Default)]
pub struct Receipts {
    known: HashSet<[u8; 32]>,
}

impl Ledger {
    /// Takes a file of receipts whose writer has ended; its receipts are taken once.
    pub fn take_receipts(&mut self, bytes: &[u8]) {
        let file = match File::parse(bytes) {
            Ok(file) => file,
            Err(error) => return self.violation(format!("receipts: {error}")),
        };
        for (line, entry) in file.entries {
            let Entry::Share(receipt) = entry else {
                continue;
            };
            let Ok(header) = BlockHeader::deserialize(&receipt.header) else {
                self.violation(format!("receipts: line {line} has no header"));
                continue;
            };
            let header_hash = header.hash();
            if !self.receipts.known.insert(header_hash) {
                self.violation(format!("receipts: line {line} has a share again"));
            }
            let said = match self.share_of((header.height, header.nonce), &header_hash) {
                Some(share) => share.result.as_str(),
                // Killed between the receipt and the word.
                None => continue,
            };
            let receipt = match receipt.answer {
                Credit::Accepted => "accepted",
                Credit::Stale => "stale",
                Credit::Rejected => "rejected",
                Credit::Unanswered => "unanswered",
                Credit::NotSent => "not_submitted",
            };
            if receipt != said {
                self.violation(format!(
                    "receipts: line {line} is {receipt}, said was {said}"
                ));
            }
        }
    }

    /// How many accepted shares have no receipt; those without a disk that was full or a kill at the time are
    /// violations.
    pub(super) fn without_receipt(&mut self) -> u64 {
        let kills = self.lives.iter().filter(|life| life.is_killed());
        let kills = kills.filter_map(|life| Some(life.end.as_ref()?.0));
        let kills = kills.map(|at| (at.saturating_sub(DELAY), at));
        let full = self.disk_full.iter();
        let full = full.map(|(from, until)| (from.saturating_sub(DELAY), *until + DELAY));
        let excuses: Vec<_> = kills.chain(full).collect();
        let all = self.shares.values().chain(self.node_shares.values());
        let accepted = all.filter(|share| share.result == "accepted");
        let missing = accepted.filter(|share| !self.receipts.known.contains(&share.header_hash));
        let (mut count, mut violations) = (0, Vec::new());
        for share in missing {
            count += 1;
            if !excuses
                .iter()
                .any(|(from, until)| (from..=until).contains(&&share.at))
            {
                violations.push(format!(
                    "receipts: none of a share accepted at {:?}",
                    share.at
                ));
            }
        }
        self.violations.extend(violations);
        count
    }

    fn share_of(&self, key: super::Key, header_hash: &[u8; 32]) -> Option<&Share> {
        let share = self.shares.get(&key);
        let of_pool = share.filter(|share| share.header_hash == *header_hash);
        of_pool.or_else(|| self.node_shares.get(header_hash))
    }
}
