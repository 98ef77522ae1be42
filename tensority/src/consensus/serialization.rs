//! Serialized block header, as nodes and miners exchange it.

use alloc::vec::Vec;

use super::BlockHeader;
use super::varint63::{self, at_most};
use crate::Error;

/// The first byte of a serialized header without its transactions.
const HEADER_FLAG: u8 = 0x01;
/// The first byte of a serialized block, whose transactions follow the header.
const BLOCK_FLAG: u8 = 0x03;
/// The bytes of the two transaction hashes, a string of its own in the serialization.
const COMMITMENT_BYTES: usize = 64;

impl BlockHeader {
    /// The header as `get-work` and `submit-work` exchange it, in bytes: the flag 0x01, then
    /// version, height, previous block hash, timestamp, a string of the two transaction hashes,
    /// nonce, bits. Integers are [`varint63`]; **the nonce comes before the bits**, unlike in
    /// [`preimage`](Self::preimage).
    ///
    /// Source: Bytom v1.1.0, protocol/bc/types.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfRange`] if an integer exceeds 2^63 - 1.
    pub fn serialize(&self) -> Result<Vec<u8>, Error> {
        let mut out = alloc::vec![HEADER_FLAG];
        varint63::write(&mut out, "version", self.version)?;
        varint63::write(&mut out, "height", self.height)?;
        out.extend(self.previous_block_hash);
        varint63::write(&mut out, "timestamp", self.timestamp)?;
        varint63::write(&mut out, "block commitment length", COMMITMENT_BYTES as u64)?;
        out.extend(self.transaction_merkle_root);
        out.extend(self.transaction_status_hash);
        varint63::write(&mut out, "nonce", self.nonce)?;
        varint63::write(&mut out, "bits", self.bits)?;
        Ok(out)
    }

    /// The header at the start of a serialized header or block.
    ///
    /// What follows the bits is ignored, and so is what follows the two transaction hashes in
    /// their string, which later versions may extend.
    ///
    /// Source: Bytom v1.1.0, protocol/bc/types.
    ///
    /// # Errors
    ///
    /// [`Error::SerializationFlag`] if the first byte is neither 0x01 nor 0x03, and the errors of
    /// [`varint63::read`]; [`Error::Truncated`] if the bytes, or those of the string, end early.
    pub fn deserialize(mut input: &[u8]) -> Result<Self, Error> {
        Self::read(&mut input)
    }

    /// As [`deserialize`](Self::deserialize), and takes the bytes of the header off the front of the input: of a
    /// block, its transactions are left.
    ///
    /// # Errors
    ///
    /// Those of [`deserialize`](Self::deserialize).
    pub fn read(input: &mut &[u8]) -> Result<Self, Error> {
        let [flag] = take(input, "serialization flag")?;
        if flag != HEADER_FLAG && flag != BLOCK_FLAG {
            return Err(Error::SerializationFlag { found: flag });
        }
        let version = varint63::read(input, "version")?;
        let height = varint63::read(input, "height")?;
        let previous_block_hash = take(input, "previous block hash")?;
        let timestamp = varint63::read(input, "timestamp")?;
        let mut commitment = take_string(input, "block commitment")?;
        let transaction_merkle_root = take(&mut commitment, "transaction Merkle root")?;
        let transaction_status_hash = take(&mut commitment, "transaction status hash")?;
        let nonce = varint63::read(input, "nonce")?;
        let bits = varint63::read(input, "bits")?;
        Ok(Self {
            version,
            height,
            previous_block_hash,
            timestamp,
            transaction_merkle_root,
            transaction_status_hash,
            bits,
            nonce,
        })
    }
}

/// Takes `N` bytes off the front of the input.
fn take<const N: usize>(input: &mut &[u8], field: &'static str) -> Result<[u8; N], Error> {
    let (bytes, rest) = input.split_first_chunk().ok_or(Error::Truncated {
        field,
        expected: N,
        found: input.len(),
    })?;
    *input = rest;
    Ok(*bytes)
}

/// Takes a string off the front of the input: its length, at most 2^31 - 1, then its bytes.
fn take_string<'a>(input: &mut &'a [u8], field: &'static str) -> Result<&'a [u8], Error> {
    let length = at_most(i32::MAX as u64, field, varint63::read(input, field)?)? as usize;
    let (string, rest) = input.split_at_checked(length).ok_or(Error::Truncated {
        field,
        expected: length,
        found: input.len(),
    })?;
    *input = rest;
    Ok(string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> BlockHeader {
        BlockHeader {
            version: 1,
            height: 0x0203,
            previous_block_hash: [4; 32],
            timestamp: 5,
            transaction_merkle_root: [6; 32],
            transaction_status_hash: [7; 32],
            bits: 8,
            nonce: 9,
        }
    }

    #[test]
    fn a_longer_commitment_the_block_flag_and_trailing_bytes_are_accepted() {
        let mut extended = header().serialize().unwrap();
        extended[0] = BLOCK_FLAG;
        assert_eq!(extended[37], 64, "the length of the commitment");
        extended[37] = 66;
        extended.splice(102..102, [0xaa, 0xbb]);
        extended.extend([0xcc; 9]);
        assert_eq!(BlockHeader::deserialize(&extended), Ok(header()));
    }

    #[test]
    fn every_cut_is_an_error() {
        let serialized = header().serialize().unwrap();
        for length in 0..serialized.len() {
            let error = BlockHeader::deserialize(&serialized[..length]).unwrap_err();
            assert!(
                matches!(error, Error::Truncated { .. }),
                "{length} bytes: {error}"
            );
        }
    }

    #[test]
    fn a_commitment_shorter_than_two_hashes_is_an_error() {
        let mut serialized = header().serialize().unwrap();
        serialized[37] = 63;
        let error = Error::Truncated {
            field: "transaction status hash",
            expected: 32,
            found: 31,
        };
        assert_eq!(BlockHeader::deserialize(&serialized), Err(error));
    }

    #[test]
    fn an_unknown_flag_is_an_error() {
        let mut serialized = header().serialize().unwrap();
        serialized[0] = 2;
        let error = Error::SerializationFlag { found: 2 };
        assert_eq!(BlockHeader::deserialize(&serialized), Err(error));
    }

    #[test]
    fn integers_of_64_bits_are_refused() {
        let found = 1 << 63;
        let refused = |change: fn(&mut BlockHeader) -> &mut u64| {
            let mut header = header();
            *change(&mut header) = found;
            match header.serialize() {
                Err(Error::OutOfRange {
                    field,
                    found: value,
                    ..
                }) if value == found => field,
                other => panic!("expected a refusal, found {other:?}"),
            }
        };
        assert_eq!(refused(|header| &mut header.nonce), "nonce");
        assert_eq!(refused(|header| &mut header.bits), "bits");
        assert_eq!(refused(|header| &mut header.timestamp), "timestamp");
    }

    #[test]
    fn the_nonce_comes_before_the_bits() {
        assert_eq!(header().serialize().unwrap()[101..], [7, 9, 8]);
    }
}
