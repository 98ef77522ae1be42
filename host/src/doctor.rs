//! `tensority doctor`: everything that mining needs, looked at without harm, with what to do about what is wrong.
//!
//! Each group of checks is a file. Looking and judging are apart there: what was found is a value, and what it means
//! a function of it.

mod boards;
mod configuration;
mod disk;
mod finding;
mod nodes;
mod pools;
mod ports;
mod processor;
mod report;
mod time;

use std::path::{Path, PathBuf};
use std::{fs, thread};

use disk::Manner;
use finding::{Check, Finding, split_advice};
use ports::Port;
use report::Report;
use tensority_boards::Manifest;
use tensority_command::print_as;
use tensority_config::Loaded;
use tensority_device::choice::Choice;
use tensority_device::discovery::{self, UsbIds};
use tensority_source::{Address, StartError};

use crate::failure::Failure;
use crate::{config, mine};

const HELP: &str = "\
Configuration and flags are those of `tensority mine`. Nothing is changed or submitted: nodes are asked for
work, pools get a login, and boards a hash whose result is known; ports at which no board may be are not
opened, unless -d names them. A miner that runs on the same boards is left alone. Without a network the
checks that need none are made as ever.

Exit codes: 0 if nothing failed, warnings or not; 1 if something did; 64 for arguments that make no sense; 65
and 66 for an image that is none or cannot be read, 77 if it may not be; 74 for an output that cannot be written.";

#[derive(clap::Args)]
#[command(after_help = HELP)]
pub struct Arguments {
    #[command(flatten)]
    given: mine::Given,
    #[command(flatten)]
    files: mine::Files,
    /// The image that boards should have: NAME.bit, or its manifest NAME.json.
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Ask boards and the processor for no hash.
    #[arg(long)]
    quick: bool,
    /// Print JSON on one line.
    #[arg(long)]
    json: bool,
}

/// Looks at everything and prints what was found.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let image = arguments.image.as_deref().map(manifest).transpose()?;
    let environment = tensority_config::of_process();
    let overrides = mine::overrides(&arguments.given, &arguments.files);
    let file = arguments.given.config.as_deref();
    let loaded = tensority_config::load(file, &environment, &overrides);
    let loaded = loaded.and_then(|loaded| configuration::rest(&loaded).map(|()| loaded));
    let findings = match loaded {
        Ok(loaded) => of_setup(arguments, &loaded, image.as_ref()),
        Err(error) if configuration::is_of_flags(&error) => return Err(error.into()),
        Err(error) => {
            let skipped = Check::new("sources and devices", "configuration");
            let skipped = skipped.skip("not looked at before the configuration is right");
            let refused = configuration::refused(&error);
            let findings = refused.into_iter().chain([skipped]);
            findings
                .chain(of_machine(&[], 1, arguments.quick))
                .collect()
        }
    };
    let report = Report::new(findings);
    print_as(arguments.json, &report)?;
    match report.is_well() {
        true => Ok(()),
        // The report says it all.
        false => Err(Failure::unmet("")),
    }
}

/// The manifest of an image, beside its bitstream.
fn manifest(image: &Path) -> Result<Manifest, Failure> {
    let path = image.with_extension("json");
    let text = fs::read_to_string(&path).map_err(|error| Failure::cannot_read(&path, &error))?;
    let path = path.display();
    Manifest::from_json(&text).map_err(|error| Failure::data(format!("{path}: {error}")))
}

/// All findings about a configuration that makes sense.
fn of_setup(arguments: &Arguments, loaded: &Loaded, image: Option<&Manifest>) -> Vec<Finding> {
    // They were found to make sense before.
    let addresses = config::addresses(loaded).unwrap_or_default();
    let choices = config::choices(loaded).unwrap_or_default();
    let devices = loaded.config.devices.iter().zip(choices);
    let enabled = devices.filter(|(device, _)| device.enabled);
    let choices: Vec<_> = enabled.map(|(_, choice)| choice).collect();
    let quick = arguments.quick;

    let mut findings = configuration::accepted(loaded);
    findings.extend(configuration::secrets(loaded, &addresses));
    // Names, servers and boards keep one waiting: all at once.
    thread::scope(|scope| {
        let sources = loaded.config.sources.iter().zip(&addresses);
        let sources: Vec<_> = sources
            .map(|(source, address)| scope.spawn(|| of_source(source, address)))
            .collect();
        let boards = scope.spawn(|| of_boards(&choices, &config::adapters(loaded), quick, image));
        let machine = scope.spawn(|| of_machine(&choices, loaded.config.verify.threads, quick));
        let sources = sources.into_iter().map(|it| it.join());
        for group in sources.chain([boards.join()]) {
            findings.extend(group.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        let machine = machine.join();
        findings.extend(machine.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    });
    findings.extend(of_files(arguments, loaded));
    findings
}

fn of_source(source: &tensority_config::Source, address: &Address) -> Vec<Finding> {
    let url = address.to_string();
    let name = source.name.clone().unwrap_or_else(|| {
        let place = url.split_once("://").map(|(_, place)| place);
        place.unwrap_or(&url).to_owned()
    });
    let settings = mine::source_settings(source, address.clone());
    let findings = match address {
        Address::Node(url) => {
            nodes::ask(url, &settings).map(|answers| nodes::judge(&name, &answers))
        }
        Address::Pool(_) => pools::ask(settings).map(|answers| pools::judge(&name, &answers)),
    };
    findings.unwrap_or_else(|error| vec![not_started(&name, &error)])
}

/// A source that cannot be asked, whatever is at its address.
fn not_started(name: &str, error: &StartError) -> Finding {
    let text = error.to_string();
    let (found, advice) = split_advice(&text);
    let fix = match error {
        StartError::CaFile { .. } | StartError::Certificate { .. } => {
            "correct ca_file, which is to hold certificates as PEM"
        }
        StartError::HostName(_) => "correct the host",
        StartError::System(_) => "end other programs, or raise the limits of this user",
    };
    Check::new("source", name).fail(found, advice.unwrap_or(fix))
}

fn of_boards(
    choices: &[Choice],
    adapters: &UsbIds,
    quick: bool,
    image: Option<&Manifest>,
) -> Vec<Finding> {
    let named: Vec<PathBuf> = choices
        .iter()
        .filter_map(|choice| match choice {
            Choice::Port(path) => Some(path.clone()),
            _ => None,
        })
        .collect();
    let serials: Vec<u64> = choices
        .iter()
        .filter_map(|choice| match choice {
            Choice::Serial(serial) => Some(*serial),
            _ => None,
        })
        .collect();
    let everywhere = choices.contains(&Choice::Auto) || !serials.is_empty();
    let (found, others) = ports::look(&discovery::list(), adapters, &named);
    let wanted = |port: &&Port| port.named || (everywhere && port.adapter.is_some());
    let wanted: Vec<_> = found.iter().filter(wanted).collect();

    let mut findings = ports::judge(&found, others, everywhere);
    findings.push(ports::modem_manager(adapters));
    let answers = boards::ask(&wanted, quick);
    findings.extend(boards::judge(&answers, &serials, image));
    let simulated = choices
        .iter()
        .filter(|choice| matches!(choice, Choice::Simulated(_)));
    findings.extend(
        simulated.map(|choice| Check::new("board", choice).skip("simulated, which is not started")),
    );
    findings
}

fn of_machine(choices: &[Choice], verifiers: u64, quick: bool) -> Vec<Finding> {
    let threads: Vec<_> = choices
        .iter()
        .filter_map(|choice| match choice {
            Choice::Cpu(threads) => Some(*threads),
            _ => None,
        })
        .collect();
    let processor = processor::look(&threads, verifiers, quick);
    let mut findings = processor::judge(&processor);
    findings.extend(time::judge(&time::look()));
    findings
}

fn of_files(arguments: &Arguments, loaded: &Loaded) -> Vec<Finding> {
    let files = &arguments.files;
    let places = [
        (
            "state file",
            loaded.config.state.file.as_deref(),
            Manner::Beside,
        ),
        ("receipts", files.receipts.as_deref(), Manner::Itself),
        ("recording", files.record.as_deref(), Manner::Itself),
    ];
    let places = places.into_iter().filter_map(|(what, file, manner)| {
        let file = file?;
        Some(disk::judge(what, &disk::look(file, manner)))
    });
    places.collect()
}
