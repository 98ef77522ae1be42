//! TLS settings of sources: which servers are trusted, for pools and for nodes alike.

mod connector;
mod fingerprint;
mod refusal;
mod verifier;

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

pub use connector::TlsConnector;
pub use fingerprint::Fingerprint;
pub use refusal::explain;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, Error, RootCertStore};
use verifier::{Servers, Verifier};

use crate::settings::{Settings, StartError};

/// The servers that are trusted. With a fingerprint it is the one with that certificate; else those that the
/// usual roots of the web or those of the file vouch for, and those whose certificates are in the file.
pub struct Trust(Arc<ClientConfig>);

impl Trust {
    /// Reads the file of certificates, if there is one.
    ///
    /// # Errors
    /// [`StartError::CaFile`] or [`StartError::Certificate`].
    pub fn load(settings: &Settings) -> Result<Self, StartError> {
        let own = settings
            .ca_file
            .as_deref()
            .map_or(Ok(Vec::new()), read_certificates)?;
        let servers = match settings.certificate_sha256 {
            Some(fingerprint) => Servers::Only(fingerprint),
            None => {
                let mut roots = RootCertStore::empty();
                let usual = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
                roots.add_parsable_certificates(usual.chain(&own).cloned());
                Servers::vouched_for(roots, own, provider())
            }
        };
        let algorithms = provider().signature_verification_algorithms;
        let verifier = Verifier {
            servers,
            algorithms,
        };
        let config = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .expect("the provider speaks all versions")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        Ok(Self(Arc::new(config.with_no_client_auth())))
    }

    /// How to agree on TLS with them.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.0)
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The certificates of a file, as PEM.
///
/// # Errors
/// [`StartError::CaFile`] or [`StartError::Certificate`].
pub fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, StartError> {
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

/// The error of TLS in an error of input or output, if it is one.
pub fn find(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

#[cfg(test)]
mod tests;
