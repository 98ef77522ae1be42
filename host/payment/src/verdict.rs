//! What an audit asks, and its answers: each with what was expected and what was found.

use std::fmt;

use serde::Serialize;
use tensority::Target;

use crate::entry::NotAuditable;
use crate::reward::btm_text;
use crate::transaction::InputKind;

/// A question and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub struct Check {
    pub subject: Subject,
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// What is asked, in the order in which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Whether the block is the one that was meant, by its height.
    Height,
    /// Whether it is, by its hash.
    BlockHash,
    /// Whether the main chain has it at its height.
    MainChain,
    /// Whether its header is a proof of work.
    ProofOfWork,
    /// Whether its transactions are those of its header.
    TransactionRoot,
    /// Whether what became of them is what its header says.
    StatusRoot,
    /// Whether there is one coinbase, the first transaction, with one output.
    Coinbase,
    /// Whether it pays BTM.
    Asset,
    /// Whether it pays subsidy and fees.
    Amount,
    /// Whether its free bytes are not too many.
    Arbitrary,
    /// Whether it pays a program that a coinbase may pay.
    Program,
    /// Whether it pays whom it should.
    Payee,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// It is as it should be.
    Right,
    /// It is as the rules want it, but hardly as a miner does.
    Doubtful {
        /// Why.
        warning: Warning,
    },
    /// It is not.
    Wrong {
        /// What was expected and found.
        fault: Fault,
    },
    /// It was not, or cannot be, found out.
    Unknown {
        /// Why.
        reason: Unknown,
    },
}

/// What is wrong with a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Fault {
    /// It is of another height.
    Height { expected: u64, found: u64 },
    /// It is another block.
    BlockHash {
        #[serde(with = "hex::serde")]
        expected: [u8; 32],
        #[serde(with = "hex::serde")]
        found: [u8; 32],
    },
    /// The main chain has another block at its height: this one lost, and pays nobody.
    Lost {
        /// The block of the main chain.
        #[serde(with = "hex::serde")]
        expected: [u8; 32],
        #[serde(with = "hex::serde")]
        found: [u8; 32],
    },
    /// The PoW hash does not meet the target of the header's bits.
    ProofOfWork {
        #[serde(serialize_with = "text")]
        target: Target,
        /// The PoW hash, in memory order.
        #[serde(with = "hex::serde")]
        found: [u8; 32],
    },
    /// The bits are those of no target that a hash could meet.
    Bits { found: u64 },
    /// The header commits to other transactions.
    TransactionRoot {
        /// That of the header.
        #[serde(with = "hex::serde")]
        expected: [u8; 32],
        /// That of the transactions.
        #[serde(with = "hex::serde")]
        found: [u8; 32],
    },
    /// The header commits to other statuses.
    StatusRoot {
        /// That of the header.
        #[serde(with = "hex::serde")]
        expected: [u8; 32],
        /// That of the statuses.
        #[serde(with = "hex::serde")]
        found: [u8; 32],
    },
    /// There are more or fewer statuses than transactions.
    StatusCount { expected: usize, found: usize },
    /// There is no transaction at all.
    NoTransactions,
    /// The first transaction takes from something else than one coinbase.
    FirstTransaction { found: Vec<InputKind> },
    /// A later transaction takes from a coinbase, too.
    SecondCoinbase { transaction: usize },
    /// The coinbase has not one output.
    Outputs { found: usize },
    /// The coinbase pays another asset than BTM.
    Asset {
        #[serde(with = "hex::serde")]
        expected: [u8; 32],
        #[serde(with = "hex::serde")]
        found: [u8; 32],
    },
    /// The coinbase does not pay subsidy and fees exactly. In units of 10^-8 BTM.
    Amount {
        subsidy: u64,
        fees: u64,
        expected: u64,
        found: u64,
    },
    /// The free bytes of the coinbase are too many.
    Arbitrary { limit: usize, found: usize },
    /// No block may pay this program: its coin is destroyed, or it is of no standard form.
    Program {
        #[serde(with = "hex::serde")]
        found: Vec<u8>,
    },
    /// The coinbase pays another program than any of those that were expected.
    Payee {
        /// In hexadecimal.
        expected: Vec<String>,
        #[serde(with = "hex::serde")]
        found: Vec<u8>,
    },
}

/// What a valid block may do, and a miner hardly wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Warning {
    /// The coinbase pays to anyone. A node that has no account, or no wallet, does that.
    Anyone,
    /// A node prints the address of version 0 for this program, which is another one.
    OtherVersion {
        #[serde(with = "hex::serde")]
        found: Vec<u8>,
        address: String,
    },
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "unknown", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Unknown {
    /// There was nothing to hold it against.
    NotGiven,
    /// There is no coinbase to look at.
    NoCoinbase,
    /// The fees are not known: a transaction cannot be read, or pays more than it takes.
    Fees,
    /// A transaction has no id that can be computed.
    NotAuditable {
        transaction: usize,
        #[serde(flatten)]
        reason: NotAuditable,
    },
}

fn text<S: serde::Serializer>(target: &Target, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(target)
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Height => "height",
            Self::BlockHash => "block hash",
            Self::MainChain => "main chain",
            Self::ProofOfWork => "proof of work",
            Self::TransactionRoot => "transaction root",
            Self::StatusRoot => "status root",
            Self::Coinbase => "coinbase",
            Self::Asset => "asset",
            Self::Amount => "amount",
            Self::Arbitrary => "arbitrary",
            Self::Program => "program",
            Self::Payee => "payee",
        })
    }
}

/// What was expected and found, on one line.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use hex::encode;
        match self {
            Self::Height { expected, found } => {
                write!(
                    f,
                    "expected a block of height {expected}, found one of {found}"
                )
            }
            Self::BlockHash { expected, found } => {
                write!(
                    f,
                    "expected block {}, found {}",
                    encode(expected),
                    encode(found)
                )
            }
            Self::Lost { expected, found } => write!(
                f,
                "expected block {} of the main chain, found {}, which lost and pays nobody",
                encode(expected),
                encode(found)
            ),
            Self::ProofOfWork { target, found } => write!(
                f,
                "expected a PoW hash that meets the target {target} (most significant byte first), found {}",
                encode(found)
            ),
            Self::Bits { found } => write!(f, "expected bits of a target, found {found:#018x}"),
            Self::TransactionRoot { expected, found } => write!(
                f,
                "expected the header's {}, found that of other transactions, {}",
                encode(expected),
                encode(found)
            ),
            Self::StatusRoot { expected, found } => write!(
                f,
                "expected the header's {}, found that of other statuses, {}",
                encode(expected),
                encode(found)
            ),
            Self::StatusCount { expected, found } => {
                write!(
                    f,
                    "expected the statuses of {expected} transactions, found {found}"
                )
            }
            Self::NoTransactions => f.write_str("expected a coinbase, found no transactions"),
            Self::FirstTransaction { found } => write!(
                f,
                "expected the first transaction to take from one coinbase, found {found:?}"
            ),
            Self::SecondCoinbase { transaction } => {
                write!(
                    f,
                    "expected one coinbase, found a second in transaction {transaction}"
                )
            }
            Self::Outputs { found } => write!(f, "expected 1 output, found {found}"),
            Self::Asset { expected, found } => write!(
                f,
                "expected BTM ({}), found asset {}",
                encode(expected),
                encode(found)
            ),
            Self::Amount {
                subsidy,
                fees,
                expected,
                found,
            } => write!(
                f,
                "expected {} BTM (subsidy {} and fees {}), found {}",
                btm_text(*expected),
                btm_text(*subsidy),
                btm_text(*fees),
                btm_text(*found)
            ),
            Self::Arbitrary { limit, found } => {
                write!(f, "expected at most {limit} bytes, found {found}")
            }
            Self::Program { found } => write!(
                f,
                "expected a program that a coinbase may pay, found {}, which none may",
                encode(found)
            ),
            Self::Payee { expected, found } => write!(
                f,
                "expected the program {}, found {}",
                expected.join(" or "),
                encode(found)
            ),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str(
                "anyone may take the coin once it is mature; give the node an account or a mining address",
            ),
            Self::OtherVersion { found, address } => write!(
                f,
                "a node prints the address {address} for the program {}, which is another one",
                hex::encode(found)
            ),
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGiven => f.write_str("nothing was given to hold it against"),
            Self::NoCoinbase => f.write_str("there is no coinbase"),
            Self::Fees => f.write_str("the fees of its transactions cannot be known"),
            Self::NotAuditable {
                transaction,
                reason,
            } => write!(f, "transaction {transaction}: {reason}"),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Right => f.write_str("right"),
            Self::Doubtful { warning } => write!(f, "DOUBTFUL: {warning}"),
            Self::Wrong { fault } => write!(f, "WRONG: {fault}"),
            Self::Unknown { reason } => write!(f, "not checked: {reason}"),
        }
    }
}
