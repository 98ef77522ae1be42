//! `tensority node`: a development node, for miners to talk to on this machine.

use crate::{failure::Failure, output};
use serde::Serialize;
use std::{
    io::{Write, stderr},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};
use tensority::fast::Backend;
use tensority_devnet::node::{Node, Server, Settings, api::Event};
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

#[derive(clap::Args)]
pub struct Arguments {
    /// Where to listen: a loopback address and a port, of which 0 is any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9888")]
    listen: SocketAddr,
    /// The bits of block 0, decimal or with 0x; those of Bytom's solonet ask for 20 hashes a block.
    #[arg(long, default_value_t = tensority_devnet::node::SOLONET_BITS, value_parser = bits)]
    bits: u64,
    /// Keep the chain in this file, or go on with the one that it holds. Without it the chain is
    /// gone when the node ends.
    #[arg(long, value_name = "FILE")]
    chain: Option<PathBuf>,
    /// Print JSON, one line for each event.
    #[arg(long)]
    json: bool,
}

/// Bits as people write them: decimal or with 0x.
pub fn bits(text: &str) -> Result<u64, String> {
    let bits = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    bits.map_err(|_| format!("expected an integer of 64 bits, found {text:?}"))
}

/// A line of output.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum Line {
    Listening {
        address: SocketAddr,
    },
    Accepted {
        height: u64,
        nonce: u64,
        hash: String,
    },
    Rejected {
        reason: String,
    },
}

/// Serves until a signal ends it, and prints what it does.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let settings = Settings {
        bits: arguments.bits,
        backend: Backend::from_environment()?,
        ..Settings::default()
    };
    let (node, recovery) = match &arguments.chain {
        Some(path) => Node::open(settings, path)?,
        None => (Node::new(settings)?, None),
    };
    if let Some(recovery) = recovery {
        // Nobody is left to tell when the terminal itself is gone.
        let _ = writeln!(stderr(), "tensority: {recovery}");
    }
    let (sender, events) = mpsc::unbounded_channel();
    let observer = move |event| {
        // Nobody listens any more when the output has failed and the command is at its end.
        let _ = sender.send(event);
    };
    let server = Server::bind(arguments.listen, Arc::new(node), observer)?;
    let runtime = Builder::new_current_thread().enable_io().build();
    let runtime = runtime.map_err(Failure::no_signals)?;
    runtime.block_on(serve(server, events, arguments.json))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(
    server: Server,
    mut events: mpsc::UnboundedReceiver<Event>,
    json: bool,
) -> Result<(), Failure> {
    let mut interrupted = signal(SignalKind::interrupt()).map_err(Failure::no_signals)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(Failure::no_signals)?;
    let running = server.spawn()?;
    let address = running.local_addr();
    print(&Line::Listening { address }, json)?;
    loop {
        tokio::select! {
            Some(event) = events.recv() => print(&Line::from(event), json)?,
            _ = interrupted.recv() => break,
            _ = terminated.recv() => break,
        }
    }
    drop(running);
    while let Ok(event) = events.try_recv() {
        print(&Line::from(event), json)?;
    }
    Ok(())
}

fn print(line: &Line, json: bool) -> Result<(), Failure> {
    if json {
        output::print_json(line)
    } else {
        output::print(&line.to_text())
    }
}

impl From<Event> for Line {
    fn from(event: Event) -> Self {
        match event {
            Event::Accepted(block) => Self::Accepted {
                height: block.header.height,
                nonce: block.header.nonce,
                hash: hex::encode(block.hash),
            },
            Event::Rejected(reason) => Self::Rejected { reason },
        }
    }
}

impl Line {
    fn to_text(&self) -> String {
        match self {
            Self::Listening { address } => format!("listening on http://{address}"),
            Self::Accepted {
                height,
                nonce,
                hash,
            } => format!("accepted block {height}, nonce {nonce}, {hash}"),
            Self::Rejected { reason } => format!("rejected: {reason}"),
        }
    }
}
