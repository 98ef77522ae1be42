//! Every fast back end this processor has, against the vectors.

use std::num::NonZero;

use sha2::{Digest, Sha256};
use tensority::fast::{Backend, MatrixList, MatrixLists, Pool, State, hash, unwatched};
use tensority::{BlockHeader, DIMENSION, Matrix, Target};
use testvectors::{Chain, Pair, Trace, accepted_blocks, headers, pairs, seeds, traces};

fn sha256(matrix: &Matrix<DIMENSION>) -> [u8; 32] {
    Sha256::digest(matrix.to_bytes()).into()
}

/// The name of each pair whose PoW hash is not what it should be.
fn mismatches(backend: Backend, pairs: &[Pair]) -> Vec<&str> {
    let mut pairs: Vec<_> = pairs.iter().collect();
    pairs.sort_by_key(|pair| pair.seed);
    let mut mismatches = Vec::new();
    for of_seed in pairs.chunk_by(|a, b| a.seed == b.seed) {
        let list = MatrixList::build(backend, &of_seed[0].seed);
        let header_hashes: Vec<_> = of_seed.iter().map(|pair| pair.header_hash).collect();
        let pow_hashes = Pool::of_all_processors().hash_batch(&header_hashes, &list, &unwatched);
        let found = of_seed.iter().zip(pow_hashes.expect("nobody cancels"));
        let wrong = found.filter(|(pair, pow_hash)| pair.pow_hash != *pow_hash);
        mismatches.extend(wrong.map(|(pair, _)| pair.name.as_str()));
    }
    mismatches
}

/// The first state of the chain that is not as known, by its number of multiplies.
fn first_wrong_state(list: &MatrixList, chain: &Chain) -> Option<usize> {
    let backend = list.backend();
    let (mut state, mut product) = (State::new(), State::new());
    let indices = [chain.sequence, chain.sequence].concat();
    for (k, &index) in indices.iter().enumerate() {
        if k == 0 {
            backend.load(list.matrix(index), &mut product);
        } else {
            backend.multiply(&state, list.matrix(index), &mut product);
        }
        std::mem::swap(&mut state, &mut product);
        let known = chain.states.iter().find(|known| known.multiplies == k + 1);
        if known.is_some_and(|known| sha256(&backend.to_matrix(&state)) != known.sha256) {
            return Some(k + 1);
        }
    }
    None
}

#[test]
fn every_pair_hashes_as_known_on_every_back_end() {
    let pairs = pairs();
    for backend in Backend::available() {
        assert_eq!(mismatches(backend, &pairs), [""; 0], "{backend}");
    }
}

#[test]
fn a_flipped_bit_is_noticed_wherever_it_is() {
    let pair = pairs().swap_remove(0);
    let mut tampered = [pair.clone(), pair.clone(), pair.clone(), pair];
    tampered[0].seed[31] ^= 1;
    tampered[1].header_hash[0] ^= 0x80;
    tampered[2].pow_hash[16] ^= 4;
    for backend in Backend::available() {
        assert_eq!(
            mismatches(backend, &tampered).len(),
            3,
            "{backend}: all but the last differ"
        );
    }
}

#[test]
fn every_matrix_list_is_as_known_on_every_back_end() {
    for vector in seeds() {
        for backend in Backend::available() {
            let list = MatrixList::build(backend, &vector.seed);
            let mut hasher = Sha256::new();
            for index in 0..=255 {
                hasher.update(list.matrix(index).to_matrix().to_bytes());
            }
            let found: [u8; 32] = hasher.finalize().into();
            assert_eq!(
                found, vector.matrix_list_sha256,
                "{backend}, {}",
                vector.name
            );
        }
    }
}

#[test]
fn every_known_state_is_reached_on_every_back_end() {
    for Trace {
        name,
        seed,
        header_hash,
        chains,
        pow_hash,
        ..
    } in traces()
    {
        for backend in Backend::available() {
            let list = MatrixList::build(backend, &seed);
            for chain in &chains {
                assert_eq!(first_wrong_state(&list, chain), None, "{backend}, {name}");
            }
            assert_eq!(hash(&header_hash, &list), pow_hash, "{backend}, {name}");
        }
    }
}

#[test]
fn a_wrong_index_is_found_at_the_multiply_that_uses_it() {
    let trace = traces().swap_remove(0);
    let list = MatrixList::build(Backend::fastest(), &trace.seed);
    let [mut chain, ..] = trace.chains;
    chain.sequence[1] ^= 1;
    assert_eq!(first_wrong_state(&list, &chain), Some(2));
}

#[test]
fn every_back_end_finds_accepted_blocks_valid_and_their_neighbours_as_they_are() {
    for backend in Backend::available() {
        let mut lists = MatrixLists::new(backend, NonZero::new(2).unwrap());
        for (i, block) in accepted_blocks().iter().enumerate() {
            let mut header = BlockHeader::deserialize(&block.serialized).unwrap();
            let target = Target::from_bits(header.bits).unwrap();
            let verdict = lists.verify(&header, &block.seed, &target).unwrap();
            let place = format!("{backend}, {}", block.name);
            assert!(verdict.valid, "{place}");
            assert_eq!(verdict.block_hash, block.block_hash, "{place}");
            assert_eq!(verdict.pow_hash, block.pow_hash, "{place}");

            if i % 7 == 0 {
                header.nonce ^= 1;
                let verdict = lists.verify(&header, &block.seed, &target).unwrap();
                assert_ne!(verdict.pow_hash, block.pow_hash, "{place}");
                assert_eq!(verdict.valid, target.is_met_by(&verdict.pow_hash));
            }
        }
    }
}

#[test]
fn every_back_end_judges_headers_as_known() {
    for backend in Backend::available() {
        let mut lists = MatrixLists::new(backend, NonZero::new(2).unwrap());
        let headers = headers();
        let known = headers
            .iter()
            .filter_map(|header| Some((header, header.pow.as_ref()?)));
        let mut judged = 0;
        for (header, pow) in known {
            // Some headers have a nonce that cannot be serialized.
            let Ok(of_block) = BlockHeader::deserialize(&header.serialized) else {
                continue;
            };
            let target = Target::from_bits(of_block.bits).unwrap();
            let verdict = lists.verify(&of_block, &pow.seed, &target).unwrap();
            assert_eq!(verdict.pow_hash, pow.pow_hash, "{backend}, {}", header.name);
            assert_eq!(
                verdict.valid, pow.meets_target,
                "{backend}, {}",
                header.name
            );
            judged += 1;
        }
        assert!(judged > 10, "{judged} headers have a known PoW hash");
    }
}
