//! What a coinbase may pay: the subsidy of its height and the fees of its block, in units of 10^-8 BTM.

use crate::BTM;
use crate::transaction::{Input, Output, Transaction};

/// Units in a BTM.
pub const UNITS: u64 = 100_000_000;
/// The blocks after a coinbase until its output may be spent.
pub const MATURITY_BLOCKS: u64 = 100;

/// The coinbase of block 0: all that existed before mining.
const GENESIS: u64 = 140_700_041_250_000_000;
/// The subsidy of the first blocks.
const FIRST: u64 = 41_250_000_000;
/// The blocks after which it halves.
const HALVING_BLOCKS: u64 = 840_000;

/// The subsidy at a height, in units of 10^-8 BTM.
///
/// Source: Bytom v1.1.0, consensus.
pub fn subsidy(height: u64) -> u64 {
    if height == 0 {
        return GENESIS;
    }
    let halvings = u32::try_from(height / HALVING_BLOCKS).unwrap_or(u32::MAX);
    FIRST.checked_shr(halvings).unwrap_or(0)
}

/// The fee of a transaction in units of 10^-8 BTM: what it takes of BTM less what it pays; a retired output is paid.
/// Failed transactions pay theirs too. It may be negative, which no valid block has; nothing if an input or output
/// cannot be read, or if it is a coinbase, which takes what it pays.
pub fn fee(transaction: &Transaction) -> Option<i128> {
    let mut fee = 0;
    for input in &transaction.inputs {
        fee += match input {
            Input::Spend { value, .. } | Input::Issuance { value, .. } => btm(value),
            Input::Coinbase { .. } | Input::Other { .. } => return None,
        };
    }
    for output in &transaction.outputs {
        fee -= match output {
            Output::Paid { value, .. } => btm(value),
            Output::Other { .. } => return None,
        };
    }
    Some(fee)
}

fn btm(value: &crate::AssetAmount) -> i128 {
    if value.asset == BTM {
        i128::from(value.amount)
    } else {
        0
    }
}

/// The fees of all transactions behind the first, which is the coinbase, in units of 10^-8 BTM; nothing if that of
/// one is not known or the sum is none that a coinbase can pay.
pub fn fees(transactions: &[Transaction]) -> Option<u64> {
    let behind = transactions.iter().skip(1);
    let sum = behind.map(fee).sum::<Option<i128>>()?;
    u64::try_from(sum).ok()
}

/// An amount of BTM as text, with all eight places.
pub fn btm_text(amount: u64) -> String {
    format!("{}.{:08}", amount / UNITS, amount % UNITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_eight_places() {
        assert_eq!(btm_text(41_250_000_001), "412.50000001");
        assert_eq!(btm_text(0), "0.00000000");
    }
}
