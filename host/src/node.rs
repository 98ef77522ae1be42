//! `tensority node`: a development node, for miners to talk to on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tensority::fast::Backend;
use tensority_command::{Program, number};
use tensority_devnet::node::{Event, Node, Settings};

use crate::failure::{Failure, Tensority};
use crate::serve::{self, Listening};

#[derive(clap::Args)]
pub struct Arguments {
    /// Where to listen: a loopback address and a port, of which 0 is any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9888")]
    listen: SocketAddr,
    /// The bits of block 0, decimal or with 0x; those of Bytom's solonet ask for 20 hashes a block.
    #[arg(long, default_value_t = tensority_devnet::SOLONET_BITS, value_parser = bits)]
    bits: u64,
    /// Keep the chain in this file, or go on with the one that it holds. Without it the chain is
    /// gone when the node ends.
    #[arg(long, value_name = "FILE")]
    chain: Option<PathBuf>,
    /// Print JSON, one line for each event.
    #[arg(long)]
    json: bool,
}

/// Parses the bits of a block, decimal or with 0x.
pub fn bits(text: &str) -> Result<u64, String> {
    number(text).map_err(|_| format!("expected an integer of 64 bits, found {text:?}"))
}

/// Serves until a signal ends it, and prints what it does.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
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
        Tensority::warn(&recovery);
    }
    let start = |observer| {
        let observer: serve::Observer<Event> = observer;
        let running = tensority_devnet::node::serve(arguments.listen, Arc::new(node), observer)?;
        let listening = Listening {
            address: running.local_addr(),
            tls: None,
            scheme: "http://",
        };
        Ok((listening, running))
    };
    serve::until_signal(arguments.json, start, drop)?;
    Ok(())
}
