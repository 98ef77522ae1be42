//! Known answers of Tensority with their origin.
//!
//! Each function returns the vectors of one file of `data/`, whose `about` and `origin` tell what
//! they are; the README explains the notation and the origins. The files are compiled in. A field
//! has documentation where its name does not say all.
//!
//! ```
//! let vectors = testvectors::pairs();
//! assert!(vectors.iter().any(|vector| vector.origin == testvectors::Origin::Published));
//! ```
//!
//! # Panics
//!
//! Every function panics if its file does not read as its types say, which is a defect of this
//! crate; a test reads all files.

#![allow(missing_docs, reason = "the fields are those of the files")]

mod bits;
mod captures;
mod encoding;
mod headers;
mod payments;
mod seed;
mod stages;
mod stratum;
mod units;

pub use bits::{BitsToValue, BitsVectors, Retarget, ValueToBits, Varint63, bits, varint63};
pub use captures::{NodeCapture, NodeRequest, NodeResponse, node_captures};
pub use encoding::Bytes32;
pub use headers::{AcceptedBlock, Header, HeaderVector, ProofOfWork, accepted_blocks, headers};
pub use payments::{
    AddressOfProgram, AddressText, AddressVector, ComputedBlock, OtherEncoding, PaidBlock,
    PaidCoinbase, PaidTransaction, Patch, PaymentUnits, Payments, ProgramVector, StatusRoot,
    Subsidy, TamperedBlock, TransactionRoot, payment_captures, payment_units, payments,
};
pub use seed::seed;
pub use stages::{
    Chain, ChainState, FIFTH_IN_CHAIN, FirstRound, ListedMatrix, Pair, SeedVector, SmallPair,
    Trace, pairs, seeds, small_pairs, traces,
};
pub use stratum::{StratumCapture, StratumEvent, StratumStep, stratum_captures};
pub use units::{BlockMix, Fnv, Reduce, Salsa, Sha3, Smix, Units, units};

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The origin of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A block of the Bytom main chain.
    Mainnet,
    /// A block that a real Bytom v1.1.0 node accepted on a private chain.
    SolonetNode,
    /// Traffic of btmcpool, the official pool server, in front of such a node.
    SolonetPool,
    /// Published with another project, which the file or the vector names.
    Published,
    /// RFC 7914, the definition of scrypt.
    #[serde(rename = "rfc-7914")]
    Rfc7914,
    /// Computed with the original implementation, Bytom v1.1.0 in Go, on amd64.
    GoImplementation,
    /// Computed with a model in Python, written for these vectors from the specification.
    SecondModel,
}

/// The frame of every file, around vectors of some shape.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<V> {
    about: String,
    origin: String,
    vectors: V,
}

fn load<V: DeserializeOwned>(json: &str) -> V {
    let file: File<V> = serde_json::from_str(json)
        .unwrap_or_else(|error| panic!("a vector file is broken: {error}"));
    assert!(
        !file.about.is_empty() && !file.origin.is_empty(),
        "a vector file does not explain itself"
    );
    file.vectors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_reads_and_holds_what_the_readme_counts() {
        let units = units();
        let in_units = units.salsa20_8.len()
            + units.block_mix.len()
            + units.smix.len()
            + units.reduce.len()
            + units.fnv.len()
            + units.sha3_256.len();
        let bits = bits();
        let in_bits = bits.bits_to_value.len() + bits.value_to_bits.len() + bits.retarget.len();

        let payments = payments();
        let in_payments =
            payments.blocks.len() + payments.tampered.len() + payments.encodings.len();
        let parts = payment_units();
        let in_parts = parts.addresses.len()
            + parts.address_texts.len()
            + parts.programs.len()
            + parts.opcode_names.len()
            + parts.transaction_roots.len()
            + parts.status_roots.len()
            + parts.subsidies.len();

        let readme = include_str!("../README.md");
        for (file, count) in [
            ("pairs.json", pairs().len()),
            ("small_pairs.json", small_pairs().len()),
            ("traces.json", traces().len()),
            ("seeds.json", seeds().len()),
            ("headers.json", headers().len()),
            ("accepted_blocks.json", accepted_blocks().len()),
            ("units.json", in_units),
            ("bits.json", in_bits),
            ("varint63.json", varint63().len()),
            ("node_captures.json", node_captures().len()),
            ("stratum_captures.json", stratum_captures().len()),
            ("payments.json", in_payments),
            ("payment_units.json", in_parts),
            ("payment_captures.json", payment_captures().len()),
        ] {
            let line = readme
                .lines()
                .find(|line| line.contains(&format!("(data/{file})")));
            let line = line.unwrap_or_else(|| panic!("the README does not name {file}"));
            assert!(
                line.ends_with(&format!("| {count} |")),
                "{file} has {count} vectors: {line}"
            );
        }
        assert_eq!(pairs().len(), 39);
        assert_eq!(headers().len(), 27);
        assert_eq!(accepted_blocks().len(), 69);
    }

    #[test]
    fn a_field_the_types_lack_is_an_error() {
        let file = r#"{
            "about": "an integer",
            "origin": "this test",
            "vectors": [{ "origin": "go-implementation", "value": "1", "encoded": "01" }]
        }"#;
        let parse = |file: &str| serde_json::from_str::<File<Vec<Varint63>>>(file).map(drop);
        assert!(parse(file).is_ok());
        for (known, unknown) in [
            (r#""value""#, r#""note": "", "value""#),
            (r#""about""#, r#""note": "", "about""#),
        ] {
            let error = parse(&file.replace(known, unknown))
                .unwrap_err()
                .to_string();
            assert!(error.contains("unknown field `note`"), "{error}");
        }
    }
}
