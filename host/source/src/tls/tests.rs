use std::io::Write;
use std::path::Path;

use super::*;

fn settings(content: &[u8]) -> (Settings, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    let mut settings = Settings::new("https://node:1".parse().unwrap());
    settings.ca_file = Some(file.path().to_owned());
    (settings, file)
}

#[test]
fn a_file_of_certificates_is_taken_whatever_stands_between_them() {
    let own = rcgen::generate_simple_self_signed(vec!["pool".to_owned()]).unwrap();
    let pem = own.cert.pem();
    let two = format!("a comment\n{pem}\n{pem}");
    let (settings, file) = settings(two.as_bytes());
    assert_eq!(read_certificates(file.path()).unwrap().len(), 2);
    let trust = Trust::load(&settings).unwrap();
    assert!(trust.client_config().alpn_protocols.is_empty());
}

#[test]
fn a_file_of_something_else_is_refused() {
    let missing = read_certificates(Path::new("/no/such/file")).map(drop);
    assert!(missing.unwrap_err().to_string().contains("/no/such/file"));
    let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    for content in ["", "hello", garbage, cut] {
        let (settings, _file) = settings(content.as_bytes());
        let reason = Trust::load(&settings).map(drop).unwrap_err().to_string();
        assert!(reason.contains("expected certificates as PEM"), "{reason}");
    }
}
