//! Default paths, and the first configuration.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::environment;
use crate::template::template;

/// The configuration of the machine.
const OF_THE_MACHINE: &str = "/etc/tensority/config.toml";

/// Why there is no new file.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum InitError {
    #[error(
        "{}: expected no file, found one, which is kept; name another file, or remove it first",
        .0.display()
    )]
    Exists(PathBuf),
    /// It cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// The configuration of the user: `$XDG_CONFIG_HOME/tensority/config.toml`, or
/// `~/.config/tensority/config.toml`. Nothing if the environment names no such folder.
pub fn default_file(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let folder = environment::folder(environment, "XDG_CONFIG_HOME", ".config")?;
    Some(folder.join("tensority/config.toml"))
}

/// The configurations that are looked for if none is named; the first one that is there counts.
pub fn default_files(environment: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let of_the_user = default_file(environment);
    of_the_user
        .into_iter()
        .chain([OF_THE_MACHINE.into()])
        .collect()
}

/// Where totals are kept if nobody says where. Nothing if the environment names no folder for it.
pub fn state_file(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    // A service manager that gives several folders puts colons between them.
    let of_service = environment::value(environment, "STATE_DIRECTORY")
        .and_then(|folders| folders.split(':').next())
        .map(PathBuf::from);
    let of_user = || {
        let folder = environment::folder(environment, "XDG_STATE_HOME", ".local/state")?;
        Some(folder.join("tensority"))
    };
    Some(of_service.or_else(of_user)?.join("state.json"))
}

/// Where the history is kept if nobody says where: beside the totals, and named like them.
pub fn history(state_file: &Path) -> PathBuf {
    state_file.with_extension("history.db")
}

/// Writes the [template] into a new file that only its owner may read, and makes the folder for it.
///
/// # Errors
/// [`InitError`]; a file that is there stays as it is.
pub fn init(path: &Path) -> Result<(), InitError> {
    let cannot = |source| InitError::Io {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(folder).map_err(cannot)?;
    }
    // Only this user may read it.
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(cannot)?;
    file.write_all(template().as_bytes()).map_err(cannot)?;
    let placed = file.persist_noclobber(path).map_err(|failed| failed.error);
    placed.map(drop).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => InitError::Exists(path.to_owned()),
        _ => cannot(source),
    })
}
