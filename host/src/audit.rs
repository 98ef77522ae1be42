//! `tensority audit`: whom blocks pay, proven from their bytes; and whether receipts are what they say.

mod ask;
mod blocks;
mod receipts;
mod report;

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
pub use report::payment;
use tensority_command::print_as;
use tensority_source::BlockName;

use crate::failure::Failure;
use crate::hexadecimal::Bytes32;

const HELP: &str = "\
Everything that a header commits to is computed from the block's bytes: transaction ids, both Merkle
roots, the header hash, its proof of work. The coinbase is held against subsidy and fees, and against whom
it should pay: with --address, --account or --ours that is demanded, without them only told.

Not proven: that spends were signed, that what they spend was there, that the chain behind the block is
the one of all others. docs/audit.md says more.

A node with an account and no mining address makes one when it is asked for it, as it does for the next
block. Exit codes: 0 if all is right; 1 if something is wrong; 64 for arguments, also for a block or an
account that the node does not have; 65 for a configuration that makes no sense; 66 for one that cannot be
read, 77 if it may not be, or if the node does not let us in; 69 if it does not answer.";

#[derive(Args)]
#[command(
    after_help = HELP,
    group = ArgGroup::new("which").required(true),
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    /// The block of the main chain at this height.
    #[arg(long, value_name = "H", group = "which")]
    height: Option<u64>,
    /// The last so many blocks of the main chain, at most 10000.
    #[arg(long, value_name = "N", group = "which", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    last: Option<u64>,
    /// The block of this hash, in the main chain or not; 64 hexadecimal digits.
    #[arg(long, value_name = "HASH", group = "which")]
    hash: Option<Bytes32>,
    /// An address that the coinbase must pay; repeat it for more, of which it must pay one.
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// An account of the node's wallet, one of whose addresses the coinbase must pay.
    #[arg(long, value_name = "ALIAS")]
    account: Option<String>,
    /// The coinbase must pay the node's mining address.
    #[arg(long)]
    ours: bool,
    /// The configuration, whose first source that is a node is asked; without it, that of
    /// TENSORITY_CONFIG, of the user or of the machine.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The node to ask instead: http(s)://HOST:PORT.
    #[arg(short = 'o', long)]
    url: Option<String>,
    /// The id of the node's access token.
    #[arg(short, long)]
    user: Option<String>,
    /// The secret of the node's access token. Others on this machine may see it here; better write it into a
    /// file for the configuration.
    #[arg(short, long)]
    pass: Option<String>,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Hash the shares of a file of receipts again, and hold credit against work.
    Receipts(receipts::Arguments),
}

impl Arguments {
    /// The blocks that are meant, the earliest first; `last` is the height of the chain.
    fn names(&self, last: u64) -> Vec<BlockName> {
        match (self.height, self.last, self.hash) {
            (Some(height), ..) => vec![BlockName::Height(height)],
            (_, Some(count), _) => {
                let first = (last + 1).saturating_sub(count);
                (first..=last).map(BlockName::Height).collect()
            }
            (_, _, Some(hash)) => vec![BlockName::Hash(hash.0)],
            _ => Vec::new(),
        }
    }
}

/// Audits what is meant, and prints what came of it.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    if let Some(Verb::Receipts(arguments)) = &arguments.verb {
        return receipts::run(arguments);
    }
    let node = ask::node(arguments)?;
    let report = blocks::audit(arguments, &node)?;
    print_as(arguments.json, &report)?;
    match report.right {
        true => Ok(()),
        // The report says it all.
        false => Err(Failure::unmet("")),
    }
}
