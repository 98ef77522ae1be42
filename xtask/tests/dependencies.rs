//! What depends on what: the arrows between the rooms, and what `deny.toml` says of other people's crates.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// Which rooms a room may depend on. A room is a folder of the workspace, and comes before one around it.
const ARROWS: &[(&str, &[&str])] = &[
    ("tensority", &[]),
    ("testvectors", &[]),
    ("protocol", &[]),
    ("boards", &[]),
    ("command", &[]),
    ("firmware/controller", &["protocol"]),
    // The chip in software, for tests alone: nothing but tests may depend on it.
    (
        "firmware/model",
        &["firmware/controller", "protocol", "tensority"],
    ),
    ("firmware", &["firmware/controller"]),
    ("hdl", &["protocol", "boards"]),
    ("flow", &["hdl", "boards", "command"]),
    // What a network is for the core; nothing of the core itself.
    ("infer/tape", &["infer", "protocol"]),
    // The back ends of the hash, which know what a processor has.
    ("infer", &["tensority"]),
    (
        "sim",
        &[
            "hdl",
            "boards",
            "command",
            "tensority",
            "protocol",
            "testvectors",
            "infer",
            "infer/tape",
        ],
    ),
    // What a block pays is proven without any network, device or miner.
    ("host/payment", &["tensority"]),
    (
        "host",
        &[
            "tensority",
            "protocol",
            "boards",
            "command",
            "host/payment",
            "infer",
        ],
    ),
    // What is proved of the Verilog needs the Verilog, and the tools that read it.
    ("evidence/proofs", &["hdl", "flow", "command"]),
    // What reads bytes from outside, tried with all of them; nothing depends on it.
    (
        "evidence/fuzz",
        &[
            "tensority",
            "testvectors",
            "protocol",
            "boards",
            "command",
            "firmware/controller",
            "firmware/model",
            "host/payment",
            "host",
            "infer",
        ],
    ),
    // It runs the miner as a program, and shares nothing with it but the formats of its files.
    (
        "evidence/torture",
        &[
            "tensority",
            "testvectors",
            "command",
            "firmware/model",
            "host/payment",
        ],
    ),
    // The documents that it writes come from the tables of these.
    ("xtask", &["command", "protocol", "host"]),
];

/// What their tests may depend on besides; all of them on `testvectors`.
const TEST_ARROWS: &[(&str, &[&str])] = &[
    ("testvectors", &["tensority"]),
    // The same claims hold for every device, on the simulated board and on the chip in software.
    ("sim", &["host"]),
    ("host", &["firmware/model", "firmware/controller"]),
];

/// What cargo knows of the workspace on this platform.
fn metadata(options: &[&str]) -> Value {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(options)
        .current_dir(root())
        .output()
        .expect("cargo starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask is a folder of the workspace")
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The room of a folder of the workspace.
fn room(folder: &str) -> Option<&'static str> {
    let folder = Path::new(folder).strip_prefix(root()).ok()?;
    let rooms = ARROWS.iter().map(|(room, _)| *room);
    rooms.into_iter().find(|room| folder.starts_with(room))
}

fn allowed(table: &[(&str, &'static [&'static str])], from: &str) -> &'static [&'static str] {
    let row = table.iter().find(|(room, _)| *room == from);
    row.map_or(&[], |(_, to)| to)
}

/// Whether a room, or its tests, may depend on another.
fn may(from: &str, to: &str, in_tests: bool) -> bool {
    let tests = in_tests && (to == "testvectors" || allowed(TEST_ARROWS, from).contains(&to));
    from == to || allowed(ARROWS, from).contains(&to) || tests
}

#[test]
fn arrows_between_rooms_run_one_way() {
    let metadata = metadata(&["--no-deps"]);
    let mut forbidden = Vec::new();
    let mut seen = 0;
    for package in list(&metadata, "packages") {
        let manifest = text(package, "manifest_path");
        let from = room(manifest).unwrap_or_else(|| panic!("{manifest}: in no room of ARROWS"));
        for dependency in list(package, "dependencies") {
            let Some(to) = dependency["path"].as_str().and_then(room) else {
                continue;
            };
            let in_tests = dependency["kind"] == "dev";
            seen += 1;
            if !may(from, to, in_tests) {
                let (name, of) = (text(package, "name"), text(dependency, "name"));
                let tests = if in_tests { ", in its tests" } else { "" };
                forbidden.push(format!("{from} -> {to}{tests} ({name} depends on {of})"));
            }
        }
    }
    assert!(seen > 30, "{seen} dependencies");
    assert!(forbidden.is_empty(), "forbidden arrows: {forbidden:#?}");
}

#[test]
fn a_forbidden_arrow_is_told_from_one_that_is_for_tests_alone() {
    assert!(may("host", "boards", false));
    assert!(!may("boards", "host", false) && !may("boards", "host", true));
    assert!(!may("host", "hdl", false));
    assert!(!may("host", "firmware/model", false) && may("host", "firmware/model", true));
    assert!(!may("protocol", "testvectors", false) && may("protocol", "testvectors", true));
}

/// `deny.toml` as far as it is held here.
struct Rules {
    licences: BTreeSet<String>,
    exceptions: Vec<(String, String)>,
    banned: BTreeSet<String>,
    registries: BTreeSet<String>,
}

impl Rules {
    fn read() -> Self {
        let text = fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
        let table: toml::Table = text.parse().expect("TOML");
        let table = serde_json::to_value(table).expect("JSON");
        let set = |values: &[Value]| {
            values
                .iter()
                .filter_map(Value::as_str)
                .map(String::from)
                .collect()
        };
        let exceptions = list(&table["licenses"], "exceptions").iter();
        let exceptions = exceptions.flat_map(|exception| {
            let name = text_of(exception);
            let licences = list(exception, "allow").iter().filter_map(Value::as_str);
            licences.map(move |licence| (name.clone(), licence.to_string()))
        });
        Self {
            licences: set(list(&table["licenses"], "allow")),
            exceptions: exceptions.collect(),
            banned: list(&table["bans"], "deny").iter().map(text_of).collect(),
            registries: set(list(&table["sources"], "allow-registry")),
        }
    }

    /// Whether a crate may be used under an SPDX expression.
    fn license(&self, name: &str, expression: &str) -> bool {
        let spaced = expression
            .replace('(', " ( ")
            .replace(')', " ) ")
            .replace('/', " OR ");
        let mut words = spaced.split_whitespace().peekable();
        let single = |licence: &str| {
            let exception = (name.to_string(), licence.to_string());
            self.licences.contains(licence) || self.exceptions.contains(&exception)
        };
        any(&mut words, &single)
    }
}

fn text_of(entry: &Value) -> String {
    text(entry, "crate").to_string()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

/// One of several that are joined by OR.
fn any(words: &mut Words, single: &dyn Fn(&str) -> bool) -> bool {
    let mut met = all(words, single);
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, single);
    }
    met
}

/// All that are joined by AND.
fn all(words: &mut Words, single: &dyn Fn(&str) -> bool) -> bool {
    let mut met = one(words, single);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, single);
    }
    met
}

fn one(words: &mut Words, single: &dyn Fn(&str) -> bool) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = any(words, single);
        words.next();
        return met;
    }
    let licence = words.next().unwrap_or_default();
    match words.next_if_eq(&"WITH") {
        Some(_) => single(&format!(
            "{licence} WITH {}",
            words.next().unwrap_or_default()
        )),
        None => single(licence),
    }
}

#[test]
fn other_peoples_crates_are_as_deny_toml_wants_them() {
    let rules = Rules::read();
    let metadata = metadata(&["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for package in list(&metadata, "packages") {
        // The workspace's own have no source.
        let Some(source) = package["source"].as_str() else {
            continue;
        };
        seen += 1;
        let (name, licence) = (text(package, "name"), text(package, "license"));
        if !rules.license(name, licence) {
            wrong.push(format!("{name}: licence {licence:?}"));
        }
        if rules.banned.contains(name) {
            wrong.push(format!("{name}: banned"));
        }
        let registry = source.strip_prefix("registry+").unwrap_or(source);
        if !rules.registries.contains(registry) {
            wrong.push(format!("{name}: source {source}"));
        }
    }
    assert!(seen > 100, "{seen} crates");
    assert!(wrong.is_empty(), "against deny.toml: {wrong:#?}");
}

#[test]
fn licences_are_read_as_spdx_says() {
    let rules = Rules::read();
    for good in [
        "MIT",
        "MIT OR GPL-3.0-only",
        "GPL-3.0-only/MIT",
        "(GPL-3.0-only OR MIT) AND ISC",
        "Apache-2.0 WITH LLVM-exception",
    ] {
        assert!(rules.license("any", good), "{good}");
    }
    for bad in [
        "",
        "GPL-3.0-only",
        "MIT AND GPL-3.0-only",
        "GPL-2.0 WITH LLVM-exception",
        "MPL-2.0",
    ] {
        assert!(!rules.license("any", bad), "{bad}");
    }
    assert!(rules.license("serialport", "MPL-2.0"));
}
