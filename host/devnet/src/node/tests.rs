//! The node on a chain file, and across a change of seed.

use std::fs;
use std::path::PathBuf;

use super::*;

/// Bits of a target that every hash meets.
const EASIEST_BITS: u64 = 0x2100_0000_00ff_ffff;
const NOW: u64 = 1_795_333_454;

fn settings(bits: u64) -> Settings {
    Settings {
        bits,
        clock: Box::new(|| NOW),
        ..Settings::default()
    }
}

fn any_submission(node: &Node) -> Submission {
    let header = node.work().header;
    Submission {
        previous_block_hash: header.previous_block_hash,
        timestamp: header.timestamp,
        nonce: 0,
    }
}

/// A chain file of so many blocks after block 0, which every nonce makes.
fn file_of(folder: &Path, blocks: u64) -> PathBuf {
    let path = folder.join("chain");
    let (mut file, ..) = ChainFile::open(&path).unwrap();
    let mut chain = Chain::new(template::genesis(EASIEST_BITS).unwrap());
    file.append(&template::genesis(EASIEST_BITS).unwrap())
        .unwrap();
    for _ in 0..blocks {
        let mut block = template::next(&chain, ANYONE);
        block.header.timestamp = chain.median_timestamp() + 1;
        file.append(&block).unwrap();
        chain.push(block);
    }
    path
}

#[test]
fn a_chain_goes_on_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain");
    let (node, recovery) = Node::open(settings(EASIEST_BITS), &path).unwrap();
    assert_eq!(recovery, None);
    let first = node.submit(&any_submission(&node)).unwrap();
    let second = node.submit(&any_submission(&node));
    assert!(
        matches!(second, Err(SubmitError::Timestamp)),
        "the clock stands: {second:?}"
    );
    drop(node);

    let clock = Box::new(|| NOW + 1);
    let settings = Settings {
        clock,
        ..settings(EASIEST_BITS)
    };
    let (node, recovery) = Node::open(settings, &path).unwrap();
    assert_eq!((node.height(), recovery), (1, None));
    assert_eq!(node.block_at(1), Some(first.clone()));
    assert_eq!(node.block_named(&first.hash), Some(first));
    let second = node.submit(&any_submission(&node)).unwrap();
    assert_eq!(second.header.height, 2);
}

#[test]
fn a_torn_last_line_costs_that_block_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_of(folder.path(), 3);
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..text.len() - 10]).unwrap();
    let (node, recovery) = Node::open(settings(EASIEST_BITS), &path).unwrap();
    assert_eq!(node.height(), 2);
    let told = recovery.expect("a recovery").to_string();
    assert!(told.contains("line 4: expected a whole line"), "{told}");
    node.submit(&any_submission(&node)).unwrap();
    drop(node);
    let (node, recovery) = Node::open(settings(EASIEST_BITS), &path).unwrap();
    assert_eq!((node.height(), recovery), (3, None));
}

#[test]
fn a_file_has_one_node_and_its_own_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_of(folder.path(), 1);
    let refused = |bits| {
        Node::open(settings(bits), &path)
            .err()
            .map(|e| e.to_string())
    };
    let other = refused(SOLONET_BITS).expect("a refusal");
    for word in ["line 1", "2305843009214532812", &EASIEST_BITS.to_string()] {
        assert!(other.contains(word), "no {word:?} in: {other}");
    }
    let node = Node::open(settings(EASIEST_BITS), &path).unwrap();
    let second = refused(EASIEST_BITS).expect("a refusal");
    assert!(second.contains("locked by another node"), "{second}");
    drop(node);
    assert_eq!(refused(EASIEST_BITS), None);
}

#[test]
fn a_mining_address_acts_one_height_late_and_stays_in_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("chain");
    let (node, _) = Node::open(settings(EASIEST_BITS), &path).unwrap();
    let address = "sm1qsl5ytu3atazfnxkk2ep2e3pa0x866axgtdem4c";
    node.set_mining_address(address).unwrap();
    assert_eq!(node.mining_address().as_deref(), Some(address));
    let wrong = address.replace("sm1", "bm1");
    assert!(node.set_mining_address(&wrong).is_err());
    let program = |block: Block| match &block.transactions[0].outputs[..] {
        [tensority_payment::Output::Paid { program, .. }] => program.clone(),
        other => panic!("{other:?}"),
    };
    let first = node.submit(&any_submission(&node)).unwrap();
    assert_eq!(program(first), ANYONE);
    let second = Submission {
        timestamp: NOW + 1,
        ..any_submission(&node)
    };
    let second = node.submit(&second).unwrap();
    let paid = Address::parse(address, Network::Solonet).unwrap().program();
    assert_eq!(program(second.clone()), paid);
    drop(node);
    let (node, _) = Node::open(settings(EASIEST_BITS), &path).unwrap();
    assert_eq!(node.block_at(2), Some(second));
    assert_eq!(node.mining_address(), None);
}

#[test]
fn block_257_is_mined_with_the_hash_of_block_256() {
    let folder = tempfile::tempdir().unwrap();
    let path = file_of(folder.path(), 255);
    let (node, _) = Node::open(settings(EASIEST_BITS), &path).unwrap();
    assert_eq!(node.work().header.height, 256);
    assert_eq!(node.work().seed, tensority::INITIAL_SEED);
    let last = node.submit(&any_submission(&node)).unwrap();
    assert_eq!(node.work().seed, last.hash);
    let next = Submission {
        timestamp: NOW + 1,
        ..any_submission(&node)
    };
    assert_eq!(node.submit(&next).unwrap().header.height, 257);
    assert_eq!(node.work().seed, last.hash);
}
