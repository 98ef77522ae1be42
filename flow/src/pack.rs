//! Places and wires to a bitstream, by ecppack.
//!
//! Compression and the clock of the configuration come from the pins' preference file (`SYSCONFIG`); the part's
//! id is the board's.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use tensority_boards::Part;

use crate::error::Error;
use crate::run::{self, End};
use crate::tools::Tools;

/// What nextpnr writes for it.
pub const CONFIGURATION: &str = "design.config";
/// What it writes.
pub const BITSTREAM: &str = "design.bit";

/// The arguments.
pub fn arguments(part: &Part) -> Vec<String> {
    let idcode = format!("{:#010x}", part.idcode);
    [CONFIGURATION, BITSTREAM, "--idcode", &idcode]
        .map(String::from)
        .into()
}

/// Makes the bitstream in `folder`. Returns false if it was ended.
pub fn pack(
    folder: &Path,
    part: &Part,
    tools: &Tools,
    log: &Path,
    cancelled: &AtomicBool,
) -> Result<bool, Error> {
    let mut command = tools.ecppack.command(folder);
    command.args(arguments(part));
    match run::run(&mut command, log, cancelled, &mut |_| {
        ControlFlow::Continue(())
    })? {
        End::Cancelled => Ok(false),
        End::Exit(status) if status.success() => Ok(true),
        End::Exit(_) => Err(Error::Tool {
            tool: tools.ecppack.name,
            reason: run::reason(log),
            log: log.to_path_buf(),
        }),
    }
}
