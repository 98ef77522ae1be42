//! The sources of a configuration.

use std::sync::mpsc;
use std::time::Duration;

use tensority_command::Program;
use tensority_config::{Form, Loaded};
use tensority_miner::SourceName;
use tensority_miner::miner::{Source, StartSource};
use tensority_source::{Address, Fingerprint, NodeForm, Settings, Tell};
use tensority_telemetry::source::Kind;

use super::{paid, payee};
use crate::config;
use crate::failure::{Failure, Tensority};

/// What each source is called, and the way to start it, in the order of preference. What turns out later to be wrong
/// with one, and what its blocks pay, is sent to `notes`.
pub fn of_config(
    loaded: &Loaded,
    notes: &mpsc::Sender<String>,
) -> Result<Vec<(SourceName, StartSource)>, Failure> {
    let addresses = config::addresses(loaded)?;
    config::certificates(loaded)?;
    if addresses.is_empty() {
        return Err(Failure::usage(
            "expected a source of work, found none; give -o http://HOST:PORT of a node or \
             -o stratum+tcp://HOST:PORT of a pool, or write a [[source]] into the configuration",
        ));
    }
    for warning in config::without_account(loaded, &addresses) {
        Tensority::warn(&warning);
    }
    let mut sources = Vec::new();
    for (source, address) in loaded.config.sources.iter().zip(addresses) {
        let name = name(&sources, source, &address);
        let settings = settings(source, address.clone());
        let of_start = settings.clone();
        let start = move |tell: Tell| {
            let handle = tensority_source::start(of_start.clone(), tell);
            let handle = handle.map_err(|error| error.to_string())?;
            Ok(Box::new(handle) as Box<dyn Source>)
        };
        let start = Box::new(start) as StartSource;
        let start = match &address {
            Address::Node(url) => {
                let start = payee::watch(&name.name, url, &settings, notes, start);
                paid::watch(&name.name, url, &settings, notes, start)
            }
            Address::Pool(_) => start,
        };
        sources.push((name, start));
    }
    Ok(sources)
}

/// A source as the configuration has it.
pub fn settings(source: &tensority_config::Source, address: Address) -> Settings {
    let mut settings = Settings::new(address);
    settings.user = source.user.clone().unwrap_or_default();
    settings.password = source.password.clone().unwrap_or_default();
    settings.form = match source.form {
        Form::Json => NodeForm::Json,
        Form::Hex => NodeForm::Hex,
    };
    settings.poll_interval = Duration::from_millis(source.poll_interval_ms);
    settings.ca_file.clone_from(&source.ca_file);
    settings.certificate_sha256 = source.certificate_sha256.map(Fingerprint);
    settings
}

fn name(
    before: &[(SourceName, StartSource)],
    source: &tensority_config::Source,
    address: &Address,
) -> SourceName {
    let url = address.to_string();
    let host = url.split_once("://").map_or(&*url, |(_, host)| host);
    let wanted = source.name.clone().unwrap_or_else(|| host.to_owned());
    let taken = |name: &str| before.iter().any(|(known, _)| known.name == name);
    let numbered = (2..).map(|number| format!("{wanted}#{number}"));
    let mut names = std::iter::once(wanted.clone()).chain(numbered);
    let kind = match address {
        Address::Node(_) => Kind::Node,
        Address::Pool(_) => Kind::Pool,
    };
    SourceName {
        name: names.find(|name| !taken(name)).unwrap_or(wanted),
        url,
        kind,
        user: source.user.clone().filter(|_| kind == Kind::Pool),
    }
}
