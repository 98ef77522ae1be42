//! Whole blocks: those of a real node audit as right, and each that was tampered with by what is wrong with it.

use std::collections::BTreeMap;

use sha3::{Digest, Sha3_256};
use tensority::fast::{Backend, MatrixList, hash};
use tensority_payment::program::Payee;
use tensority_payment::{
    Address, Audit, Block, Network, Question, Reason, Subject, Unknown, Verdict, Warning, audit,
    status_root, transaction_root,
};
use testvectors::{PaidBlock, TamperedBlock, payments};

/// The PoW hashes of headers, with the matrix lists of the seeds.
#[derive(Default)]
struct Hashes(BTreeMap<[u8; 32], MatrixList>);

impl Hashes {
    fn of(&mut self, block: &Block, seed: Option<[u8; 32]>) -> Option<[u8; 32]> {
        let seed = seed?;
        let build = || MatrixList::build(Backend::fastest(), &seed);
        Some(hash(
            &block.header.hash(),
            self.0.entry(seed).or_insert_with(build),
        ))
    }
}

fn network(block: &PaidBlock) -> Network {
    block.network.parse().expect("a network")
}

/// The audit of a block that stands in the place of another.
fn audit_as(block: &Block, base: &PaidBlock, failed: &[bool], pow_hash: Option<[u8; 32]>) -> Audit {
    audit(&Question {
        block,
        network: network(base),
        failed: Some(failed),
        height: Some(base.height),
        block_hash: Some(base.block_hash),
        main_chain: Some(base.block_hash),
        pow_hash,
        programs: std::slice::from_ref(&base.coinbase.program),
    })
}

#[test]
fn every_block_of_the_node_is_what_its_header_says() {
    let blocks = payments().blocks;
    assert_eq!(blocks.len(), 16);
    for vector in &blocks {
        let name = &vector.name;
        let block = Block::decode(&vector.raw_block).expect(name);
        assert_eq!(block.header.hash(), vector.block_hash, "{name}");
        assert_eq!(block.encode().as_ref(), Ok(&vector.raw_block), "{name}");
        let header = &block.header;
        let roots = [
            header.transaction_merkle_root,
            header.transaction_status_hash,
        ];
        let expected = [
            vector.transaction_merkle_root,
            vector.transaction_status_hash,
        ];
        assert_eq!(roots, expected, "{name}");
        let mut ids = Vec::new();
        assert_eq!(block.transactions.len(), vector.transactions.len());
        for (transaction, expected) in block.transactions.iter().zip(&vector.transactions) {
            let found = transaction.ids().expect(name);
            assert_eq!(found.transaction, expected.id, "{name}");
            assert_eq!(found.mux, expected.mux_id, "{name}");
            let all = |ids: &[testvectors::Bytes32]| ids.iter().map(|id| id.0).collect::<Vec<_>>();
            assert_eq!(found.inputs, all(&expected.inputs), "{name}");
            assert_eq!(found.outputs, all(&expected.outputs), "{name}");
            let spent: Vec<_> = expected.spent.iter().map(|id| id.map(|id| id.0)).collect();
            assert_eq!(found.spent, spent, "{name}");
            assert_eq!(transaction.encode().unwrap().len(), expected.size, "{name}");
            ids.push(found.transaction);
        }
        assert_eq!(transaction_root(&ids), expected[0], "{name}");
        assert_eq!(status_root(&vector.failed), expected[1], "{name}");
    }
}

#[test]
fn every_block_of_the_node_audits_as_right() {
    let mut hashes = Hashes::default();
    let mut with_work = 0;
    for vector in &payments().blocks {
        let name = &vector.name;
        let block = Block::decode(&vector.raw_block).expect(name);
        // Nobody ever checked the proof of work of a genesis; only that of the main chain has one.
        let pow_hash = hashes.of(&block, vector.seed);
        with_work += u32::from(pow_hash.is_some());
        let audit = audit_as(&block, vector, &vector.failed, pow_hash);
        let faults: Vec<_> = audit.faults().collect();
        assert!(faults.is_empty(), "{name}: {faults:?}");
        assert_eq!(
            (audit.subsidy, audit.fees),
            (vector.subsidy, Some(vector.fees)),
            "{name}"
        );
        let (found, expected) = (audit.coinbase.as_ref().expect(name), &vector.coinbase);
        assert_eq!(found.asset, expected.asset, "{name}");
        assert_eq!(found.amount, expected.amount, "{name}");
        assert_eq!(found.program, expected.program, "{name}");
        assert_eq!(found.disassembly.as_ref(), Some(&expected.disassembly));
        assert_eq!(found.arbitrary, expected.arbitrary, "{name}");
        assert_eq!(found.mature_at, expected.mature_at, "{name}");
        let program = audit.verdict(Subject::Program);
        match (name.as_str(), found.payee) {
            ("coinbase-op-true", payee) => {
                assert_eq!(payee, Payee::Anyone);
                let warning = Warning::Anyone;
                assert_eq!(program, Some(&Verdict::Doubtful { warning }));
            }
            ("synthetic-program-version-1", payee) => {
                assert_eq!((payee, found.address), (Payee::OtherVersion, None));
                let warning = Warning::OtherVersion {
                    found: found.program.clone(),
                    address: expected.address.clone(),
                };
                assert_eq!(program, Some(&Verdict::Doubtful { warning }));
            }
            _ => {
                let address = found.address.as_ref().map(Address::to_string);
                assert_eq!(address.as_ref(), Some(&expected.address), "{name}");
                assert_eq!(program, Some(&Verdict::Right), "{name}");
            }
        }
    }
    assert_eq!(with_work, 8, "blocks whose proof of work was looked at");
}

/// What is found at each block that was tampered with; nothing if its bytes cannot be read.
const FOUND: &[(&str, Option<&[Subject]>)] = {
    use Subject::*;
    &[
        ("coinbase-amount-plus-1", Some(&[TransactionRoot, Amount])),
        ("coinbase-amount-minus-1", Some(&[TransactionRoot, Amount])),
        (
            "coinbase-program-other-address",
            Some(&[TransactionRoot, Payee]),
        ),
        ("coinbase-program-op-true", Some(&[TransactionRoot, Payee])),
        (
            "coinbase-program-fail",
            Some(&[TransactionRoot, Program, Payee]),
        ),
        ("coinbase-other-asset", Some(&[TransactionRoot, Asset])),
        ("coinbase-two-outputs", Some(&[TransactionRoot, Coinbase])),
        ("coinbase-arbitrary-changed", Some(&[TransactionRoot])),
        (
            "coinbase-arbitrary-129-bytes",
            Some(&[TransactionRoot, Arbitrary]),
        ),
        ("coinbase-time-range", Some(&[TransactionRoot])),
        ("two-transactions-swapped", Some(&[TransactionRoot])),
        (
            "last-transaction-dropped",
            Some(&[TransactionRoot, StatusRoot, Amount]),
        ),
        (
            "last-transaction-repeated",
            Some(&[TransactionRoot, StatusRoot, Amount]),
        ),
        ("coinbase-not-first", Some(&[TransactionRoot, Coinbase])),
        (
            "no-transactions",
            Some(&[TransactionRoot, StatusRoot, Coinbase]),
        ),
        ("witness-signature-changed", Some(&[])),
        (
            "header-nonce-plus-1",
            Some(&[BlockHash, MainChain, ProofOfWork]),
        ),
        (
            "header-merkle-root-changed",
            Some(&[BlockHash, MainChain, ProofOfWork, TransactionRoot]),
        ),
        (
            "header-status-root-changed",
            Some(&[BlockHash, MainChain, ProofOfWork, StatusRoot]),
        ),
        (
            "coinbase-stolen-root-recomputed",
            Some(&[BlockHash, MainChain, ProofOfWork, Payee]),
        ),
        ("trailing-byte", None),
        ("truncated-last-byte", None),
        ("truncated-in-header", None),
        ("flags-02", None),
        ("flags-00", None),
        ("flags-01-with-transactions", None),
        (
            "flags-01-header-only",
            Some(&[TransactionRoot, StatusRoot, Coinbase]),
        ),
        ("count-too-big", None),
        ("count-over-31-bits", None),
        ("output-vm-version-2", None),
        ("transaction-flags-08", None),
        ("input-type-03", None),
        ("commitment-string-too-long", None),
        ("amount-over-63-bits", None),
        ("status-list-all-ok", Some(&[StatusRoot])),
        ("status-list-other-index", Some(&[StatusRoot])),
        ("status-list-short", Some(&[StatusRoot])),
        ("subsidy-not-halved", Some(&[BlockHash, MainChain, Amount])),
    ]
};

#[test]
fn every_tampered_block_is_named_by_what_is_wrong_with_it() {
    let payments = payments();
    assert_eq!(payments.tampered.len(), 38);
    let mut hashes = Hashes::default();
    for vector in &payments.tampered {
        let name = &vector.name;
        let mut bases = payments.blocks.iter();
        let base = bases.find(|block| block.name == vector.base).expect(name);
        let row = FOUND.iter().find(|(known, _)| known == name);
        let (_, expected) = row.unwrap_or_else(|| panic!("{name}: {}", vector.about));
        let raw = bytes(vector, base);
        let block = match Block::decode(&raw) {
            Ok(block) => block,
            Err(error) => {
                assert_eq!(expected, &None, "{name}: {error}");
                assert_same_complaint(vector, &error);
                continue;
            }
        };
        let failed = vector.failed.as_ref().unwrap_or(&base.failed);
        let pow_hash = hashes.of(&block, base.seed);
        assert_eq!(pow_hash.is_some(), base.seed.is_some(), "{name}");
        let audit = audit_as(&block, base, failed, pow_hash);
        let found: Vec<_> = audit.faults().map(|(subject, _)| subject).collect();
        assert_eq!(Some(&*found), *expected, "{name}: {}", vector.about);
        check_computed(vector, &block, &audit, failed);
    }
}

fn bytes(vector: &TamperedBlock, base: &PaidBlock) -> Vec<u8> {
    let Some(patch) = &vector.patch else {
        return base.raw_block.clone();
    };
    let raw = patch.apply(&base.raw_block);
    assert_eq!(
        Sha3_256::digest(&raw)[..],
        patch.sha3_256,
        "{}",
        vector.name
    );
    raw
}

/// The bytes give what the code of the node made of them.
fn check_computed(vector: &TamperedBlock, block: &Block, audit: &Audit, failed: &[bool]) {
    let name = &vector.name;
    let computed = vector.computed.as_ref().expect(name);
    assert_eq!(audit.block_hash, computed.block_hash, "{name}");
    let ids = block.transactions.iter();
    let ids: Vec<_> = ids.map(|it| it.ids().expect(name).transaction).collect();
    assert_eq!(ids.len(), computed.transactions, "{name}");
    assert_eq!(
        transaction_root(&ids),
        computed.transaction_merkle_root,
        "{name}"
    );
    assert_eq!(
        status_root(failed),
        computed.transaction_status_hash,
        "{name}"
    );
    if computed.first_transaction.is_some() {
        assert_eq!(ids.first().copied(), computed.first_transaction, "{name}");
    }
    let fees = audit.fees.map(|fees| fees.to_string());
    assert_eq!(fees, computed.fees, "{name}");
}

/// Our error says in other words what the node's decoder says.
fn assert_same_complaint(vector: &TamperedBlock, error: &tensority_payment::DecodeError) {
    use tensority::Error::{OutOfRange, SerializationFlag, Truncated};
    let theirs = vector.parse_error.as_deref().expect(&vector.name);
    let said = |words: &str| assert!(theirs.contains(words), "{theirs}: {error}");
    match &error.reason {
        Reason::Field(Truncated { .. }) => said("EOF"),
        Reason::Field(OutOfRange { .. }) => said("value out of range"),
        Reason::Field(SerializationFlag { found }) => {
            said(&format!("unsupported serialization flags {found:#04x}"));
        }
        Reason::Trailing { found } => said(&format!("trailing garbage ({found} bytes)")),
        Reason::TransactionFlags { found } => said(&format!("unsupported serflags {found:#x}")),
        Reason::InputType { found } => said(&format!("unsupported input type {found}")),
        Reason::VmVersion { found } => said(&format!("unrecognized VM version {found}")),
        other => panic!("{theirs}: {other}"),
    }
    for (part, number) in [
        ("transaction", error.place.transaction),
        ("input", error.place.input),
        ("output", error.place.output),
    ] {
        if let Some(number) = number {
            said(&format!("reading {part} {number}"));
        }
    }
}

#[test]
fn other_bytes_of_a_block_have_the_same_ids_and_roots() {
    let vectors = payments().encodings;
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let name = &vector.name;
        let block = Block::decode(&vector.raw_block).expect(name);
        let ids = block.transactions.iter();
        let ids: Vec<_> = ids.map(|it| it.ids().expect(name).transaction).collect();
        let expected: Vec<_> = vector.transaction_ids.iter().map(|id| id.0).collect();
        assert_eq!(ids, expected, "{name}");
        assert_eq!(transaction_root(&ids), vector.transaction_merkle_root);
        assert_eq!(block.header.hash(), vector.block_hash, "{name}");
        let question = Question {
            block: &block,
            network: Network::Solonet,
            failed: None,
            height: None,
            block_hash: Some(vector.block_hash),
            main_chain: None,
            pow_hash: None,
            programs: &[],
        };
        let audit = audit(&question);
        let coinbase = audit.coinbase.as_ref().expect(name);
        assert_eq!(coinbase.amount, vector.amount, "{name}");
        assert_eq!(coinbase.program, vector.program, "{name}");
        let address = coinbase.address.as_ref().map(Address::to_string);
        assert_eq!(address.as_ref(), Some(&vector.address), "{name}");
        for subject in [Subject::StatusRoot, Subject::ProofOfWork, Subject::Payee] {
            let reason = Unknown::NotGiven;
            assert_eq!(audit.verdict(subject), Some(&Verdict::Unknown { reason }));
        }
    }
}

#[test]
fn every_cut_and_every_changed_byte_of_a_block_is_survived() {
    let blocks = payments().blocks;
    let vector = blocks.iter().find(|it| it.name == "asset-issuance");
    let raw = &vector.expect("the block").raw_block;
    for length in 0..raw.len() {
        assert!(Block::decode(&raw[..length]).is_err(), "{length} bytes");
    }
    for place in 0..raw.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = raw.clone();
            changed[place] ^= flip;
            let Ok(block) = Block::decode(&changed) else {
                continue;
            };
            audit(&Question {
                block: &block,
                network: Network::Solonet,
                failed: None,
                height: None,
                block_hash: None,
                main_chain: None,
                pow_hash: None,
                programs: &[],
            });
        }
    }
}
