//! A square matrix of int8.

use crate::Error;
use alloc::vec::Vec;
use core::fmt;

/// The dimension of Bytom's matrices: 256 rows of 256 int8, and as many matrices in the list.
pub const DIMENSION: usize = 256;

/// A `D` × `D` matrix of int8, row-major, on the heap.
///
/// `D` is a power of two from 32 to 256; any other does not compile.
#[derive(Clone, PartialEq, Eq)]
pub struct Matrix<const D: usize> {
    rows: Vec<[i8; D]>,
}

impl<const D: usize> Matrix<D> {
    /// The matrix of zeros.
    pub fn zero() -> Self {
        const {
            assert!(D.is_power_of_two() && 32 <= D && D <= DIMENSION);
        }
        Self {
            rows: alloc::vec![[0; D]; D],
        }
    }

    /// The identity matrix.
    pub fn identity() -> Self {
        let mut identity = Self::zero();
        for (r, row) in identity.rows.iter_mut().enumerate() {
            row[r] = 1;
        }
        identity
    }

    /// The matrix of `D * D` bytes, row after row, each byte a two's-complement int8.
    ///
    /// # Errors
    ///
    /// [`Error::MatrixSize`] if the number of bytes is another.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() != D * D {
            return Err(Error::MatrixSize {
                expected: D * D,
                found: bytes.len(),
            });
        }
        let mut matrix = Self::zero();
        let elements = matrix.rows.as_flattened_mut();
        for (element, byte) in elements.iter_mut().zip(bytes) {
            *element = byte.cast_signed();
        }
        Ok(matrix)
    }

    /// The `D * D` bytes of the matrix, row after row.
    pub fn to_bytes(&self) -> Vec<u8> {
        let elements = self.rows.as_flattened().iter();
        elements.map(|element| element.cast_unsigned()).collect()
    }

    /// Row `r`, counted from 0.
    ///
    /// # Panics
    ///
    /// If `r` is not below `D`.
    pub fn row(&self, r: usize) -> &[i8; D] {
        &self.rows[r]
    }

    /// Row `r`, counted from 0, to be written.
    ///
    /// # Panics
    ///
    /// If `r` is not below `D`.
    pub fn row_mut(&mut self, r: usize) -> &mut [i8; D] {
        &mut self.rows[r]
    }

    /// All rows from the first to the last.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[i8; D]> {
        self.rows.iter()
    }

    /// The matrix whose element in row `r` and column `c` is `element(r, c)`.
    pub(crate) fn from_fn(mut element: impl FnMut(usize, usize) -> i8) -> Self {
        let mut matrix = Self::zero();
        for (r, row) in matrix.rows.iter_mut().enumerate() {
            *row = core::array::from_fn(|c| element(r, c));
        }
        matrix
    }
}

/// Shows the start of the first row only: a whole matrix would drown the message it appears in.
impl<const D: usize> fmt::Debug for Matrix<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matrix<{D}>({:?}…)", &self.rows[0][..8])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_row_major_and_signed() {
        let mut bytes = alloc::vec![0; 32 * 32];
        bytes[32] = 0xff;
        let matrix = Matrix::<32>::from_bytes(&bytes).unwrap();
        assert_eq!(matrix.row(1)[0], -1);
        assert_eq!(matrix.rows().filter(|row| **row != [0; 32]).count(), 1);
        assert_eq!(matrix.to_bytes(), bytes);
    }

    #[test]
    fn refuses_bytes_that_are_not_one_matrix() {
        let error = Matrix::<32>::from_bytes(&[0; 1023]).unwrap_err();
        assert_eq!(
            error,
            Error::MatrixSize {
                expected: 1024,
                found: 1023
            }
        );
    }
}
