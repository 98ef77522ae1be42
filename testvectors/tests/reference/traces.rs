use sha2::{Digest, Sha256};
use tensority::{
    DIMENSION, Matrix, MatrixList, chain, chain_states, fold, le_bytes, pow_hash_of_fold,
    sequences, sum, tensority,
};
use testvectors::{Chain, Trace};

use crate::hashing::in_parallel;

fn sha256(matrix: &Matrix<DIMENSION>) -> [u8; 32] {
    Sha256::digest(matrix.to_bytes()).into()
}

/// The first state of the chain that is not as known, by its number of multiplies.
fn first_wrong_state(list: &MatrixList<DIMENSION>, expected: &Chain) -> Option<usize> {
    let states: Vec<_> = chain_states(list, &expected.sequence).collect();
    let wrong = expected.states.iter().find(|known| {
        let state = &states[known.multiplies - 1];
        state[0][..16] != known.row_0_first_16 || sha256(state) != known.sha256
    });
    wrong.map(|known| known.multiplies)
}

#[test]
fn every_stage_of_a_hash_is_as_known() {
    for trace in testvectors::traces() {
        let Trace {
            name, header_hash, ..
        } = &trace;
        let list = MatrixList::<DIMENSION>::from_seed(&trace.seed);
        let sequences = sequences(header_hash);
        for (c, expected) in trace.chains.iter().enumerate() {
            assert_eq!(
                header_hash[8 * c..8 * c + 8],
                expected.header_bytes,
                "{name}, chain {c}"
            );
            assert_eq!(sequences[c], expected.sequence, "{name}, sequence {c}");
        }

        let wrong = in_parallel(&trace.chains, |expected| first_wrong_state(&list, expected));
        assert_eq!(
            wrong, [None; 4],
            "{name}: the first wrong state of each chain"
        );

        let chains = in_parallel(&sequences, |sequence| chain(&list, sequence));
        let chains: [Matrix<_>; 4] = chains.try_into().expect("four sequences make four chains");
        for (c, expected) in trace.chains.iter().enumerate() {
            let last = &chains[c][DIMENSION - 1];
            assert_eq!(
                last[DIMENSION - 16..],
                expected.last_row_last_16,
                "{name}, chain {c}"
            );
        }
        let sum = sum(&chains);
        assert_eq!(
            sum.to_bytes()[..16],
            trace.sum_row_0_first_16,
            "{name}, sum"
        );
        assert_eq!(sha256(&sum), trace.sum_sha256, "{name}, sum");
        let folded = fold(&sum);
        assert_eq!(
            le_bytes(&folded).collect::<Vec<_>>(),
            trace.folded,
            "{name}, fold"
        );
        assert_eq!(
            pow_hash_of_fold(&folded),
            trace.pow_hash,
            "{name}, PoW hash"
        );
        assert_eq!(
            tensority(header_hash, &list),
            trace.pow_hash,
            "{name}, the whole hash"
        );
    }
}

#[test]
fn every_known_state_of_a_chain_is_among_1_2_32_33_64() {
    for trace in testvectors::traces() {
        for chain in trace.chains {
            let known: Vec<_> = chain.states.iter().map(|state| state.multiplies).collect();
            assert_eq!(known, [1, 2, 32, 33, 64], "{}", trace.name);
        }
    }
}

#[test]
fn a_wrong_index_is_found_at_the_multiply_that_uses_it() {
    let trace = testvectors::traces().swap_remove(0);
    let list = MatrixList::from_seed(&trace.seed);
    let [mut chain, ..] = trace.chains;
    chain.sequence[1] ^= 1;
    assert_eq!(first_wrong_state(&list, &chain), Some(2));
    chain.sequence[1] ^= 1;
    chain.sequence[31] ^= 1;
    assert_eq!(first_wrong_state(&list, &chain), Some(32));
}
