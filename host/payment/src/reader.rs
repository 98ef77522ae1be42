//! Fields of a serialized transaction, taken off the front of its bytes.

use tensority::{Error, varint63};

use crate::error::Reason;

/// The greatest count or length: 2^31 - 1.
const MAX_COUNT: u64 = i32::MAX as u64;

/// Bytes that are read from the front.
#[derive(Debug, Clone)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// A fixed number of bytes.
    pub fn bytes<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Reason> {
        let found = self.0.len();
        let cut = || Error::Truncated {
            field,
            expected: N,
            found,
        };
        let (bytes, rest) = self.0.split_first_chunk().ok_or_else(cut)?;
        self.0 = rest;
        Ok(*bytes)
    }

    /// A byte.
    pub fn byte(&mut self, field: &'static str) -> Result<u8, Reason> {
        let [byte] = self.bytes(field)?;
        Ok(byte)
    }

    /// A varint of at most 2^63 - 1.
    pub fn integer(&mut self, field: &'static str) -> Result<u64, Reason> {
        Ok(varint63::read(&mut self.0, field)?)
    }

    /// A varint of at most 2^31 - 1.
    pub fn count(&mut self, field: &'static str) -> Result<usize, Reason> {
        let found = self.integer(field)?;
        if found > MAX_COUNT {
            let limit = MAX_COUNT;
            return Err(Reason::Field(Error::OutOfRange {
                field,
                limit,
                found,
            }));
        }
        Ok(found as usize)
    }

    /// A string: its length, then its bytes.
    pub fn string(&mut self, field: &'static str) -> Result<&'a [u8], Reason> {
        let length = self.count(field)?;
        let found = self.0.len();
        let cut = || Error::Truncated {
            field,
            expected: length,
            found,
        };
        let (string, rest) = self.0.split_at_checked(length).ok_or_else(cut)?;
        self.0 = rest;
        Ok(string)
    }

    /// An extensible string, whose inside has fields. What is left of it when they are read is a suffix that
    /// nothing covers.
    pub fn extensible(&mut self, field: &'static str) -> Result<Self, Reason> {
        self.string(field).map(Self)
    }

    /// A list of strings. Its count reserves no memory: each string takes a byte at least.
    pub fn list(&mut self, field: &'static str) -> Result<Vec<Vec<u8>>, Reason> {
        let count = self.count(field)?;
        let mut list = Vec::new();
        for _ in 0..count {
            list.push(self.string(field)?.to_vec());
        }
        Ok(list)
    }
}
