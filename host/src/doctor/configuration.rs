//! The configuration: what is wrong with it, and who may read its secrets.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tensority_config::{ConfigError, Loaded, Mistake, Origin};
use tensority_source::Address;

use super::finding::{Check, Finding};
use crate::config;

/// The name of the check.
const CHECK: &str = "configuration";

/// Others than its owner may read or write a file.
const OTHERS: u32 = 0o077;

/// Whether a mistake is one of the command line, which no file mends.
pub fn is_of_flags(error: &ConfigError) -> bool {
    let is_flag = |mistake: &Mistake| matches!(mistake.origin, Origin::Flag(_));
    match error {
        ConfigError::Mistakes(mistakes) => mistakes.iter().any(is_flag),
        ConfigError::File { .. } | ConfigError::SecretFile { .. } => false,
    }
}

/// A finding for each mistake.
pub fn refused(error: &ConfigError) -> Vec<Finding> {
    let mistakes = match error {
        ConfigError::Mistakes(mistakes) => mistakes,
        ConfigError::File { path, source } => {
            let check = Check::new(CHECK, path.display());
            let fix =
                "correct the path, or its permissions; `tensority config init` writes a new one";
            return vec![check.fail(format!("cannot be read: {source}"), fix)];
        }
        ConfigError::SecretFile {
            origin,
            path,
            source,
        } => {
            let found = format!("cannot read the secret in {}: {source}", path.display());
            let fix = "write the secret into that file, for its owner alone, or correct the path";
            return vec![Check::new(CHECK, origin).fail(found, fix)];
        }
    };
    let findings = mistakes.iter().map(|mistake| {
        let fix = match mistake.origin {
            Origin::Environment(_) => "correct or unset the variable; docs/config.md lists all",
            _ => "correct it there; docs/config.md lists all keys and what they take",
        };
        Check::new(CHECK, &mistake.origin).fail(&mistake.reason, fix)
    });
    findings.collect()
}

/// What was read, and what it lacks.
pub fn accepted(loaded: &Loaded) -> Vec<Finding> {
    let config = &loaded.config;
    let enabled = config
        .devices
        .iter()
        .filter(|device| device.enabled)
        .count();
    let (file, check) = match &loaded.file {
        Some(file) => ("", Check::new(CHECK, file.display())),
        None => ("no file, ", Check::new(CHECK, "defaults")),
    };
    let found = format!("{file}sources {}, devices {enabled}", config.sources.len());
    let finding = match (config.sources.len(), enabled) {
        (0, _) => check.fail(
            format!("{found}: there is nothing to mine for"),
            "give -o http://HOST:PORT of a node or -o stratum+tcp://HOST:PORT of a pool, or write a [[source]]",
        ),
        (_, 0) => check.fail(
            format!("{found}: there is nothing to mine with"),
            "give -d auto, -d PORT or -d cpu, or enable a [[device]]",
        ),
        _ => check.pass(found),
    };
    vec![finding]
}

/// Whether files with secrets are their owner's alone.
pub fn secrets(loaded: &Loaded, addresses: &[Address]) -> Vec<Finding> {
    let files = secret_files(loaded, addresses);
    let modes = files.into_iter().filter_map(|file| {
        let mode = fs::metadata(&file).ok()?.permissions().mode();
        Some((file, mode))
    });
    modes.map(|(file, mode)| secret(&file, mode)).collect()
}

fn secret_files(loaded: &Loaded, addresses: &[Address]) -> BTreeSet<PathBuf> {
    let config = &loaded.config;
    let passwords = config.sources.iter().filter_map(|it| it.password.as_ref());
    let all = passwords.chain(&config.api.token);
    let mut files: BTreeSet<_> = all.filter_map(|it| it.file().map(PathBuf::from)).collect();
    let in_file = |path: &str| matches!(loaded.origin(path), Origin::File { .. });
    let has_token = |number: usize| match addresses.get(number) {
        Some(Address::Node(url)) => url.has_token() && in_file(&format!("source[{number}].url")),
        _ => false,
    };
    let mut numbers = 0..config.sources.len();
    let holds_one = in_file("api.token")
        || numbers.any(|it| in_file(&format!("source[{it}].password")) || has_token(it));
    files.extend(loaded.file.clone().filter(|_| holds_one));
    files
}

fn secret(file: &std::path::Path, mode: u32) -> Finding {
    let file = file.display();
    let check = Check::new("secret", &file);
    match mode & OTHERS {
        0 => check.pass("is its owner's alone"),
        _ => check.warn(
            format!("others may read or write it (mode {:o})", mode & 0o777),
            format!("run `chmod go= {file}`"),
        ),
    }
}

/// What only the rest of the program can tell: addresses, devices, certificates.
pub fn rest(loaded: &Loaded) -> Result<(), ConfigError> {
    config::addresses(loaded)?;
    config::choices(loaded)?;
    config::certificates(loaded)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::{self, ErrorKind};

    use tensority_config::Overrides;

    use super::super::finding::Verdict;
    use super::*;

    fn load(text: &str) -> Result<Loaded, ConfigError> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.toml");
        fs::write(&file, text).expect("a file");
        fs::write(folder.path().join("token"), "x").expect("a file");
        tensority_config::load(Some(&file), &BTreeMap::new(), &Overrides::default())
    }

    #[test]
    fn each_mistake_is_found_at_its_place() {
        let error = load("[verify]\ntreads = 1\n[api]\nlisten = 1\n").expect_err("mistakes");
        assert!(!is_of_flags(&error));
        let findings = refused(&error);
        assert_eq!(findings.len(), 2);
        assert!(findings[0].subject.ends_with("a.toml:2:1"));
        findings[0].assert(Verdict::Fail, "treads", "config.md");

        let environment = BTreeMap::from([("TENSORITY_X".to_owned(), "y".to_owned())]);
        let error = tensority_config::load(None, &environment, &Overrides::default());
        let error = error.expect_err("a variable that means nothing");
        refused(&error)[0].assert(Verdict::Fail, "", "unset");
    }

    #[test]
    fn files_that_cannot_be_read_are_named() {
        let source = || io::Error::from(ErrorKind::PermissionDenied);
        let file = ConfigError::File {
            path: "/a.toml".into(),
            source: source(),
        };
        refused(&file)[0].assert(Verdict::Fail, "denied", "config init");
        let secret = ConfigError::SecretFile {
            origin: Origin::Default,
            path: "/token".into(),
            source: source(),
        };
        refused(&secret)[0].assert(Verdict::Fail, "/token", "owner alone");
    }

    #[test]
    fn a_miner_needs_a_source_and_a_device() {
        let source = "[[source]]\nurl = \"http://a:1\"\n";
        let find = |text: &str| accepted(&load(text).expect("a configuration")).swap_remove(0);
        find("").assert(Verdict::Fail, "sources 0", "-o");
        find(source).assert(Verdict::Pass, "sources 1, devices 1", "");
        let disabled = format!("{source}[[device]]\nuse = \"cpu\"\nenabled = false\n");
        find(&disabled).assert(Verdict::Fail, "devices 0", "-d");
    }

    #[test]
    fn secrets_that_others_may_read_are_warned_of() {
        let file = std::path::Path::new("/a");
        secret(file, 0o100_600).assert(Verdict::Pass, "alone", "");
        secret(file, 0o100_640).assert(Verdict::Warn, "640", "chmod go= /a");
    }

    #[test]
    fn secrets_are_looked_for_wherever_they_may_be() {
        let names = |text: &str| {
            let loaded = load(text).expect("a configuration");
            let addresses = config::addresses(&loaded).expect("addresses");
            let files = secret_files(&loaded, &addresses);
            let names = files.iter().filter_map(|file| file.file_name()?.to_str());
            names.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(names("[[source]]\nurl = \"http://a:1\"\n"), [""; 0]);
        assert_eq!(names("[[source]]\nurl = \"http://a:b@c:1\"\n"), ["a.toml"]);
        assert_eq!(names("[api]\ntoken = \"x\"\n"), ["a.toml"]);
        assert_eq!(names("[api]\ntoken_file = \"token\"\n"), ["token"]);
    }
}
