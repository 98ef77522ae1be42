//! From places and wires to a bitstream, by ecppack.
//!
//! Compression and the clock of the configuration come from the pins' preference file (`SYSCONFIG`); the part's
//! id is the board's.

use std::ops::ControlFlow;
use std::path::Path;

use tensority_boards::Part;

use super::error::Error;
use super::run::{self, End};
use super::tools::Tool;

/// Its input, which nextpnr writes.
pub const CONFIGURATION: &str = "design.config";
/// Its output.
pub const BITSTREAM: &str = "design.bit";

/// The arguments for a part.
pub fn arguments(part: &Part) -> Vec<String> {
    let idcode = format!("{:#010x}", part.idcode);
    [CONFIGURATION, BITSTREAM, "--idcode", &idcode]
        .map(String::from)
        .into()
}

/// Makes the bitstream in `folder`. Returns false if it was cancelled.
pub fn pack(
    folder: &Path,
    part: &Part,
    tool: &Tool,
    log: &Path,
    cancelled: &dyn Fn() -> bool,
) -> Result<bool, Error> {
    let mut command = tool.command(folder);
    command.args(arguments(part));
    match run::run(&mut command, log, cancelled, &mut |_| {
        ControlFlow::Continue(())
    })? {
        End::Cancelled => Ok(false),
        End::Exit(status) if status.success() => Ok(true),
        End::Exit(_) => Err(tool.refusal(log)),
    }
}
