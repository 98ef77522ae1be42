//! What came of an audit of blocks, as text and as JSON.

use std::fmt;

use serde::{Serialize, Serializer};
use tensority_payment::program::Payee;
use tensority_payment::reward::btm_text;
use tensority_payment::{Address, Audit, BTM, Coinbase, Network, Unknown, Verdict};

use crate::table::aligned;

/// What no audit of a block proves.
const NOT_PROVEN: [&str; 3] = [
    "that spends were signed: no hash of a block covers a signature",
    "that what they spend was there, and was not spent before",
    "that the node's main chain is that of all others, and that its bits and seeds are",
];

/// All blocks, and what is to be known besides.
#[derive(Serialize)]
pub struct Report {
    node: String,
    network: Network,
    mining_address: Option<Address>,
    #[serde(serialize_with = "either")]
    blocks: Vec<Result<Audited, Unreadable>>,
    warnings: Vec<&'static str>,
    not_proven: [&'static str; 3],
    pub right: bool,
}

/// A block that was audited.
#[derive(Serialize)]
pub struct Audited {
    pub right: bool,
    /// It pays a program that a miner hardly wants.
    #[serde(skip)]
    pub doubtful: bool,
    /// Nothing if the node has no mining address, or the block no coinbase.
    pub pays_mining_address: Option<bool>,
    #[serde(flatten)]
    pub audit: Audit,
}

/// A block whose bytes are none.
#[derive(Serialize)]
pub struct Unreadable {
    pub called: String,
    pub error: String,
}

impl Report {
    /// What came of some blocks.
    pub fn new(
        node: &str,
        network: Network,
        mining_address: Option<Address>,
        blocks: Vec<Result<Audited, Unreadable>>,
        warnings: Vec<&'static str>,
    ) -> Self {
        let is_right = |block: &Result<Audited, _>| block.as_ref().is_ok_and(|it| it.right);
        Self {
            node: node.to_owned(),
            network,
            mining_address,
            right: blocks.iter().all(is_right),
            blocks,
            warnings,
            not_proven: NOT_PROVEN,
        }
    }
}

fn either<S: Serializer>(
    blocks: &[Result<Audited, Unreadable>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Either<'a> {
        Audited(&'a Audited),
        Unreadable {
            right: bool,
            #[serde(flatten)]
            unreadable: &'a Unreadable,
        },
    }
    serializer.collect_seq(blocks.iter().map(|block| match block {
        Ok(audited) => Either::Audited(audited),
        Err(unreadable) => Either::Unreadable {
            right: false,
            unreadable,
        },
    }))
}

/// A block alone with all its checks; of several, a line each and what is wrong or doubtful.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alone = self.blocks.len() == 1;
        for block in &self.blocks {
            match block {
                Ok(audited) if alone => whole(audited, f)?,
                Ok(audited) => line(audited, f)?,
                Err(Unreadable { called, error }) => {
                    writeln!(f, "{called}  WRONG: its bytes are no block: {error}")?;
                }
            }
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        writeln!(f, "not proven: {}", self.not_proven.join("; "))?;
        let wrong = |block: &&Result<Audited, _>| !block.as_ref().is_ok_and(|it| it.right);
        let wrong = self.blocks.iter().filter(wrong).count();
        match (alone, wrong) {
            (true, 0) => f.write_str("right"),
            (true, _) => f.write_str("WRONG"),
            (false, wrong) => write!(
                f,
                "{} blocks audited, {} right, {wrong} wrong",
                self.blocks.len(),
                self.blocks.len() - wrong
            ),
        }
    }
}

fn whole(audited: &Audited, f: &mut fmt::Formatter) -> fmt::Result {
    let Audited { audit, .. } = audited;
    let row = |name: &str, value: String| [name.to_owned(), value];
    let mut rows = vec![
        row(
            "block",
            format!(
                "{} at height {}",
                hex::encode(audit.block_hash),
                audit.height
            ),
        ),
        row("transactions", audit.transactions.to_string()),
    ];
    if let Some(coinbase) = &audit.coinbase {
        rows.push(row("pays", payment(coinbase)));
        let disassembly = coinbase.disassembly.clone();
        let disassembly = disassembly.unwrap_or_else(|| "cut short".to_owned());
        let program = hex::encode(&coinbase.program);
        rows.push(row("its program", format!("{program} ({disassembly})")));
        if let Some(message) = coinbase.message.as_ref().filter(|it| !it.is_empty()) {
            rows.push(row("its message", format!("{message:?}")));
        }
        rows.push(row(
            "spendable",
            format!("from height {}", coinbase.mature_at),
        ));
    }
    if let Some(ours) = audited.pays_mining_address {
        let answer = if ours { "yes" } else { "no, another" };
        rows.push(row("the node's address", answer.to_owned()));
    }
    let checks = audit.checks.iter();
    rows.extend(checks.map(|check| row(&check.subject.to_string(), check.verdict.to_string())));
    writeln!(f, "{}", aligned(&rows))
}

fn line(audited: &Audited, f: &mut fmt::Formatter) -> fmt::Result {
    let Audited { audit, .. } = audited;
    let (height, hash) = (audit.height, hex::encode(audit.block_hash));
    let word = match (audited.right, audited.doubtful) {
        (true, false) => "right",
        (true, true) => "doubtful",
        (false, _) => "WRONG",
    };
    let payment = audit.coinbase.as_ref().map(payment).unwrap_or_default();
    let other = match audited.pays_mining_address {
        Some(false) => ", not the node's address",
        _ => "",
    };
    writeln!(f, "{height}  {hash}  {word}  {payment}{other}")?;
    for check in &audit.checks {
        match &check.verdict {
            Verdict::Right
            | Verdict::Unknown {
                reason: Unknown::NotGiven,
            } => {}
            verdict => writeln!(f, "  {}: {verdict}", check.subject)?,
        }
    }
    Ok(())
}

/// How much goes to whom.
pub fn payment(coinbase: &Coinbase) -> String {
    let asset = match coinbase.asset {
        BTM => "BTM".to_owned(),
        other => format!("of asset {}", hex::encode(other)),
    };
    let payee = match (coinbase.payee, &coinbase.address) {
        (_, Some(address)) => address.to_string(),
        (Payee::Anyone, _) => "anyone".to_owned(),
        (Payee::Nobody, _) => "nobody".to_owned(),
        _ => format!("the program {}", hex::encode(&coinbase.program)),
    };
    format!("{} {asset} to {payee}", btm_text(coinbase.amount))
}
