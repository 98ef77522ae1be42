use sha2::{Digest, Sha256};
use tensority::{
    DIMENSION, INITIAL_SEED, MATRICES, Matrix, MatrixList, block_words, extended_seed, le_bytes,
    smix, smix_round,
};
use testvectors::seeds;

fn sha256(bytes: impl AsRef<[u8]>) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// V in natural order from the two matrices it was dealt to, 128-byte entries in turn.
fn v(pair: &[Matrix<DIMENSION>; 2]) -> Vec<u8> {
    let [even, odd] = pair.each_ref().map(Matrix::to_bytes);
    let entries = even.chunks_exact(128).zip(odd.chunks_exact(128));
    entries
        .flat_map(|(even, odd)| [even, odd].concat())
        .collect()
}

#[test]
fn the_extended_seed_is_as_known() {
    for vector in seeds() {
        assert_eq!(
            extended_seed(&vector.seed),
            vector.extended_seed,
            "{}",
            vector.name
        );
    }
}

#[test]
fn the_first_smix_is_as_known() {
    for vector in seeds() {
        let mut x = block_words(&vector.extended_seed);
        let v = smix(&mut x, MatrixList::<DIMENSION>::ENTRIES);
        let known = vector.first_round;
        assert_eq!(v[0], block_words(&known.v_entry_0), "{}", vector.name);
        assert_eq!(v[1], block_words(&known.v_entry_1), "{}", vector.name);
        assert_eq!(v[1023], block_words(&known.v_entry_1023), "{}", vector.name);
        let bytes: Vec<_> = le_bytes(v.as_flattened()).collect();
        assert_eq!(sha256(bytes), known.v_sha256, "{}", vector.name);
        assert_eq!(x, block_words(&known.x), "{}", vector.name);
    }
}

#[test]
fn every_round_of_smix_is_as_known() {
    for vector in seeds() {
        let mut x = block_words(&extended_seed(&vector.seed));
        let first = smix_round(&mut x);
        assert_eq!(x, block_words(&vector.first_round.x), "{}", vector.name);
        let mut rounds = vec![first];
        rounds.resize_with(128, || smix_round(&mut x));
        assert_eq!(
            sha256(v(&rounds[0])),
            vector.first_round.v_sha256,
            "{}",
            vector.name
        );
        assert_eq!(
            sha256(v(&rounds[127])),
            vector.last_round_v_sha256,
            "{}",
            vector.name
        );
        let all_v: Vec<_> = rounds.iter().flat_map(v).collect();
        assert_eq!(sha256(all_v), vector.all_v_sha256, "{}", vector.name);
    }
}

#[test]
fn the_matrix_list_is_as_known() {
    for vector in seeds() {
        let list = MatrixList::<DIMENSION>::from_seed(&vector.seed);
        assert_eq!(list.len(), MATRICES);
        for known in &vector.matrices {
            let matrix = &list[known.index];
            let place = format!("{}, matrix {}", vector.name, known.index);
            assert_eq!(matrix[0][..16], known.first_16, "{place}");
            assert_eq!(sha256(matrix.to_bytes()), known.sha256, "{place}");
        }
        let bytes: Vec<_> = list.iter().flat_map(Matrix::to_bytes).collect();
        assert_eq!(sha256(bytes), vector.matrix_list_sha256, "{}", vector.name);
    }
}

#[test]
fn a_flipped_bit_of_the_seed_changes_every_matrix() {
    let mut seed = INITIAL_SEED;
    seed[31] ^= 1;
    let list = MatrixList::<DIMENSION>::from_seed(&INITIAL_SEED);
    let other = MatrixList::from_seed(&seed);
    assert!(list.iter().zip(other.iter()).all(|(a, b)| a != b));
}
