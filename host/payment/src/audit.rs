//! The audit of a block: everything that its bytes prove, held against what was expected.

use serde::Serialize;
use tensority::Target;

use crate::BTM;
use crate::address::{Address, Network};
use crate::block::Block;
use crate::merkle::{status_root, transaction_root};
use crate::program::{Payee, disassembly, payee};
use crate::reward::{MATURITY_BLOCKS, fees, subsidy};
use crate::transaction::{Input, InputKind, Output, Transaction};
use crate::verdict::{Check, Fault, Subject, Unknown, Verdict, Warning};

/// The free bytes of a coinbase, at most.
const MAX_ARBITRARY: usize = 128;

/// What is asked of a block. What is not given is not checked, and reported as unknown.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The block.
    pub block: &'a Block,
    /// The network, for addresses.
    pub network: Network,
    /// Whether each transaction failed, in the order of the block. Not in the block's bytes; a node tells it.
    pub failed: Option<&'a [bool]>,
    /// The height that is meant.
    pub height: Option<u64>,
    /// The hash of the block that is meant.
    pub block_hash: Option<[u8; 32]>,
    /// The hash of the block that the main chain has at this height.
    pub main_chain: Option<[u8; 32]>,
    /// The PoW hash of the header, in memory order.
    pub pow_hash: Option<[u8; 32]>,
    /// The programs that it may pay, any of them; none if nobody was named.
    pub programs: &'a [Vec<u8>],
}

/// What came of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// The height in the header.
    pub height: u64,
    /// The hash of the header, which names the block.
    #[serde(with = "hex::serde")]
    pub block_hash: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub timestamp: u64,
    /// The number of transactions, the coinbase among them.
    pub transactions: usize,
    /// In units of 10^-8 BTM, like all amounts.
    pub subsidy: u64,
    /// Nothing if they cannot be known.
    pub fees: Option<u64>,
    /// Nothing if there is no coinbase with an output.
    pub coinbase: Option<Coinbase>,
    /// One for each [`Subject`], in their order.
    pub checks: Vec<Check>,
}

/// What a coinbase pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coinbase {
    /// The id of its transaction; nothing if it has none.
    pub transaction: Option<String>,
    /// The asset of its first output.
    #[serde(with = "hex::serde")]
    pub asset: [u8; 32],
    /// The sum of its outputs.
    pub amount: u64,
    /// The program of its first output.
    #[serde(with = "hex::serde")]
    pub program: Vec<u8>,
    /// The program as one line of instructions; nothing if it is cut short.
    pub disassembly: Option<String>,
    /// Whom the program pays.
    #[serde(flatten)]
    pub payee: Payee,
    /// The address of the program, if it has one.
    pub address: Option<Address>,
    /// The free bytes.
    #[serde(with = "hex::serde")]
    pub arbitrary: Vec<u8>,
    /// The free bytes behind a zero byte and the height in decimal digits, which nodes put in front of a message.
    pub message: Option<String>,
    /// The first height at which the coin may be spent.
    pub mature_at: u64,
}

impl Audit {
    /// The answer to a question.
    pub fn verdict(&self, subject: Subject) -> Option<&Verdict> {
        let check = self.checks.iter().find(|check| check.subject == subject)?;
        Some(&check.verdict)
    }

    /// All that is wrong.
    pub fn faults(&self) -> impl Iterator<Item = (Subject, &Fault)> {
        self.checks.iter().filter_map(|check| match &check.verdict {
            Verdict::Wrong { fault } => Some((check.subject, fault)),
            _ => None,
        })
    }
}

/// Audits a block. It never fails: what is wrong is in the answer.
pub fn audit(question: &Question) -> Audit {
    let block = question.block;
    let (header, transactions) = (&block.header, &block.transactions);
    let block_hash = header.hash();
    let coinbase = coinbase(question);
    let (subsidy, fees) = (subsidy(header.height), fees(transactions));
    let of_coinbase = |verdict: &dyn Fn(&Coinbase) -> Verdict| match &coinbase {
        Some(coinbase) => verdict(coinbase),
        None => unknown(Unknown::NoCoinbase),
    };
    let hash = |expected: Option<[u8; 32]>, fault: fn([u8; 32], [u8; 32]) -> Fault| match expected {
        Some(expected) => right_if(expected == block_hash, || fault(expected, block_hash)),
        None => unknown(Unknown::NotGiven),
    };
    let height = match (question.height, header.height) {
        (None, _) => unknown(Unknown::NotGiven),
        (Some(expected), found) => {
            right_if(expected == found, || Fault::Height { expected, found })
        }
    };
    let verdicts = [
        (Subject::Height, height),
        (
            Subject::BlockHash,
            hash(question.block_hash, |expected, found| Fault::BlockHash {
                expected,
                found,
            }),
        ),
        (
            Subject::MainChain,
            hash(question.main_chain, |expected, found| Fault::Lost {
                expected,
                found,
            }),
        ),
        (Subject::ProofOfWork, proof_of_work(question)),
        (Subject::TransactionRoot, transactions_of_header(block)),
        (Subject::StatusRoot, statuses_of_header(question)),
        (Subject::Coinbase, coinbase_form(transactions)),
        (
            Subject::Asset,
            of_coinbase(&|coinbase| {
                let (expected, found) = (BTM, coinbase.asset);
                right_if(found == expected, || Fault::Asset { expected, found })
            }),
        ),
        (
            Subject::Amount,
            of_coinbase(&|coinbase| amount(subsidy, fees, coinbase.amount)),
        ),
        (
            Subject::Arbitrary,
            of_coinbase(&|coinbase| {
                let (limit, found) = (MAX_ARBITRARY, coinbase.arbitrary.len());
                right_if(found <= limit, || Fault::Arbitrary { limit, found })
            }),
        ),
        (
            Subject::Program,
            of_coinbase(&|coinbase| program_form(coinbase, question.network)),
        ),
        (
            Subject::Payee,
            of_coinbase(&|coinbase| paid(question, coinbase)),
        ),
    ];
    let checks = verdicts.into_iter();
    let checks = checks.map(|(subject, verdict)| Check { subject, verdict });
    Audit {
        height: header.height,
        block_hash,
        timestamp: header.timestamp,
        transactions: transactions.len(),
        subsidy,
        fees,
        checks: checks.collect(),
        coinbase,
    }
}

fn right_if(right: bool, fault: impl FnOnce() -> Fault) -> Verdict {
    match right {
        true => Verdict::Right,
        false => wrong(fault()),
    }
}

fn wrong(fault: Fault) -> Verdict {
    Verdict::Wrong { fault }
}

fn unknown(reason: Unknown) -> Verdict {
    Verdict::Unknown { reason }
}

fn proof_of_work(question: &Question) -> Verdict {
    let bits = question.block.header.bits;
    match (Target::from_bits(bits), question.pow_hash) {
        (Err(_), _) => wrong(Fault::Bits { found: bits }),
        (Ok(_), None) => unknown(Unknown::NotGiven),
        (Ok(target), Some(found)) => right_if(target.is_met_by(&found), || Fault::ProofOfWork {
            target,
            found,
        }),
    }
}

fn transactions_of_header(block: &Block) -> Verdict {
    let mut ids = Vec::new();
    for (transaction, content) in block.transactions.iter().enumerate() {
        match content.ids() {
            Ok(id) => ids.push(id.transaction),
            Err(reason) => {
                return unknown(Unknown::NotAuditable {
                    transaction,
                    reason,
                });
            }
        }
    }
    let expected = block.header.transaction_merkle_root;
    let found = transaction_root(&ids);
    right_if(found == expected, || Fault::TransactionRoot {
        expected,
        found,
    })
}

fn statuses_of_header(question: &Question) -> Verdict {
    let block = question.block;
    let Some(failed) = question.failed else {
        return unknown(Unknown::NotGiven);
    };
    let (expected, found) = (block.transactions.len(), failed.len());
    if expected != found {
        return wrong(Fault::StatusCount { expected, found });
    }
    let expected = block.header.transaction_status_hash;
    let found = status_root(failed);
    right_if(found == expected, || Fault::StatusRoot { expected, found })
}

fn coinbase_form(transactions: &[Transaction]) -> Verdict {
    let Some((first, others)) = transactions.split_first() else {
        return wrong(Fault::NoTransactions);
    };
    if !first.is_coinbase() {
        let found = first.inputs.iter().map(Input::kind).collect();
        return wrong(Fault::FirstTransaction { found });
    }
    let takes = |transaction: &Transaction| {
        let mut inputs = transaction.inputs.iter();
        inputs.any(|input| input.kind() == InputKind::Coinbase)
    };
    if let Some(place) = others.iter().position(takes) {
        let transaction = place + 1;
        return wrong(Fault::SecondCoinbase { transaction });
    }
    let found = first.outputs.len();
    right_if(found == 1, || Fault::Outputs { found })
}

fn amount(subsidy: u64, fees: Option<u64>, found: u64) -> Verdict {
    let Some(fees) = fees else {
        return unknown(Unknown::Fees);
    };
    let expected = subsidy.saturating_add(fees);
    right_if(found == expected, || Fault::Amount {
        subsidy,
        fees,
        expected,
        found,
    })
}

fn program_form(coinbase: &Coinbase, network: Network) -> Verdict {
    let found = || coinbase.program.clone();
    match coinbase.payee {
        Payee::Nobody | Payee::Other => wrong(Fault::Program { found: found() }),
        Payee::Anyone => Verdict::Doubtful {
            warning: Warning::Anyone,
        },
        Payee::OtherVersion => {
            let address = Address::as_node_prints(&coinbase.program, network);
            let address = address.map(|it| it.to_string()).unwrap_or_default();
            let found = found();
            let warning = Warning::OtherVersion { found, address };
            Verdict::Doubtful { warning }
        }
        Payee::PublicKey(_) | Payee::Script(_) => Verdict::Right,
    }
}

fn paid(question: &Question, coinbase: &Coinbase) -> Verdict {
    if question.programs.is_empty() {
        return unknown(Unknown::NotGiven);
    }
    let found = &coinbase.program;
    right_if(question.programs.contains(found), || Fault::Payee {
        expected: question.programs.iter().map(hex::encode).collect(),
        found: found.clone(),
    })
}

/// What the first transaction pays, if it is a coinbase with an output that can be read.
fn coinbase(question: &Question) -> Option<Coinbase> {
    let block = question.block;
    let transaction = block.transactions.first()?;
    let [Input::Coinbase { arbitrary }] = transaction.inputs.as_slice() else {
        return None;
    };
    let Output::Paid { value, program } = transaction.outputs.first()? else {
        return None;
    };
    let amounts = transaction.outputs.iter().map(|output| match output {
        Output::Paid { value, .. } => value.amount,
        Output::Other { .. } => 0,
    });
    let height = block.header.height;
    let prefix = [&[0], height.to_string().as_bytes()].concat();
    let message = arbitrary.strip_prefix(&*prefix);
    Some(Coinbase {
        transaction: transaction.ids().ok().map(|it| hex::encode(it.transaction)),
        asset: value.asset,
        amount: amounts.fold(0, u64::saturating_add),
        program: program.clone(),
        disassembly: disassembly(program).ok(),
        payee: payee(program),
        address: Address::of_program(program, question.network),
        arbitrary: arbitrary.clone(),
        message: message.map(|it| String::from_utf8_lossy(it).into_owned()),
        mature_at: height.saturating_add(MATURITY_BLOCKS),
    })
}
