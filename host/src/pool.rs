//! `tensority pool`: a development pool, for miners to talk to on this machine.

use crate::{failure::Failure, node, output};
use serde::Serialize;
use std::{
    fs,
    net::SocketAddr,
    num::NonZero,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tensority::fast::Backend;
use tensority_devnet::pool::{
    DevelopmentChain, Event, Misbehaviour, Pool, SOLONET_BITS, Server, Settings, Tls, proof_of_work,
};
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

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

/// A line of output. Sessions are numbered from 0.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line {
    Listening {
        address: SocketAddr,
        tls: bool,
    },
    Opened {
        session: u64,
    },
    Login {
        session: u64,
        login: String,
        agent: String,
    },
    Accepted {
        session: u64,
        login: String,
        height: u64,
        nonce: u64,
    },
    Rejected {
        session: u64,
        login: Option<String>,
        code: i64,
        reason: String,
    },
    Block {
        session: Option<u64>,
        height: u64,
        hash: String,
    },
    BlockRefused {
        session: u64,
        reason: String,
    },
    Closed {
        session: u64,
        reason: String,
    },
}

/// Serves until a signal ends it, and prints what it does.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let pool = Arc::new(Pool::new(settings(arguments)?));
    let (sender, events) = mpsc::unbounded_channel();
    let observer = move |event| {
        // Nobody listens any more when the output has failed and the command is at its end.
        let _ = sender.send(event);
    };
    let server = Server::bind(arguments.listen, pool, observer)?;
    let runtime = Builder::new_current_thread().enable_io().build();
    let runtime = runtime.map_err(Failure::no_signals)?;
    runtime.block_on(serve(server, events, arguments))?;
    Ok(ExitCode::SUCCESS)
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

async fn serve(
    server: Server,
    mut events: mpsc::UnboundedReceiver<Event>,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let mut interrupted = signal(SignalKind::interrupt()).map_err(Failure::no_signals)?;
    let mut terminated = signal(SignalKind::terminate()).map_err(Failure::no_signals)?;
    let json = arguments.json;
    let running = server.spawn()?;
    let listening = Line::Listening {
        address: running.local_addr(),
        tls: arguments.tls_cert.is_some(),
    };
    print(&listening, json)?;
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
            Event::Opened { session } => Self::Opened { session },
            Event::Login {
                session,
                login,
                agent,
            } => Self::Login {
                session,
                login,
                agent,
            },
            Event::Accepted {
                session,
                login,
                height,
                nonce,
            } => Self::Accepted {
                session,
                login,
                height,
                nonce,
            },
            Event::Rejected {
                session,
                login,
                code,
            } => Self::Rejected {
                session,
                login,
                code: code.number(),
                reason: code.message().to_owned(),
            },
            Event::Block {
                session,
                height,
                hash,
            } => Self::Block {
                session,
                height,
                hash: hex::encode(hash),
            },
            Event::BlockRefused { session, reason } => Self::BlockRefused { session, reason },
            Event::Closed { session, why } => Self::Closed {
                session,
                reason: why.to_string(),
            },
        }
    }
}

impl Line {
    /// The texts of miners are quoted, for they may hold anything.
    fn to_text(&self) -> String {
        match self {
            Self::Listening { address, tls } => {
                let scheme = if *tls { "stratum+ssl" } else { "stratum+tcp" };
                format!("listening on {scheme}://{address}")
            }
            Self::Opened { session } => format!("session {session}: opened"),
            Self::Login {
                session,
                login,
                agent,
            } => format!("session {session}: login {login:?} with {agent:?}"),
            Self::Accepted {
                session,
                height,
                nonce,
                ..
            } => format!("session {session}: accepted share for block {height}, nonce {nonce}"),
            Self::Rejected {
                session,
                code,
                reason,
                ..
            } => format!("session {session}: rejected: {code} {reason}"),
            Self::Block {
                session: Some(session),
                height,
                hash,
            } => format!("session {session}: block {height}, {hash}"),
            Self::Block { height, hash, .. } => {
                format!("block {height} by nobody here, {hash}")
            }
            Self::BlockRefused { session, reason } => {
                format!("session {session}: block refused: {reason}")
            }
            Self::Closed { session, reason } => format!("session {session}: closed: {reason}"),
        }
    }
}
