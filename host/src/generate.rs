//! `tensority generate`: completions, manual pages, a service unit, udev rules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, ValueEnum};
use tensority_command::print;
use tensority_config::{Overrides, credentials};
use tensority_device::permission;

use crate::config;
use crate::failure::Failure;

#[derive(clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Print what completes the words of a command line, for a shell to read.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page of `tensority`, or write the pages of all its commands.
    Man {
        /// The folder for all pages.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Print a unit for systemd that mines as a service with few rights.
    Systemd(Systemd),
    /// Print rules for udev that let who sits at the machine open the ports of boards: of all adapters that are known,
    /// and those of the configuration.
    Udev,
}

#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
}

#[derive(clap::Args)]
struct Systemd {
    /// The configuration. The service gets copies of what is in its folder and, if it is there already, of the files
    /// elsewhere that it names.
    #[arg(long, value_name = "PATH", default_value = "/etc/tensority/config.toml", value_parser = absolute)]
    config: String,
    /// The group that may open serial ports.
    #[arg(long, default_value = "dialout", value_parser = name)]
    group: String,
    /// Where the program is installed.
    #[arg(long, value_name = "PATH", default_value = "/usr/local/bin/tensority", value_parser = absolute)]
    program: String,
}

/// A path that means the same to systemd.
fn absolute(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+@".contains(&byte);
    let has_name = Path::new(text).file_name().is_some();
    match text.starts_with('/') && has_name && text.bytes().all(plain) {
        true => Ok(text.into()),
        false => Err(format!(
            "expected an absolute path of letters, digits and /._-+@, found {text:?}"
        )),
    }
}

/// The name of a group.
fn name(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    match !text.is_empty() && text.bytes().all(plain) {
        true => Ok(text.into()),
        false => Err(format!("expected the name of a group, found {text:?}")),
    }
}

/// Prints or writes what is asked for.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    match &arguments.verb {
        Verb::Completions { shell } => print(completions(*shell).trim_end())?,
        Verb::Man { out: None } => print(page().trim_end())?,
        Verb::Man { out: Some(folder) } => write_pages(folder)?,
        Verb::Systemd(systemd) => print(unit(systemd)?.trim_end())?,
        Verb::Udev => print(permission::udev_rules(&config::adapters_anyway()).trim_end())?,
    }
    Ok(())
}

fn completions(shell: Shell) -> String {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let mut text = Vec::new();
    let mut command = crate::Arguments::command();
    clap_complete::generate(shell, &mut command, "tensority", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

fn page() -> String {
    let mut text = Vec::new();
    let command = crate::Arguments::command().disable_help_subcommand(true);
    let rendered = clap_mangen::Man::new(command).render(&mut text);
    rendered.expect("memory takes all");
    String::from_utf8_lossy(&text).into_owned()
}

fn write_pages(folder: &Path) -> Result<(), Failure> {
    let written = fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(crate::Arguments::command(), folder));
    written.map_err(|error| Failure::cannot_write(folder, &error))
}

fn unit(systemd: &Systemd) -> Result<String, Failure> {
    let config = Path::new(&systemd.config);
    let folder = config.parent().unwrap_or(config);
    let mut credentials = credential(folder, folder)?;
    for file in read_files(config)? {
        let real = file.canonicalize().unwrap_or_else(|_| file.clone());
        if !is_below(folder, &file, &real) {
            credentials += &credential(&file, &real)?;
        }
    }
    let text = include_str!("../system/tensority.service.in")
        .replace("@credentials@\n", &credentials)
        .replace("@config@", &systemd.config)
        .replace("@group@", &systemd.group)
        .replace("@program@", &systemd.program);
    Ok(text)
}

/// A configuration and the files that it names; none if it is not there yet.
fn read_files(config: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    if !config.exists() {
        return Ok(BTreeSet::new());
    }
    // The service has an environment of its own.
    let loaded = tensority_config::load(Some(config), &BTreeMap::new(), &Overrides::default())?;
    let named = credentials::files(&loaded.config);
    Ok(named
        .into_iter()
        .chain([config])
        .map(Path::to_owned)
        .collect())
}

/// Whether systemd finds a file, which really is at `real`, when it goes through a folder: it follows no symbolic links.
fn is_below(folder: &Path, file: &Path, real: &Path) -> bool {
    let below = file.strip_prefix(folder).ok();
    let found = below.and_then(|below| Some(folder.canonicalize().ok()?.join(below)));
    found.is_some_and(|found| found == real)
}

/// What has systemd copy a file, or all files of a folder, that is at `real`.
fn credential(path: &Path, real: &Path) -> Result<String, Failure> {
    let name = credentials::name(path).filter(|name| absolute(&format!("/{name}")).is_ok());
    let real = real.to_str().filter(|real| absolute(real).is_ok());
    match (name, real) {
        (Some(name), Some(real)) => Ok(format!("LoadCredential={name}:{real}\n")),
        _ => Err(Failure::usage(format!(
            "expected files for the service below the root, with paths of letters, digits and /._-+@, found {:?}",
            path.display()
        ))),
    }
}
