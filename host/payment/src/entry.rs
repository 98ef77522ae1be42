//! Entries: the parts of a transaction that have ids of their own, and the ids.
//!
//! The id of an entry is the SHA3-256 of `entryid:`, its type, a colon, and the SHA3-256 of its body. In a body
//! integers are eight little-endian bytes; counts and lengths of strings stay varints.

use sha3::{Digest, Sha3_256};

use crate::program::DESTROY;
use crate::transaction::{AssetAmount, Input, InputKind, Output, Transaction};
use crate::write;

/// The version of the virtual machine.
const VM_VERSION: u64 = 1;
/// The program of every mux: OP_TRUE.
const MUX_PROGRAM: [u8; 1] = [0x51];

/// The ids of a transaction and of its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionIds {
    /// The transaction itself, the leaf of the Merkle tree.
    pub transaction: [u8; 32],
    /// The mux, through which all amounts flow from inputs to outputs.
    pub mux: [u8; 32],
    /// Each input.
    pub inputs: Vec<[u8; 32]>,
    /// The output that each input spends, if it spends one.
    pub spent: Vec<Option<[u8; 32]>>,
    /// Each output.
    pub outputs: Vec<[u8; 32]>,
}

/// An input as an entry.
struct InputEntry {
    id: [u8; 32],
    /// The id of the output that it spends.
    spent: Option<[u8; 32]>,
    /// What it gives to the mux.
    value: AssetAmount,
}

/// Why a transaction that can be read has no id that can be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum NotAuditable {
    /// An input or an output is of an asset version that is not known.
    #[error("expected asset version 1, found {found}")]
    AssetVersion { found: u64 },
    /// A coinbase takes its amount from its first output, and has none.
    #[error("expected a coinbase with an output, found none")]
    NoOutput,
}

impl Transaction {
    /// The ids, computed from the fields. Witnesses, and what a retirement's program says behind its first byte,
    /// do not change them.
    ///
    /// # Errors
    /// [`NotAuditable`].
    pub fn ids(&self) -> Result<TransactionIds, NotAuditable> {
        let (mut inputs, mut spent, mut sources) = (Vec::new(), Vec::new(), Vec::new());
        for input in &self.inputs {
            let entry = self.input_entry(input)?;
            inputs.push(entry.id);
            spent.push(entry.spent);
            sources.push((entry.id, entry.value));
        }
        let mux = mux_id(&sources);
        let outputs = (0..).zip(&self.outputs);
        let outputs = outputs.map(|(position, output)| output_id(&mux, position, output));
        let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
        let mut body = Vec::new();
        write::fixed(&mut body, self.version);
        write::fixed(&mut body, self.time_range);
        write::count(&mut body, outputs.len());
        body.extend(outputs.as_flattened());
        Ok(TransactionIds {
            transaction: entry_id("txheader", &body),
            mux,
            inputs,
            spent,
            outputs,
        })
    }

    /// Whether the only input is a coinbase.
    pub fn is_coinbase(&self) -> bool {
        matches!(self.inputs.as_slice(), [input] if input.kind() == InputKind::Coinbase)
    }

    fn input_entry(&self, input: &Input) -> Result<InputEntry, NotAuditable> {
        match input {
            Input::Issuance { nonce, value, .. } => {
                let mut body = Sha3_256::digest(nonce).to_vec();
                body.extend(value.asset);
                write::fixed(&mut body, value.amount);
                Ok(InputEntry {
                    id: entry_id("issuance1", &body),
                    spent: None,
                    value: *value,
                })
            }
            Input::Spend {
                source,
                value,
                position,
                program,
                ..
            } => {
                let spent = paid_id(source, value, *position, program);
                Ok(InputEntry {
                    id: entry_id("spend1", &spent),
                    spent: Some(spent),
                    value: *value,
                })
            }
            Input::Coinbase { arbitrary } => {
                let mut body = Vec::new();
                write::string(&mut body, arbitrary);
                let value = match self.outputs.first() {
                    Some(Output::Paid { value, .. }) => *value,
                    Some(Output::Other { asset_version }) => return Err(unknown(*asset_version)),
                    None => return Err(NotAuditable::NoOutput),
                };
                Ok(InputEntry {
                    id: entry_id("coinbase1", &body),
                    spent: None,
                    value,
                })
            }
            Input::Other { asset_version } => Err(unknown(*asset_version)),
        }
    }
}

fn unknown(found: u64) -> NotAuditable {
    NotAuditable::AssetVersion { found }
}

fn mux_id(sources: &[([u8; 32], AssetAmount)]) -> [u8; 32] {
    let mut body = Vec::new();
    write::count(&mut body, sources.len());
    for (id, value) in sources {
        source(&mut body, id, value, 0);
    }
    program(&mut body, &MUX_PROGRAM);
    entry_id("mux1", &body)
}

fn output_id(mux: &[u8; 32], position: u64, output: &Output) -> Result<[u8; 32], NotAuditable> {
    match output {
        Output::Paid { value, program } if program.first() == Some(&DESTROY) => {
            let mut body = Vec::new();
            source(&mut body, mux, value, position);
            Ok(entry_id("retirement1", &body))
        }
        Output::Paid { value, program } => Ok(paid_id(mux, value, position, program)),
        Output::Other { asset_version } => Err(unknown(*asset_version)),
    }
}

/// The id of an output that can be spent.
fn paid_id(mux: &[u8; 32], value: &AssetAmount, position: u64, control: &[u8]) -> [u8; 32] {
    let mut body = Vec::new();
    source(&mut body, mux, value, position);
    program(&mut body, control);
    entry_id("output1", &body)
}

fn source(body: &mut Vec<u8>, id: &[u8; 32], value: &AssetAmount, position: u64) {
    body.extend(id);
    body.extend(value.asset);
    write::fixed(body, value.amount);
    write::fixed(body, position);
}

fn program(body: &mut Vec<u8>, program: &[u8]) {
    write::fixed(body, VM_VERSION);
    write::string(body, program);
}

fn entry_id(kind: &str, body: &[u8]) -> [u8; 32] {
    Sha3_256::new()
        .chain_update("entryid:")
        .chain_update(kind)
        .chain_update(":")
        .chain_update(Sha3_256::digest(body))
        .finalize()
        .into()
}
