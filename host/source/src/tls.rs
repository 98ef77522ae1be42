//! TLS roots and errors.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CertificateError, ClientConfig, Error, RootCertStore};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::settings::StartError;

/// The roots that are trusted: the usual ones of the web, and those of a file.
pub struct Roots(Vec<CertificateDer<'static>>);

impl Roots {
    /// Reads the file, if there is one.
    ///
    /// # Errors
    /// [`StartError::CaFile`] or [`StartError::Certificate`].
    pub fn load(ca_file: Option<&Path>) -> Result<Self, StartError> {
        let mut roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
        if let Some(path) = ca_file {
            roots.extend(read(path)?);
        }
        Ok(Self(roots))
    }

    /// Trust in these roots, for connections of our own.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(self.0.iter().cloned());
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("the provider speaks all versions");
        let config = config.with_root_certificates(store);
        Arc::new(config.with_no_client_auth())
    }

    /// Trust in these roots, for HTTP.
    pub fn http_config(&self) -> TlsConfig {
        let certificates = self
            .0
            .iter()
            .map(|der| Certificate::from_der(der).to_owned());
        TlsConfig::builder()
            .root_certs(RootCerts::from(certificates))
            .unversioned_rustls_crypto_provider(provider())
            .build()
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, StartError> {
    let pem = fs::read(path).map_err(|reason| StartError::CaFile {
        path: path.to_owned(),
        reason,
    })?;
    let no_certificate = |found: String| StartError::Certificate {
        path: path.to_owned(),
        found,
    };
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| no_certificate(error.to_string()))?;
    if certificates.is_empty() {
        return Err(no_certificate("none".to_owned()));
    }
    for certificate in &certificates {
        let added = RootCertStore::empty().add(certificate.clone());
        added.map_err(|error| no_certificate(error.to_string()))?;
    }
    Ok(certificates)
}

/// What an error of TLS means, and what to do about it.
pub fn explain(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(reason) => match reason {
            CertificateError::UnknownIssuer => {
                "shows a certificate of an unknown issuer; if it is right, name its root \
                 certificate with `ca_file`"
                    .to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "shows a certificate of another host; use the name that the certificate is for"
                    .to_owned()
            }
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. } => {
                format!("shows a certificate that is not valid now ({error}); check the clocks")
            }
            _ => format!("shows a certificate that is not accepted ({error})"),
        },
        Error::InvalidMessage(_) => {
            "does not speak TLS; is it an address without TLS (http://, stratum+tcp://)?".to_owned()
        }
        _ => format!("does not agree on TLS ({error})"),
    }
}

/// The error of TLS in an error of input or output, if it is one.
pub fn find(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    fn roots(content: &[u8]) -> Result<usize, String> {
        let file = file(content);
        let roots = Roots::load(Some(file.path()));
        roots.map(|roots| roots.0.len()).map_err(|e| e.to_string())
    }

    #[test]
    fn a_file_of_certificates_comes_on_top_of_the_usual_ones() {
        let usual = Roots::load(None).unwrap();
        assert!(usual.0.len() > 100);
        let own = rcgen::generate_simple_self_signed(vec!["pool".to_owned()]).unwrap();
        let pem = own.cert.pem();
        let two = format!("a comment\n{pem}\n{pem}");
        assert_eq!(roots(two.as_bytes()), Ok(usual.0.len() + 2));
        assert!(usual.client_config().alpn_protocols.is_empty());
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let missing = Roots::load(Some(Path::new("/no/such/file"))).map(drop);
        assert!(missing.unwrap_err().to_string().contains("/no/such/file"));
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let cut = "-----BEGIN CERTIFICATE-----\nAAAA\n";
        for content in ["", "hello", garbage, cut] {
            let reason = roots(content.as_bytes()).unwrap_err();
            assert!(reason.contains("expected certificates as PEM"), "{reason}");
        }
    }
}
