//! `tensority hash`: one PoW hash.

use serde::Serialize;
use tensority::fast::{self, Backend, MatrixList};
use tensority_command::{print, print_json};

use crate::failure::Failure;
use crate::hexadecimal::Bytes32;

#[derive(clap::Args)]
pub struct Arguments {
    /// The header hash, 64 hexadecimal digits.
    header_hash: Bytes32,
    /// The seed of the block's epoch, 64 hexadecimal digits.
    #[arg(long)]
    seed: Bytes32,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer {
    header_hash: String,
    seed: String,
    pow_hash: String,
    backend: &'static str,
}

/// Prints the PoW hash.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let backend = Backend::from_environment()?;
    let (Bytes32(header_hash), Bytes32(seed)) = (arguments.header_hash, arguments.seed);
    let answer = Answer {
        header_hash: hex::encode(header_hash),
        seed: hex::encode(seed),
        pow_hash: hex::encode(fast::hash(&header_hash, &MatrixList::build(backend, &seed))),
        backend: backend.name(),
    };
    Ok(match arguments.json {
        true => print_json(&answer),
        false => print(&answer.pow_hash),
    }?)
}
