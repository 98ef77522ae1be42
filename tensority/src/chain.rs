//! A chain of 64 multiplies.

use crate::{matrix::Matrix, matrix_list::MatrixList, sequence::Sequence};
use core::{
    iter::{Cycle, Take},
    slice,
};

/// The number of multiplies in a chain: each of the 32 indices of a sequence is used two times.
pub const MULTIPLIES: usize = 64;

/// A dot product reduced to int8: its low byte plus its second byte, modulo 256, as a signed byte.
///
/// A negative dot product gives its two's-complement bytes, so -1 becomes 0xff + 0xff = -2. The
/// bits above the second byte do not matter; nothing saturates.
///
/// Source: Bytom v1.1.0, mining/tensority. The original converts from `float64`, and what Go makes
/// of a negative one depends on the machine; the result on amd64 is consensus, and it is this.
pub fn reduce(dot: i32) -> i8 {
    let [low, second, ..] = dot.to_le_bytes();
    low.wrapping_add(second).cast_signed()
}

/// The first multiply of a chain, the identity times the transpose of `m`: the element in row `r`
/// and column `s` is `reduce(m[s][r])`, so a negative element moves on as one less.
pub fn load<const D: usize>(m: &Matrix<D>) -> Matrix<D> {
    Matrix::from_fn(|r, s| reduce(i32::from(m.row(s)[r])))
}

/// `a` times the transpose of `m`, reduced: the element in row `r` and column `s` is
/// `reduce(a.row(r) · m.row(s))`.
///
/// Row `r` of the product needs row `r` of `a` alone.
pub fn multiply<const D: usize>(a: &Matrix<D>, m: &Matrix<D>) -> Matrix<D> {
    Matrix::from_fn(|r, s| reduce(dot(a.row(r), m.row(s))))
}

/// The exact dot product: no element exceeds 128 in size, so with `D` up to 256 the sum stays
/// within ±2^22. It wraps only in name, which spares the check that would keep the compiler from
/// using vectors.
fn dot<const D: usize>(a: &[i8; D], b: &[i8; D]) -> i32 {
    let products = a.iter().zip(b).map(|(&x, &y)| i32::from(x) * i32::from(y));
    products.fold(0, i32::wrapping_add)
}

/// The result of the chain of a sequence: its state after the last multiply.
pub fn chain<const D: usize>(list: &MatrixList<D>, sequence: &Sequence) -> Matrix<D> {
    ChainStates::new(list, sequence)
        .last()
        .expect("a chain has 64 states")
}

/// The state of a chain after each of its [`MULTIPLIES`] multiplies; the first is a [`load`].
#[derive(Debug, Clone)]
pub struct ChainStates<'a, const D: usize> {
    list: &'a MatrixList<D>,
    indices: Take<Cycle<slice::Iter<'a, u8>>>,
    state: Option<Matrix<D>>,
}

impl<'a, const D: usize> ChainStates<'a, D> {
    /// The chain of `sequence` over the matrices of `list`, before its first multiply.
    pub fn new(list: &'a MatrixList<D>, sequence: &'a Sequence) -> Self {
        let indices = sequence.iter().cycle().take(MULTIPLIES);
        Self {
            list,
            indices,
            state: None,
        }
    }
}

impl<const D: usize> Iterator for ChainStates<'_, D> {
    type Item = Matrix<D>;

    fn next(&mut self) -> Option<Matrix<D>> {
        let index = usize::from(*self.indices.next()?) % D;
        let matrix = self.list.matrix(index);
        let state = match &self.state {
            None => load(matrix),
            Some(state) => multiply(state, matrix),
        };
        self.state.insert(state).clone().into()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::DIMENSION;

    fn list() -> MatrixList<32> {
        MatrixList::from_seed(&[9; 32])
    }

    #[test]
    fn reduce_adds_the_two_low_bytes() {
        assert_eq!(reduce(0x0001_0203), 5);
        assert_eq!(reduce(-1), -2);
        assert_eq!(reduce(0x7f01), -128);
        assert_eq!(reduce(1 << 22), 0);
    }

    #[test]
    fn load_is_a_multiply_by_the_identity() {
        let list = list();
        for i in 0..list.len() {
            assert_eq!(
                load(list.matrix(i)),
                multiply(&Matrix::identity(), list.matrix(i))
            );
        }
    }

    #[test]
    fn load_is_not_a_transpose_of_negative_elements() {
        let mut m = Matrix::<32>::zero();
        m.row_mut(3)[5] = -7;
        assert_eq!(load(&m).row(5)[3], -8);
    }

    #[test]
    fn multiply_takes_rows_of_both_matrices() {
        let mut a = Matrix::<32>::zero();
        let mut m = Matrix::<32>::zero();
        a.row_mut(1)[2] = 3;
        m.row_mut(4)[2] = 5;
        m.row_mut(2)[4] = 7;
        let mut expected = Matrix::zero();
        expected.row_mut(1)[4] = 15;
        assert_eq!(multiply(&a, &m), expected);
    }

    #[test]
    fn the_greatest_dot_product_is_exact() {
        let least = [-128; DIMENSION];
        assert_eq!(dot(&least, &least), 1 << 22);
        assert_eq!(dot(&least, &[127; DIMENSION]), -(256 * 128 * 127));
    }

    #[test]
    fn the_sequence_is_used_two_times() {
        let list = list();
        let sequence = core::array::from_fn(|k| 255 - k as u8);
        let mut expected = Matrix::identity();
        for k in (0..32).chain(0..32) {
            expected = multiply(&expected, list.matrix((255 - k) % 32));
        }
        assert_eq!(ChainStates::new(&list, &sequence).count(), MULTIPLIES);
        assert_eq!(chain(&list, &sequence), expected);
    }
}
