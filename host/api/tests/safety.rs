//! What the HTTP API does not let happen.

mod common;

use std::io::Write;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use common::{BOARD, Served, TOKEN, connect, exchange, read_to_end, settings, token};
use tensority_api::{Settings, StartError, start};
use tensority_telemetry::published::Published;

#[test]
fn nothing_but_a_command_with_the_token_reaches_the_miner() {
    let served = Served::new();
    let pause = r#"{"command":"pause"}"#;
    for headers in [
        "",
        "Authorization: Bearer \r\n",
        "Authorization: Bearer wrong-horse--\r\n",
        "Authorization: Bearer correct-hors\r\n",
        "Authorization: Bearer correct-horse2\r\n",
        "Authorization: Basic correct-horse\r\n",
        "Authorization: correct-horse\r\n",
        "Authorization: B\r\n",
    ] {
        let answer = served.post(headers, pause);
        assert_eq!(answer.status, 401, "{headers}");
        assert!(answer.head.contains("www-authenticate: bearer"));
        assert!(!answer.error().contains(TOKEN));
    }
    let bodies = [
        "",
        "pause",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"command":"stop"}"#,
        r#"{"command":7}"#,
        r#"{"command":"reset"}"#,
        r#"{"command":"reset","device":99999999999999999999}"#,
        r#"{"command":"pause","device":"cpu"}"#,
        r#"{"command":"pause"}{"command":"pause"}"#,
        "\u{0}",
    ];
    let deep = "[".repeat(10_000);
    for body in bodies.into_iter().chain([deep.as_str()]) {
        let answer = served.post(&token(), body);
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.error().starts_with("expected a command such as"));
    }
    let nobody = served.post(&token(), r#"{"command":"enable","device":"nobody"}"#);
    assert_eq!(nobody.status, 404);
    assert!(nobody.error().contains(BOARD));
    assert_eq!(served.commands.try_recv(), Err(mpsc::TryRecvError::Empty));
    drop(served.commands);
    let served = Served {
        commands: mpsc::channel().1,
        ..served
    };
    assert_eq!(served.post(&token(), pause).status, 503);
}

#[test]
fn a_miner_without_a_token_takes_no_commands() {
    let served = Served::with(settings());
    let answer = served.post(&token(), r#"{"command":"pause"}"#);
    assert_eq!(answer.status, 403);
    assert!(answer.error().contains("`token_file` under [api]"));
    assert!(served.commands.try_recv().is_err());
}

#[test]
fn bodies_up_to_64_kib_are_read() {
    let served = Served::new();
    let pause = r#"{"command":"pause"}"#;
    let padded = |length: usize| pause.to_owned() + &" ".repeat(length - pause.len());
    assert_eq!(served.post(&token(), &padded(65_536)).status, 202);
    let answer = served.post(&token(), &padded(65_537));
    assert_eq!(answer.status, 413, "{answer:?}");
    answer.error();
    let chunked = format!(
        "POST /api/v0/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\
         Transfer-Encoding: chunked\r\n\r\n13\r\n{{\"command\":\"pause\"}}\r\n0\r\n\r\n",
        token()
    );
    assert_eq!(served.exchange(&chunked).status, 202);
}

#[test]
fn only_names_of_this_machine_are_answered() {
    let served = Served::new();
    let host = |host: &str| served.ask(&format!("GET /api/v0/job HTTP/1.1\r\nHost: {host}\r\n"));
    for good in [
        "localhost",
        "LOCALHOST:1",
        "127.0.0.1",
        "127.0.0.1:9890",
        "[::1]",
        "[::1]:80",
        "miner.lan",
        "Miner.LAN:9890",
    ] {
        assert_eq!(host(good).status, 200, "{good}");
    }
    for bad in [
        "evil.example",
        "localhost.evil.example",
        "miner.lan.evil.example:9890",
        "127.0.0.1.evil.example",
        "192.168.0.7",
        "10.0.0.1:9890",
        "[::2]",
        "localhost@evil.example",
        "evil@localhost",
    ] {
        let answer = host(bad);
        assert_eq!(answer.status, 421, "{bad}");
        assert!(answer.error().contains("allowed hosts"), "{answer:?}");
    }
    for none in ["", "a b", "localhost/x"] {
        assert_eq!(host(none).status, 400, "{none:?}");
        host(none).error();
    }
    assert_eq!(served.ask("GET / HTTP/1.1\r\n").status, 400, "no host");
    let two = "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n";
    assert_eq!(served.ask(two).status, 400, "two hosts");
    let absolute = "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n";
    assert_eq!(served.ask(absolute).status, 421, "a target elsewhere");
    let absolute = "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n";
    assert_eq!(served.ask(absolute).status, 200);
}

#[test]
fn pages_of_other_sites_are_refused() {
    let served = Served::new();
    let origin = |host: &str, origin: &str| {
        served.ask(&format!(
            "GET /metrics HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\n"
        ))
    };
    for (host, good) in [
        ("localhost:9890", "http://localhost:9890"),
        ("Miner.lan", "https://miner.lan"),
    ] {
        let answer = origin(host, good);
        assert_eq!(answer.status, 200, "{good}");
        assert!(!answer.head.contains("access-control"));
    }
    for bad in [
        "null",
        "",
        "http://evil.example",
        "http://localhost",
        "http://localhost:9891",
        "http://localhost:98900",
        "localhost:9890",
        "file://localhost:9890",
        "http://127.0.0.1:9890",
    ] {
        let answer = origin("localhost:9890", bad);
        assert_eq!(answer.status, 403, "{bad}");
        answer.error();
    }
    // A page may not even send a command that knows the token.
    let headers = format!("{}Origin: http://evil.example\r\n", token());
    assert_eq!(served.post(&headers, r#"{"command":"pause"}"#).status, 403);
    assert!(served.commands.try_recv().is_err());
}

#[test]
fn what_is_no_http_is_turned_away() {
    let served = Served::new();
    let huge_head = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n",
        "x".repeat(1 << 20)
    );
    let huge_path = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x".repeat(1 << 20)
    );
    let many = format!(
        "GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n",
        "X: x\r\n".repeat(1000)
    );
    let bad: [&[u8]; 6] = [
        b"\r\n\r\nnonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        huge_head.as_bytes(),
        huge_path.as_bytes(),
        many.as_bytes(),
    ];
    for request in bad {
        let answer = exchange(served.address(), request);
        let status = answer.get(9..12).map(String::from_utf8_lossy);
        let refused = status.is_none_or(|status| status.starts_with('4'));
        assert!(refused, "{}", String::from_utf8_lossy(&answer));
    }
    assert_eq!(served.get("/api/v0").status, 200, "and the next is served");
}

#[test]
fn slow_clients_are_cut_off_while_others_are_served() {
    let served = Served::new();
    let head = "POST /api/v0/commands HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
    let halves = [
        String::new(),
        "GET / HTTP/1.1\r\nHo".to_owned(),
        "GET /api/v0/job HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
        format!("{head}Content-Length: 19\r\n{}\r\n{{\"comm", token()),
    ];
    let began = Instant::now();
    let mut slow = halves.map(|half| {
        let mut stream = connect(served.address());
        stream.write_all(half.as_bytes()).unwrap();
        stream
    });
    let others: Vec<_> = (0..20).map(|_| served.get("/api/v0").status).collect();
    assert_eq!(others, [200; 20]);
    assert!(began.elapsed() < Duration::from_secs(4), "nobody waited");
    let answers = slow.each_mut().map(read_to_end);
    let took = began.elapsed();
    assert!(
        took > Duration::from_secs(4) && took < Duration::from_secs(15),
        "{took:?}"
    );
    let body = String::from_utf8_lossy(&answers[3]);
    assert!(body.starts_with("HTTP/1.1 408 "), "{body}");
    assert!(served.commands.try_recv().is_err());
}

#[test]
fn dropping_the_handle_ends_everything_at_once() {
    let served = Served::new();
    let (address, fleet) = (served.address(), served.running.fleet_addr().unwrap());
    let mut listener = connect(address);
    listener
        .write_all(b"GET /api/v0/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut first = [0; 12];
    std::io::Read::read_exact(&mut listener, &mut first).unwrap();
    let began = Instant::now();
    drop(served);
    assert!(began.elapsed() < Duration::from_secs(1));
    read_to_end(&mut listener);
    for address in [address, fleet] {
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}

fn refused(settings: Settings) -> StartError {
    let (commands, _) = mpsc::channel();
    start(settings, Arc::new(Published::default()), commands).unwrap_err()
}

#[test]
fn settings_that_are_not_safe_are_refused() {
    let with = |change: fn(&mut Settings)| {
        let mut settings = settings();
        change(&mut settings);
        settings
    };
    let open = |settings: &mut Settings| settings.listen = Some("0.0.0.0:0".parse().unwrap());
    let error = refused(with(open));
    assert!(matches!(error, StartError::NotLoopback(_)));
    assert!(error.to_string().contains("configure a token"), "{error}");
    let mapped = refused(with(|it| {
        it.listen = Some("[::ffff:10.0.0.1]:0".parse().unwrap())
    }));
    assert!(matches!(mapped, StartError::NotLoopback(_)));
    let error = refused(with(|it| {
        it.token = Some(tensority_secret::Secret::default())
    }));
    assert!(matches!(error, StartError::EmptyToken));
    for token in ["two words", "line\n", "schlüssel"] {
        let mut settings = settings();
        settings.token = Some(tensority_secret::Secret::new(token));
        let error = refused(settings);
        assert!(matches!(error, StartError::BadToken));
        assert!(!error.to_string().contains(token));
    }
    for host in [
        "",
        "http://miner.lan",
        "miner.lan:80",
        "a/b",
        "a@b",
        "two words",
    ] {
        let mut settings = settings();
        settings.allowed_hosts = vec![host.to_owned()];
        let error = refused(settings);
        assert!(matches!(error, StartError::BadHost(_)), "{host}: {error}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let served = Served::new();
    let mut settings = settings();
    settings.listen = Some(served.address());
    let error = refused(settings).to_string();
    assert!(error.contains(&served.address().to_string()), "{error}");
}

#[test]
fn with_a_token_other_machines_may_look() {
    let mut settings = settings();
    settings.token = Some(tensority_secret::Secret::new(TOKEN));
    settings.listen = Some("0.0.0.0:0".parse().unwrap());
    let served = Served::with(settings);
    let mut stream = connect(([127, 0, 0, 2], served.address().port()).into());
    let request = b"GET /api/v0/job HTTP/1.1\r\nHost: 127.0.0.2\r\nConnection: close\r\n\r\n";
    stream.write_all(request).unwrap();
    let answer = read_to_end(&mut stream);
    assert!(
        answer.starts_with(b"HTTP/1.1 200 "),
        "the address it came to"
    );
}

#[test]
fn nothing_is_served_unless_asked_for() {
    let (commands, _) = mpsc::channel();
    let running = start(
        Settings::default(),
        Arc::new(Published::default()),
        commands,
    )
    .unwrap();
    assert_eq!((running.addr(), running.fleet_addr()), (None, None));
}

#[test]
fn settings_hide_the_token() {
    let mut settings = settings();
    settings.token = Some(tensority_secret::Secret::new(TOKEN));
    let shown = format!("{settings:?}");
    assert!(
        shown.contains("miner.lan") && !shown.contains(TOKEN),
        "{shown}"
    );
}

#[test]
fn twenty_clients_at_once_are_served() {
    let served = Served::new();
    let address = served.address();
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(move || {
                for _ in 0..20 {
                    let answer = exchange(address, request);
                    assert!(answer.starts_with(b"HTTP/1.1 200 "));
                    assert!(answer.ends_with(b"# EOF\n"));
                }
            });
        }
    });
}
