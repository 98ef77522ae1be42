//! `tensority pool`: a development pool, for miners to talk to on this machine.

use std::fs;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tensority::fast::Backend;
use tensority_devnet::SOLONET_BITS;
use tensority_devnet::pool::{
    DevelopmentChain, Event, Misbehaviour, Pool, Settings, Tls, proof_of_work,
};

use crate::failure::Failure;
use crate::node;
use crate::serve::{self, Listening};

#[derive(clap::Args)]
#[command(after_long_help = tensority_devnet::pool::explain())]
pub struct Arguments {
    /// Where to listen: a loopback address and a port, of which 0 is any free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9889")]
    listen: SocketAddr,
    /// How many hashes a share takes on average.
    #[arg(long, value_name = "HASHES", default_value = "5")]
    diff: NonZero<u64>,
    /// The bits of all blocks, decimal or with 0x; those of Bytom's solonet ask for 20 hashes a block.
    #[arg(long, default_value_t = SOLONET_BITS, value_parser = node::bits)]
    bits: u64,
    /// The height of the first block; the one after block 256 has a new seed.
    #[arg(long, default_value_t = 1)]
    height: u64,
    /// Make a block that nobody mined, every so many seconds.
    #[arg(long, value_name = "SECONDS")]
    block_every: Option<NonZero<u32>>,
    /// Refuse a nonce that comes again, as other pools do.
    #[arg(long)]
    refuse_duplicates: bool,
    /// Do this wrong, such as `late=2s,reject=10%`; `--help` lists what there is.
    #[arg(long, value_name = "FAULT,...", value_delimiter = ',')]
    misbehave: Vec<Misbehaviour>,
    /// Speak TLS with the certificates of this file, PEM, the pool's own first.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the pool's certificate, PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Print JSON, one line for each event.
    #[arg(long)]
    json: bool,
}

/// Serves until a signal ends it, and prints what it does.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let pool = Arc::new(Pool::new(settings(arguments)?));
    let tls = arguments.tls_cert.is_some();
    let start = |observer| {
        let observer: serve::Observer<Event> = observer;
        let running = tensority_devnet::pool::serve(arguments.listen, pool, observer)?;
        let listening = Listening {
            address: running.local_addr(),
            tls: Some(tls),
            scheme: if tls {
                "stratum+ssl://"
            } else {
                "stratum+tcp://"
            },
        };
        Ok((listening, running))
    };
    serve::until_signal(arguments.json, start, drop)?;
    Ok(())
}

fn settings(arguments: &Arguments) -> Result<Settings, Failure> {
    let chain = DevelopmentChain::at_height(arguments.height, arguments.bits);
    let chain = chain.map_err(|error| Failure::usage(format!("bad bits or height: {error}")))?;
    let tls = match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(certificates), Some(key)) => Some(Tls::from_pem(&read(certificates)?, &read(key)?)?),
        _ => None,
    };
    let seconds = |seconds: NonZero<u32>| Duration::from_secs(seconds.get().into());
    Ok(Settings {
        chain: Box::new(chain),
        difficulty: arguments.diff,
        refuse_duplicates: arguments.refuse_duplicates,
        block_every: arguments.block_every.map(seconds),
        hash: proof_of_work(Backend::from_environment()?),
        misbehave: arguments.misbehave.clone(),
        tls,
        ..Settings::default()
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::cannot_read(path, &error))
}
