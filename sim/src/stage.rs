//! Stages of the core: the values that pass its stage boundaries, as the harness reports them.

/// A message of the hasher (`tensority_hdl::core::messages`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DigestKind {
    /// Inner hash of the header; its first block alone means nothing.
    HeaderBlock,
    /// Inner hash of the header.
    Inner,
    HeaderHash,
    /// Sequence of this chain.
    Sequence(usize),
    /// S(i + 1) of the extended seed.
    Seed(usize),
    /// PoW hash; with two blocks the first alone means nothing.
    FoldBlock,
    /// PoW hash.
    FoldTail,
}

/// A hash that the core completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct HashReport {
    pub hash: [u8; 32],
    /// Nonce; 0 or whatever the job says for [`Command::Hash`].
    pub nonce: u64,
    /// Id of the range that it belongs to.
    pub range: u32,
    /// Whether it meets the job's target.
    pub hit: bool,
}

/// A value that passed a stage boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A SHA3-256 digest.
    Digest(DigestKind, [u8; 32]),
    /// The first multiply of a chain, as loaded: bytes by block, slot, lane.
    Loaded(Vec<u8>),
    /// Another multiply: bytes by block, slot, lane.
    Multiplied(Vec<u8>),
    /// The sum of the chains: words by block, slot, word lane.
    Summed(Vec<u8>),
    /// The folded row.
    Folded(Vec<u8>),
    /// A hash, hit or not.
    Hashed(HashReport),
    /// A result handed to the host.
    Result(HashReport),
    /// Checksum of a matrix.
    Checksum(usize, u32),
    /// This many SMix rounds are done, 0 after a clear.
    Round(usize),
}

impl Stage {
    /// The stage's name, in the words of the glossary.
    pub fn name(&self) -> &'static str {
        match self {
            Stage::Digest(DigestKind::HeaderBlock | DigestKind::Inner, _) => "inner hash",
            Stage::Digest(DigestKind::HeaderHash, _) => "header hash",
            Stage::Digest(DigestKind::Sequence(_), _) => "sequence",
            Stage::Digest(DigestKind::Seed(_), _) => "extended seed",
            Stage::Digest(DigestKind::FoldBlock | DigestKind::FoldTail, _) => "hash",
            Stage::Loaded(_) => "load",
            Stage::Multiplied(_) => "multiply",
            Stage::Summed(_) => "sum",
            Stage::Folded(_) => "fold",
            Stage::Hashed(_) => "hash",
            Stage::Result(_) => "result",
            Stage::Checksum(..) => "checksum",
            Stage::Round(_) => "SMix round",
        }
    }
}

/// A stage with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Event {
    pub stage: Stage,
    /// The cycle in which it was whole.
    pub cycle: u64,
    /// For stages that take many cycles: the cycle in which each of its blocks began.
    pub block_cycles: Vec<u64>,
}

/// Kinds of the harness (`cpp/core.cpp`), by their numbers there.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Digest,
    Loaded,
    Multiplied,
    Summed,
    Folded,
    Hashed,
    Result,
    Checksum,
    Round,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Digest,
        Self::Loaded,
        Self::Multiplied,
        Self::Summed,
        Self::Folded,
        Self::Hashed,
        Self::Result,
        Self::Checksum,
        Self::Round,
    ];
}

/// The kinds' names in the harness, in the order of their numbers.
pub(crate) fn kind_names() -> String {
    Kind::ALL
        .map(|kind| format!("{kind:?}").to_uppercase())
        .join(", ")
}

/// The stage that the harness reports.
pub(crate) fn decode(kind: u32, detail: u32, bytes: Vec<u8>) -> Stage {
    match Kind::ALL[kind as usize] {
        Kind::Digest => Stage::Digest(digest_kind(detail), array(&bytes)),
        Kind::Loaded => Stage::Loaded(bytes),
        Kind::Multiplied => Stage::Multiplied(bytes),
        Kind::Summed => Stage::Summed(bytes),
        Kind::Folded => Stage::Folded(bytes),
        Kind::Hashed => Stage::Hashed(report(detail, &bytes)),
        Kind::Result => Stage::Result(report(detail, &bytes)),
        Kind::Checksum => Stage::Checksum(detail as usize, u32::from_le_bytes(array(&bytes))),
        Kind::Round => Stage::Round(detail as usize),
    }
}

fn digest_kind(detail: u32) -> DigestKind {
    let part = (detail >> 8) as usize;
    match detail & 0xff {
        0 => DigestKind::HeaderBlock,
        1 => DigestKind::Inner,
        2 => DigestKind::HeaderHash,
        3 => DigestKind::Sequence(part),
        4 => DigestKind::Seed(part),
        5 => DigestKind::FoldBlock,
        _ => DigestKind::FoldTail,
    }
}

fn report(detail: u32, bytes: &[u8]) -> HashReport {
    HashReport {
        hash: array(&bytes[..32]),
        nonce: u64::from_le_bytes(array(&bytes[32..40])),
        range: u32::from_le_bytes(array(&bytes[40..44])),
        hit: detail != 0,
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|i| bytes[i])
}
