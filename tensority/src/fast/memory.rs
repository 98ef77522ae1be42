//! The memory that back ends compute in, laid out so that every vector width reads it aligned.

use std::boxed::Box;
use std::vec::Vec;
use std::{fmt, vec};

use crate::reference::{DIMENSION, Matrix};

/// A matrix of a [`MatrixList`](super::MatrixList), the right operand of a multiply.
///
/// Its rows lie as they leave SMix, row-major int8: no back end needs them in another order.
#[derive(Clone)]
#[repr(C, align(64))]
pub struct PreparedMatrix {
    /// Row-major, 64 KiB.
    pub(super) rows: [[i8; DIMENSION]; DIMENSION],
    /// For each row, what the accumulators of its dot products start with where the left operand
    /// is held with an offset: `0x8000 - 128 * (sum of the row)`. It takes the offset out of the
    /// dot product and puts it into the second byte, so into the reduced result.
    pub(super) starts: [i32; DIMENSION],
}

impl PreparedMatrix {
    pub(super) const ZERO: Self = Self {
        rows: [[0; DIMENSION]; DIMENSION],
        starts: [0x8000; DIMENSION],
    };

    /// The bytes of the matrix, 256 rows of 256 int8.
    pub fn to_matrix(&self) -> Matrix<DIMENSION> {
        Matrix::from_fn(|r, c| self.rows[r][c])
    }

    /// Brings `starts` in line with `rows`. Inlined, so that it becomes vector code of the caller.
    #[inline(always)]
    pub(super) fn update_starts(&mut self) {
        for (start, row) in self.starts.iter_mut().zip(&self.rows) {
            let sum: i32 = row.iter().map(|&element| i32::from(element)).sum();
            *start = 0x8000 - 128 * sum;
        }
    }
}

impl From<&Matrix<DIMENSION>> for PreparedMatrix {
    fn from(matrix: &Matrix<DIMENSION>) -> Self {
        let mut prepared = Self::ZERO;
        prepared.rows = **matrix;
        prepared.update_starts();
        prepared
    }
}

/// Shows nothing of the 64 KiB.
impl fmt::Debug for PreparedMatrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedMatrix").finish_non_exhaustive()
    }
}

/// The array V of a round of SMix, 128 KiB, each entry in an order of words that only the back end
/// knows that wrote it.
#[derive(Clone)]
#[repr(C, align(64))]
pub(super) struct Entries(pub(super) [[u32; 32]; Entries::LEN]);

impl Entries {
    /// Scrypt's N.
    pub(super) const LEN: usize = 1024;

    pub(super) fn zero() -> Box<Self> {
        Box::new(Self([[0; 32]; Self::LEN]))
    }
}

/// 512 bytes that start a cache line: a row of the state at 16 bits an element, or what a back end
/// makes of that room.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Row(pub(super) [i16; DIMENSION]);

/// The running product of a chain, the left operand of a multiply: 128 KiB, in an order and a width
/// that only the back end knows that wrote it.
#[derive(Clone)]
pub struct State(pub(super) Vec<Row>);

impl State {
    /// Memory for a state, without content.
    pub fn new() -> Self {
        Self(vec![Row([0; DIMENSION]); DIMENSION])
    }
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

/// Shows nothing of the 128 KiB.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

/// The sum of chain results, element by element modulo 256, row-major.
pub(super) type Sum = [[u8; DIMENSION]; DIMENSION];
