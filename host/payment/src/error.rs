//! Errors of decoding: where, what was expected, what was found.

use std::fmt;

/// Bytes that are no block or no transaction.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}{reason}")]
pub struct DecodeError {
    /// Where the bytes stop to make sense.
    pub place: Place,
    /// What is wrong there.
    pub reason: Reason,
}

/// A place in a block. Numbers count from 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Place {
    pub transaction: Option<usize>,
    pub input: Option<usize>,
    pub output: Option<usize>,
}

/// What is wrong with bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Reason {
    /// A field that is cut short or out of range, or an unknown flag of the block.
    #[error(transparent)]
    Field(#[from] tensority::Error),
    /// Bytes behind the end.
    #[error("expected the end, found {found} more bytes")]
    Trailing { found: usize },
    /// The first byte of a transaction is another than 0x07.
    #[error("expected the flags 0x07 of a transaction, found {found:#04x}")]
    TransactionFlags { found: u8 },
    /// An input is neither issuance (0) nor spend (1) nor coinbase (2).
    #[error("expected an input of type 0, 1 or 2, found {found}")]
    InputType { found: u8 },
    /// A program is for another version of the virtual machine than 1.
    #[error("expected VM version 1, found {found}")]
    VmVersion { found: u64 },
    /// The asset of an issuance is not that of its program and definition.
    #[error(
        "expected an issuance of asset {}, found {}",
        hex::encode(expected),
        hex::encode(found)
    )]
    IssuedAsset { expected: [u8; 32], found: [u8; 32] },
}

/// Empty for the block itself, else with a colon at the end.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = [
            ("transaction", self.transaction),
            ("input", self.input),
            ("output", self.output),
        ];
        for (name, number) in numbers {
            if let Some(number) = number {
                write!(f, "{name} {number}: ")?;
            }
        }
        Ok(())
    }
}

impl Reason {
    /// This, at a place.
    pub(crate) fn at(self, place: Place) -> DecodeError {
        DecodeError {
            place,
            reason: self,
        }
    }
}
