//! Claims about single stages of the reference; known answers of them all are in `testvectors/`.

use super::*;
use crate::INITIAL_SEED;

fn list() -> MatrixList<32> {
    MatrixList::from_seed(&[9; 32])
}

fn bytes<const N: usize>(digits: &str) -> [u8; N] {
    let mut bytes = [0; N];
    hex::decode_to_slice(digits, &mut bytes).unwrap();
    bytes
}

/// SHA3-256 of 32 zero bytes is the initial seed; the hash of that is by Python's hashlib.
#[test]
fn the_extended_seed_is_a_chain_of_hashes() {
    let extended = extended_seed(&[0; 32]);
    assert_eq!(extended[..32], [0; 32]);
    assert_eq!(extended[32..64], INITIAL_SEED);
    assert_eq!(
        extended[64..96],
        bytes::<32>("3ffcf92d9c820def681c81ab1dffa44c3166539addb445c7731921af69bce8c7")
    );
    assert_eq!(extended[32..], extended_seed(&INITIAL_SEED)[..96]);
}

#[test]
fn the_first_byte_of_a_word_is_its_lowest() {
    let mut bytes = [0; 128];
    bytes[4..8].copy_from_slice(&[1, 2, 3, 4]);
    let words = block_words(&bytes);
    assert_eq!(words[1], 0x0403_0201);
    assert_eq!(le_bytes(&words).collect::<Vec<_>>(), bytes);
}

#[test]
fn bytoms_smix_has_1024_entries_and_its_list_256_matrices() {
    assert_eq!(MatrixList::<DIMENSION>::ENTRIES, 1024);
    assert_eq!(MATRICES, 256);
    assert_eq!(MatrixList::<32>::ENTRIES, 16);
    assert_eq!(list().len(), 32);
}

#[test]
fn even_and_odd_entries_go_to_two_matrices() {
    let start = block_words(&extended_seed(&[5; 32]));
    let (mut x, mut y) = (start, start);
    let v = smix(&mut x, 16);
    let [even, odd] = smix_round::<32>(&mut y);
    assert_eq!(x, y, "the round leaves X as the mix loop does");
    // An entry of 128 bytes is four rows of 32.
    let entry = |index: usize| le_bytes(&v[index]).collect::<Vec<_>>();
    assert_eq!(even.to_bytes()[128..256], entry(2));
    assert_eq!(odd.to_bytes()[..128], entry(1));
}

#[test]
fn the_rounds_of_a_list_are_chained_by_x() {
    let mut x = block_words(&extended_seed(&[9; 32]));
    for pair in list().chunks_exact(2) {
        assert_eq!(pair, smix_round(&mut x));
    }
}

#[test]
fn v_starts_with_the_input_and_is_a_chain_of_block_mixes() {
    let input = array::from_fn(|i| i as u32);
    let mut x = input;
    let v = smix(&mut x, 16);
    assert_eq!(v.len(), 16);
    assert_eq!(v[0], input);
    assert!(v.windows(2).all(|pair| pair[1] == block_mix(&pair[0])));
    assert_ne!(x, block_mix(&v[15]), "the mix loop did nothing");
}

/// The input and output of RFC 7914, section 9.
#[test]
fn block_mix_matches_rfc_7914() {
    let input = bytes(
        "f7ce0b653d2d72a4108cf5abe912ffdd777616dbbb27a70e8204f3ae2d0f6fad\
         89f68f4811d1e87bcc3bd7400a9ffd29094f0184639574f39ae5a1315217bcd7\
         894991447213bb226c25b54da86370fbcd984380374666bb8ffcb5bf40c254b0\
         67d27c51ce4ad5fed829c90b505a571b7f4d1cad6a523cda770e67bceaaf7e89",
    );
    let output = bytes::<128>(
        "a41f859c6608cc993b81cacb020cef05044b2181a2fd337dfd7b1c6396682f29\
         b4393168e3c9e6bcfe6bc5b7a06d96bae424cc102c91745c24ad673dc7618f81\
         20edc975323881a80540f64c162dcd3c21077cfe5f8d5fe2b1a4168f953678b7\
         7d3b3d803b60e4ab920996e59b4d53b65d2a225877d5edf5842cb9f14eefe425",
    );
    assert_eq!(block_mix(&block_words(&input)), block_words(&output));
}

/// The hashes of eight bytes are by Python's hashlib.
#[test]
fn a_sequence_is_the_hash_of_its_quarter_of_the_header_hash() {
    let mut header_hash = [0; 32];
    header_hash[8..16].fill(0xff);
    let [first, second, third, fourth] = sequences(&header_hash);
    assert_eq!(
        first,
        bytes("48dda5bbe9171a6656206ec56c595c5834b6cf38c5fe71bcb44fe43833aee9df")
    );
    assert_eq!(
        second,
        bytes("dab9bad679ac69aab7717528842fb867663afa6d4822d159cfcedbe5b6819eb9")
    );
    assert_eq!([third, fourth], [first, first]);
}

#[test]
fn the_sequence_is_used_two_times() {
    let list = list();
    let sequence = array::from_fn(|k| 255 - k as u8);
    let mut expected = Matrix::identity();
    for k in (0..32).chain(0..32) {
        expected = multiply(&expected, &list[(255 - k) % 32]);
    }
    assert_eq!(chain_states(&list, &sequence).count(), STEPS);
    assert_eq!(chain(&list, &sequence), expected);
}

#[test]
fn an_array_multiplies_252_times_a_hash() {
    assert_eq!((STEPS, ARRAY_MULTIPLIES), (64, 252));
}

#[test]
fn load_adds_the_second_byte_of_negative_elements() {
    for m in list().iter() {
        let loaded = Matrix::from_fn(|r, s| m[s][r].wrapping_sub(i8::from(m[s][r] < 0)));
        assert_eq!(load(m), loaded);
    }
}

#[test]
fn load_is_not_a_transpose_of_negative_elements() {
    let mut m = Matrix::<32>::zero();
    m[3][5] = -7;
    assert_eq!(load(&m)[5][3], -8);
}

#[test]
fn multiply_takes_rows_of_both_matrices() {
    let mut a = Matrix::<32>::zero();
    let mut m = Matrix::<32>::zero();
    a[1][2] = 3;
    m[4][2] = 5;
    m[2][4] = 7;
    let mut expected = Matrix::zero();
    expected[1][4] = 15;
    assert_eq!(multiply(&a, &m), expected);
}

#[test]
fn the_greatest_dot_product_is_exact() {
    let least = [-128; DIMENSION];
    assert_eq!(dot(&least, &least), 1 << 22);
    assert_eq!(dot(&least, &[127; DIMENSION]), -(256 * 128 * 127));
}

#[test]
fn reduce_adds_the_two_low_bytes() {
    assert_eq!(reduce(0x0001_0203), 5);
    assert_eq!(reduce(-1), -2);
    assert_eq!(reduce(0x7f01), -128);
    assert_eq!(reduce(1 << 22), 0);
}

#[test]
fn the_sum_wraps() {
    let full = Matrix::<32>::from_fn(|_, _| 127);
    let one = Matrix::<32>::from_fn(|_, _| 1);
    let sum = sum(&[full, one, Matrix::zero(), Matrix::zero()]);
    assert_eq!(sum, Matrix::from_fn(|_, _| -128));
}

#[test]
fn a_word_takes_columns_a_quarter_of_a_row_apart() {
    let sum = Matrix::<32>::from_fn(|r, c| (r + c) as i8);
    let words = row_words(&sum);
    assert_eq!((words.len(), words[0].len()), (32, 8));
    assert_eq!(words[0][1], 0x1911_0901);
    assert_eq!(words[2][0], 0x1a12_0a02);
}

#[test]
fn the_first_half_is_multiplied_and_the_second_only_mixed_in() {
    let mut sum = Matrix::<32>::zero();
    sum[16][0] = 1;
    // Row 16 meets row 0 in the first step and is multiplied in the four after it.
    let expected = (0..4).fold(1, |word, _| fnv(word, 0));
    assert_eq!(fold(&sum), [expected, 0, 0, 0, 0, 0, 0, 0]);

    sum[16][0] = 0;
    sum[1][0] = 1;
    // Row 1 is multiplied in the four steps before it meets row 0.
    assert_eq!(fold(&sum)[0], expected);
}

#[test]
fn every_dimension_hashes_and_every_hash_differs() {
    let seed = [1; 32];
    let hashes = [
        tensority(&[0; 32], &MatrixList::<32>::from_seed(&seed)),
        tensority(&[0; 32], &MatrixList::<64>::from_seed(&seed)),
        tensority(&[0; 32], &MatrixList::<128>::from_seed(&seed)),
    ];
    assert_ne!(hashes[0], hashes[1]);
    assert_ne!(hashes[1], hashes[2]);
}

#[test]
fn each_quarter_of_the_header_hash_matters() {
    let list = list();
    let base = tensority(&[0; 32], &list);
    for byte in [0, 8, 16, 31] {
        let mut header_hash = [0; 32];
        header_hash[byte] = 1;
        assert_ne!(tensority(&header_hash, &list), base, "byte {byte}");
    }
}

#[test]
fn a_matrix_is_row_major_and_its_bytes_twos_complement() {
    let mut m = Matrix::<32>::zero();
    m[1][0] = -1;
    let mut expected = [0; 32 * 32];
    expected[32] = 0xff;
    assert_eq!(m.to_bytes(), expected);
}
