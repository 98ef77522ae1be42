//! Transactions as their bytes have them.
//!
//! What a transaction holds beyond this (suffixes of extensible strings, witnesses of outputs) is covered by no
//! hash; it is read and forgotten.

use sha3::{Digest, Sha3_256};

use crate::error::{DecodeError, Place, Reason};
use crate::reader::Reader;
use crate::write;

/// The first byte of every transaction.
const FLAGS: u8 = 0x07;
/// The version of assets and of the virtual machine that there is.
const VERSION: u64 = 1;

/// An amount of an asset, in its smallest units: for BTM 10^-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AssetAmount {
    pub asset: [u8; 32],
    pub amount: u64,
}

/// A transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Transaction {
    pub version: u64,
    /// 0, or the last height at which the transaction is valid.
    pub time_range: u64,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
}

/// Where a transaction takes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Input {
    /// New units of an asset that the input defines.
    Issuance {
        nonce: Vec<u8>,
        value: AssetAmount,
        asset_definition: Vec<u8>,
        vm_version: u64,
        program: Vec<u8>,
        arguments: Vec<Vec<u8>>,
    },
    /// An output of an earlier transaction.
    Spend {
        /// The id of the mux that the output comes from.
        source: [u8; 32],
        value: AssetAmount,
        /// The output's number in its transaction.
        position: u64,
        program: Vec<u8>,
        /// What the program is run with: signatures, keys, scripts. No hash of a block covers them.
        arguments: Vec<Vec<u8>>,
    },
    /// The block's reward.
    Coinbase {
        /// Bytes that a miner may choose.
        arbitrary: Vec<u8>,
    },
    /// An input of an asset version other than 1, which is not read.
    Other { asset_version: u64 },
}

/// The kinds of [`Input`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum InputKind {
    Issuance,
    Spend,
    Coinbase,
    Other,
}

/// Where a transaction pays to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Output {
    /// An amount that whoever satisfies the program may spend, or that nobody may if it begins with 0x6a.
    Paid {
        value: AssetAmount,
        program: Vec<u8>,
    },
    /// An output of an asset version other than 1, which is not read.
    Other { asset_version: u64 },
}

impl Transaction {
    /// The transaction of these bytes and no more.
    ///
    /// # Errors
    /// [`DecodeError`] with the input or output where the bytes stop to make sense; bytes behind the end are one.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader(bytes);
        let transaction = Self::read(&mut reader, Place::default())?;
        match reader.0.len() {
            0 => Ok(transaction),
            found => Err(Reason::Trailing { found }.at(Place::default())),
        }
    }

    /// The transaction at the front, at a place of a block.
    pub(crate) fn read(reader: &mut Reader, place: Place) -> Result<Self, DecodeError> {
        let here = |reason: Reason| reason.at(place);
        let found = reader.byte("flags").map_err(here)?;
        if found != FLAGS {
            return Err(here(Reason::TransactionFlags { found }));
        }
        let version = reader.integer("version").map_err(here)?;
        let time_range = reader.integer("time range").map_err(here)?;
        let mut inputs = Vec::new();
        for number in 0..reader.count("number of inputs").map_err(here)? {
            let input = Some(number);
            let input = Input::read(reader).map_err(|reason| reason.at(Place { input, ..place }));
            inputs.push(input?);
        }
        let mut outputs = Vec::new();
        for number in 0..reader.count("number of outputs").map_err(here)? {
            let output = Some(number);
            let output =
                Output::read(reader).map_err(|reason| reason.at(Place { output, ..place }));
            outputs.push(output?);
        }
        Ok(Self {
            version,
            time_range,
            inputs,
            outputs,
        })
    }

    /// A coinbase that pays BTM to a program, as a node makes it.
    pub fn coinbase(arbitrary: Vec<u8>, amount: u64, program: Vec<u8>) -> Self {
        let asset = crate::BTM;
        Self {
            version: VERSION,
            time_range: 0,
            inputs: vec![Input::Coinbase { arbitrary }],
            outputs: vec![Output::Paid {
                value: AssetAmount { asset, amount },
                program,
            }],
        }
    }

    /// The bytes of the transaction, with no suffix in them.
    ///
    /// # Errors
    /// [`tensority::Error::OutOfRange`] if an integer exceeds 2^63 - 1.
    pub fn encode(&self) -> Result<Vec<u8>, tensority::Error> {
        let mut out = vec![FLAGS];
        write::integer(&mut out, "version", self.version)?;
        write::integer(&mut out, "time range", self.time_range)?;
        write::count(&mut out, self.inputs.len());
        for input in &self.inputs {
            input.write(&mut out)?;
        }
        write::count(&mut out, self.outputs.len());
        for output in &self.outputs {
            output.write(&mut out)?;
        }
        Ok(out)
    }
}

impl AssetAmount {
    fn read(reader: &mut Reader) -> Result<Self, Reason> {
        Ok(Self {
            asset: reader.bytes("asset id")?,
            amount: reader.integer("amount")?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), tensority::Error> {
        out.extend(self.asset);
        write::integer(out, "amount", self.amount)
    }
}

impl Input {
    /// The kind of input.
    pub fn kind(&self) -> InputKind {
        match self {
            Self::Issuance { .. } => InputKind::Issuance,
            Self::Spend { .. } => InputKind::Spend,
            Self::Coinbase { .. } => InputKind::Coinbase,
            Self::Other { .. } => InputKind::Other,
        }
    }

    fn read(reader: &mut Reader) -> Result<Self, Reason> {
        let asset_version = reader.integer("asset version")?;
        let mut commitment = reader.extensible("input commitment")?;
        if asset_version != VERSION {
            reader.extensible("input witness")?;
            return Ok(Self::Other { asset_version });
        }
        match commitment.byte("type of the input")? {
            0 => {
                let nonce = commitment.string("nonce")?.to_vec();
                let value = AssetAmount::read(&mut commitment)?;
                Self::read_issuance(nonce, value, reader.extensible("input witness")?)
            }
            1 => {
                let mut spent = commitment.extensible("spent output")?;
                let source = spent.bytes("source id")?;
                let value = AssetAmount::read(&mut spent)?;
                let position = spent.integer("source position")?;
                let program = read_program(&mut spent)?;
                let mut witness = reader.extensible("input witness")?;
                Ok(Self::Spend {
                    source,
                    value,
                    position,
                    program,
                    arguments: witness.list("arguments")?,
                })
            }
            2 => {
                let arbitrary = commitment.string("arbitrary")?.to_vec();
                reader.extensible("input witness")?;
                Ok(Self::Coinbase { arbitrary })
            }
            found => Err(Reason::InputType { found }),
        }
    }

    fn read_issuance(
        nonce: Vec<u8>,
        value: AssetAmount,
        mut witness: Reader,
    ) -> Result<Self, Reason> {
        let asset_definition = witness.string("asset definition")?.to_vec();
        let vm_version = witness.integer("VM version")?;
        let program = witness.string("issuance program")?.to_vec();
        let arguments = witness.list("arguments")?;
        let expected = asset_id(vm_version, &program, &asset_definition);
        if value.asset != expected {
            let found = value.asset;
            return Err(Reason::IssuedAsset { expected, found });
        }
        Ok(Self::Issuance {
            nonce,
            value,
            asset_definition,
            vm_version,
            program,
            arguments,
        })
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), tensority::Error> {
        let (mut commitment, mut witness) = (Vec::new(), Vec::new());
        let mut asset_version = VERSION;
        match self {
            Self::Issuance {
                nonce,
                value,
                asset_definition,
                vm_version,
                program,
                arguments,
            } => {
                commitment.push(0);
                write::string(&mut commitment, nonce);
                value.write(&mut commitment)?;
                write::string(&mut witness, asset_definition);
                write::integer(&mut witness, "VM version", *vm_version)?;
                write::string(&mut witness, program);
                write_list(&mut witness, arguments);
            }
            Self::Spend {
                source,
                value,
                position,
                program,
                arguments,
            } => {
                let mut spent = source.to_vec();
                value.write(&mut spent)?;
                write::integer(&mut spent, "source position", *position)?;
                write::integer(&mut spent, "VM version", VERSION)?;
                write::string(&mut spent, program);
                commitment.push(1);
                write::string(&mut commitment, &spent);
                write_list(&mut witness, arguments);
            }
            Self::Coinbase { arbitrary } => {
                commitment.push(2);
                write::string(&mut commitment, arbitrary);
            }
            Self::Other {
                asset_version: other,
            } => asset_version = *other,
        }
        write::integer(out, "asset version", asset_version)?;
        write::string(out, &commitment);
        write::string(out, &witness);
        Ok(())
    }
}

impl Output {
    fn read(reader: &mut Reader) -> Result<Self, Reason> {
        let asset_version = reader.integer("asset version")?;
        let mut commitment = reader.extensible("output commitment")?;
        let output = match asset_version {
            VERSION => Self::Paid {
                value: AssetAmount::read(&mut commitment)?,
                program: read_program(&mut commitment)?,
            },
            _ => Self::Other { asset_version },
        };
        reader.extensible("output witness")?;
        Ok(output)
    }

    fn write(&self, out: &mut Vec<u8>) -> Result<(), tensority::Error> {
        let mut commitment = Vec::new();
        let asset_version = match self {
            Self::Paid { value, program } => {
                value.write(&mut commitment)?;
                write::integer(&mut commitment, "VM version", VERSION)?;
                write::string(&mut commitment, program);
                VERSION
            }
            Self::Other { asset_version } => *asset_version,
        };
        write::integer(out, "asset version", asset_version)?;
        write::string(out, &commitment);
        write::string(out, &[]);
        Ok(())
    }
}

/// A program with the version of its machine in front, which must be 1.
fn read_program(reader: &mut Reader) -> Result<Vec<u8>, Reason> {
    let found = reader.integer("VM version")?;
    if found != VERSION {
        return Err(Reason::VmVersion { found });
    }
    Ok(reader.string("program")?.to_vec())
}

fn write_list(out: &mut Vec<u8>, list: &[Vec<u8>]) {
    write::count(out, list.len());
    for string in list {
        write::string(out, string);
    }
}

/// The id of the asset that a program issues: SHA3-256 of the VM version as eight little-endian bytes, the
/// program as a string, and the SHA3-256 of the definition.
fn asset_id(vm_version: u64, program: &[u8], definition: &[u8]) -> [u8; 32] {
    let mut body = Vec::new();
    write::fixed(&mut body, vm_version);
    write::string(&mut body, program);
    body.extend(Sha3_256::digest(definition));
    Sha3_256::digest(body).into()
}
