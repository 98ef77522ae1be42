//! TLS certificate and key of a pool.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection};

/// A certificate with its key.
#[derive(Debug, Clone)]
pub struct Tls(Arc<ServerConfig>);

/// Why a certificate or a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The text holds no certificate.
    #[error("expected certificates in PEM, found {0}; give the chain, that of the server first")]
    Certificates(String),
    /// The text holds no key.
    #[error("expected a private key in PEM, found {0}; give the key of the first certificate")]
    Key(String),
    /// They do not fit together or are of a kind that is not known.
    #[error("expected a certificate with its key, found {0}; give a pair that was made together")]
    Pair(#[source] rustls::Error),
}

impl Tls {
    /// Takes a chain of certificates, that of the server first, and its private key, both in PEM.
    ///
    /// # Errors
    /// All of [`TlsError`].
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let found = |error: pem::Error| error.to_string();
        let chain = CertificateDer::pem_slice_iter(certificates);
        let chain: Vec<_> = chain
            .collect::<Result<_, _>>()
            .map_err(|error| TlsError::Certificates(found(error)))?;
        if chain.is_empty() {
            return Err(TlsError::Certificates("none".to_owned()));
        }
        let key =
            PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Key(found(error)))?;
        let configuration = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key));
        configuration
            .map(|it| Self(Arc::new(it)))
            .map_err(TlsError::Pair)
    }

    /// The server's end of a connection.
    pub(crate) fn accept(&self) -> Result<ServerConnection, rustls::Error> {
        ServerConnection::new(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_taken_and_what_is_none_is_named() {
        let made = || rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let (one, other) = (made(), made());
        let (chain, key) = (one.cert.pem(), one.signing_key.serialize_pem());
        assert!(Tls::from_pem(chain.as_bytes(), key.as_bytes()).is_ok());
        let refused = |chain: &str, key: &str| {
            let error = Tls::from_pem(chain.as_bytes(), key.as_bytes()).unwrap_err();
            error.to_string()
        };
        assert!(refused("", &key).contains("certificates in PEM, found none"));
        assert!(refused(&chain, "").contains("private key"));
        let foreign = other.signing_key.serialize_pem();
        assert!(refused(&chain, &foreign).contains("made together"));
    }
}
