//! The known-answer test: mainnet's genesis block, a real solution.
//!
//! Header and seed stand in Bytom v1.1.0 (`config/genesis.go`, `consensus/general.go`); the PoW hash
//! was computed by Bytom's own implementation. All are in `testvectors/data/headers.json`, the
//! vector "mainnet genesis".

use crate::jobs::{Job, Seed};

/// The genesis block's header hash.
pub const HEADER_HASH: [u8; 32] =
    bytes("a75483474799ea1aa6bb910a1a5025b4372bf20bef20f246a2c2dc5e12e8a053");
/// The seed of mainnet's first 256 blocks.
pub const SEED: [u8; 32] =
    bytes("9e6291970cb44dd94008c79bcaf9d86f18b4b49ba5b2a04781db7199ed3b9e4e");
/// The genesis block's PoW hash.
pub const POW_HASH: [u8; 32] =
    bytes("3a9d805453ab6d5304b933764d29066e8cf963abf04718cc81fecd6278000000");

/// The seed as words.
pub const SEED_WORDS: Seed = words(&SEED);

/// The test as a job.
pub static JOB: Job = Job {
    message: {
        let mut message = [0; 32];
        let hash = words(&HEADER_HASH);
        let mut i = 0;
        while i < hash.len() {
            message[i] = hash[i];
            i += 1;
        }
        message
    },
    seed: SEED_WORDS,
    target: [0; 8],
    raw: true,
};

const fn words(bytes: &[u8; 32]) -> [u32; 8] {
    let mut words = [0; 8];
    let mut i = 0;
    while i < 32 {
        words[i / 4] |= (bytes[i] as u32) << (8 * (i % 4));
        i += 1;
    }
    words
}

/// The bytes of a hexadecimal number, in the order they are written.
const fn bytes(hexadecimal: &str) -> [u8; 32] {
    let digits = hexadecimal.as_bytes();
    let mut bytes = [0; 32];
    let mut i = 0;
    while i < 32 {
        bytes[i] = digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]);
        i += 1;
    }
    bytes
}

const fn digit(character: u8) -> u8 {
    match character {
        b'0'..=b'9' => character - b'0',
        b'a'..=b'f' => character - b'a' + 10,
        _ => panic!("no hexadecimal digit"),
    }
}
