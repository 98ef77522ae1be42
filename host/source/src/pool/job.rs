//! Jobs in the words of a pool.

use serde::Deserialize;
use serde_json::value::RawValue;
use tensority::{BlockHeader, Target, varint63};

use crate::excerpt::{line, quote};

/// The longest name of a job, in bytes, that fits a submit: pools read 10 KiB at most.
const MAX_ID_BYTES: usize = 256;

#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: String,
    /// Its name as the pool wrote it, in JSON: a string, or a number with all its digits.
    pub written_id: String,
    /// The header; its nonce is 0.
    pub header: BlockHeader,
    /// The seed of the block's epoch.
    pub seed: [u8; 32],
    /// The target of a share.
    pub target: Target,
    /// The first nonce that is ours, if a pool's word is taken for it: a block holds only those below
    /// 2^63.
    pub start_nonce: u64,
}

/// Why a job is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum JobError {
    /// It is no object with the fields of a job.
    #[error("expected a job, found {0}")]
    Shape(String),
    /// A field is not what it should be.
    #[error("expected a job with {expected} as `{field}`, found {found}")]
    Field {
        field: &'static str,
        expected: &'static str,
        found: String,
    },
    /// No hash meets the target of the bits.
    #[error("expected a job that can be mined, found bits that cannot: {0}")]
    Bits(tensority::Error),
    /// No hash meets the target of a share.
    #[error("expected a job whose shares can be found, found the target zero")]
    ZeroTarget,
}

impl JobError {
    pub fn word(&self) -> &'static str {
        match self {
            Self::ZeroTarget => "zero_target",
            _ => "bad_job",
        }
    }
}

/// The fields as they are written. Hashes and seed are bytes in hexadecimal as they are printed,
/// **integers are their little-endian bytes**.
#[derive(Deserialize)]
struct Fields<'a> {
    version: String,
    height: String,
    previous_block_hash: String,
    timestamp: String,
    #[serde(alias = "transaction_merkle_root")]
    transactions_merkle_root: String,
    transaction_status_hash: String,
    nonce: String,
    bits: String,
    #[serde(borrow)]
    job_id: &'a RawValue,
    seed: String,
    target: String,
}

impl Job {
    /// Reads a job.
    ///
    /// # Errors
    /// [`JobError`].
    pub fn read(json: &str) -> Result<Self, JobError> {
        let fields: Fields<'_> = serde_json::from_str(json).map_err(|error| {
            let reason = line(&error.to_string());
            JobError::Shape(format!("{} ({reason})", quote(json.as_bytes())))
        })?;
        let header = BlockHeader {
            version: block_integer("version", &fields.version)?,
            height: block_integer("height", &fields.height)?,
            previous_block_hash: hash("previous_block_hash", &fields.previous_block_hash)?,
            timestamp: block_integer("timestamp", &fields.timestamp)?,
            transaction_merkle_root: hash(
                "transactions_merkle_root",
                &fields.transactions_merkle_root,
            )?,
            transaction_status_hash: hash(
                "transaction_status_hash",
                &fields.transaction_status_hash,
            )?,
            bits: block_integer("bits", &fields.bits)?,
            nonce: 0,
        };
        Target::from_bits(header.bits).map_err(JobError::Bits)?;
        Ok(Self {
            id: id(fields.job_id.get())?,
            written_id: fields.job_id.get().to_owned(),
            header,
            seed: hash("seed", &fields.seed)?,
            target: target(&fields.target)?,
            start_nonce: integer("nonce", &fields.nonce)?,
        })
    }

    /// The parent of a job's block, be the rest of the job what it may.
    pub fn read_parent(json: &str) -> Option<[u8; 32]> {
        #[derive(Deserialize)]
        struct Parent {
            previous_block_hash: String,
        }
        let Parent {
            previous_block_hash,
        } = serde_json::from_str(json).ok()?;
        hash("previous_block_hash", &previous_block_hash).ok()
    }
}

fn bad(field: &'static str, expected: &'static str, found: &str) -> JobError {
    JobError::Field {
        field,
        expected,
        found: quote(found.as_bytes()),
    }
}

fn id(written: &str) -> Result<String, JobError> {
    let is_number = written.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let id = match serde_json::from_str(written) {
        Ok(id) => Some(id),
        Err(_) => is_number.then(|| written.to_owned()),
    };
    id.filter(|id: &String| id.len() <= MAX_ID_BYTES && written.len() <= MAX_ID_BYTES)
        .ok_or_else(|| bad("job_id", "a short string", written))
}

fn integer(field: &'static str, text: &str) -> Result<u64, JobError> {
    let mut bytes = [0; 8];
    match hex::decode_to_slice(text, &mut bytes) {
        Ok(()) => Ok(u64::from_le_bytes(bytes)),
        Err(_) => Err(bad(field, "16 hexadecimal digits", text)),
    }
}

fn block_integer(field: &'static str, text: &str) -> Result<u64, JobError> {
    match integer(field, text)? {
        value if value <= varint63::MAX => Ok(value),
        _ => Err(bad(
            field,
            "an integer below 2^63, the last byte being the greatest,",
            text,
        )),
    }
}

/// Hexadecimal digits of a hash without the `0x` that some put in front. In front of an integer it makes doubtful
/// which byte comes first, and is not taken.
fn digits(text: &str) -> &str {
    let prefixes = ["0x", "0X"];
    let without = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
    without.unwrap_or(text)
}

fn hash(field: &'static str, text: &str) -> Result<[u8; 32], JobError> {
    let mut bytes = [0; 32];
    match hex::decode_to_slice(digits(text), &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(bad(field, "64 hexadecimal digits", text)),
    }
}

/// One to 32 little-endian bytes which are the most significant ones of the target; those below are
/// zero. So `c5a70000` is 0x0000a7c5 · 2^224.
fn target(text: &str) -> Result<Target, JobError> {
    let error = || bad("target", "2 to 64 hexadecimal digits", text);
    let bytes = hex::decode(text).map_err(|_| error())?;
    let mut target = [0; 32];
    let start = target.len().checked_sub(bytes.len()).ok_or_else(error)?;
    if bytes.is_empty() {
        return Err(error());
    }
    target[start..].copy_from_slice(&bytes);
    Target::from_le_bytes(target).map_err(|_| JobError::ZeroTarget)
}

#[cfg(test)]
pub mod tests;
