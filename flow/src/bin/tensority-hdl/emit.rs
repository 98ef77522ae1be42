//! The command `emit`: the Verilog of a core or a chip.

use std::path::{Path, PathBuf};

use clap::Args;
use tensority_command::{hertz, print, write_file};
use tensority_hdl::emit::Design;
use tensority_hdl::geometry::{Geometry, GeometryError, Primitives};
use tensority_hdl::soc::Settings;

use crate::failure::Failure;

/// Core or chip, and where to write it.
#[derive(Args)]
pub struct Arguments {
    /// Matrix rows processed side by side: 1, 2, 4, 8 or 16.
    #[arg(long, value_name = "C")]
    lanes: usize,
    /// Matrix dimension: 256 is Tensority, 32, 64 and 128 are for tests.
    #[arg(long, value_name = "N", default_value_t = 256)]
    dim: usize,
    /// Plain multipliers instead of Winograd's inner product: twice as many.
    #[arg(long)]
    no_fip: bool,
    /// A core that also runs int8 networks on its first lane; with 1, 2 or 4 lanes.
    #[arg(long, conflicts_with = "chip")]
    infer: bool,
    /// Cells of a Lattice ECP5 with N DSPs instead of plain Verilog; an ECP5-85F has 156.
    #[arg(long, value_name = "N")]
    ecp5: Option<usize>,
    /// The whole chip: controller, serial line and core. Its module `picorv32` comes from the
    /// package pythondata-cpu-picorv32, which `cargo xtask setup` installs.
    #[arg(long)]
    chip: bool,
    /// Clock of the chip in Hz.
    #[arg(
        long,
        value_name = "HZ",
        value_parser = hertz,
        default_value_t = 100_000_000,
        requires = "chip"
    )]
    clock: u32,
    /// Bits per second of the chip's serial line.
    #[arg(long, value_name = "N", default_value_t = 1_000_000, requires = "chip")]
    baud: u32,
    /// Folder to write to; made if it is missing.
    #[arg(short, value_name = "DIR")]
    output: PathBuf,
}

/// Writes the Verilog.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let primitives = arguments.ecp5;
    let primitives = primitives.map_or(Primitives::Inferred, |dsp| Primitives::Ecp5 { dsp });
    let geometry = Geometry::new(arguments.dim, arguments.lanes, !arguments.no_fip)
        .and_then(|geometry| geometry.with_primitives(primitives))
        .and_then(|geometry| match arguments.infer {
            true => geometry.with_infer(),
            false => Ok(geometry),
        })
        .map_err(|error| Failure::usage(usage_hint(&error)))?;
    let design = if arguments.chip {
        let settings = Settings::new(arguments.clock, arguments.baud)
            .map_err(|error| Failure::usage(format!("--clock, --baud: {error}")))?;
        Design::soc(&geometry, &settings)
    } else {
        Design::core(&geometry)
    };
    let design = design.map_err(|error| Failure::software(error.to_string()))?;
    let output = &arguments.output;
    let path = write(&design, output).map_err(|error| Failure::cannot_write(output, &error))?;
    print(format_args!(
        "{}: {} modules",
        path.display(),
        design.modules.len()
    ))?;
    Ok(())
}

/// The fault of a geometry, with the argument to blame.
pub fn usage_hint(error: &GeometryError) -> String {
    let flag = match error {
        GeometryError::Dimension(_) => "--dim",
        GeometryError::Lanes(_) => "--lanes",
        GeometryError::PlainCells => "--no-fip, --ecp5",
        GeometryError::InferLanes(_) => "--infer, --lanes",
        GeometryError::InferPlain => "--infer, --no-fip",
        GeometryError::InferDsp { .. } => "--infer, --ecp5",
    };
    format!("{flag}: {error}")
}

fn write(design: &Design, folder: &Path) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("{}.v", design.top));
    write_file(&path, design.text())?;
    Ok(path)
}
