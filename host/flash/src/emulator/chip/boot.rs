//! Boot: the image at address 0, else the one to which the last page of the memory leads.
//!
//! This is what Lattice calls dual boot (TN1216, FPGA-TN-02203). How far the chip looks for a preamble is
//! not told there; the model gives up after [`SEARCH`] bytes.

use tensority_boards::bitstream::{self, Configuration, Content, Fault, PREAMBLE, Reason};

/// How far a preamble is looked for.
const SEARCH: usize = 64 << 10;

/// The page that leads to the golden image, from the end of the memory.
const JUMP_PAGE: usize = 256;

/// What came of a start.
pub struct Booted {
    /// Why the first image did not load, where it did not.
    pub first: Option<Fault>,
    /// The image that was loaded and where it begins, or why there is none.
    pub outcome: Result<(usize, Configuration), Fault>,
}

/// Starts a chip with this IDCODE from a memory.
pub fn boot(memory: &[u8], idcode: u32) -> Booted {
    let first = match load(memory, 0, idcode) {
        Ok(loaded) => {
            let outcome = Ok(loaded);
            return Booted {
                first: None,
                outcome,
            };
        }
        Err(fault) => fault,
    };
    let jump = memory.len() - JUMP_PAGE;
    Booted {
        first: Some(first),
        outcome: load(memory, jump, idcode),
    }
}

/// Loads the image at `start`, or that to which a jump there leads.
fn load(memory: &[u8], start: usize, idcode: u32) -> Result<(usize, Configuration), Fault> {
    let mut start = start;
    // From a jump to a jump there is no way.
    for _ in 0..2 {
        let rest = memory.get(start..).unwrap_or_default();
        let search = &rest[..rest.len().min(SEARCH)];
        if !search.windows(PREAMBLE.len()).any(|four| four == PREAMBLE) {
            let reason = Reason::Preamble;
            let at = search.len();
            return Err(Fault { reason, at });
        }
        match bitstream::read(rest, idcode)? {
            Content::Configuration(configuration) => return Ok((start, configuration)),
            Content::Jump(address) => start = address as usize,
        }
    }
    let reason = Reason::Preamble;
    Err(Fault { reason, at: 0 })
}
