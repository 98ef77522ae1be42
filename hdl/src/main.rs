//! `tensority-hdl`: writes the Verilog of an accelerator core, or of the whole chip around it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tensority_hdl::emit::Design;
use tensority_hdl::geometry::{Geometry, GeometryError};
use tensority_hdl::soc::Settings;

/// Describes the Tensority accelerator as Verilog.
#[derive(Parser)]
#[command(name = "tensority-hdl", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the Verilog of a core to DIR/core.v, or of a chip to DIR/soc.v.
    Emit {
        /// Matrix rows processed side by side: 1, 2, 4, 8 or 16.
        #[arg(long, value_name = "C")]
        lanes: usize,
        /// Matrix dimension: 256 is Tensority, 32, 64 and 128 are for tests.
        #[arg(long, value_name = "N", default_value_t = 256)]
        dim: usize,
        /// Plain multipliers instead of Winograd's inner product: twice as many.
        #[arg(long)]
        no_fip: bool,
        /// The whole chip: controller, serial line and core. Its module `picorv32` comes from the
        /// package pythondata-cpu-picorv32, which `cargo xtask setup` installs.
        #[arg(long)]
        chip: bool,
        /// Clock of the chip in Hz.
        #[arg(
            long,
            value_name = "HZ",
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
    },
}

const USAGE: u8 = 64;
const FILES: u8 = 66;
const SOFTWARE: u8 = 70;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            // The first paragraph says what is wrong; the rest is advice of a general kind.
            let text = error.to_string();
            let lines = text
                .lines()
                .map(str::trim)
                .take_while(|line| !line.is_empty());
            let reason = lines.collect::<Vec<_>>().join(" ");
            let reason = reason.trim_start_matches("error: ");
            return fail(USAGE, &format!("{reason}; see 'tensority-hdl --help'"));
        }
        Err(help) => {
            // A broken pipe leaves nobody to tell.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    let Command::Emit {
        lanes,
        dim,
        no_fip,
        chip,
        clock,
        baud,
        output,
    } = cli.command;
    let geometry = match Geometry::new(dim, lanes, !no_fip) {
        Ok(geometry) => geometry,
        Err(error) => return fail(USAGE, &usage_hint(&error)),
    };
    let emitted = if chip {
        match Settings::new(clock, baud) {
            Ok(settings) => Design::soc(&geometry, &settings),
            Err(error) => return fail(USAGE, &format!("--clock, --baud: {error}")),
        }
    } else {
        Design::core(&geometry)
    };
    let design = match emitted {
        Ok(design) => design,
        Err(error) => return fail(SOFTWARE, &error.to_string()),
    };
    match write(&design, &output) {
        Ok(path) => {
            // The files are written, whether or not anybody reads this.
            let _ = writeln!(
                io::stdout(),
                "{}: {} modules",
                path.display(),
                design.modules.len()
            );
            ExitCode::SUCCESS
        }
        Err(error) => fail(
            FILES,
            &format!("cannot write to {}: {error}", output.display()),
        ),
    }
}

fn usage_hint(error: &GeometryError) -> String {
    let flag = match error {
        GeometryError::Dimension(_) => "--dim",
        GeometryError::Lanes(_) => "--lanes",
    };
    format!("{flag}: {error}; choose one of these")
}

fn write(design: &Design, folder: &Path) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(format!("{}.v", design.top));
    std::fs::write(&path, design.text())?;
    Ok(path)
}

fn fail(code: u8, message: &str) -> ExitCode {
    eprintln!("tensority-hdl: {message}");
    ExitCode::from(code)
}
