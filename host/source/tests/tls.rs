//! Which servers are trusted: real certificates, of openssl and of a root of our own, each shown to a node's client over
//! both versions of TLS and to a pool's.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use std::{fs, thread};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::ResolvesServerCert;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};
use tensority_source::{Address, Event, Fingerprint, Ledger, NodeError, Settings, start};

/// What `openssl x509 -noout -fingerprint -sha256 -in root.pem` prints, without its colons.
const ROOT_SHA256: &str = "473e015001e1df2a0dc6e9ab6e8e00c3710992a69049d4bd2651a2c6107f2066";

/// A certificate with its key, both as PEM.
struct Pair {
    certificate: String,
    key: String,
}

/// One of the folder `certificates`.
fn of_openssl(name: &str) -> Pair {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    let read = |end: &str| fs::read_to_string(folder.join(format!("{name}.{end}"))).unwrap();
    Pair {
        certificate: read("pem"),
        key: read("key"),
    }
}

/// A root, as PEM, and a certificate for a host that it vouches for until a year.
fn vouched_for(host: &str, until: i32) -> (String, Pair) {
    let mut root = CertificateParams::new([]).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let pem = root.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(root, key);
    let mut of_host = CertificateParams::new([host.to_owned()]).unwrap();
    of_host.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = of_host.signed_by(&key, &issuer).unwrap().pem();
    let pair = Pair {
        certificate,
        key: key.serialize_pem(),
    };
    (pem, pair)
}

/// The place of a server that shows a certificate and answers whatever comes with HTTP without a body, for ever.
fn serve(pair: &Pair, version: &'static SupportedProtocolVersion) -> String {
    let chain = vec![CertificateDer::from_pem_slice(pair.certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
    let key = ring::sign::any_supported_type(&key).unwrap();
    let shown: Arc<dyn ResolvesServerCert> =
        Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, key)));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(shown);
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            // A client that does not trust us hangs up.
            let _ = stream.read(&mut [0; 1000]);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    format!("localhost:{port}")
}

/// Whom to trust besides the usual roots.
#[derive(Default)]
struct Trusted<'a> {
    file: Option<&'a str>,
    sha256: Option<&'a str>,
}

impl Trusted<'_> {
    /// What a node's client makes of the server: nothing, or why it does not trust it.
    fn refusal(&self, place: &str) -> Option<String> {
        let (settings, _file) = self.settings(&format!("https://{place}"));
        let Address::Node(url) = settings.address.clone() else {
            panic!("no node");
        };
        match Ledger::new(&url, &settings).unwrap().work().unwrap_err() {
            NodeError::Empty => None,
            NodeError::Tls(text) => Some(text),
            other => panic!("{other}"),
        }
    }

    /// The same of a pool's.
    fn refusal_of_pool(&self, place: &str) -> Option<String> {
        let (settings, _file) = self.settings(&format!("stratum+ssl://{place}"));
        let (sender, events) = mpsc::channel();
        let source = start(settings, Box::new(move |event| drop(sender.send(event)))).unwrap();
        let event = events.recv_timeout(Duration::from_secs(10)).unwrap();
        source.stop();
        match event {
            Event::Down(reason) if reason.word == "tls" => Some(reason.text),
            // What it says is heard, though it is no pool.
            Event::Odd(_) => None,
            other => panic!("{other:?}"),
        }
    }

    fn settings(&self, address: &str) -> (Settings, Option<tempfile::NamedTempFile>) {
        let mut settings = Settings::new(address.parse().unwrap());
        settings.certificate_sha256 = self.sha256.map(|text| {
            let mut hash = [0; 32];
            hex::decode_to_slice(text, &mut hash).unwrap();
            Fingerprint(hash)
        });
        let file = self.file.map(|pem| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(pem.as_bytes()).unwrap();
            file
        });
        settings.ca_file = file.as_ref().map(|file| file.path().to_owned());
        (settings, file)
    }
}

fn pinned(pem: &str) -> Trusted<'_> {
    Trusted {
        file: Some(pem),
        ..Trusted::default()
    }
}

fn assert_says(refusal: Option<String>, words: &[&str]) {
    let text = refusal.expect("it is not to be trusted");
    for word in words {
        assert!(text.contains(word), "{word:?} is not in: {text}");
    }
}

/// The fingerprint that a refusal tells, to be written into the configuration.
fn told(refusal: &str) -> String {
    let (_, rest) = refusal.split_once("certificate_sha256 = \"").unwrap();
    rest[..64].to_owned()
}

#[test]
fn a_certificate_of_openssl_is_trusted_where_it_is_named() {
    for (name, word) in [("root", "openssl req -x509"), ("version1", "version 1")] {
        let pair = of_openssl(name);
        for version in [&TLS12, &TLS13] {
            let place = serve(&pair, version);
            let refusal = Trusted::default().refusal(&place).unwrap();
            assert_says(Some(refusal.clone()), &[word, "`ca_file`"]);
            assert_eq!(pinned(&pair.certificate).refusal(&place), None);
            let sha256 = Some(&*told(&refusal));
            let by_fingerprint = Trusted { file: None, sha256 };
            assert_eq!(by_fingerprint.refusal(&place), None);
            assert_eq!(by_fingerprint.refusal_of_pool(&place), None);
            assert_eq!(pinned(&pair.certificate).refusal_of_pool(&place), None);
        }
    }
}

#[test]
fn a_fingerprint_of_openssl_trusts_that_certificate_and_no_other() {
    let trusted = Trusted {
        file: None,
        sha256: Some(ROOT_SHA256),
    };
    assert_eq!(trusted.refusal(&serve(&of_openssl("root"), &TLS13)), None);
    let other = serve(&of_openssl("version1"), &TLS13);
    let words = ["473e0150", "expected", "`certificate_sha256`"];
    assert_says(trusted.refusal(&other), &words);
    assert_says(trusted.refusal_of_pool(&other), &words);
    // Nor one that a root vouches for.
    let (root, pair) = vouched_for("localhost", 4000);
    let trusted = Trusted {
        file: Some(&root),
        ..trusted
    };
    assert_says(trusted.refusal(&serve(&pair, &TLS13)), &words);
}

#[test]
fn a_server_without_the_key_of_the_certificate_it_shows_is_not_trusted() {
    let stolen = Pair {
        certificate: of_openssl("root").certificate,
        key: of_openssl("version1").key,
    };
    for version in [&TLS12, &TLS13] {
        let place = serve(&stolen, version);
        assert_says(
            pinned(&stolen.certificate).refusal(&place),
            &["does not have its key"],
        );
    }
}

#[test]
fn each_refusal_of_what_a_root_vouches_for_says_what_to_do() {
    let (root, good) = vouched_for("localhost", 4000);
    let place = serve(&good, &TLS13);
    assert_eq!(pinned(&root).refusal(&place), None);
    assert_says(
        Trusted::default().refusal(&place),
        &["unknown issuer", "root", "`ca_file`", "certificate_sha256"],
    );

    let (root, ended) = vouched_for("localhost", 2001);
    let place = serve(&ended, &TLS13);
    assert_says(pinned(&root).refusal(&place), &["any more", "clock"]);
    assert_eq!(pinned(&ended.certificate).refusal(&place), None);

    let (root, of_other) = vouched_for("pool.example", 4000);
    let place = serve(&of_other, &TLS13);
    assert_says(
        pinned(&root).refusal(&place),
        &["another host", "pool.example", "the name that it is for"],
    );
    assert_eq!(pinned(&of_other.certificate).refusal(&place), None);
}
