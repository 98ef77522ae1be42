//! `tensority doctor` as people and scripts use it.

mod support;
#[path = "support/terminal.rs"]
mod terminal;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::sync::Arc;
use std::thread;

use serde_json::Value;
use support::{Home, assert_refused, nobody, node};
use tensority_devnet::pool::{Pool, Running, Settings, Tls, serve};
use tensority_model::Faults;
use terminal::Terminal;

/// An address of the development node's network.
const ADDRESS: &str = "sm1qsl5ytu3atazfnxkk2ep2e3pa0x866axgtdem4c";

/// The findings of a run, and its exit code.
struct Findings(Vec<Value>, Option<i32>);

impl Findings {
    fn of(output: &Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((text.lines().count(), &*error), (1, ""), "{text}");
        let report: Value = serde_json::from_str(&text).expect("JSON");
        let findings = report["findings"].as_array().expect("an array").clone();
        for (verdict, count) in [("pass", "passed"), ("fail", "failed")] {
            let all = findings.iter().filter(|it| it["verdict"] == verdict);
            assert_eq!(report[count], all.count(), "{text}");
        }
        Self(findings, output.status.code())
    }

    #[track_caller]
    fn of_check(&self, check: &str) -> &Value {
        let finding = self.0.iter().find(|it| it["check"] == check);
        finding.unwrap_or_else(|| panic!("no {check} in {:?}", self.0))
    }

    /// Asserts that this check failed, and with which words.
    #[track_caller]
    fn assert_fails(&self, check: &str, found: &str, fix: &str) {
        let finding = self.of_check(check);
        assert_eq!(finding["verdict"], "fail", "{finding}");
        for (key, word) in [("found", found), ("fix", fix)] {
            let text = finding[key].as_str().expect("a text");
            assert!(text.contains(word), "no {word:?} in {finding}");
        }
        assert_eq!(self.1, Some(1));
    }
}

/// Looks at a set-up without asking the processor for a hash.
fn doctor(arguments: &[&str]) -> Findings {
    let home = Home::new();
    Findings::of(&home.run(&[&["doctor", "--json"], arguments].concat()))
}

fn pool(settings: Settings) -> (Running, String) {
    let address = "127.0.0.1:0".parse().expect("an address");
    let server = serve(address, Arc::new(Pool::new(settings)), |_| {}).expect("a free port");
    let place = server.local_addr().to_string();
    (server, place)
}

/// A server that answers each request with what `answer` makes of its path, a status and a body, for ever.
fn server(answer: impl Fn(&str) -> (u16, String) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let start = head.len();
                if reader.read_line(&mut head).expect("a head") == 0 {
                    break;
                }
                let line = head[start..].to_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let (status, body) = answer(head.split(' ').nth(1).unwrap_or_default());
            let length = body.len();
            let head =
                format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n");
            // A client that has heard enough may be gone.
            let _ = write!(stream, "{head}\r\n{body}");
        }
    });
    url
}

#[test]
fn a_set_up_that_is_well_passes() {
    let (node, _server, url) = node();
    node.set_mining_address(ADDRESS).expect("an address");
    let (_pool, place) = pool(Settings::default());
    let board = Terminal::new(Faults::default());
    let stratum = format!("stratum+tcp://{place}");
    let sources = ["-o", &url, "-o", &stratum, "-u", "account.worker"];
    let devices = ["-d", &board.path, "-d", "cpu:1"];
    let findings = doctor(&[&sources[..], &devices].concat());
    for check in [
        "configuration",
        "node work",
        "node sync",
        "node pays",
        "node clock",
        "pool account",
        "pool login",
        "port",
        "board",
        "board hash",
        "processor",
        "clock",
        "state file",
    ] {
        let finding = findings.of_check(check);
        assert_eq!(finding["verdict"], "pass", "{finding}");
    }
    assert_eq!(findings.1, Some(0));
    assert_eq!(node.height(), 0, "nothing is submitted");
}

#[test]
fn the_text_has_a_line_to_do_for_what_is_wrong_and_a_summary() {
    let home = Home::new();
    let url = format!("http://{}", nobody());
    let output = home.run(&["doctor", "-o", &url, "-d", "cpu:1", "--quick"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<_> = text.lines().collect();
    let fault = lines
        .iter()
        .position(|it| it.starts_with("FAIL  node work"));
    let fault = fault.expect("a fault");
    assert!(
        lines[fault + 1].starts_with("      to do: start the node"),
        "{text}"
    );
    let summary = lines.last().expect("a summary");
    assert!(summary.contains(" 1 failed, "), "{text}");
    assert_eq!((output.status.code(), &*output.stderr), (Some(1), &b""[..]));
    assert!(!home.path(".local").exists(), "nothing is written");
}

#[test]
fn a_node_that_is_down_or_wants_another_token_is_told_apart() {
    let down = format!("http://{}", nobody());
    let quick = ["-d", "cpu:1", "--quick"];
    let findings = doctor(&[&["-o", &down], &quick[..]].concat());
    findings.assert_fails("node work", "cannot be reached", "start the node");
    assert_eq!(findings.of_check("node sync")["verdict"], "skip");

    let url = server(|_| (401, "{\"detail\":\"unauthenticated\"}".to_owned()));
    let findings = doctor(&[&["-o", &url], &quick[..]].concat());
    findings.assert_fails("node work", "none is given", "create-access-token");
    let token = ["-o", &url, "-u", "id", "-p", "s3cr3t"];
    let home = Home::new();
    let output = home.run(&[&["doctor", "--json"], &token[..], &quick].concat());
    Findings::of(&output).assert_fails("node work", "does not take", "correct user");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(!text.contains("s3cr3t"), "{text}");
}

#[test]
fn other_servers_are_found_at_the_ports_of_nodes_and_pools() {
    let (_node, _server, url) = node();
    let (_pool, place) = pool(Settings::default());
    let quick = ["-d", "cpu:1", "--quick", "-u", "account.worker"];
    let stratum = url.replace("http://", "stratum+tcp://");
    let findings = doctor(&[&["-o", &stratum], &quick[..]].concat());
    findings.assert_fails("pool login", "HTTP", "http://");
    let http = format!("http://{place}");
    let findings = doctor(&[&["-o", &http], &quick[..]].concat());
    findings.assert_fails("node work", "a pool answers there", "stratum+tcp://");
    let other = server(|_| (200, "<html>hello</html>".to_owned()));
    let findings = doctor(&[&["-o", &other], &quick[..]].concat());
    findings.assert_fails("node work", "<html>", "something else than Bytom's API");
}

#[test]
fn a_node_that_lags_and_pays_anyone_is_warned_of() {
    let (node, _server, _) = node();
    let node = Arc::clone(&node);
    let url = server(move |path| {
        use tensority_devnet::node::api::{Reply, answer};
        let Reply::Http { status, body } = answer(&node, path, b"{}").0 else {
            panic!("no answer to {path}");
        };
        (
            status,
            body.replace("\"syncing\":false", "\"syncing\":true"),
        )
    });
    let findings = doctor(&["-o", &url, "-d", "cpu:1", "--quick"]);
    for (check, verdict, word) in [
        ("node work", "pass", "block 1"),
        ("node sync", "warn", "behind"),
        ("node pays", "warn", "anyone"),
        ("node clock", "skip", "does not tell"),
    ] {
        let finding = findings.of_check(check);
        assert_eq!(finding["verdict"], verdict, "{finding}");
        assert!(finding["found"].as_str().expect("a text").contains(word));
    }
    assert_eq!(findings.1, Some(0));
}

#[test]
fn a_pool_is_not_left_without_an_account_or_with_a_certificate_of_nobody() {
    let (_pool, place) = pool(Settings::default());
    let quick = ["-d", "cpu:1", "--quick"];
    let stratum = format!("stratum+tcp://{place}");
    let findings = doctor(&[&["-o", &stratum], &quick[..]].concat());
    assert_eq!(findings.of_check("pool account")["verdict"], "warn");

    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let (pem, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    let (_pool, place) = pool(Settings {
        tls: Some(Tls::from_pem(pem.as_bytes(), key.as_bytes()).expect("a certificate")),
        ..Settings::default()
    });
    let url = format!("stratum+ssl://{}", place.replace("127.0.0.1", "localhost"));
    let findings = doctor(&[&["-o", &url, "-u", "a.b"], &quick[..]].concat());
    findings.assert_fails("pool login", "unknown issuer", "`ca_file`");
    let home = Home::new();
    home.write("ca.pem", &pem);
    let source = format!("[[source]]\nurl = \"{url}\"\nuser = \"a.b\"\nca_file = \"ca.pem\"\n");
    let file = home.write("a.toml", &source);
    let output = home.run(&[&["doctor", "--json", "-c", &file], &quick[..]].concat());
    assert_eq!(
        Findings::of(&output).of_check("pool login")["verdict"],
        "pass"
    );
}

#[test]
fn a_board_that_hashes_wrong_fails() {
    let (_node, _server, url) = node();
    let board = Terminal::new(Faults {
        wrong_hash_each: Some(2),
        ..Faults::default()
    });
    let findings = doctor(&["-o", &url, "-d", &board.path]);
    findings.assert_fails("board hash", "wrong", "do not mine");
    let findings = doctor(&["-o", &url, "-d", &board.path, "--quick"]);
    assert_eq!(findings.of_check("board hash")["verdict"], "skip");
    assert_eq!(findings.1, Some(0));
}

#[test]
fn a_port_that_another_process_holds_is_told_with_that_process() {
    let (_node, _server, url) = node();
    let board = Terminal::new(Faults::default());
    let holder = File::open(&board.path).expect("the port");
    holder.lock().expect("a lock");
    let findings = doctor(&["-o", &url, "-d", &board.path]);
    let process = format!("({})", std::process::id());
    findings.assert_fails("board", &process, "end ");
    drop(holder);
    let findings = doctor(&["-o", &url, "-d", &board.path, "--quick"]);
    assert_eq!(findings.of_check("board")["verdict"], "pass");

    let findings = doctor(&["-o", &url, "-d", "/nowhere", "--quick"]);
    findings.assert_fails("port", "no such port", "tensority devices");
    let findings = doctor(&["-o", &url, "-d", "/dev/null", "--quick"]);
    findings.assert_fails("board", "expected a serial port", "");
}

#[test]
fn mistakes_of_the_configuration_are_findings_and_those_of_flags_are_not() {
    let home = Home::new();
    let file = home.write("bad.toml", "[verify]\ntreads = 1\n");
    let run = |arguments: &[&str]| home.run(&[&["doctor", "--json"], arguments].concat());
    let findings = Findings::of(&run(&["-c", &file, "--quick"]));
    findings.assert_fails("configuration", "threads", "docs/config.md");
    let findings = Findings::of(&run(&["-d", "cpu:1", "--quick"]));
    findings.assert_fails("configuration", "nothing to mine for", "-o");
    assert_refused(&run(&["-o", "gopher://a"]), 64, &["gopher"]);
    assert_refused(&run(&["--image", "/nowhere.bit"]), 66, &["/nowhere.json"]);
    let image = home.write("image.json", "{}");
    assert_refused(&run(&["--image", &image]), 65, &["image.json"]);

    fs::create_dir(home.path("state")).expect("a folder");
    let state = home.argument("state");
    let findings = run(&[
        "-o",
        "http://127.0.0.1:1",
        "-d",
        "cpu:1",
        "--quick",
        "--state-file",
        &state,
    ]);
    Findings::of(&findings).assert_fails("state file", "in the way", "another file");
}
