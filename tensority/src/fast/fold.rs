//! From the sum of the chains to the PoW hash.

use std::vec::Vec;

use super::memory::Sum;
use crate::reference::{DIMENSION, fnv, pow_hash_of_fold};

/// The words of a row.
const WORDS: usize = DIMENSION / 4;

/// The same as [`row_words`](crate::row_words), [`fold`](crate::fold()) and
/// [`pow_hash_of_fold`](crate::pow_hash_of_fold) of a sum.
pub(super) fn pow_hash(sum: &Sum) -> [u8; 32] {
    let mut words: Vec<_> = sum.iter().map(row_words).collect();
    let mut rows = &mut words[..];
    while rows.len() > 1 {
        let (first, second) = rows.split_at_mut(rows.len() / 2);
        for (words, others) in first.iter_mut().zip(second) {
            for (word, &mut other) in words.iter_mut().zip(others) {
                *word = fnv(*word, other);
            }
        }
        rows = first;
    }
    pow_hash_of_fold(&rows[0])
}

fn row_words(row: &[u8; DIMENSION]) -> [u32; WORDS] {
    core::array::from_fn(|i| {
        u32::from_le_bytes([
            row[i],
            row[i + WORDS],
            row[i + 2 * WORDS],
            row[i + 3 * WORDS],
        ])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::{Matrix, fold};

    #[test]
    fn the_fold_is_that_of_the_reference() {
        let element = |r: usize, c: usize| (r * 31 + c * c * 7 + r * c) as u8;
        let sum = core::array::from_fn(|r| core::array::from_fn(|c| element(r, c)));
        let matrix = Matrix::<DIMENSION>::from_fn(|r, c| element(r, c).cast_signed());
        assert_eq!(pow_hash(&sum), pow_hash_of_fold(&fold(&matrix)));
    }
}
