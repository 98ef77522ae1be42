use tensority::{DIMENSION, INITIAL_SEED, MatrixList, tensority};
use testvectors::{Pair, SmallPair};

use crate::hashing::{Input, pow_hashes};

/// The names of the pairs whose PoW hash is not what it should be.
fn mismatches(pairs: &[Pair]) -> Vec<&str> {
    let inputs: Vec<_> = pairs
        .iter()
        .map(|pair| Input {
            seed: pair.seed,
            header_hash: pair.header_hash,
        })
        .collect();
    let pow_hashes = pow_hashes(&inputs).into_iter();
    let mismatches = pairs
        .iter()
        .zip(pow_hashes)
        .filter(|(pair, hash)| pair.pow_hash != *hash);
    mismatches.map(|(pair, _)| pair.name.as_str()).collect()
}

#[test]
fn every_pair_hashes_as_known() {
    assert_eq!(mismatches(&testvectors::pairs()), [""; 0]);
}

#[test]
fn the_fifth_in_a_chain_is_as_known() {
    let list = MatrixList::<DIMENSION>::from_seed(&INITIAL_SEED);
    let fifth = (0..5).fold([0; 32], |link, _| tensority(&link, &list));
    assert_eq!(hex::encode(fifth), testvectors::FIFTH_IN_CHAIN);
}

#[test]
fn a_flipped_bit_is_noticed_wherever_it_is() {
    let pair = testvectors::pairs().swap_remove(0);
    let mut tampered = [pair.clone(), pair.clone(), pair.clone(), pair];
    tampered[0].seed[31] ^= 1;
    tampered[1].header_hash[0] ^= 0x80;
    tampered[2].pow_hash[16] ^= 4;
    assert_eq!(mismatches(&tampered).len(), 3, "all but the last differ");
}

#[test]
fn every_small_pair_hashes_as_known() {
    fn pow_hash<const D: usize>(pair: &SmallPair) -> [u8; 32] {
        tensority(&pair.header_hash, &MatrixList::<D>::from_seed(&pair.seed))
    }
    for pair in testvectors::small_pairs() {
        let pow_hash = match pair.dimension {
            32 => pow_hash::<32>(&pair),
            64 => pow_hash::<64>(&pair),
            dimension => panic!("{}: dimension {dimension} is new here", pair.name),
        };
        assert_eq!(pow_hash, pair.pow_hash, "{}", pair.name);
    }
}
