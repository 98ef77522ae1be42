//! Merging of four layers into one configuration.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tensority_secret::Unread;

use crate::layers::Layers;
use crate::{
    Config, ConfigError, Mistake, Origin, Overrides, ReadableByAll, check, credentials,
    environment, file, flags, paths,
};

/// No configuration is longer.
const MOST_BYTES: u64 = 256 << 10;

/// A configuration, and what is known about it.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Loaded {
    pub config: Config,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    /// What works and should not be so.
    pub warnings: Vec<ReadableByAll>,
    origins: BTreeMap<String, Origin>,
}

/// Reads the file, if there is one, and puts the environment and the flags over it, then reads the files
/// of all secrets. The file is the one at `path`, else the one that `TENSORITY_CONFIG` names, else that
/// of the user, else that of the machine; only the last two need not be there.
///
/// # Errors
/// [`ConfigError`], with all mistakes at once.
pub fn load(
    path: Option<&Path>,
    environment: &BTreeMap<String, String>,
    overrides: &Overrides,
) -> Result<Loaded, ConfigError> {
    let mut loaded = load_without_secrets(path, environment, overrides)?;
    let sources = 0..loaded.config.sources.len();
    let passwords = sources.map(SecretOf::Source);
    let all: Vec<_> = passwords.chain([SecretOf::Api]).collect();
    loaded.read_secrets(&all)?;
    Ok(loaded)
}

/// As [`load`], for who needs no secret, or [some](Loaded::read_secrets): those who may not read the
/// miner's passwords can still do what needs none.
///
/// # Errors
/// [`ConfigError`], with all mistakes at once.
pub fn load_without_secrets(
    path: Option<&Path>,
    environment: &BTreeMap<String, String>,
    overrides: &Overrides,
) -> Result<Loaded, ConfigError> {
    let mut config = Config::default();
    config.state.file = paths::state_file(environment);
    let mut layers = Layers::default();

    let found = find(path, environment)?;
    if let Some(found) = &found {
        match std::str::from_utf8(&found.bytes) {
            Ok(text) => file::read(&found.path, text, &mut config, &mut layers),
            Err(error) => {
                let place = file::origin(&found.path, &found.bytes, error.valid_up_to());
                layers.mistake(place, "expected UTF-8, found another byte".into());
            }
        }
    }
    environment::read(environment, &mut config, &mut layers);
    flags::read(overrides, &mut config, &mut layers);
    if layers.origin("state.history") == Origin::Default {
        config.state.history = config.state.file.as_deref().map(paths::history);
    }
    if layers.mistakes.is_empty() {
        check::check(&config, &mut layers);
    }
    if layers.mistakes.is_empty() {
        credentials::hand_over(&mut config, environment);
    }
    if !layers.mistakes.is_empty() {
        layers.mistakes.sort();
        return Err(ConfigError::Mistakes(layers.mistakes));
    }
    let warning = found
        .as_ref()
        .and_then(|found| found.warning(&config, &layers));
    Ok(Loaded {
        config,
        file: found.map(|found| found.path),
        warnings: warning.into_iter().collect(),
        origins: layers.origins,
    })
}

/// Whose secret it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretOf {
    /// The password of the source of this number.
    Source(usize),
    /// The token of the API.
    Api,
}

impl Loaded {
    /// Reads the files of these secrets, where they are in files.
    ///
    /// # Errors
    /// If a file cannot be read, or holds something else; all of the latter at once.
    pub fn read_secrets(&mut self, wanted: &[SecretOf]) -> Result<(), ConfigError> {
        let mut mistakes = Vec::new();
        for of in wanted {
            let (path, secret) = match *of {
                SecretOf::Source(number) => {
                    let source = self.config.sources.get_mut(number);
                    let path = format!("source[{number}].password_file");
                    (path, source.and_then(|source| source.password.as_mut()))
                }
                SecretOf::Api => ("api.token_file".into(), self.config.api.token.as_mut()),
            };
            let Some(secret) = secret else { continue };
            let origin = || self.origins.get(&path).cloned().unwrap_or_default();
            match secret.read() {
                Ok(warning) => self.warnings.extend(warning),
                Err(Unread::Io(source)) => {
                    return Err(ConfigError::SecretFile {
                        origin: origin(),
                        path: secret.file().unwrap_or(Path::new("")).to_owned(),
                        source,
                    });
                }
                Err(error @ Unread::Content(_)) => mistakes.push(Mistake {
                    origin: origin(),
                    reason: error.to_string(),
                }),
            }
        }
        mistakes.sort();
        match mistakes.is_empty() {
            true => Ok(()),
            false => Err(ConfigError::Mistakes(mistakes)),
        }
    }

    /// Where a value came from, by its path: `source[0].url`, `api.listen`.
    pub fn origin(&self, path: &str) -> Origin {
        self.origins.get(path).cloned().unwrap_or_default()
    }

    /// The error for a value that somebody else finds wrong, at the place that it came from. The
    /// reason is one line: what was expected, what was found.
    pub fn refuse(&self, path: &str, reason: impl Into<String>) -> ConfigError {
        ConfigError::Mistakes(vec![Mistake {
            origin: self.origin(path),
            reason: reason.into(),
        }])
    }
}

/// A file as it is on the disk.
struct Found {
    path: PathBuf,
    bytes: Vec<u8>,
    mode: u32,
}

fn find(
    path: Option<&Path>,
    environment: &BTreeMap<String, String>,
) -> Result<Option<Found>, ConfigError> {
    let named = environment::value(environment, environment::CONFIG);
    if let Some(path) = path.or(named.map(Path::new)) {
        return open(path, environment).map(Some);
    }
    for path in paths::default_files(environment) {
        match open(&path, environment) {
            Err(ConfigError::File { source, .. })
                if matches!(
                    source.kind(),
                    ErrorKind::NotFound | ErrorKind::NotADirectory
                ) => {}
            found => return found.map(Some),
        }
    }
    Ok(None)
}

fn open(path: &Path, environment: &BTreeMap<String, String>) -> Result<Found, ConfigError> {
    let read = || -> io::Result<Found> {
        let file = File::open(credentials::place(path, environment))?;
        let mode = file.metadata()?.permissions().mode();
        let mut bytes = Vec::new();
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
        Ok(Found {
            path: path.to_owned(),
            bytes,
            mode,
        })
    };
    let found = read().map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source,
    })?;
    if found.bytes.len() as u64 > MOST_BYTES {
        return Err(ConfigError::Mistakes(vec![Mistake {
            origin: file::origin(path, &found.bytes, 0),
            reason: "expected a configuration of at most 256 KiB, found a longer file".into(),
        }]));
    }
    Ok(found)
}

impl Found {
    /// Whether everyone may read a secret that it holds.
    fn warning(&self, config: &Config, layers: &Layers) -> Option<ReadableByAll> {
        let is_here = |path: &str| matches!(layers.origin(path), Origin::File { .. });
        let passwords =
            (0..config.sources.len()).map(|number| format!("source[{number}].password"));
        let mut secrets = passwords.chain(["api.token".into()]);
        let holds_one = secrets.any(|path| is_here(&path));
        tensority_secret::warning(&self.path, self.mode).filter(|_| holds_one)
    }
}
