//! Every kind of bad file is refused with one line that says where and why.

use std::collections::BTreeMap;
use std::fs;

use tempfile::TempDir;
use tensority_config::{ConfigError, Overrides, load};

/// A file, and what is said of it after its path.
const FILES: &[(&str, &str)] = &[
    // What is no TOML.
    ("[verify", "1:8: expected `]`, found unclosed table"),
    (
        "[verify]\npolicy \"before\"\n",
        "2:8: expected `=`, found key with no value",
    ),
    (
        "[verify]\npolicy = \"before\n",
        "2:17: expected `\"`, found invalid basic string",
    ),
    (
        "[verify]\nthreads = 1\nthreads = 2\n",
        "3:1: expected TOML, found duplicate key",
    ),
    (
        "[verify]\n[verify]\n",
        "2:2: expected TOML, found duplicate key",
    ),
    (
        "[verify]\nthreads = 1 matrix_lists = 2\n",
        "2:26: expected newline, `#`, found unexpected key or value",
    ),
    (
        "[verify]\nthreads = 0x\n",
        "2:11: expected a whole number from 1 to 1024, found integer 0x",
    ),
    (
        "[verify]\npolicy = \"\\q\"\n",
        "2:12: expected `b`, `e`, `f`, `n`, `r`, `\\`, `\"`, `x`, `u`, `U`, found missing escaped value",
    ),
    (
        "threads = [1, 2\n",
        "1:16: expected `]`, found unclosed array",
    ),
    ("\u{0}", "1:2: expected `=`, found key with no value"),
    // Unknown sections and keys.
    (
        "[verfiy]\n",
        "1:2: expected a section, found \"verfiy\"; did you mean `verify`?",
    ),
    ("[weather]\n", "1:2: expected a section, found \"weather\""),
    (
        "listen = \"off\"\n",
        "1:1: expected a section, found \"listen\"; did you mean `api.listen`?",
    ),
    (
        "[verify]\ntreads = 2\n",
        "2:1: expected a key of `verify`, found \"treads\"; did you mean `threads`?",
    ),
    (
        "[verify]\nlisten = \"off\"\n",
        "2:1: expected a key of `verify`, found \"listen\"; did you mean `api.listen`?",
    ),
    (
        "[verify]\ncolour = 2\n",
        "2:1: expected a key of `verify`, found \"colour\"",
    ),
    (
        "[[source]]\nuri = \"http://a\"\nurl = \"http://a\"\n",
        "2:1: expected a key of `source`, found \"uri\"; did you mean `url`?",
    ),
    (
        "verify.treads = 2\n",
        "1:8: expected a key of `verify`, found \"treads\"; did you mean `threads`?",
    ),
    (
        "verify = { treads = 2 }\n",
        "1:12: expected a key of `verify`, found \"treads\"; did you mean `threads`?",
    ),
    (
        "[[device]]\nuse = \"auto\"\n  é = 1\n",
        "3:3: expected letters, numbers, `-`, `_`, found invalid unquoted key",
    ),
    // Wrong types.
    (
        "verify = 1\n",
        "1:10: expected a section [verify], found an integer",
    ),
    (
        "[[verify]]\n",
        "1:1: expected a section [verify], found [[verify]]",
    ),
    (
        "[source]\nurl = \"http://a\"\n",
        "1:1: expected sections [[source]], found [source]",
    ),
    (
        "source = \"http://a\"\n",
        "1:10: expected sections [[source]], found a text",
    ),
    (
        "source = [\"http://a\"]\n",
        "1:11: expected a section [[source]], found a text",
    ),
    (
        "[verify]\nthreads = \"2\"\n",
        "2:11: expected a whole number from 1 to 1024, found text \"2\"",
    ),
    (
        "[verify]\nthreads = 2.0\n",
        "2:11: expected a whole number from 1 to 1024, found float 2.0",
    ),
    (
        "[verify]\nthreads = 2021-01-01\n",
        "2:11: expected a whole number from 1 to 1024, found date 2021-01-01",
    ),
    (
        "[verify]\nthreads.x = 2\n",
        "2:1: expected a whole number from 1 to 1024, found a table",
    ),
    (
        "[verify]\npolicy = true\n",
        "2:10: expected `before`, `after` or `sample:1/N`, found boolean true",
    ),
    (
        "[api]\nallowed_hosts = \"a\"\n",
        "2:17: expected an array of texts, found text \"a\"",
    ),
    (
        "[api]\nallowed_hosts = [\"a\", 1]\n",
        "2:17: expected an array of texts, found an array of text \"a\", integer 1",
    ),
    (
        "[usb]\nadapters = [\"0403:6015\", \"1209\"]\n",
        "2:12: expected an array of products such as \"0403:6015\", found an array of text \"0403:6015\", text \"1209\"",
    ),
    (
        "[[device]]\nuse = \"auto\"\nenabled = 1\n",
        "3:11: expected `true` or `false`, found integer 1",
    ),
    (
        "[[device]]\nuse = \"auto\"\nenabled = \"true\"\n",
        "3:11: expected `true` or `false`, found text \"true\"",
    ),
    (
        "[[source]]\nurl = 5\n",
        "2:7: expected a URL, found an integer",
    ),
    // Wrong values.
    (
        "[verify]\nthreads = 0\n",
        "2:11: expected a whole number from 1 to 1024, found integer 0",
    ),
    (
        "[verify]\nthreads = -1\n",
        "2:11: expected a whole number from 1 to 1024, found integer -1",
    ),
    (
        "[verify]\nthreads = 9007199254740993\n",
        "2:11: expected a whole number from 1 to 1024, found integer 9007199254740993",
    ),
    (
        "[verify]\nthreads = 9223372036854775808\n",
        "2:11: expected a whole number from 1 to 1024, found integer 9223372036854775808",
    ),
    (
        "[verify]\nthreads = 99999999999999999999999999\n",
        "2:11: expected a whole number from 1 to 1024, found integer 99999999999999999999999999",
    ),
    (
        "[verify]\npolicy = \"befor\"\n",
        "2:10: expected `before`, `after` or `sample:1/N`, found text \"befor\"; did you mean `before`?",
    ),
    (
        "[verify]\npolicy = \"sample:1/0\"\n",
        "2:10: expected `before`, `after` or `sample:1/N`, found text \"sample:1/0\"",
    ),
    (
        "[api]\nlisten = \"localhost:9890\"\n",
        "2:10: expected an IP address with a port, such as 127.0.0.1:9890, or `off`, found text \"localhost:9890\"",
    ),
    (
        "[api]\nlisten = \"of\"\n",
        "2:10: expected an IP address with a port, such as 127.0.0.1:9890, or `off`, found text \"of\"; did you mean `off`?",
    ),
    (
        "[[device]]\nuse = \"\"\n",
        "2:7: expected a text that is not empty, found text \"\"",
    ),
    (
        "[[device]]\nuse = \"auto\"\nresults_per_minute = 0\n",
        "3:22: expected a number above 0, found integer 0",
    ),
    (
        "[[device]]\nuse = \"auto\"\nexpected_rate = nan\n",
        "3:17: expected a number above 0, found float nan",
    ),
    (
        "[[device]]\nuse = \"auto\"\nexpected_rate = inf\n",
        "3:17: expected a number above 0, found float inf",
    ),
    (
        "[[device]]\nuse = \"auto\"\nbaud = 5_000_000_000\n",
        "3:8: expected a whole number from 1 to 100000000, found integer 5000000000",
    ),
    (
        "[[source]]\nurl = \"\"\n",
        "2:7: expected a URL, found an empty text",
    ),
    (
        "[state]\nfile = \"\"\n",
        "2:8: expected the path of a file, or `off`, found text \"\"",
    ),
    // What is missing, and what contradicts.
    (
        "\n[[source]]\nname = \"a\"\n",
        "2:1: expected `url` in [[source]], found none",
    ),
    (
        "[[device]]\n",
        "1:1: expected `use` in [[device]], found none",
    ),
    (
        "[[source]]\nurl = \"http://a\"\nname = \"a\"\n[[source]]\nurl = \"http://b\"\nname = \"a\"\n",
        "6:8: expected a name of its own, found \"a\", that of FILE:3:8",
    ),
    (
        "[health]\nsick_after_seconds = 60\ndead_after_seconds = 30\n",
        "3:22: expected dead_after_seconds to be no less than sick_after_seconds, found 30 and 60",
    ),
    (
        "[health]\nsick_after_seconds = 1000\n",
        "2:22: expected dead_after_seconds to be no less than sick_after_seconds, found 600 and 1000",
    ),
    (
        "[api]\ntoken = \"x\"\ntoken_file = \"y\"\n",
        "3:14: expected one of `token` and `token_file`, found both",
    ),
];

/// What is said of a file, in which `FILE` stands for its path.
fn refusal(content: &[u8]) -> String {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("config.toml");
    fs::write(&path, content).expect("a file");
    let loaded = load(Some(&path), &BTreeMap::new(), &Overrides::default());
    let error = loaded
        .err()
        .unwrap_or_else(|| panic!("{content:?} is not refused"));
    assert!(matches!(error, ConfigError::Mistakes(_)), "{error:?}");
    error
        .to_string()
        .replace(&path.display().to_string(), "FILE")
}

#[test]
fn every_kind_of_bad_file_is_refused_at_its_place_on_one_line() {
    for (content, expected) in FILES {
        assert_eq!(
            refusal(content.as_bytes()),
            format!("FILE:{expected}"),
            "{content:?}"
        );
    }
}

#[test]
fn columns_are_counted_in_characters() {
    let content = "# é\r\n[[device]]\r\nuse = \"é\" # é\r\n  \"é\" = 1\r\n";
    let expected = "FILE:4:3: expected a key of `device`, found \"é\"";
    assert_eq!(refusal(content.as_bytes()), expected);
}

#[test]
fn all_mistakes_are_named_at_once_in_their_order() {
    let text = refusal(b"[verify]\nthreads = 0\n[health]\ndead = 1\n[api]\nlisten = 1\n");
    let places: Vec<_> = text.lines().filter_map(|line| line.get(..8)).collect();
    assert_eq!(places, ["FILE:2:1", "FILE:4:1", "FILE:6:1"], "{text}");
}

#[test]
fn what_is_no_text_or_too_long_is_refused() {
    let text = refusal(b"[verify]\n\xff\n");
    assert_eq!(text, "FILE:2:1: expected UTF-8, found another byte");
    let text = refusal(&[b'#'; (256 << 10) + 1]);
    let expected = "FILE:1:1: expected a configuration of at most 256 KiB, found a longer file";
    assert_eq!(text, expected);
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(refusal(deep.as_bytes()).starts_with("FILE:1:"));
    let long = format!("[verify]\npolicy = \"{}\"\n", "x".repeat(100_000));
    assert!(refusal(long.as_bytes()).len() < 200);
    let long = format!("[verify]\nthreads = {}\n", "9".repeat(100_000));
    assert!(refusal(long.as_bytes()).len() < 200);
    let long = format!("[{}]\n", "x".repeat(100_000));
    assert!(refusal(long.as_bytes()).len() < 200);
}

#[test]
fn a_file_that_is_named_has_to_be_there() {
    let folder = TempDir::new().expect("a folder");
    let absent = folder.path().join("absent.toml");
    let none = Overrides::default();
    let error = load(Some(&absent), &BTreeMap::new(), &none).expect_err("it is not there");
    let ConfigError::File { path, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(*path, absent);
    let named = [("TENSORITY_CONFIG".into(), absent.display().to_string())];
    let error = load(None, &named.into(), &none).expect_err("it is not there");
    assert!(matches!(error, ConfigError::File { .. }), "{error:?}");
    // A folder is no file.
    let error = load(Some(folder.path()), &BTreeMap::new(), &none).expect_err("it is a folder");
    assert!(matches!(error, ConfigError::File { .. }), "{error:?}");
}
