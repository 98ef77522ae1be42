//! The reference: Tensority from seed to PoW hash, stage by stage, in the order of the specification.
//!
//! Each stage is a public function, written to be read and compared with, never to be fast; what is
//! fast is checked against it. The source of every stage is Bytom v1.1.0, `mining/tensority`.
//!
//! ```text
//! seed ─ extended_seed ─► 32 words X ─ smix_round × 128 ─► matrix list: 256 matrices, 256 × 256 int8
//!                                                               │
//! header hash ─ sequences ─► 4 sequences of 32 indices ─► 4 chains of 64 multiplies
//!                                                               │
//!             PoW hash ◄─ SHA3-256 ─ 256 bytes ◄─ fold ◄─ sum of the chains
//! ```
//!
//! Words are little-endian throughout. The stages are generic over the dimension `D`, a power of two
//! from 32 to 256: the rows, the columns, the matrices and the bytes of the folded row are all `D`.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::{Deref, DerefMut};
use core::{array, fmt};

use sha3::{Digest, Sha3_256};

/// Rows and columns of Bytom's matrices, 256.
pub const DIMENSION: usize = 256;

/// Matrices of Bytom's matrix list, 256.
pub const MATRICES: usize = MatrixList::<DIMENSION>::LEN;

/// Chains of a hash, each with a [`Sequence`] of its own.
pub const CHAINS: usize = 4;

/// Steps of a chain, each a multiply, 64: each index of its [`Sequence`] is used two times.
pub const STEPS: usize = 2 * size_of::<Sequence>();

/// Multiplies of a hash that are not by the identity, 252: those that take an array its time.
pub const ARRAY_MULTIPLIES: usize = CHAINS * (STEPS - 1);

/// The PoW hash of a header hash, with the matrix list of the block's seed.
///
/// Read as a little-endian integer it must not exceed the [`Target`](crate::Target) of the block.
pub fn tensority<const D: usize>(header_hash: &[u8; 32], list: &MatrixList<D>) -> [u8; 32] {
    let chains = sequences(header_hash).map(|sequence| chain(list, &sequence));
    pow_hash_of_fold(&fold(&sum(&chains)))
}

// From seed to matrix list.

/// The extended seed: the seed, its SHA3-256, the SHA3-256 of that, and once more, one after
/// another.
pub fn extended_seed(seed: &[u8; 32]) -> [u8; 128] {
    let mut extended = [0; 128];
    let mut link = *seed;
    for part in extended.chunks_exact_mut(32) {
        part.copy_from_slice(&link);
        link = Sha3_256::digest(link).into();
    }
    extended
}

/// The 32 words of 128 bytes: word `i` is the bytes `4i..4i + 4`, little-endian.
pub fn block_words(bytes: &[u8; 128]) -> [u32; 32] {
    array::from_fn(|i| u32::from_le_bytes(array::from_fn(|byte| bytes[4 * i + byte])))
}

/// The bytes of words, each little-endian: the inverse of [`block_words`] for any number of words.
pub fn le_bytes(words: &[u32]) -> impl Iterator<Item = u8> {
    words.iter().flat_map(|word| word.to_le_bytes())
}

/// The matrices of a seed, made by [`smix_round`] two at a time; 16 MiB in Bytom. It derefs to the
/// slice of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixList<const D: usize>(Vec<Matrix<D>>);

impl<const D: usize> MatrixList<D> {
    /// Matrices of the list: 256 in Bytom.
    pub const LEN: usize = D;
    /// Entries of the array V of a round, scrypt's N: as many as fill two matrices, 1024 in Bytom.
    pub const ENTRIES: usize = 2 * D * D / size_of::<[u32; 32]>();

    /// The list of a seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut x = block_words(&extended_seed(seed));
        let rounds = 0..Self::LEN / 2;
        Self(rounds.flat_map(|_| smix_round(&mut x)).collect())
    }
}

impl<const D: usize> Deref for MatrixList<D> {
    type Target = [Matrix<D>];

    fn deref(&self) -> &[Matrix<D>] {
        &self.0
    }
}

/// One [`smix`] of the matrix list, `x` being the extended seed or what the round before left.
///
/// Round `i` makes the matrices `2i`, of the even-numbered entries of V one after another, and
/// `2i + 1`, of the odd-numbered.
pub fn smix_round<const D: usize>(x: &mut [u32; 32]) -> [Matrix<D>; 2] {
    let v = smix(x, MatrixList::<D>::ENTRIES);
    [0, 1].map(|parity| {
        let entries = v.iter().skip(parity).step_by(2);
        let bytes: Vec<u8> = entries.flat_map(|entry| le_bytes(entry)).collect();
        Matrix::from_fn(|r, c| bytes[D * r + c].cast_signed())
    })
}

/// The SMix (ROMix) of scrypt with r = 1: mixes `x` in place and returns the array V, `entries`
/// blocks of 32 words as the fill loop wrote them. `entries` is scrypt's N.
///
/// Unlike in scrypt the output is V; `x` after the mix loop is the input of the next round. There
/// is no PBKDF2. The loops are those of RFC 7914, section 5.
///
/// # Panics
///
/// If `entries` is not a power of two, for then Integerify cannot be a mask.
pub fn smix(x: &mut [u32; 32], entries: usize) -> Vec<[u32; 32]> {
    assert!(
        entries.is_power_of_two(),
        "SMix with {entries} entries, not a power of two"
    );
    let mut v = Vec::with_capacity(entries);
    for _ in 0..entries {
        v.push(*x);
        *x = block_mix(x);
    }
    for _ in 0..entries {
        // Integerify is the 64-bit start of the last 64 bytes; its low word is enough.
        let j = x[16] as usize & (entries - 1);
        *x = block_mix(&array::from_fn(|i| x[i] ^ v[j][i]));
    }
    v
}

/// BlockMix of 32 words with r = 1: `Y0 = salsa20_8(high ^ low)`, `Y1 = salsa20_8(Y0 ^ high)`,
/// result `Y0 | Y1`. With r = 1 there is nothing to shuffle. RFC 7914, section 4.
pub fn block_mix(x: &[u32; 32]) -> [u32; 32] {
    let y0 = salsa20_8(&array::from_fn(|i| x[16 + i] ^ x[i]));
    let y1 = salsa20_8(&array::from_fn(|i| y0[i] ^ x[16 + i]));
    array::from_fn(|i| if i < 16 { y0[i] } else { y1[i - 16] })
}

/// The Salsa20 core with 8 rounds on 16 words: 4 double rounds, then the input is added. RFC 7914,
/// section 3.
pub fn salsa20_8(block: &[u32; 16]) -> [u32; 16] {
    let mut state = *block;
    for _ in 0..4 {
        // columns
        quarter_round(&mut state, [0, 4, 8, 12]);
        quarter_round(&mut state, [5, 9, 13, 1]);
        quarter_round(&mut state, [10, 14, 2, 6]);
        quarter_round(&mut state, [15, 3, 7, 11]);
        // rows
        quarter_round(&mut state, [0, 1, 2, 3]);
        quarter_round(&mut state, [5, 6, 7, 4]);
        quarter_round(&mut state, [10, 11, 8, 9]);
        quarter_round(&mut state, [15, 12, 13, 14]);
    }
    array::from_fn(|i| state[i].wrapping_add(block[i]))
}

fn quarter_round(state: &mut [u32; 16], [a, b, c, d]: [usize; 4]) {
    state[b] ^= state[a].wrapping_add(state[d]).rotate_left(7);
    state[c] ^= state[b].wrapping_add(state[a]).rotate_left(9);
    state[d] ^= state[c].wrapping_add(state[b]).rotate_left(13);
    state[a] ^= state[d].wrapping_add(state[c]).rotate_left(18);
}

// From header hash to chains.

/// The matrix indices of a chain, one in a byte, in the order of use; with a list of fewer than 256
/// matrices, modulo its length.
pub type Sequence = [u8; 32];

/// The sequences: that of chain `c` is the SHA3-256 of the eight bytes `8c..8c + 8` of the header
/// hash.
pub fn sequences(header_hash: &[u8; 32]) -> [Sequence; CHAINS] {
    array::from_fn(|c| Sha3_256::digest(&header_hash[8 * c..8 * c + 8]).into())
}

/// The result of a chain: its state after the last multiply.
pub fn chain<const D: usize>(list: &MatrixList<D>, sequence: &Sequence) -> Matrix<D> {
    let states = chain_states(list, sequence);
    states.last().expect("a chain has 64 states")
}

/// The states of a chain, one after each of its [`STEPS`]: it starts with the identity and
/// goes through its sequence two times.
pub fn chain_states<const D: usize>(
    list: &MatrixList<D>,
    sequence: &Sequence,
) -> impl Iterator<Item = Matrix<D>> {
    let indices = sequence.iter().chain(sequence);
    indices.scan(Matrix::identity(), |state, &index| {
        *state = multiply(state, &list[usize::from(index) % list.len()]);
        Some(state.clone())
    })
}

/// The first multiply of a chain, the identity times the transpose of `m`. It is more than a
/// transposition: a negative element moves on as one less.
pub fn load<const D: usize>(m: &Matrix<D>) -> Matrix<D> {
    multiply(&Matrix::identity(), m)
}

/// `a` times the transpose of `m`, reduced: the element in row `r` and column `s` is
/// `reduce(a[r] · m[s])`. So row `r` of the product needs row `r` of `a` alone.
pub fn multiply<const D: usize>(a: &Matrix<D>, m: &Matrix<D>) -> Matrix<D> {
    Matrix::from_fn(|r, s| reduce(dot(&a[r], &m[s])))
}

/// The exact dot product: no element exceeds 128 in size, so with `D` up to 256 the sum stays
/// within ±2^22. It wraps only in name, which spares the check that would keep the compiler from
/// using vectors.
fn dot<const D: usize>(a: &[i8; D], b: &[i8; D]) -> i32 {
    let products = a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y));
    products.fold(0, i32::wrapping_add)
}

/// A dot product reduced to int8: its low byte plus its second byte, modulo 256, as a signed byte.
///
/// A negative dot product gives its two's-complement bytes, so -1 becomes 0xff + 0xff = -2. The
/// bits above the second byte do not matter; nothing saturates. The original converts from
/// `float64`, and what Go makes of a negative one depends on the machine; the result on amd64 is
/// consensus, and it is this.
pub fn reduce(dot: i32) -> i8 {
    let [low, second, ..] = dot.to_le_bytes();
    low.wrapping_add(second).cast_signed()
}

// From chains to PoW hash.

/// The sum of the results of the chains, element by element, modulo 256.
pub fn sum<const D: usize>(chains: &[Matrix<D>; CHAINS]) -> Matrix<D> {
    let add = |r: usize, c: usize| move |sum: i8, chain: &Matrix<D>| sum.wrapping_add(chain[r][c]);
    Matrix::from_fn(|r, c| chains.iter().fold(0, add(r, c)))
}

/// The `D` rows of the sum as `D / 4` words each. Word `i` takes its bytes, the lowest first, from
/// the columns `i`, `i + D/4`, `i + D/2` and `i + 3D/4`: a quarter of a row apart, not neighbours.
pub fn row_words<const D: usize>(sum: &Matrix<D>) -> Vec<Vec<u32>> {
    let word = |row: &[i8; D], i: usize| {
        let byte = |quarter: usize| row[i + quarter * D / 4].cast_unsigned();
        u32::from_le_bytes(array::from_fn(byte))
    };
    let words = |row| (0..D / 4).map(|i| word(row, i)).collect();
    sum.iter().map(words).collect()
}

/// One step of FNV on words: `a * 0x01000193` modulo 2^32, then exclusive or with `b`.
pub fn fnv(a: u32, b: u32) -> u32 {
    a.wrapping_mul(0x0100_0193) ^ b
}

/// Folds the [`row_words`] of the sum to one row of `D / 4` words.
///
/// Each step halves the rows: row `j` of the first half becomes [`fnv`] of itself and of row `j` of
/// the second half, word by word, until one row is left.
pub fn fold<const D: usize>(sum: &Matrix<D>) -> Vec<u32> {
    let mut rows = row_words(sum);
    while rows.len() > 1 {
        let second_half = rows.split_off(rows.len() / 2);
        for (row, other) in rows.iter_mut().zip(&second_half) {
            for (word, &other) in row.iter_mut().zip(other) {
                *word = fnv(*word, other);
            }
        }
    }
    rows.swap_remove(0)
}

/// The SHA3-256 of the bytes of the folded row, 256 in Bytom.
pub fn pow_hash_of_fold(words: &[u32]) -> [u8; 32] {
    Sha3_256::digest(le_bytes(words).collect::<Vec<_>>()).into()
}

// Matrices.

/// A matrix of `D` × `D` int8, row-major: it derefs to its rows, so `m[r][c]` is an element.
///
/// `D` is a power of two from 32 to 256; any other does not compile.
#[derive(Clone, PartialEq, Eq)]
pub struct Matrix<const D: usize>(Box<[[i8; D]; D]>);

impl<const D: usize> Matrix<D> {
    /// The matrix of zeros.
    pub fn zero() -> Self {
        const {
            assert!(D.is_power_of_two() && 32 <= D && D <= DIMENSION);
        }
        Self(Box::new([[0; D]; D]))
    }

    /// The identity matrix.
    pub fn identity() -> Self {
        Self::from_fn(|r, c| i8::from(r == c))
    }

    /// The matrix whose element in row `r` and column `c` is `element(r, c)`.
    pub fn from_fn(mut element: impl FnMut(usize, usize) -> i8) -> Self {
        let mut matrix = Self::zero();
        for (r, row) in matrix.iter_mut().enumerate() {
            *row = array::from_fn(|c| element(r, c));
        }
        matrix
    }

    /// The `D * D` bytes of the matrix, row after row.
    pub fn to_bytes(&self) -> Vec<u8> {
        let elements = self.as_flattened().iter();
        elements.map(|element| element.cast_unsigned()).collect()
    }
}

impl<const D: usize> Deref for Matrix<D> {
    type Target = [[i8; D]; D];

    fn deref(&self) -> &[[i8; D]; D] {
        &self.0
    }
}

impl<const D: usize> DerefMut for Matrix<D> {
    fn deref_mut(&mut self) -> &mut [[i8; D]; D] {
        &mut self.0
    }
}

/// Shows the start of the first row only: a whole matrix would drown the message it appears in.
impl<const D: usize> fmt::Debug for Matrix<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix<{D}>({:?}…)", &self[0][..8])
    }
}

#[cfg(test)]
mod tests;
