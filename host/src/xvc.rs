//! `tensority xvc`: the JTAG port of a board in software.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;
use tensority_boards::Board;
use tensority_command::write_file;
use tensority_flash::emulator::{self, Chip, ERASED, Flash, Origin};

use crate::failure::Failure;
use crate::serve::{self, Listening};

#[derive(clap::Args)]
pub struct Arguments {
    /// The board.
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(Board::names()).try_map(|name| Board::find(&name)))]
    board: Board,
    /// Where to listen: a loopback address and a port, of which 0 is any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2542")]
    listen: SocketAddr,
    /// Keep the content of the flash memory in this file, or go on with what it holds. Without it, it
    /// is gone when the command ends.
    #[arg(long, value_name = "FILE")]
    flash_file: Option<PathBuf>,
    /// Print JSON, one line for each event.
    #[arg(long)]
    json: bool,
}

/// What runs after a client has left.
#[derive(Serialize)]
#[serde(tag = "event", rename = "runs")]
struct Runs {
    /// `jtag`, `flash`, or `null` if nothing runs.
    origin: Option<&'static str>,
    /// Where in the flash memory it begins.
    address: Option<usize>,
    /// Eight hexadecimal digits.
    usercode: Option<String>,
}

/// Serves until a signal ends it.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let file = arguments.flash_file.as_deref();
    let content = file.map_or(Ok(Vec::new()), read)?;
    let chip = Chip::new(arguments.board.part.idcode, Flash::new(content));
    let start = |observer: serve::Observer<Runs>| {
        let left = move |chip: &Chip| observer(Runs::of(chip));
        let serving = emulator::serve(arguments.listen, chip, left)?;
        let listening = Listening {
            address: serving.local_addr(),
            tls: None,
            scheme: "",
        };
        Ok((listening, serving))
    };
    let flash = serve::until_signal(arguments.json, start, |serving| {
        serving.chip().flash().clone()
    })?;
    if let Some(path) = file {
        let written = write_file(path, flash.content());
        written.map_err(|error| Failure::cannot_write(path, &error))?;
    }
    Ok(())
}

/// The content of a file that need not be there.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    match fs::read(path) {
        Ok(content) if content.len() <= Flash::BYTES => Ok(content),
        Ok(content) => Err(Failure::data(format!(
            "expected at most {} bytes in {}, found {}; name another file",
            Flash::BYTES,
            path.display(),
            content.len()
        ))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(vec![ERASED; Flash::BYTES]),
        Err(error) => Err(Failure::cannot_read(path, &error)),
    }
}

impl Runs {
    fn of(chip: &Chip) -> Self {
        let running = chip.running();
        let (origin, address) = match running.map(|running| running.origin) {
            None => (None, None),
            Some(Origin::Jtag) => (Some("jtag"), None),
            Some(Origin::Flash(address)) => (Some("flash"), Some(address)),
        };
        let usercode = running.map(|running| format!("{:08x}", running.usercode));
        Self {
            origin,
            address,
            usercode,
        }
    }
}

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.usercode, self.address) {
            (None, _) => f.write_str("nothing runs"),
            (Some(usercode), Some(address)) => {
                write!(f, "usercode {usercode} runs, from {address:06x}")
            }
            (Some(usercode), None) => write!(f, "usercode {usercode} runs, from JTAG"),
        }
    }
}
