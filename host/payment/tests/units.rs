//! Addresses, programs, roots and subsidies as the code of Bytom's node has them.

use tensority_payment::program::{
    Payee, disassembly, instructions, is_standard, listing, payee, witness_hash,
};
use tensority_payment::reward::subsidy;
use tensority_payment::{
    Address, AddressError, Network, opcode_name, status_root, transaction_root,
};
use testvectors::{AddressText, ProgramVector, payment_units};

fn network(name: &str) -> Network {
    name.parse().expect("a network")
}

#[test]
fn every_program_of_version_0_has_its_address_and_back() {
    let vectors = payment_units().addresses;
    assert_eq!(vectors.len(), 21);
    for vector in vectors {
        let network = network(&vector.network);
        let address =
            Address::of_program(&vector.program, network).expect("a program of version 0");
        assert_eq!(address.to_string(), vector.address);
        assert_eq!(Address::parse(&vector.address, network), Ok(address));
        let upper = vector.address.to_uppercase();
        assert_eq!(Address::parse(&upper, network), Ok(address));
        assert_eq!(address.program(), vector.program);
        assert_eq!(Network::of_address(&vector.address), Some(network));
    }
}

#[test]
fn every_text_is_an_address_or_refused_for_the_reason_that_the_node_has() {
    for vector in payment_units().address_texts {
        let AddressText {
            text, hash, error, ..
        } = vector;
        let parsed = Address::parse(&text, network(&vector.network));
        match (&parsed, hash, error) {
            (Ok(address), Some(hash), None) => {
                assert_eq!(address.program()[2..], hash, "{text}");
            }
            (Err(ours), None, Some(theirs)) => {
                let kinds = kinds_of(&theirs);
                assert!(kinds.contains(&kind(ours)), "{text:?}: {theirs}: {ours}");
            }
            other => panic!("{text:?}: {other:?}"),
        }
    }
}

fn kind(error: &AddressError) -> &'static str {
    match error {
        AddressError::Prefix { .. } => "prefix",
        AddressError::TextLength { .. } => "length of the text",
        AddressError::Bech32(_) => "bech32",
        AddressError::Version { .. } => "version",
        AddressError::HashLength { .. } => "length of the hash",
        AddressError::Padding => "padding",
    }
}

/// Our kinds of what the node says.
fn kinds_of(text: &str) -> &'static [&'static str] {
    match text {
        "unknown address type" => &["prefix"],
        "unsupported witness version" => &["version"],
        // The node looks at the length of any hash before the version.
        "invalid data length" => &["version", "length of the hash"],
        "invalid incomplete group" => &["padding"],
        _ if text.starts_with("invalid bech32 string length") => &["length of the text"],
        _ if text.starts_with("invalid witness version") => &["version"],
        _ if text.starts_with("invalid data length for") => &["length of the hash"],
        _ => &["bech32"],
    }
}

#[test]
fn every_opcode_has_its_name() {
    let names = payment_units().opcode_names;
    assert_eq!(names.len(), 256);
    for (opcode, name) in (0..=255).zip(&names) {
        assert_eq!(opcode_name(opcode), name.as_str(), "{opcode:#04x}");
    }
}

#[test]
fn every_program_reads_as_the_node_reads_it() {
    let vectors = payment_units().programs;
    assert_eq!(vectors.len(), 51);
    for vector in vectors {
        let name = hex::encode(&vector.program);
        let program = vector.program.as_slice();
        let [mut text, mut list] = [disassembly(program), listing(program)].map(Result::ok);
        assert_eq!(text.take(), vector.disassembly, "{name}");
        assert_eq!(list.take(), vector.listing, "{name}");
        let found = instructions(program).ok().map(|instructions| {
            let fields = instructions.into_iter().map(|it| {
                let name = opcode_name(it.opcode).into_owned();
                (it.opcode, name, hex::encode(it.data))
            });
            fields.collect::<Vec<_>>()
        });
        assert_eq!(found, vector.instructions, "{name}");
        assert_eq!(instructions(program).is_err(), vector.error.is_some());
        check_payee(&vector, &name);
    }
}

fn check_payee(vector: &ProgramVector, name: &str) {
    let program = vector.program.as_slice();
    let length = witness_hash(program).map(|hash| hash.len());
    assert_eq!(length == Some(20), vector.p2wpkh, "{name}");
    assert_eq!(length == Some(32), vector.p2wsh, "{name}");
    let straightforward = [&[0x51], &[0x6a]].contains(&&program.try_into().unwrap_or([0]));
    assert_eq!(straightforward, vector.straightforward, "{name}");
    assert_eq!(
        payee(program) == Payee::Nobody,
        vector.unspendable,
        "{name}"
    );
    let standard = vector.standard_for_btm || vector.unspendable;
    assert_eq!(is_standard(program), standard, "{name}");
    let printed = &vector.address;
    for (network, printed) in [
        (Network::Mainnet, &printed.mainnet),
        (Network::Testnet, &printed.testnet),
        (Network::Solonet, &printed.solonet),
    ] {
        let found = Address::as_node_prints(program, network);
        let found = found.map(|it| it.to_string()).unwrap_or_default();
        assert_eq!(&found, printed, "{name}");
        // Ours is printed for the program that the address stands for, and for no other.
        let ours = Address::of_program(program, network);
        assert!(ours.is_none_or(|it| it.program() == program), "{name}");
    }
}

#[test]
fn roots_are_those_of_the_node() {
    let units = payment_units();
    for vector in &units.transaction_roots {
        let leaves: Vec<_> = vector.leaves.iter().map(|leaf| leaf.0).collect();
        assert_eq!(transaction_root(&leaves), vector.root, "{}", leaves.len());
    }
    for vector in &units.status_roots {
        assert_eq!(status_root(&vector.failed), vector.root);
    }
    assert_eq!(
        (units.transaction_roots.len(), units.status_roots.len()),
        (11, 26)
    );
}

#[test]
fn subsidies_are_those_of_the_node() {
    let vectors = payment_units().subsidies;
    assert_eq!(vectors.len(), 21);
    for vector in vectors {
        assert_eq!(subsidy(vector.height), vector.subsidy, "{}", vector.height);
    }
}
