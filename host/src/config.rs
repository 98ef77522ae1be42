//! `tensority config`: checking, explaining and beginning a configuration.

use std::path::PathBuf;

use tensority_command::{Program, print};
use tensority_config::{ConfigError, Explained, Loaded, Overrides};
use tensority_device::choice::Choice;
use tensority_device::discovery::UsbIds;
use tensority_source::Address;

use crate::failure::{Failure, Tensority};
use crate::table;

const HELP: &str = "\
Exit codes: 0; 64 for arguments and variables; 65 for a configuration that makes no sense; 66 for a
file that cannot be read, 77 if it may not be; 74 for one that cannot be written.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Read a configuration, and say in one line that it is good, or in a line each what is wrong.
    #[command(after_help = HELP)]
    Check(File),
    /// Print each value with its unit and where it came from: default, FILE:LINE:COLUMN or variable.
    #[command(after_help = HELP)]
    Explain(File),
    /// Write a configuration that has every key with its default, for its owner to read alone.
    #[command(after_help = HELP)]
    Init {
        /// The file, which must not be there yet; without it, that of the user:
        /// ~/.config/tensority/config.toml.
        file: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
struct File {
    /// The file; without it, that of TENSORITY_CONFIG, of the user or of the machine.
    file: Option<PathBuf>,
    /// The file, as the other commands take it.
    #[arg(short, long, value_name = "FILE", conflicts_with = "file")]
    config: Option<PathBuf>,
}

/// Does what is asked of a configuration.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.verb {
        Verb::Check(file) => check(&load(file)?)?,
        Verb::Explain(file) => explain(&load(file)?)?,
        Verb::Init { file } => init(file.clone())?,
    }
    Ok(())
}

/// The addresses of all sources, in the order of preference.
pub fn addresses(loaded: &Loaded) -> Result<Vec<Address>, ConfigError> {
    let sources = loaded.config.sources.iter().enumerate();
    let addresses = sources.map(|(number, source)| {
        let address = source.url.reveal().parse();
        address.map_err(|error: tensority_source::AddressError| {
            loaded.refuse(&format!("source[{number}].url"), error.to_string())
        })
    });
    addresses.collect()
}

/// What a board may be behind.
pub fn adapters(loaded: &Loaded) -> UsbIds {
    UsbIds::with(&loaded.config.usb.adapters)
}

/// As [`adapters`], for a command that needs nothing else of the configuration: without one that can be read, it goes
/// on with the adapters that are known.
pub fn adapters_anyway() -> UsbIds {
    let environment = tensority_config::of_process();
    match tensority_config::load_without_secrets(None, &environment, &Overrides::default()) {
        Ok(loaded) => adapters(&loaded),
        Err(error) => {
            Tensority::warn(&format!("{error}; only known adapters are looked at"));
            UsbIds::with(&[])
        }
    }
}

/// Whether the certificates of all sources can be read, and are some.
pub fn certificates(loaded: &Loaded) -> Result<(), ConfigError> {
    for (number, source) in loaded.config.sources.iter().enumerate() {
        let Some(path) = &source.ca_file else {
            continue;
        };
        if let Err(error) = tensority_source::read_certificates(path) {
            let reason = error.to_string();
            return Err(loaded.refuse(&format!("source[{number}].ca_file"), reason));
        }
    }
    Ok(())
}

/// What all devices are, enabled or not.
pub fn choices(loaded: &Loaded) -> Result<Vec<Choice>, ConfigError> {
    let devices = loaded.config.devices.iter().enumerate();
    let choices = devices.map(|(number, device)| {
        let choice = device.choice.parse();
        choice.map_err(|error: String| loaded.refuse(&format!("device[{number}].use"), error))
    });
    choices.collect()
}

/// A warning for each pool that is given no account.
pub fn without_account(loaded: &Loaded, addresses: &[Address]) -> Vec<String> {
    let sources = loaded.config.sources.iter().zip(addresses).enumerate();
    let nobodys = sources.filter(|(_, (source, address))| {
        matches!(address, Address::Pool(_)) && source.user.is_none()
    });
    let warnings = nobodys.map(|(number, (_, address))| {
        let origin = loaded.origin(&format!("source[{number}].url"));
        format!(
            "{origin}: expected an account for the pool {address}, found none, so that its shares are nobody's; \
             give -u ACCOUNT.WORKER, or `user` in the configuration"
        )
    });
    warnings.collect()
}

/// Says what works and should not be so.
pub fn warn(loaded: &Loaded) {
    loaded.warnings.iter().for_each(Tensority::warn);
}

fn load(file: &File) -> Result<Loaded, Failure> {
    let environment = tensority_config::of_process();
    let path = file.file.as_deref().or(file.config.as_deref());
    let loaded = tensority_config::load(path, &environment, &Overrides::default())?;
    warn(&loaded);
    Ok(loaded)
}

fn check(loaded: &Loaded) -> Result<(), Failure> {
    certificates(loaded)?;
    let addresses = addresses(loaded)?;
    let choices = choices(loaded)?;
    let warnings = without_account(loaded, &addresses);
    warnings.iter().for_each(Tensority::warn);
    let counts = [
        counted(addresses.len(), "source"),
        counted(choices.len(), "device"),
        counted(loaded.warnings.len() + warnings.len(), "warning"),
    ];
    let counts = counts.join(", ");
    Ok(match &loaded.file {
        Some(file) => print(format_args!("ok: {counts}; {}", file.display())),
        None => print(format_args!(
            "ok: {counts}; there is no file, so these are the defaults"
        )),
    }?)
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn explain(loaded: &Loaded) -> Result<(), Failure> {
    let rows: Vec<_> = loaded.explain().iter().map(cells).collect();
    Ok(print(table::aligned(&rows))?)
}

fn cells(explained: &Explained) -> [String; 4] {
    let none = || String::from("-");
    [
        explained.path.clone(),
        explained.value.clone().unwrap_or_else(none),
        explained.unit.map_or_else(none, String::from),
        explained.origin.to_string(),
    ]
}

fn init(file: Option<PathBuf>) -> Result<(), Failure> {
    let of_user = || tensority_config::default_file(&tensority_config::of_process());
    let Some(file) = file.or_else(of_user) else {
        let message = "expected the name of a file, or HOME in the environment, found neither";
        return Err(Failure::usage(message));
    };
    tensority_config::init(&file)?;
    Ok(print(format_args!("wrote {}", file.display()))?)
}
