//! Extended seed to matrix list.

use crate::{
    matrix::Matrix,
    seed::extended_seed,
    smix::smix,
    words::{block_words, le_bytes},
};
use alloc::vec::Vec;

/// The `D` matrices a seed stands for: 256 matrices of 64 KiB, 16 MiB in all, in Bytom.
///
/// Source: Bytom v1.1.0, mining/tensority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixList<const D: usize> {
    matrices: Vec<Matrix<D>>,
}

impl<const D: usize> MatrixList<D> {
    /// Makes the list of a seed, `D / 2` rounds of SMix.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let matrices = Rounds::new(seed)
            .flat_map(|round| [round.even, round.odd])
            .collect();
        Self { matrices }
    }

    /// Matrix `i` of the list.
    ///
    /// # Panics
    ///
    /// If `i` is not below `D`.
    pub fn matrix(&self, i: usize) -> &Matrix<D> {
        &self.matrices[i]
    }

    /// The number of matrices, `D`.
    #[expect(clippy::len_without_is_empty, reason = "a matrix list is never empty")]
    pub fn len(&self) -> usize {
        self.matrices.len()
    }
}

/// What one round of SMix adds to the matrix list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round<const D: usize> {
    /// X after the mix loop, the input of the next round.
    pub x: [u32; 32],
    /// Matrix `2i` of round `i`: the even-numbered entries of V one after another.
    pub even: Matrix<D>,
    /// Matrix `2i + 1` of round `i`: the odd-numbered entries of V one after another.
    pub odd: Matrix<D>,
}

/// The `D / 2` rounds of SMix that make the matrix list of a seed, in order.
#[derive(Debug, Clone)]
pub struct Rounds<const D: usize> {
    x: [u32; 32],
    left: usize,
}

impl<const D: usize> Rounds<D> {
    /// The number of entries of V, scrypt's N: as many as two matrices hold, 1024 in Bytom.
    pub const ENTRIES: usize = 2 * D * D / 128;

    /// Starts with the extended seed as 32 little-endian words.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self {
            x: block_words(&extended_seed(seed)),
            left: D / 2,
        }
    }
}

impl<const D: usize> Iterator for Rounds<D> {
    type Item = Round<D>;

    fn next(&mut self) -> Option<Round<D>> {
        self.left = self.left.checked_sub(1)?;
        let v = smix(&mut self.x, Self::ENTRIES);
        let even = matrix_of_entries(v.iter().step_by(2));
        let odd = matrix_of_entries(v.iter().skip(1).step_by(2));
        Some(Round {
            x: self.x,
            even,
            odd,
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

fn matrix_of_entries<'a, const D: usize>(
    entries: impl Iterator<Item = &'a [u32; 32]>,
) -> Matrix<D> {
    let bytes: Vec<u8> = entries.flat_map(|entry| le_bytes(entry)).collect();
    Matrix::from_bytes(&bytes).expect("half of V's entries fill one matrix")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::DIMENSION;

    #[test]
    fn bytoms_smix_has_1024_entries_and_its_list_256_matrices() {
        assert_eq!(Rounds::<DIMENSION>::ENTRIES, 1024);
        assert_eq!(
            Rounds::<DIMENSION>::new(&[0; 32]).size_hint(),
            (128, Some(128))
        );
        assert_eq!(Rounds::<32>::ENTRIES, 16);
        assert_eq!(MatrixList::<32>::from_seed(&[0; 32]).len(), 32);
    }

    #[test]
    fn even_and_odd_entries_go_to_two_matrices() {
        let seed = [5; 32];
        let mut x = block_words(&extended_seed(&seed));
        let v = smix(&mut x, 16);
        let round = Rounds::<32>::new(&seed).next().unwrap();
        assert_eq!(round.x, x);
        // An entry of 128 bytes is four rows of 32.
        let entry = |index: usize| le_bytes(&v[index]).collect::<Vec<_>>();
        assert_eq!(round.even.to_bytes()[128..256], entry(2));
        assert_eq!(round.odd.to_bytes()[..128], entry(1));
    }
}
