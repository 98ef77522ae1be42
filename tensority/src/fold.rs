//! Four chain results to the folded row.

use crate::{matrix::Matrix, sequence::CHAINS};
use alloc::vec::Vec;

/// The sum of the four chain results, element by element, modulo 256.
///
/// Source: Bytom v1.1.0, mining/tensority.
pub fn sum<const D: usize>(chains: &[Matrix<D>; CHAINS]) -> Matrix<D> {
    Matrix::from_fn(|r, c| {
        chains
            .iter()
            .fold(0, |sum, chain| sum.wrapping_add(chain.row(r)[c]))
    })
}

/// The `D` rows of the sum as `D / 4` words each. Word `i` takes its bytes, the lowest first, from
/// the columns `i`, `i + D/4`, `i + D/2` and `i + 3D/4`: a quarter of a row apart, not neighbours.
///
/// Source: Bytom v1.1.0, mining/tensority.
pub fn row_words<const D: usize>(sum: &Matrix<D>) -> Vec<Vec<u32>> {
    let word = |row: &[i8; D], i: usize| {
        u32::from_le_bytes(core::array::from_fn(|byte| {
            row[i + byte * D / 4].cast_unsigned()
        }))
    };
    sum.rows()
        .map(|row| (0..D / 4).map(|i| word(row, i)).collect())
        .collect()
}

/// One step of FNV on words: `a * 0x01000193` modulo 2^32, then exclusive or with `b`.
pub fn fnv(a: u32, b: u32) -> u32 {
    a.wrapping_mul(0x0100_0193) ^ b
}

/// Folds the row words of the sum to one row of `D / 4` words.
///
/// Each step halves the rows: row `j` of the first half becomes [`fnv`] of itself and of row `j` of
/// the second half, word by word, until one row is left.
///
/// Source: Bytom v1.1.0, mining/tensority.
pub fn fold<const D: usize>(sum: &Matrix<D>) -> Vec<u32> {
    let mut rows = row_words(sum);
    while rows.len() > 1 {
        let second_half = rows.split_off(rows.len() / 2);
        for (row, other) in rows.iter_mut().zip(&second_half) {
            for (word, &other_word) in row.iter_mut().zip(other) {
                *word = fnv(*word, other_word);
            }
        }
    }
    rows.swap_remove(0)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        sum.row_mut(16)[0] = 1;
        // Row 16 meets row 0 in the first step and is multiplied in the four after it.
        let expected = (0..4).fold(1, |word, _| fnv(word, 0));
        assert_eq!(fold(&sum), [expected, 0, 0, 0, 0, 0, 0, 0]);

        sum.row_mut(16)[0] = 0;
        sum.row_mut(1)[0] = 1;
        // Row 1 is multiplied in the four steps before it meets row 0.
        assert_eq!(fold(&sum)[0], expected);
    }
}
