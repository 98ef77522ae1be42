//! The parameters of a core, and the sizes that follow from them.

use std::fmt;

/// Chains of a hash.
pub const CHAINS: usize = 4;

/// Multiplies of a chain, the first of which, by the identity, is a load.
pub const STEPS: usize = 64;

/// Multiplies of a hash that are not loads.
pub const ARRAY_MULTIPLIES: usize = CHAINS * (STEPS - 1);

/// Matrix dimensions that a core can be built for; 256 is Tensority's, the others test faster.
pub const DIMENSIONS: [usize; 4] = [32, 64, 128, 256];

/// Numbers of lanes that a core can be built with.
pub const LANES: [usize; 5] = [1, 2, 4, 8, 16];

/// DSPs of the requantiser of a core with inference: a product of 32 x 32 bits.
pub const SCALE_PRODUCTS: usize = 4;

/// The parameters of a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geometry {
    dimension: usize,
    lanes: usize,
    fip: bool,
    primitives: Primitives,
    infer: bool,
}

/// What a core's multipliers and block RAMs are made of. It changes neither results nor cycles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Primitives {
    /// Operators and arrays of plain Verilog: for simulators, and for synthesis for any part.
    #[default]
    Inferred,
    /// Cells of a Lattice ECP5.
    Ecp5 {
        /// Products that may take a DSP (MULT18X18D); the others are built of carry chains. An
        /// ECP5-85F has 156.
        dsp: usize,
    },
}

/// What one product is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Multiplier {
    /// The operator `*`.
    #[default]
    Inferred,
    /// MULT18X18D with all its registers.
    Dsp,
    /// Carry chains of CCU2C.
    Fabric,
}

/// A parameter that no core can be built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// Not one of [`DIMENSIONS`].
    #[error("expected dimension 32, 64, 128 or 256, found {0}; choose one of these")]
    Dimension(usize),
    /// Not one of [`LANES`].
    #[error("expected 1, 2, 4, 8 or 16 lanes, found {0}; choose one of these")]
    Lanes(usize),
    /// Cells of a part are there for Winograd's inner product only.
    #[error("expected FIP for a core of ECP5 cells, found plain multipliers; use inferred ones")]
    PlainCells,
    /// The bytes of an inference are written one by one into cells that a block of lanes shares.
    #[error(
        "expected 1, 2 or 4 lanes for a core with inference, found {0}; choose one of these, or leave it out"
    )]
    InferLanes(usize),
    /// Sums of 24 bits are made with Winograd's inner product only.
    #[error(
        "expected FIP for a core with inference, found plain multipliers; use FIP, or leave it out"
    )]
    InferPlain,
    /// Products of 18 bits are not made of carry chains.
    #[error(
        "expected at least {needed} DSPs for a core with inference, found {found}; give it more, or leave it out"
    )]
    InferDsp {
        /// What lane 0, its eta and the requantiser take.
        needed: usize,
        /// What there is.
        found: usize,
    },
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
            primitives: Primitives::Inferred,
            infer: false,
        })
    }

    /// The same core made of other primitives.
    ///
    /// # Errors
    /// If they are an FPGA's cells and the core does not use Winograd's inner product.
    pub fn with_primitives(self, primitives: Primitives) -> Result<Self, GeometryError> {
        if !self.fip && primitives != Primitives::Inferred {
            return Err(GeometryError::PlainCells);
        }
        let changed = Self { primitives, ..self };
        match self.infer {
            true => changed.with_infer(),
            false => Ok(changed),
        }
    }

    /// The same core, which also runs the layers of int8 networks (`core/infer.rs`) on its lane 0.
    ///
    /// # Errors
    /// If it has more than four lanes, does not use Winograd's inner product, or has fewer DSPs than
    /// lane 0 needs.
    pub fn with_infer(self) -> Result<Self, GeometryError> {
        if !self.fip {
            return Err(GeometryError::InferPlain);
        }
        if self.lanes > 4 {
            return Err(GeometryError::InferLanes(self.lanes));
        }
        let needed = 2 + 2 * self.cells() + SCALE_PRODUCTS;
        match self.primitives {
            Primitives::Ecp5 { dsp } if dsp < needed => {
                Err(GeometryError::InferDsp { needed, found: dsp })
            }
            _ => Ok(Self {
                infer: true,
                ..self
            }),
        }
    }

    /// Whether the core runs layers of networks.
    pub fn infer(&self) -> bool {
        self.infer
    }

    /// What multipliers and block RAMs are made of.
    pub fn primitives(&self) -> Primitives {
        self.primitives
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

    /// Products of pairs that a core with FIP forms per cycle: two per lane for eta, then those for
    /// xi, then two per lane and cell.
    pub fn products(&self) -> usize {
        self.corrections() + 2 * self.cells() * self.lanes
    }

    /// Products for eta and xi, which come first.
    pub fn corrections(&self) -> usize {
        2 * self.lanes + (self.lanes / 2).max(1)
    }

    /// What product `n` of [`Self::products`] is made of. The DSPs go to the corrections first and
    /// then evenly along the line of cells, so that every cell has some near by. With inference they
    /// go to the requantiser, lane 0 and its eta first.
    pub fn multiplier(&self, n: usize) -> Multiplier {
        let Primitives::Ecp5 { dsp } = self.primitives else {
            return Multiplier::Inferred;
        };
        if self.infer {
            return self.multiplier_beside_lane_0(n, dsp);
        }
        let dsp = dsp.min(self.products());
        let takes_dsp = match n.checked_sub(self.corrections()) {
            None => n < dsp,
            Some(i) => {
                let left = dsp.saturating_sub(self.corrections());
                let products = self.products() - self.corrections();
                (i + 1) * left / products > i * left / products
            }
        };
        match takes_dsp {
            true => Multiplier::Dsp,
            false => Multiplier::Fabric,
        }
    }

    /// [`Self::multiplier`] with inference: what lane 0 leaves goes to the other corrections, and then
    /// to the cells of the other lanes.
    fn multiplier_beside_lane_0(&self, n: usize, dsp: usize) -> Multiplier {
        let wide = |n: usize| match n.checked_sub(self.corrections()) {
            None => n < 2,
            Some(i) => i % (2 * self.lanes) < 2,
        };
        // The last `n` of those that are not lane 0's.
        let narrow = |n: usize| (0..n).filter(|&n| !wide(n)).count();
        let left = dsp - SCALE_PRODUCTS - 2 - 2 * self.cells();
        let corrections = self.corrections() - 2;
        let takes_dsp = match narrow(n).checked_sub(corrections) {
            _ if wide(n) => true,
            None => narrow(n) < left,
            Some(i) => {
                let left = left.saturating_sub(corrections);
                let products = (self.lanes - 1) * 2 * self.cells();
                let left = left.min(products);
                (i + 1) * left / products > i * left / products
            }
        };
        match takes_dsp {
            true => Multiplier::Dsp,
            false => Multiplier::Fabric,
        }
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

    /// Array cycles of one pass.
    pub fn pass_cycles(&self) -> u64 {
        (self.matrix_bytes() / self.lanes) as u64
    }

    /// Array cycles of one hash if every multiplier worked on every cycle: [`ARRAY_MULTIPLIES`] passes.
    pub fn ideal_cycles(&self) -> u64 {
        ARRAY_MULTIPLIES as u64 * self.pass_cycles()
    }
}

impl fmt::Display for Geometry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fip = if self.fip { "" } else { "_plain" };
        write!(f, "d{}_c{}{fip}", self.dimension, self.lanes)?;
        if let Primitives::Ecp5 { dsp } = self.primitives {
            write!(f, "_ecp5_{dsp}")?;
        }
        f.write_str(if self.infer { "_infer" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dsp_is_used_and_none_twice() {
        for (lanes, dsp) in [(1, 156), (1, 100), (2, 156), (4, 156), (4, 3), (4, 0)] {
            let core = Geometry::new(256, lanes, true).unwrap();
            assert_eq!(core.multiplier(0), Multiplier::Inferred);
            let core = core.with_primitives(Primitives::Ecp5 { dsp }).unwrap();
            let products = (0..core.products()).map(|n| core.multiplier(n));
            let found = products.filter(|&n| n == Multiplier::Dsp).count();
            assert_eq!(found, dsp.min(core.products()), "{core}");
        }
    }

    #[test]
    fn lane_0_has_dsps_where_it_infers() {
        for (lanes, dsp) in [(1, 156), (1, 135), (2, 156), (4, 156), (2, 135)] {
            let core = Geometry::new(256, lanes, true).unwrap();
            let core = core.with_primitives(Primitives::Ecp5 { dsp }).unwrap();
            let core = core.with_infer().unwrap();
            let is_dsp = |n: &usize| core.multiplier(*n) == Multiplier::Dsp;
            assert!(is_dsp(&0) && is_dsp(&1));
            for g in 0..core.cells() {
                let first = core.corrections() + 2 * g * lanes;
                assert!(is_dsp(&first) && is_dsp(&(first + 1)), "{core}: cell {g}");
            }
            let found = (0..core.products()).filter(is_dsp).count();
            let expected = (dsp - SCALE_PRODUCTS).min(core.products());
            assert_eq!(found, expected, "{core}");
        }
    }

    #[test]
    fn inference_is_refused_where_it_does_not_fit() {
        let core = |lanes, fip| Geometry::new(256, lanes, fip).unwrap();
        let refused = |core: Geometry| core.with_infer().unwrap_err();
        assert_eq!(refused(core(8, true)), GeometryError::InferLanes(8));
        assert_eq!(refused(core(1, false)), GeometryError::InferPlain);
        let small = core(1, true).with_primitives(Primitives::Ecp5 { dsp: 100 });
        let error = GeometryError::InferDsp {
            needed: 134,
            found: 100,
        };
        assert_eq!(refused(small.unwrap()), error);
        let small = core(1, true).with_infer().unwrap();
        let small = small.with_primitives(Primitives::Ecp5 { dsp: 100 });
        assert_eq!(small, Err(error));
    }

    #[test]
    fn plain_multipliers_are_not_made_of_cells() {
        let core = Geometry::new(256, 1, false).unwrap();
        let refused = core.with_primitives(Primitives::Ecp5 { dsp: 156 });
        assert_eq!(refused, Err(GeometryError::PlainCells));
    }
}
