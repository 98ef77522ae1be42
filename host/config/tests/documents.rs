//! What is generated from the table says what the table says.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;
use tensority_config::{
    Config, ConfigError, InitError, Loaded, Overrides, document, init, load, template,
};

fn loaded(content: &str) -> Result<Loaded, ConfigError> {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("config.toml");
    fs::write(&path, content).expect("a file");
    load(Some(&path), &BTreeMap::new(), &Overrides::default())
}

#[test]
fn the_document_is_fresh() {
    assert!(
        include_str!("../../../docs/config.md") == document::document(),
        "docs/ is out of date; run: cargo xtask docs"
    );
}

#[test]
fn the_template_says_what_is_the_default() {
    let mut config = loaded(&template()).expect("a configuration").config;
    let source = config.sources.pop().expect("a source");
    assert_eq!(source.url.reveal(), "http://127.0.0.1:9888");
    assert_eq!(config, Config::default());
}

#[test]
fn every_key_of_the_template_can_be_taken_as_it_is() {
    let template = template();
    let keys: Vec<_> = template
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with('#') && !line.starts_with("# "))
        .collect();
    assert!(keys.len() > 20, "{template}");
    for (number, key) in keys {
        let mut lines: Vec<_> = template.lines().collect();
        lines[number] = key.trim_start_matches('#');
        match loaded(&lines.join("\n")) {
            Ok(loaded) => {
                let is_here = |line| format!("config.toml:{line}:");
                let all = loaded.explain();
                let here = all
                    .iter()
                    .filter(|value| value.origin.to_string().contains(&is_here(number + 1)));
                assert_eq!(here.count(), 1, "{key}");
            }
            // The example of a secret's file names none that is there.
            Err(ConfigError::SecretFile { .. }) => assert!(key.contains("_file"), "{key}"),
            Err(error) => panic!("{key}: {error}"),
        }
    }
}

#[test]
fn a_new_file_is_its_owners_alone_and_an_old_one_is_kept() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("tensority/config.toml");
    init(&path).expect("a file");
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(fs::read_to_string(&path).expect("a file"), template());

    fs::write(&path, "mine").expect("a file");
    let error = init(&path).expect_err("there is one");
    assert!(matches!(error, InitError::Exists(_)), "{error:?}");
    assert_eq!(fs::read_to_string(&path).expect("a file"), "mine");
    let below = init(&path.join("config.toml")).expect_err("a file is no folder");
    assert!(matches!(below, InitError::Io { .. }), "{below:?}");
}
