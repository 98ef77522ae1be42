//! What clients ask of a miner: HTTP, and the API of fleet tools.

use std::sync::{Arc, LazyLock, mpsc};

use tensority_api::Settings;
use tensority_api::decoders::{Http, fleet, is_whole};
use tensority_config::Secret;
use tensority_telemetry::State;
use tensority_telemetry::published::Published;

use crate::Target;

pub const HTTP: Target = Target {
    name: "http",
    about: "requests to the HTTP API, byte by byte",
    claims: "what is answered is HTTP; a command is taken only with the token, and only with status 202; no status but \
             503 above 499",
    longest: 4096,
    memory_per_byte: 512,
    seeds: http_seeds,
    check: http,
};

pub const FLEET: Target = Target {
    name: "fleet",
    about: "requests to the API of fleet tools",
    claims: "a request that is whole stays so; the answer to JSON is JSON; an answer ends with its only zero byte",
    longest: 4096,
    memory_per_byte: 4096,
    seeds: fleet_seeds,
    check: answers_of_fleet,
};

const TOKEN: &str = "token";

const PATHS: [&str; 9] = [
    "/",
    "/api",
    "/api/v0",
    "/api/v0/devices/a%2Fb",
    "/api/v0/history?since=1&until=2",
    "/api/v0/log",
    "/api/v0/openapi.json",
    "/metrics",
    "/nowhere",
];

fn http_seeds() -> Vec<Vec<u8>> {
    let gets = PATHS.map(|path| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    let posts = [
        r#"{"command":"pause"}"#,
        r#"{"command":"disable","device":"a"}"#,
    ]
    .map(|body| {
        format!(
            "POST /api/v0/commands HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {}\r\n\
             \r\n{body}",
            body.len()
        )
    });
    gets.into_iter()
        .chain(posts)
        .map(String::into_bytes)
        .collect()
}

struct Served {
    http: Http,
    commands: mpsc::Receiver<tensority_telemetry::command::Command>,
}

fn served() -> Served {
    let (sender, commands) = mpsc::channel();
    let settings = Settings {
        token: Some(Secret::new(TOKEN)),
        ..Settings::default()
    };
    let http = Http::new(settings, Arc::new(Published::default()), sender);
    Served {
        http: http.expect("an event queue"),
        commands,
    }
}

fn http(bytes: &[u8]) {
    thread_local! {
        static SERVED: Served = served();
    }
    SERVED.with(|served| {
        let answer = served.http.answer(bytes);
        let commands = served.commands.try_iter().count();
        if answer.is_empty() {
            return assert_eq!(commands, 0);
        }
        let status = answer
            .strip_prefix(b"HTTP/1.")
            .and_then(|rest| rest.get(2..5));
        let status =
            status.and_then(|status| std::str::from_utf8(status).ok()?.parse::<u16>().ok());
        let status = status.expect("an answer in HTTP");
        assert!(status < 500 || status == 503, "status {status}");
        let taken = answer
            .windows(12)
            .filter(|part| part.ends_with(b" 202"))
            .count();
        assert!(
            commands <= taken,
            "{commands} commands with status {status}"
        );
        let has_token = bytes
            .windows(TOKEN.len())
            .any(|part| part == TOKEN.as_bytes());
        assert!(commands == 0 || has_token);
    });
}

fn fleet_seeds() -> Vec<Vec<u8>> {
    let texts = [
        "version",
        "summary",
        "devs",
        "pools",
        "stats",
        "config",
        "coin",
        "summary+devs|0\n",
        "check|devs",
    ];
    let json = texts.map(|text| format!("{{\"command\":\"{text}\",\"parameter\":\"0\"}}"));
    let texts = texts.map(str::to_owned);
    texts
        .into_iter()
        .chain(json)
        .map(String::into_bytes)
        .collect()
}

static STATE: LazyLock<State> = LazyLock::new(State::default);

fn answers_of_fleet(bytes: &[u8]) {
    let answer = fleet(bytes, &STATE, 1_800_000_000);
    let text = answer.strip_suffix('\0').expect("a zero byte at the end");
    assert!(!text.contains('\0'));
    if bytes.first() == Some(&b'{') {
        serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    }
    let middle = bytes.len() / 2;
    if is_whole(&bytes[..middle]) {
        assert!(is_whole(bytes) || bytes.first() == Some(&b'{'));
    }
}
