//! `tensority xvc`: the JTAG port of a board in software.

use crate::{failure::Failure, output};
use serde::Serialize;
use std::{
    fs,
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};
use tensority_boards::Board;
use tensority_flash::emulator::{Chip, ERASED, Flash, Origin, Server};
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// The board.
    #[arg(long, value_name = "NAME", value_parser = board)]
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

fn board(name: &str) -> Result<Board, String> {
    Board::find(name).map_err(|error| error.to_string())
}

/// A line of output.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line {
    Listening {
        address: SocketAddr,
    },
    /// What runs after a client has left.
    Runs {
        /// `jtag`, `flash`, or `null` if nothing runs.
        origin: Option<&'static str>,
        /// Where in the flash memory it begins.
        address: Option<usize>,
        /// Eight hexadecimal digits.
        usercode: Option<String>,
    },
}

/// Serves until a signal ends it.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let content = arguments
        .flash_file
        .as_deref()
        .map_or(Ok(Vec::new()), read)?;
    let chip = Chip::new(arguments.board.part.idcode, Flash::new(content));
    let server = Server::bind(arguments.listen, chip)?;
    let runtime = Builder::new_current_thread().enable_io().build();
    let runtime = runtime.map_err(Failure::no_signals)?;
    let flash = runtime.block_on(serve(server, arguments.json))?;
    if let Some(path) = &arguments.flash_file {
        let written = fs::write(path, flash.content());
        written.map_err(|error| Failure::not_written(path, &error))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The content of a file that need not be there.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    match fs::read(path) {
        Ok(content) if content.len() <= Flash::BYTES => Ok(content),
        Ok(content) => Err(Failure::wrong_content(format!(
            "expected at most {} bytes in {}, found {}; name another file",
            Flash::BYTES,
            path.display(),
            content.len()
        ))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(vec![ERASED; Flash::BYTES]),
        Err(error) => Err(Failure::cannot_read(path, &error)),
    }
}

async fn serve(server: Server, json: bool) -> Result<Flash, Failure> {
    let mut interrupted = signal(SignalKind::interrupt()).map_err(Failure::no_signals)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(Failure::no_signals)?;
    let (sender, mut lines) = mpsc::unbounded_channel();
    let address = server.address();
    let serving = server.spawn(move |chip| {
        // Nobody listens any more when the command is at its end.
        let _ = sender.send(Line::of(chip));
    })?;
    print(&Line::Listening { address }, json)?;
    loop {
        tokio::select! {
            Some(line) = lines.recv() => print(&line, json)?,
            _ = interrupted.recv() => break,
            _ = terminated.recv() => break,
        }
    }
    let flash = serving.chip().flash().clone();
    Ok(flash)
}

fn print(line: &Line, json: bool) -> Result<(), Failure> {
    match json {
        true => output::print_json(line),
        false => output::print(&line.to_text()),
    }
}

impl Line {
    fn of(chip: &Chip) -> Self {
        let running = chip.running();
        let origin = running.map(|running| running.origin);
        Self::Runs {
            origin: origin.map(|origin| match origin {
                Origin::Jtag => "jtag",
                Origin::Flash(_) => "flash",
            }),
            address: origin.and_then(|origin| match origin {
                Origin::Jtag => None,
                Origin::Flash(address) => Some(address),
            }),
            usercode: running.map(|running| format!("{:08x}", running.usercode)),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Listening { address } => format!("listening on {address}"),
            Self::Runs {
                origin: None | Some(_),
                usercode: None,
                ..
            } => "nothing runs".into(),
            Self::Runs {
                address,
                usercode: Some(usercode),
                ..
            } => match address {
                Some(address) => format!("usercode {usercode} runs, from {address:06x}"),
                None => format!("usercode {usercode} runs, from JTAG"),
            },
        }
    }
}
