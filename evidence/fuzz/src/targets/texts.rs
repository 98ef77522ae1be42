//! What a person writes: the configuration, words of the command line, certificates.

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;
use tensority_config::{ConfigError, Overrides, load_without_secrets, template};
use tensority_device::choice::Choice;
use tensority_source::{Address, read_certificates};

use super::is_plain_line;
use crate::Target;

pub const CONFIG: Target = Target {
    name: "config",
    about: "the configuration file",
    claims: "every mistake is a line with a place; a file without one loads the same twice",
    longest: 4096,
    memory_per_byte: 1024,
    seeds: config_seeds,
    check: config,
};

pub const WORDS: Target = Target {
    name: "words",
    about: "devices and addresses of sources on the command line",
    claims: "what is shown of a device or an address is read as the same",
    longest: 256,
    memory_per_byte: 256,
    seeds: word_seeds,
    check: words,
};

pub const CERTIFICATES: Target = Target {
    name: "certificates",
    about: "a file of certificates that TLS is to trust",
    claims: "certificates or a line",
    longest: 4096,
    memory_per_byte: 256,
    seeds: certificate_seeds,
    check: certificates,
};

/// A file with these bytes, for what reads files only. It is the thread's, and written over.
fn with_file(bytes: &[u8], read: impl FnOnce(&std::path::Path)) {
    thread_local! {
        static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
    }
    FOLDER.with(|folder| {
        let path = folder.path().join("file");
        fs::write(&path, bytes).expect("a file");
        read(&path);
    });
}

fn config_seeds() -> Vec<Vec<u8>> {
    let written = template();
    let all: String = written
        .lines()
        .map(|line| {
            line.strip_prefix("# ")
                .or(line.strip_prefix('#'))
                .unwrap_or(line)
                .to_owned()
                + "\n"
        })
        .collect();
    let small =
        "[[source]]\nurl = \"stratum+tcp://a:1\"\nuser = \"a.b\"\n[[device]]\nuse = \"cpu:1\"\n";
    [written, all, small.to_owned()]
        .map(String::into_bytes)
        .into()
}

fn config(bytes: &[u8]) {
    with_file(bytes, |path| {
        let load = || load_without_secrets(Some(path), &BTreeMap::new(), &Overrides::default());
        match load() {
            Ok(loaded) => {
                let again = load().expect("as before");
                assert_eq!(
                    format!("{:?}", again.config),
                    format!("{:?}", loaded.config)
                );
            }
            Err(ConfigError::Mistakes(mistakes)) => {
                assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    let line = mistake.to_string();
                    assert!(is_plain_line(&line), "{line:?}");
                    assert!(line.starts_with(&*path.to_string_lossy()), "{line:?}");
                }
            }
            Err(other) => panic!("{other}"),
        }
    });
}

fn word_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "cpu",
        "cpu:4",
        "sim:lanes=4,generate-list",
        "serial:0123456789abcdef",
        "auto",
        "/dev/ttyUSB0",
        "http://id:secret@127.0.0.1:9888",
        "https://node.example/path",
        "stratum+tcp://pool.example:3333",
        "stratum+tls://[::1]:3333",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

fn words(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<Choice>() {
        Ok(choice) => assert_eq!(choice.to_string().parse(), Ok(choice)),
        Err(error) => assert!(is_plain_line(&error), "{error:?}"),
    }
    match text.parse::<Address>() {
        Ok(address) => {
            let shown = address.to_string();
            let read: Address = shown
                .parse()
                .unwrap_or_else(|error| panic!("{shown:?}: {error}"));
            assert_eq!(read.to_string(), shown);
        }
        Err(error) => {
            let error = error.to_string();
            assert!(is_plain_line(&error), "{error:?}");
        }
    }
}

fn certificate_seeds() -> Vec<Vec<u8>> {
    let pem = include_str!("../../../../host/source/tests/certificates/root.pem");
    vec![pem.as_bytes().to_vec(), pem.repeat(2).into_bytes()]
}

fn certificates(bytes: &[u8]) {
    with_file(bytes, |path| match read_certificates(path) {
        Ok(certificates) => assert!(!certificates.is_empty()),
        Err(error) => assert!(is_plain_line(&error.to_string()), "{error}"),
    });
}
