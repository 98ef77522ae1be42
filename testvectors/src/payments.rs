//! Blocks with what an audit of their payment computes, and its parts alone.

use serde::Deserialize;

use crate::captures::NodeCapture;
use crate::{Origin, encoding, load};

/// The vectors of whole blocks.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    pub blocks: Vec<PaidBlock>,
    pub tampered: Vec<TamperedBlock>,
    /// The same blocks in bytes that a node would not write, and reads.
    pub encodings: Vec<OtherEncoding>,
}

/// A block.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidBlock {
    pub name: String,
    pub origin: Origin,
    pub note: String,
    /// `mainnet`, `testnet` or `solonet`.
    pub network: String,
    pub height: u64,
    #[serde(with = "encoding::byte_string")]
    pub raw_block: Vec<u8>,
    /// Whether each transaction failed.
    pub failed: Vec<bool>,
    #[serde(with = "encoding::bytes")]
    pub block_hash: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub transaction_merkle_root: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub transaction_status_hash: [u8; 32],
    /// The seed of the height, where it is known.
    #[serde(with = "encoding::optional_bytes")]
    pub seed: Option<[u8; 32]>,
    /// In units of 10^-8 BTM.
    #[serde(with = "encoding::decimal")]
    pub subsidy: u64,
    #[serde(with = "encoding::decimal")]
    pub fees: u64,
    pub transactions: Vec<PaidTransaction>,
    pub coinbase: PaidCoinbase,
}

/// The ids of a transaction of a [`PaidBlock`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidTransaction {
    #[serde(with = "encoding::bytes")]
    pub id: [u8; 32],
    /// In bytes.
    pub size: usize,
    #[serde(with = "encoding::bytes")]
    pub mux_id: [u8; 32],
    pub inputs: Vec<encoding::Bytes32>,
    /// The output that each input spends.
    pub spent: Vec<Option<encoding::Bytes32>>,
    pub outputs: Vec<encoding::Bytes32>,
}

/// The coinbase of a [`PaidBlock`].
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidCoinbase {
    #[serde(with = "encoding::bytes")]
    pub asset: [u8; 32],
    /// In units of 10^-8 BTM.
    #[serde(with = "encoding::decimal")]
    pub amount: u64,
    #[serde(with = "encoding::byte_string")]
    pub program: Vec<u8>,
    pub disassembly: String,
    /// What the node's `decode-program` prints.
    pub listing: String,
    /// Empty if the node prints none.
    pub address: String,
    #[serde(with = "encoding::byte_string")]
    pub arbitrary: Vec<u8>,
    pub mature_at: u64,
}

/// A block that was tampered with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TamperedBlock {
    pub name: String,
    pub origin: Origin,
    /// The name of the block that it was.
    pub base: String,
    /// What is wrong with it.
    pub about: String,
    /// Nothing if the bytes are those of the base.
    pub patch: Option<Patch>,
    /// The statuses that are told with it, if they are not those of the base.
    pub failed: Option<Vec<bool>>,
    /// What the node said, if it was given the block and refused it.
    pub refusal: Option<String>,
    /// The node took it.
    pub accepted: bool,
    /// What the node's decoder says, if it cannot read the bytes.
    pub parse_error: Option<String>,
    /// What the bytes give, if they can be read.
    pub computed: Option<ComputedBlock>,
}

/// Bytes in the place of others.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patch {
    pub offset: usize,
    /// The number of bytes that give way.
    pub remove: usize,
    #[serde(with = "encoding::byte_string")]
    pub insert: Vec<u8>,
    /// The SHA3-256 of all bytes of the result.
    #[serde(with = "encoding::bytes")]
    pub sha3_256: [u8; 32],
}

impl Patch {
    /// The bytes of a base with this patch.
    pub fn apply(&self, base: &[u8]) -> Vec<u8> {
        let (front, behind) = base.split_at(self.offset);
        [front, &self.insert, &behind[self.remove..]].concat()
    }
}

/// What the bytes of a [`TamperedBlock`] give.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputedBlock {
    #[serde(with = "encoding::bytes")]
    pub block_hash: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub transaction_merkle_root: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub transaction_status_hash: [u8; 32],
    /// In units of 10^-8 BTM, as a decimal string.
    pub fees: Option<String>,
    pub transactions: usize,
    /// The id of the first transaction.
    #[serde(with = "encoding::optional_bytes")]
    pub first_transaction: Option<[u8; 32]>,
}

/// A block in other bytes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherEncoding {
    pub name: String,
    pub origin: Origin,
    pub about: String,
    #[serde(with = "encoding::byte_string")]
    pub raw_block: Vec<u8>,
    #[serde(with = "encoding::bytes")]
    pub block_hash: [u8; 32],
    #[serde(with = "encoding::bytes")]
    pub transaction_merkle_root: [u8; 32],
    pub transaction_ids: Vec<encoding::Bytes32>,
    #[serde(with = "encoding::decimal")]
    pub amount: u64,
    #[serde(with = "encoding::byte_string")]
    pub program: Vec<u8>,
    pub address: String,
}

/// The vectors of parts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentUnits {
    pub addresses: Vec<AddressVector>,
    pub address_texts: Vec<AddressText>,
    pub programs: Vec<ProgramVector>,
    /// Those of the 256 opcodes.
    pub opcode_names: Vec<String>,
    pub transaction_roots: Vec<TransactionRoot>,
    pub status_roots: Vec<StatusRoot>,
    pub subsidies: Vec<Subsidy>,
}

/// A program and its address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressVector {
    pub origin: Origin,
    pub network: String,
    pub address: String,
    #[serde(with = "encoding::byte_string")]
    pub program: Vec<u8>,
}

/// A text that may be an address: its hash, or what the node says of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressText {
    pub origin: Origin,
    pub network: String,
    pub text: String,
    #[serde(with = "encoding::optional_byte_string")]
    pub hash: Option<Vec<u8>>,
    pub error: Option<String>,
}

/// A program.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramVector {
    pub origin: Origin,
    #[serde(with = "encoding::byte_string")]
    pub program: Vec<u8>,
    /// What the node prints for it in each network, or nothing.
    pub address: AddressOfProgram,
    /// Opcode, name and data in hexadecimal.
    pub instructions: Option<Vec<(u8, String, String)>>,
    pub disassembly: Option<String>,
    /// What the node's `decode-program` prints.
    pub listing: Option<String>,
    pub error: Option<String>,
    pub p2wpkh: bool,
    pub p2wsh: bool,
    pub standard_for_btm: bool,
    /// It is `51` or `6a`.
    pub straightforward: bool,
    pub unspendable: bool,
}

/// The address of a [`ProgramVector`] in each network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddressOfProgram {
    pub mainnet: String,
    pub testnet: String,
    pub solonet: String,
}

/// The root over ids of transactions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransactionRoot {
    pub origin: Origin,
    pub leaves: Vec<encoding::Bytes32>,
    #[serde(with = "encoding::bytes")]
    pub root: [u8; 32],
}

/// The root over statuses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRoot {
    pub origin: Origin,
    pub failed: Vec<bool>,
    #[serde(with = "encoding::bytes")]
    pub root: [u8; 32],
}

/// The subsidy at a height, in units of 10^-8 BTM.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subsidy {
    pub origin: Origin,
    #[serde(with = "encoding::decimal")]
    pub height: u64,
    #[serde(with = "encoding::decimal")]
    pub subsidy: u64,
}

/// Blocks with what an audit of their payment computes.
pub fn payments() -> Payments {
    load(include_str!("../data/payments.json"))
}

/// Addresses, programs, roots and subsidies, each alone.
pub fn payment_units() -> PaymentUnits {
    load(include_str!("../data/payment_units.json"))
}

/// Recorded answers of a node to the questions of an audit.
pub fn payment_captures() -> Vec<NodeCapture> {
    load(include_str!("../data/payment_captures.json"))
}
