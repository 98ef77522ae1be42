//! `tensority why`: the decisions of a running miner, with their reasons.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tensority_command::{print, print_json};
use tensority_config::Overrides;
use tensority_miner::unix_now;
use tensority_telemetry::Decision;

use crate::failure::Failure;

const HELP: &str = "\
Exit codes: 0; 64 for arguments; 65 for a configuration that makes no sense; 66 for one that cannot be
read, 77 if it may not be; 69 if no miner answers.";

/// How long a miner may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    /// The configuration of the miner, which says where its API is; without it, that of
    /// TENSORITY_CONFIG, of the user or of the machine.
    #[arg(short, long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the API is, as HOST:PORT, instead.
    #[arg(long, value_name = "ADDRESS")]
    api: Option<String>,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

/// Asks the miner for its decisions and prints them, the latest last.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let address = match &arguments.api {
        Some(address) => address.clone(),
        None => address_of(arguments.config.as_deref())?,
    };
    let decisions = ask(&format!("http://{address}/api/v0/decisions"))?;
    if arguments.json {
        print_json(&decisions)?;
    } else if decisions.is_empty() {
        print("nothing: it had no reason to decide anything by itself")?;
    }
    for decision in decisions.iter().filter(|_| !arguments.json) {
        print(line(decision))?;
    }
    Ok(())
}

/// Where the API of a miner with this configuration is.
fn address_of(config: Option<&Path>) -> Result<String, Failure> {
    let environment = tensority_config::of_process();
    let loaded =
        tensority_config::load_without_secrets(config, &environment, &Overrides::default())?;
    let address = loaded.config.api.listen.0;
    address.map(|address| address.to_string()).ok_or_else(|| {
        Failure::usage(
            "expected a miner with an API, found api.listen = \"off\"; switch it on, or give --api",
        )
    })
}

fn ask(url: &str) -> Result<Vec<Decision>, Failure> {
    let config = ureq::Agent::config_builder()
        .proxy(None)
        .timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = config.build().into();
    let unavailable = |error: &dyn std::fmt::Display| {
        Failure::unavailable(format!(
            "expected a miner at {url}, found: {error}; does it run, and with this configuration?"
        ))
    };
    let mut response = agent.get(url).call().map_err(|error| unavailable(&error))?;
    let body = response.body_mut().read_to_vec();
    let body = body.map_err(|error| unavailable(&error))?;
    serde_json::from_slice(&body).map_err(|error| unavailable(&error))
}

fn line(decision: &Decision) -> String {
    let Decision {
        at_unix,
        about,
        action,
        reason,
    } = decision;
    let ago = tensority_telemetry::format::duration(unix_now().saturating_sub(*at_unix) as f64);
    format!("{ago} ago, {about}: {action}, because {reason}")
}
