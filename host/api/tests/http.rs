//! The HTTP API, as clients of every kind meet it.

mod common;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::thread;
use std::time::{Duration, Instant};

use common::{Answer, BOARD, Served, TOKEN, connect, sample, token};
use serde_json::{Value, json};
use tensority_telemetry::State;
use tensority_telemetry::command::Command;

#[test]
fn every_part_of_the_state_is_served() {
    let served = Served::new();
    let state = serde_json::to_value(sample()).unwrap();
    assert_eq!(served.get("/api/v0").json(), state);
    let whole: State = serde_json::from_str(&served.get("/api/v0").body).unwrap();
    assert_eq!(whole, sample(), "and it reads back");
    for part in [
        "devices",
        "sources",
        "job",
        "total",
        "decisions",
        "lifetime",
        "verification",
    ] {
        let answer = served.get(&format!("/api/v0/{part}"));
        assert_eq!((answer.status, answer.json()), (200, state[part].clone()));
        assert!(answer.head.contains("content-type: application/json"));
        assert!(answer.head.contains("cache-control: no-store"));
    }
    let board = served.get("/api/v0/devices/%2Fdev%2FttyUSB0");
    assert_eq!(board.json(), state["devices"][0]);
    let odd = served.get("/api/v0/devices/a%20%22b%5Cc%7Cd,e=f%0Ag");
    assert_eq!(odd.json(), state["devices"][1]);
}

#[test]
fn no_job_is_null() {
    let served = Served::new();
    served.published.publish(State::default());
    assert_eq!(served.get("/api/v0/job").json(), Value::Null);
}

#[test]
fn the_list_of_routes_is_that_of_the_page_about_the_api() {
    let page = Served::new().get("/api");
    assert!(page.head.contains("content-type: text/plain"));
    let lines: Vec<_> = page.body.lines().collect();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("POST /api/v0/commands "))
    );
    assert!(lines.iter().any(|line| line.starts_with("GET  /metrics ")));
    let words = |line: &str| {
        line.split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let listed: BTreeSet<_> = lines[2..].iter().map(|line| words(line)).collect();
    let about = include_str!("../../../docs/api.md").lines();
    let rows = about.filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let named = rows.filter(|row| row.starts_with("GET ") || row.starts_with("POST "));
    assert_eq!(listed, named.map(str::to_owned).collect());
}

#[test]
fn what_is_not_there_is_refused_with_a_reason() {
    let served = Served::new();
    let known = |answer: &Answer| answer.error().contains(BOARD);
    let answer = served.get("/api/v0/devices/nobody");
    assert!(answer.status == 404 && known(&answer), "{answer:?}");
    assert_eq!(served.get("/api/v0/devices/%FF").status, 400);
    served.get("/api/v0/devices/%FF").error();
    for path in ["/api/v1", "/api/v0/", "/api/v0/device", "/../etc/passwd"] {
        let answer = served.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.error().contains("GET /api lists them"));
    }
    for (method, path) in [
        ("POST", "/api/v0"),
        ("DELETE", "/metrics"),
        ("GET", "/api/v0/commands"),
    ] {
        let answer = served.ask(&format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n"));
        assert_eq!(answer.status, 405, "{method} {path}");
        assert!(answer.error().contains(method));
    }
}

#[test]
fn commands_with_the_token_reach_the_miner() {
    let served = Served::new();
    let device = BOARD.to_owned();
    let reset = format!(r#"{{"command":"reset","device":"{BOARD}"}}"#);
    for (body, command) in [
        (r#"{"command":"pause"}"#, Command::Pause),
        (r#" {"command": "resume"} "#, Command::Resume),
        (&reset, Command::Reset { device }),
    ] {
        let answer = served.post(&token(), body);
        assert_eq!(answer.status, 202, "{answer:?}");
        assert_eq!(answer.json(), serde_json::to_value(&command).unwrap());
        assert_eq!(served.commands.try_recv(), Ok(command));
    }
    // The name of the scheme may be written in any way.
    let headers = format!("authorization: bEARER {TOKEN}\r\n");
    assert_eq!(served.post(&headers, r#"{"command":"pause"}"#).status, 202);
}

/// The next event: its id and its data.
fn event(lines: &mut impl BufRead) -> (u64, Value) {
    let mut fields = json!({});
    loop {
        let mut line = String::new();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "the stream ended");
        match line.trim_end().split_once(": ") {
            Some((name, value)) => fields[name] = json!(value),
            None if fields.get("data").is_some() => break,
            None => {}
        }
    }
    assert_eq!(fields["event"], "state");
    let text = |name: &str| fields[name].as_str().unwrap().to_owned();
    (
        text("id").parse().unwrap(),
        serde_json::from_str(&text("data")).unwrap(),
    )
}

#[test]
fn events_are_the_newest_state_once_a_second_at_most() {
    let served = Served::new();
    let mut stream = connect(served.address());
    stream
        .write_all(b"GET /api/v0/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut lines = BufReader::new(stream);
    let mut status = String::new();
    lines.read_line(&mut status).unwrap();
    assert!(status.starts_with("HTTP/1.1 200 "));
    let state = |height| {
        let mut state = sample();
        state.job.as_mut().unwrap().height = height;
        state
    };
    assert_eq!(
        event(&mut lines),
        (1, serde_json::to_value(sample()).unwrap())
    );
    let began = Instant::now();
    for height in 1..=10 {
        served.published.publish(state(height));
    }
    assert_eq!(event(&mut lines), (11, json!(state(10))), "only the newest");
    served.published.publish(state(11));
    assert_eq!(event(&mut lines), (12, json!(state(11))));
    let took = began.elapsed();
    assert!(took > Duration::from_millis(1500), "too soon: {took:?}");
    assert!(took < Duration::from_secs(6), "too late: {took:?}");
}

#[test]
fn lines_of_the_log_come_once_each_behind_a_state() {
    let served = Served::new();
    served.published.log(1_800_000_000, "one".to_owned());
    served.published.log(1_800_000_001, "two".to_owned());
    let listed = served.get("/api/v0/log").json();
    let line = |number, at_unix: u64, text: &str| json!({ "number": number, "at_unix": at_unix, "text": text });
    assert_eq!(
        listed,
        json!([line(1, 1_800_000_000, "one"), line(2, 1_800_000_001, "two")])
    );
    let mut stream = connect(served.address());
    stream
        .write_all(b"GET /api/v0/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let mut log = || -> Value {
        lines.find(|line| line == "event: log").unwrap();
        let data = lines.next().unwrap();
        serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap()
    };
    assert_eq!(log(), listed);
    served.published.log(1_800_000_002, "three".to_owned());
    assert_eq!(log(), json!([line(3, 1_800_000_002, "three")]));
}

#[test]
fn listeners_leave_places_for_others() {
    let served = Served::new();
    let request = b"GET /api/v0/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut listeners: Vec<_> = (0..32)
        .map(|_| {
            let mut stream = connect(served.address());
            stream.write_all(request).unwrap();
            let mut status = [0; 12];
            std::io::Read::read_exact(&mut stream, &mut status).unwrap();
            assert_eq!(&status, b"HTTP/1.1 200");
            stream
        })
        .collect();
    let answer = served.get("/api/v0/events");
    assert_eq!(answer.status, 503);
    answer.error();
    assert_eq!(served.get("/api/v0").status, 200);
    listeners.pop();
    let began = Instant::now();
    loop {
        let mut stream = connect(served.address());
        stream.write_all(request).unwrap();
        let mut status = [0; 12];
        std::io::Read::read_exact(&mut stream, &mut status).unwrap();
        if &status == b"HTTP/1.1 200" {
            break;
        }
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "the place stays taken"
        );
        // The server notices a client that has gone when it writes to it, which nobody is told.
        thread::sleep(Duration::from_millis(50));
    }
}
