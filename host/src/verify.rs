//! `tensority verify`: whether a block header has the proof of work it claims.

use crate::{
    failure::Failure,
    hexadecimal::{Bytes, Bytes32},
    output,
};
use serde::Serialize;
use std::process::ExitCode;
use tensority::{
    BlockHeader, Error, Target,
    fast::{Backend, Cache},
};

/// The exit code for a header without the proof of work it claims.
const NOT_VALID: u8 = 1;

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
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let backend = Backend::from_environment()?;
    let refuse = |error: Error| Failure::usage(format!("bad header: {error}"));
    let header = BlockHeader::deserialize(&arguments.header.0).map_err(refuse)?;
    let target = Target::from_bits(header.bits).map_err(refuse)?;
    let cache = Cache::build(backend, &arguments.seed.0);
    let verdict = cache.verify(&header, &target).map_err(refuse)?;
    let answer = Answer {
        block_hash: hex::encode(verdict.block_hash),
        pow_hash: hex::encode(verdict.pow_hash),
        target: target.to_string(),
        valid: verdict.valid,
    };
    if arguments.json {
        output::print_json(&answer)?;
    } else {
        output::print(&answer.to_text())?;
    }
    Ok(if answer.valid {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_VALID)
    })
}

impl Answer {
    fn to_text(&self) -> String {
        let Self {
            block_hash,
            pow_hash,
            target,
            valid,
        } = self;
        let valid = if *valid { "yes" } else { "no" };
        format!(
            "block hash  {block_hash}\nPoW hash    {pow_hash}\ntarget      {target} (most significant byte first)\nvalid       {valid}"
        )
    }
}
