//! Copies of files that a service manager hands to a service.
//!
//! A service runs as a user who may not read the files of the configuration. Its unit has them copied:
//! `LoadCredential=etc-tensority:/etc/tensority` makes `etc-tensority_token` of `/etc/tensority/token`, and
//! `LoadCredential=srv-token:/srv/token` makes `srv-token` of one file. The configuration goes on to call them by their
//! own paths.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::{Config, Secret, environment};

/// Where the service manager says that the copies are.
const FOLDER: &str = "CREDENTIALS_DIRECTORY";

/// What the copy of an absolute path is called, be it a file or a folder, whose files have `_` and their own names behind it.
/// Nothing if it cannot have one.
pub fn name(path: &Path) -> Option<String> {
    let path = path.to_str()?.strip_prefix('/')?;
    (!path.is_empty()).then(|| path.replace('/', "-"))
}

/// Where a file is to be read: its copy, if this process is a service that has one, else the file itself.
pub fn place(path: &Path, environment: &BTreeMap<String, String>) -> PathBuf {
    let copy = environment::value(environment, FOLDER).and_then(|folder| {
        let names = path.ancestors().filter_map(|above| {
            let below = path.strip_prefix(above).ok()?.to_str()?;
            let name = name(above)?;
            Some(match below {
                "" => name,
                below => format!("{name}_{}", below.replace('/', "_")),
            })
        });
        let mut copies = names.map(|name| Path::new(folder).join(name));
        copies.find(|copy| copy.is_file())
    });
    copy.unwrap_or_else(|| path.to_owned())
}

/// The files that a miner reads because its configuration names them.
pub fn files(config: &Config) -> Vec<&Path> {
    let passwords = config.sources.iter().map(|source| &source.password);
    let secrets = passwords.chain([&config.api.token]).flatten();
    let certificates = config
        .sources
        .iter()
        .filter_map(|source| source.ca_file.as_deref());
    secrets
        .filter_map(Secret::file)
        .chain(certificates)
        .collect()
}

/// Has the files of a configuration read at their [place].
pub(crate) fn hand_over(config: &mut Config, environment: &BTreeMap<String, String>) {
    let passwords = config.sources.iter_mut().map(|source| &mut source.password);
    for secret in passwords.chain([&mut config.api.token]).flatten() {
        if let Some(file) = secret.file() {
            *secret = Secret::in_file(place(file, environment));
        }
    }
    let certificates = config
        .sources
        .iter_mut()
        .filter_map(|source| source.ca_file.as_mut());
    for file in certificates {
        *file = place(file, environment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_where_the_service_manager_put_its_copy() {
        let folder = tempfile::tempdir().unwrap();
        for copy in [
            "etc-tensority_token",
            "etc-tensority_pools_one",
            "srv-token",
        ] {
            std::fs::write(folder.path().join(copy), "").unwrap();
        }
        let name = folder.path().display().to_string();
        let service = BTreeMap::from([(FOLDER.to_owned(), name)]);
        for (path, copy) in [
            ("/etc/tensority/token", Some("etc-tensority_token")),
            ("/etc/tensority/pools/one", Some("etc-tensority_pools_one")),
            ("/srv/token", Some("srv-token")),
            ("/home/token", None),
            ("/etc/tensority/other", None),
            ("token", None),
        ] {
            let path = Path::new(path);
            let expected = copy.map_or(path.to_owned(), |copy| folder.path().join(copy));
            assert_eq!(place(path, &service), expected);
            assert_eq!(place(path, &BTreeMap::new()), path);
        }
    }
}
