//! Block headers, blocks, programs with their addresses, and receipts.

use serde_json::Value;
use tensority::{BlockHeader, Target as Bound};
use tensority_payment::program::{disassembly, instructions, listing, payee, witness_hash};
use tensority_payment::receipt::{Entry, Receipts};
use tensority_payment::{Address, Block, Network, Question, audit};

use crate::Target;

pub const HEADER: Target = Target {
    name: "header",
    about: "a serialized block header, of a node, a receipt or a person",
    claims: "a header that is read and written is read the same, and its bytes are those that came unless an integer \
             was longer than it need be; a target's bits are its own, rounded down once",
    longest: 256,
    memory_per_byte: 64,
    seeds: header_seeds,
    check: header,
};

pub const BLOCK: Target = Target {
    name: "block",
    about: "a serialized block, of a node, for the audit of whom it pays",
    claims: "a block that is read and written is read the same, and its bytes are those that came unless something was \
             longer than it need be; it can be audited, whatever is in it",
    longest: 4096,
    memory_per_byte: 512,
    seeds: block_seeds,
    check: block,
};

pub const PROGRAM: Target = Target {
    name: "program",
    about: "the program that an output pays to, and an address as a text",
    claims: "instructions and listing agree; an address of a program has that program, and its text is that address",
    longest: 512,
    memory_per_byte: 512,
    seeds: program_seeds,
    check: program,
};

pub const RECEIPTS: Target = Target {
    name: "receipts",
    about: "a file of receipts",
    claims: "entries that are written again are read the same; what is torn and the lines are all of the file",
    longest: 4096,
    memory_per_byte: 512,
    seeds: receipt_seeds,
    check: receipts,
};

fn header_seeds() -> Vec<Vec<u8>> {
    let headers = testvectors::headers()
        .into_iter()
        .map(|header| header.serialized);
    let accepted = testvectors::accepted_blocks().into_iter();
    headers
        .chain(accepted.map(|block| block.serialized))
        .collect()
}

fn header(bytes: &[u8]) {
    let Ok(header) = BlockHeader::deserialize(bytes) else {
        return;
    };
    let written = header.serialize().expect("integers as they came");
    assert_eq!(BlockHeader::deserialize(&written), Ok(header.clone()));
    // The flag of a block is one of a header, too.
    assert!(written.len() < bytes.len() || written[1..] == bytes[1..]);
    if let Ok(target) = Bound::from_bits(header.bits) {
        // Bits that are written have three digits of 256 only.
        let rounded = Bound::from_bits(target.to_bits()).expect("the bits of a target");
        assert!(rounded.to_value() <= target.to_value());
        assert_eq!(rounded.to_bits(), target.to_bits());
    }
}

fn block_seeds() -> Vec<Vec<u8>> {
    let payments = testvectors::payments();
    let blocks = payments.blocks.into_iter().map(|block| block.raw_block);
    let others = payments.encodings.into_iter().map(|other| other.raw_block);
    blocks.chain(others).collect()
}

fn block(bytes: &[u8]) {
    let Ok(block) = Block::decode(bytes) else {
        return;
    };
    if let Ok(written) = block.encode() {
        assert_eq!(Block::decode(&written), Ok(block.clone()));
        // A header alone is written with its number of transactions.
        let is_alone = bytes[0] != written[0];
        assert!(is_alone || written.len() < bytes.len() || written == bytes);
    }
    let failed = vec![false; block.transactions.len()];
    let found = audit(&Question {
        block: &block,
        network: Network::Mainnet,
        failed: Some(&failed),
        height: Some(block.header.height),
        block_hash: Some(block.header.hash()),
        main_chain: None,
        pow_hash: Some([0; 32]),
        programs: &[],
    });
    assert_eq!(found.height, block.header.height);
}

fn program_seeds() -> Vec<Vec<u8>> {
    let units = testvectors::payment_units();
    let programs = units.programs.into_iter().map(|vector| vector.program);
    let texts = units
        .address_texts
        .into_iter()
        .map(|vector| vector.text.into_bytes());
    programs.chain(texts).collect()
}

fn program(bytes: &[u8]) {
    let found = instructions(bytes);
    assert_eq!(found.is_ok(), disassembly(bytes).is_ok());
    assert_eq!(found.is_ok(), listing(bytes).is_ok());
    payee(bytes);
    witness_hash(bytes);
    let text = String::from_utf8_lossy(bytes);
    for network in [Network::Mainnet, Network::Testnet, Network::Solonet] {
        if let Some(address) = Address::of_program(bytes, network) {
            assert_eq!(address.program(), bytes);
        }
        if let Ok(address) = Address::parse(&text, network) {
            assert_eq!(
                Address::of_program(&address.program(), network),
                Some(address)
            );
            assert_eq!(Address::parse(&address.to_string(), network), Ok(address));
        }
    }
}

/// As they are written for accepted blocks of a real node.
fn receipt_seeds() -> Vec<Vec<u8>> {
    let blocks = testvectors::accepted_blocks();
    let lines = blocks.iter().take(3).map(|block| {
        let receipt = serde_json::json!({
            "entry": "share", "at_unix": 1_800_000_000_u64, "source": "node", "header": hex::encode(&block.serialized),
            "seed": hex::encode(block.seed), "target": hex::encode([0xff; 32]), "answer": "accepted",
        });
        let work = serde_json::json!({
            "entry": "work", "at_unix": 1_800_000_000_u64, "source": "node", "hashes": 12, "expected_shares": 0.5,
        });
        format!("{receipt}\n{work}\n").into_bytes()
    });
    lines.collect()
}

fn receipts(bytes: &[u8]) {
    let Ok(receipts) = Receipts::parse(bytes) else {
        return;
    };
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(receipts.entries.len(), lines);
    let torn = bytes
        .rsplit(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    assert_eq!(receipts.torn, torn.len());
    for (_, entry) in receipts.entries {
        let mut line = serde_json::to_vec(&entry).expect("JSON");
        line.push(b'\n');
        // A number that is not finite is written as null, which is none.
        let is_finite = !matches!(&entry, Entry::Work(work) if !work.expected_shares.is_finite());
        let value: Value = serde_json::from_slice(&line).expect("JSON");
        assert!(value.is_object());
        if is_finite {
            let again = Receipts::parse(&line).expect("an entry");
            assert_eq!(again.entries, [(1, entry)]);
        }
    }
}
