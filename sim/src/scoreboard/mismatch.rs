//! Difference between core and reference, with its place.

use std::fmt;

/// The first difference of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The stage, in the words of the glossary: "header hash", "multiply", "fold", ….
    pub stage: &'static str,
    /// Place in the stage: nonce, chain, step, row, ….
    pub place: Vec<(&'static str, u64)>,
    /// The cycle in which the value left the core.
    pub cycle: u64,
    /// Value of the reference, hex.
    pub expected: String,
    /// Value of the core, hex.
    pub found: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mismatch in stage {}", self.stage)?;
        for (what, number) in &self.place {
            write!(f, ", {what} {number}")?;
        }
        write!(
            f,
            ", cycle {}: expected {}, found {}",
            self.cycle, self.expected, self.found
        )
    }
}

impl std::error::Error for Mismatch {}

/// Compares two values of a stage.
///
/// # Errors
/// The mismatch.
pub fn compare(
    stage: &'static str,
    place: &[(&'static str, u64)],
    cycle: u64,
    expected: &[u8],
    found: &[u8],
) -> Result<(), Mismatch> {
    if expected == found {
        return Ok(());
    }
    let (expected, found) = (hex::encode(expected), hex::encode(found));
    Err(Mismatch {
        stage,
        place: place.to_vec(),
        cycle,
        expected,
        found,
    })
}
