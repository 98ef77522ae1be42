use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use rustls::crypto::ring;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;
use crate::address::Address;

fn client(address: &str) -> NodeClient {
    client_with(address, |_| {})
}

fn client_with(address: &str, edit: impl FnOnce(&mut Settings)) -> NodeClient {
    let mut settings = Settings::new(address.parse().unwrap());
    edit(&mut settings);
    let Address::Node(url) = &settings.address else {
        panic!("no node");
    };
    let trust = Trust::load(&settings).unwrap();
    NodeClient::new(url, &settings, &trust, Duration::from_millis(500))
}

fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

fn read_head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map(Result::unwrap);
    let lines: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// What a client makes of an answer, and the request that it sent.
fn exchange(answer: &'static [u8]) -> (Result<Template, NodeError>, String) {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = read_head(&stream);
        stream.write_all(answer).unwrap();
        head
    });
    let result = client(&format!("http://{address}")).get_work();
    (result, server.join().unwrap())
}

#[test]
fn asks_by_post_with_a_body_of_known_length() {
    let (_, head) = exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert!(head.starts_with("POST /get-work-json HTTP/1.1"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("content-length: 0"), "{head}");
    assert!(head.contains("user-agent: tensority/"), "{head}");
    assert!(!head.contains("authorization"), "{head}");
}

#[test]
fn tells_the_ways_to_give_no_answer_apart() {
    let result = |answer| exchange(answer).0.unwrap_err();
    let empty = result(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(empty, NodeError::Empty);
    assert_eq!(result(b"").name(), "closed");
    let cut_short = result(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{");
    assert_eq!(cut_short.name(), "closed");
    assert_eq!(result(b"SSH-2.0-server\r\n").name(), "unexpected");
    let moved = result(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(moved.name(), "http_status");
    let (listener, address) = listen();
    drop(listener);
    let nobody = client(&format!("http://{address}")).get_work();
    assert_eq!(nobody.unwrap_err().name(), "unreachable");
}

#[test]
fn an_endless_answer_is_not_read_to_its_end() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n";
        stream.write_all(head).unwrap();
        // Ends when the client hangs up.
        io::copy(&mut io::repeat(b' ').take(1_000_000_000), &mut stream).unwrap_err();
    });
    let client = client(&format!("http://{address}"));
    assert_eq!(client.get_work().unwrap_err().name(), "unexpected");
    drop(client);
    server.join().unwrap();
}

#[test]
fn an_answer_that_comes_byte_by_byte_has_no_more_time_than_another() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
        stream.write_all(head).unwrap();
        // Ends when the client hangs up.
        while stream.write_all(b" ").is_ok() {
            // The pace of a slow server.
            thread::sleep(Duration::from_millis(20));
        }
    });
    let (client, start) = (client(&format!("http://{address}")), Instant::now());
    assert_eq!(client.get_work().unwrap_err().name(), "timed_out");
    assert!(start.elapsed() < Duration::from_secs(5));
    drop(client);
    server.join().unwrap();
}

#[test]
fn a_token_is_sent_be_it_of_the_address_or_of_the_settings() {
    let sent = |address: &str, user: &str| {
        let (listener, place) = listen();
        let server = thread::spawn(move || read_head(&listener.accept().unwrap().0));
        let address = address.replace("PLACE", &place);
        let client = client_with(&address, |settings| {
            settings.user = user.to_owned();
            settings.password = tensority_secret::Secret::new("other");
        });
        client.get_work().unwrap_err();
        server.join().unwrap()
    };
    let head = sent("http://miner:secret@PLACE", "");
    assert!(head.contains("Basic bWluZXI6c2VjcmV0"), "{head}");
    let head = sent("http://miner:secret@PLACE", "me");
    assert!(head.contains("Basic bWU6b3RoZXI="), "{head}");
}

#[test]
fn a_node_without_tls_is_told_from_one_that_is_away() {
    let (listener, address) = listen();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // Until the client hangs up.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let error = client(&format!("https://{address}"))
        .get_work()
        .unwrap_err();
    assert_eq!(error.name(), "tls");
    assert!(error.to_string().contains("does not speak TLS"), "{error}");
    server.join().unwrap();
}

#[test]
fn a_node_over_tls_is_trusted_if_its_certificate_is() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let mut ca_file = tempfile::NamedTempFile::new().unwrap();
    ca_file.write_all(made.cert.pem().as_bytes()).unwrap();
    let key = made.signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let (listener, address) = listen();
    let config = Arc::new(config);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust us hangs up.
            let _ = stream.read(&mut [0; 1000]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    let address = address.replace("127.0.0.1", "https://localhost");
    let error = client(&address).get_work().unwrap_err();
    assert_eq!(error.name(), "tls");
    assert!(error.to_string().contains("`ca_file`"), "{error}");
    let trusting = client_with(&address, |settings| {
        settings.ca_file = Some(ca_file.path().to_owned());
    });
    assert_eq!(trusting.get_work(), Err(NodeError::Empty));
}
