//! Portable code that compilers turn into vector instructions of any machine.
//!
//! [`reduce`](crate::reduce) uses 16 bits of a dot product, and sums and products modulo 2^16 need
//! no more of their operands, so all of this is arithmetic on 16-bit integers that wraps. A state
//! is row-major, its elements widened to 16 bits.

use std::vec::Vec;

use super::kernel::Kernel;
use super::memory::{PreparedMatrix, Row, State, Sum};
use super::smix::{Makes, SCALAR};
use crate::reference::DIMENSION;

/// Rows of the state that are multiplied side by side.
const ROWS: usize = 8;

/// The portable back end, which every machine has.
#[derive(Debug)]
pub(super) struct Portable;

impl Kernel for Portable {
    fn smix(&self) -> &'static Makes {
        static MAKES: Makes = Makes::new(&[SCALAR]);
        &MAKES
    }

    fn update_starts(&self, m: &mut PreparedMatrix) {
        m.update_starts();
    }

    fn load(&self, m: &PreparedMatrix, state: &mut State) {
        for (r, row) in state.0.iter_mut().enumerate() {
            for (element, column) in row.0.iter_mut().zip(&m.rows) {
                *element = reduce(column[r].into());
            }
        }
    }

    fn multiply(&self, a: &State, m: &PreparedMatrix, _: &PreparedMatrix, product: &mut State) {
        let wide: Vec<_> = m.rows.iter().map(|row| Row(row.map(i16::from))).collect();
        let product = product.0.as_chunks_mut::<ROWS>().0;
        for (a, product) in a.0.as_chunks::<ROWS>().0.iter().zip(product) {
            for (c, m) in wide.iter().enumerate() {
                for (row, dot) in product.iter_mut().zip(dots(a, m)) {
                    row.0[c] = reduce(dot);
                }
            }
        }
    }

    fn add(&self, state: &State, sum: &mut Sum) {
        for (sum, row) in sum.iter_mut().zip(&state.0) {
            for (sum, &element) in sum.iter_mut().zip(&row.0) {
                *sum = sum.wrapping_add(element as u8);
            }
        }
    }

    fn multiply_in_registers(&self, _: usize) -> Option<u64> {
        None
    }
}

/// The dot products of rows of the state and a row of the matrix, modulo 2^16.
fn dots(a: &[Row; ROWS], m: &Row) -> [i16; ROWS] {
    let mut dots = [0_i16; ROWS];
    for t in 0..DIMENSION {
        for (dot, row) in dots.iter_mut().zip(a) {
            *dot = dot.wrapping_add(row.0[t].wrapping_mul(m.0[t]));
        }
    }
    dots
}

/// [`reduce`](crate::reduce) of a dot product modulo 2^16, widened.
fn reduce(dot: i16) -> i16 {
    dot.wrapping_add(dot << 8) >> 8
}
