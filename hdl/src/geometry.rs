//! The parameters of a core, and the sizes that follow from them.

use std::fmt;

/// Matrix dimensions that a core can be built for; 256 is Tensority's, the others test faster.
pub const DIMENSIONS: [usize; 4] = [32, 64, 128, 256];

/// Numbers of lanes that a core can be built with.
pub const LANES: [usize; 5] = [1, 2, 4, 8, 16];

/// The parameters of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    dimension: usize,
    lanes: usize,
    fip: bool,
}

/// A parameter that no core can be built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// Not one of [`DIMENSIONS`].
    #[error("expected dimension 32, 64, 128 or 256, found {0}")]
    Dimension(usize),
    /// Not one of [`LANES`].
    #[error("expected 1, 2, 4, 8 or 16 lanes, found {0}")]
    Lanes(usize),
}

impl Geometry {
    /// A core for `dimension` x `dimension` matrices with `lanes` matrix rows side by side; `fip`
    /// halves the multipliers with Winograd's inner product.
    ///
    /// # Errors
    /// If `dimension` is not in [`DIMENSIONS`] or `lanes` not in [`LANES`].
    pub fn new(dimension: usize, lanes: usize, fip: bool) -> Result<Self, GeometryError> {
        if !DIMENSIONS.contains(&dimension) {
            return Err(GeometryError::Dimension(dimension));
        }
        if !LANES.contains(&lanes) {
            return Err(GeometryError::Lanes(lanes));
        }
        Ok(Self {
            dimension,
            lanes,
            fip,
        })
    }

    /// Rows of a matrix, bytes of a row, and matrices of the list.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Matrix rows processed side by side.
    pub fn lanes(&self) -> usize {
        self.lanes
    }

    /// Whether the cells use Winograd's inner product.
    pub fn fip(&self) -> bool {
        self.fip
    }

    /// log2 of the dimension.
    pub fn dimension_bits(&self) -> usize {
        self.dimension.trailing_zeros() as usize
    }

    /// Cells in the line; each holds four bytes of every state row.
    pub fn cells(&self) -> usize {
        self.dimension / 4
    }

    /// Blocks of a multiply; a block is `lanes` matrix rows.
    pub fn blocks(&self) -> usize {
        self.dimension / self.lanes
    }

    /// 32-bit words in one beat of the memory port.
    pub fn beat_words(&self) -> usize {
        self.lanes.min(self.cells())
    }

    /// Whole words of the sum that a block of the last multiply completes, at least one.
    pub fn word_lanes(&self) -> usize {
        (self.lanes / 4).max(1)
    }

    /// Bytes of one matrix.
    pub fn matrix_bytes(&self) -> usize {
        self.dimension * self.dimension
    }

    /// Bytes of the whole matrix list.
    pub fn list_bytes(&self) -> usize {
        self.dimension * self.matrix_bytes()
    }

    /// Entries of the SMix array V, 128 bytes each; one SMix fills two matrices.
    pub fn smix_entries(&self) -> usize {
        self.matrix_bytes() / 64
    }

    /// SMix rounds per seed.
    pub fn smix_rounds(&self) -> usize {
        self.dimension / 2
    }

    /// State row that a slot holds: the bits of the slot in reverse order (`token.rs`).
    pub fn row_of_slot(&self, slot: usize) -> usize {
        slot.reverse_bits() >> (usize::BITS as usize - self.dimension_bits())
    }

    /// Matrix row, which is the column of the product, that takes place `n` in a pass: the `n`-th,
    /// but for the last pass of a chain, which completes the words of the sum (`fetch.rs`).
    pub fn matrix_row(&self, n: usize, last_pass: bool) -> usize {
        let quarter = self.dimension / 4;
        match (last_pass, self.lanes) {
            (false, _) | (true, 1) => n,
            (true, 2) => n / 2 % quarter + quarter * (n % 2 + 2 * (n / 2 / quarter)),
            (true, _) => n / 4 + quarter * (n % 4),
        }
    }

    /// Array cycles of one hash if every multiplier worked on every cycle: 252 multiplies.
    pub fn ideal_cycles(&self) -> u64 {
        252 * self.matrix_bytes() as u64 / self.lanes as u64
    }
}

impl fmt::Display for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fip = if self.fip { "" } else { "_plain" };
        write!(f, "d{}_c{}{fip}", self.dimension, self.lanes)
    }
}
