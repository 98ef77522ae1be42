//! The stages of a hash that a back end computes in its own way.

use super::memory::{PreparedMatrix, State, Sum};
use super::smix::Makes;

/// The stages of a hash that a back end does in its own way; the others are shared.
///
/// They are stages of the reference, with the same names. A value of an implementing type exists
/// only where the processor has the instructions that its methods use.
pub(super) trait Kernel: Sync {
    /// The makes of SMix that go with this back end.
    fn smix(&self) -> &'static Makes;

    /// Brings the starts of a matrix in line with its rows.
    fn update_starts(&self, m: &mut PreparedMatrix);

    /// The first multiply of a chain.
    fn load(&self, m: &PreparedMatrix, state: &mut State);

    /// `product` becomes `a` times the transpose of `m`, reduced. `next` is the matrix of the
    /// multiply after this one, which may be fetched meanwhile.
    fn multiply(&self, a: &State, m: &PreparedMatrix, next: &PreparedMatrix, product: &mut State);

    /// Adds the elements of a chain's result to a sum.
    fn add(&self, state: &State, sum: &mut Sum);

    /// Issues multiply instructions that depend on registers alone, `times` to each of as many
    /// registers as hide the latency, and returns the int8 multiply-accumulates done, or `None` if
    /// there is no such instruction.
    fn multiply_in_registers(&self, times: usize) -> Option<u64>;
}
