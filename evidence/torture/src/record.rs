//! The record of the boards: every hash that one of them made, of 65 bytes each.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::path::Path;

/// A hash that a board made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Hash {
    pub board: u8,
    pub header_hash: [u8; 32],
    /// As the board's core knows it, before a fault falsifies it.
    pub pow_hash: [u8; 32],
}

impl Hash {
    /// Adds it to a record.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, record: &mut impl Write) -> io::Result<()> {
        record.write_all(&[self.board])?;
        record.write_all(&self.header_hash)?;
        record.write_all(&self.pow_hash)
    }
}

/// PoW hashes by their header hashes.
pub type Known = HashMap<[u8; 32], [u8; 32]>;

/// The hashes of a record, and how many were made.
///
/// # Errors
/// What the system says.
pub fn read(path: &Path) -> io::Result<(Known, u64)> {
    let mut file = io::BufReader::new(std::fs::File::open(path)?);
    let (mut known, mut count) = (Known::new(), 0);
    let mut hash = [0; 65];
    loop {
        match file.read_exact(&mut hash) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Ok((known, count));
            }
            read => read?,
        }
        let [_, header_and_pow @ ..] = hash;
        let (header_hash, pow_hash) = header_and_pow.split_at(32);
        let digest = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).expect("32 bytes");
        known.insert(digest(header_hash), digest(pow_hash));
        count += 1;
    }
}
