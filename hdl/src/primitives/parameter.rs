//! Constant of the build as a block, so that blocks with parameters keep a `Default`.
//!
//! | port | dir | width | |
//! |---|---|---|---|
//! | `q` | out | W | the constant |
//!
//! No logic and no latency. Written in RustHDL. Checked by
//! `sim/tests/blocks.rs`, whose blocks have their parameters from it.

use rust_hdl::prelude::*;

/// See the module's documentation.
#[derive(LogicBlock)]
pub struct Parameter<const W: usize> {
    pub q: Signal<Out, Bits<W>>,

    value: Constant<Bits<W>>,
}

impl<const W: usize> Parameter<W> {
    /// The constant `value`.
    pub fn new(value: usize) -> Self {
        Self::of(bits(value as u64))
    }

    /// A table: entry `i` at bit `i * width`, each at most 64 bits.
    pub fn packed(entries: impl Iterator<Item = u64>, width: usize) -> Self {
        Self::of(
            entries
                .enumerate()
                .fold(Bits::default(), |table, (i, entry)| {
                    table | (bits::<W>(entry) << bits::<16>((i * width) as u64))
                }),
        )
    }

    fn of(value: Bits<W>) -> Self {
        Self {
            q: Default::default(),
            value: Constant::new(value),
        }
    }
}

impl<const W: usize> Default for Parameter<W> {
    fn default() -> Self {
        Self::new(0)
    }
}

impl<const W: usize> Logic for Parameter<W> {
    #[hdl_gen]
    fn update(&mut self) {
        self.q.next = self.value.val();
    }
}
