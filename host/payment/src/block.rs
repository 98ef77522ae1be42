//! A block as a node's API gives it: header and transactions.

use tensority::BlockHeader;

use crate::error::{DecodeError, Place, Reason};
use crate::reader::Reader;
use crate::transaction::Transaction;
use crate::write;

/// The first byte of a block with its transactions; without them it is 0x01.
const FULL: u8 = 0x03;

/// A block.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Block {
    pub header: BlockHeader,
    /// In the order of the block, the coinbase first. Empty if the bytes are those of a header alone.
    pub transactions: Vec<Transaction>,
}

impl Block {
    /// The block of these bytes and no more: the flag 0x03, the header's fields, the number of transactions and
    /// each of them; or the flag 0x01 and the header alone.
    ///
    /// # Errors
    /// [`DecodeError`] with the place where the bytes stop to make sense; bytes behind the end are one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let whole = Place::default();
        let mut reader = Reader(bytes);
        let header = BlockHeader::read(&mut reader.0);
        let header = header.map_err(|error| Reason::Field(error).at(whole))?;
        let mut transactions = Vec::new();
        if bytes.first() == Some(&FULL) {
            let count = reader.count("number of transactions");
            for number in 0..count.map_err(|reason| reason.at(whole))? {
                let transaction = Some(number);
                let place = Place {
                    transaction,
                    ..whole
                };
                transactions.push(Transaction::read(&mut reader, place)?);
            }
        }
        match reader.0.len() {
            0 => Ok(Self {
                header,
                transactions,
            }),
            found => Err(Reason::Trailing { found }.at(whole)),
        }
    }

    /// The bytes of the block with its transactions, and with no suffix in them.
    ///
    /// # Errors
    /// [`tensority::Error::OutOfRange`] if an integer exceeds 2^63 - 1.
    pub fn encode(&self) -> Result<Vec<u8>, tensority::Error> {
        let mut out = self.header.serialize()?;
        out[0] = FULL;
        write::count(&mut out, self.transactions.len());
        for transaction in &self.transactions {
            out.extend(transaction.encode()?);
        }
        Ok(out)
    }
}
