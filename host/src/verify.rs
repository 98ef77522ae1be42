//! `tensority verify`: check of a block header's proof of work.

use std::fmt;

use serde::Serialize;
use tensority::fast::{Backend, MatrixList};
use tensority::{BlockHeader, Error, Target};
use tensority_command::print_as;

use crate::failure::Failure;
use crate::hexadecimal::{Bytes, Bytes32};

#[derive(clap::Args)]
pub struct Arguments {
    /// The header in hexadecimal, as `get-work` and `submit-work` exchange it.
    #[arg(long)]
    header: Bytes,
    /// The seed of the block's epoch, 64 hexadecimal digits.
    #[arg(long)]
    seed: Bytes32,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    block_hash: String,
    pow_hash: String,
    /// 64 hexadecimal digits, the most significant first.
    target: String,
    valid: bool,
}

/// Prints the block hash, the PoW hash, the target of the header's bits and the verdict.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let backend = Backend::from_environment()?;
    let refuse = |error: Error| Failure::usage(format!("bad header: {error}"));
    let header = BlockHeader::deserialize(&arguments.header.0).map_err(refuse)?;
    let target = Target::from_bits(header.bits).map_err(refuse)?;
    let list = MatrixList::build(backend, &arguments.seed.0);
    let verdict = list.verify(&header, &target).map_err(refuse)?;
    let answer = Answer {
        block_hash: hex::encode(verdict.block_hash),
        pow_hash: hex::encode(verdict.pow_hash),
        target: target.to_string(),
        valid: verdict.valid,
    };
    print_as(arguments.json, &answer)?;
    match answer.valid {
        true => Ok(()),
        // The answer says it all.
        false => Err(Failure::unmet("")),
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "block hash  {}", self.block_hash)?;
        writeln!(f, "PoW hash    {}", self.pow_hash)?;
        let target = &self.target;
        writeln!(f, "target      {target} (most significant byte first)")?;
        write!(f, "valid       {}", if self.valid { "yes" } else { "no" })
    }
}
