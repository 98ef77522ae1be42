//! Verification of a server's certificate: by roots that vouch for it, or because it is the very one that was named.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use webpki::RawPublicKeyEntity;

use super::fingerprint::Fingerprint;
use super::refusal::Refusal;

/// Which servers are trusted.
#[derive(Debug)]
pub enum Servers {
    /// That with this certificate, whatever name, dates, version or use it has.
    Only(Fingerprint),
    /// Those that roots vouch for, and those that have one of these very certificates.
    Vouched {
        by: Arc<WebPkiServerVerifier>,
        pinned: Vec<CertificateDer<'static>>,
    },
}

impl Servers {
    pub fn vouched_for(
        roots: RootCertStore,
        pinned: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        let by = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
        Self::Vouched {
            by: by.expect("the usual roots are among them"),
            pinned,
        }
    }
}

#[derive(Debug)]
pub struct Verifier {
    pub servers: Servers,
    /// How a server may sign the handshake.
    pub algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown = Fingerprint::of(end_entity);
        match &self.servers {
            Servers::Only(expected) if shown == *expected => Ok(ServerCertVerified::assertion()),
            Servers::Only(expected) => Err(Refusal::Other(*expected).of(shown)),
            Servers::Vouched { pinned, .. } if pinned.contains(end_entity) => {
                Ok(ServerCertVerified::assertion())
            }
            Servers::Vouched { by, .. } => by
                .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
                .map_err(|error| Refusal::NotVouchedFor(error).of(shown)),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.verify_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = public_key(certificate)?;
        rustls::crypto::verify_tls13_signature_with_raw_key(
            message,
            &key,
            signature,
            &self.algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl Verifier {
    /// That the server has the private key of its certificate. The key is taken out of certificates of any version;
    /// webpki reads version 3 only.
    fn verify_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = public_key(certificate)?;
        let bad = |_| Error::InvalidCertificate(CertificateError::BadSignature);
        let key = RawPublicKeyEntity::try_from(&key).map_err(bad)?;
        let of_scheme = self.algorithms.mapping.iter();
        let mut algorithms = of_scheme
            .filter(|(scheme, _)| *scheme == signature.scheme)
            .flat_map(|(_, algorithms)| algorithms.iter());
        let is_good = algorithms.any(|&algorithm| {
            key.verify_signature(algorithm, message, signature.signature())
                .is_ok()
        });
        match is_good {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(Error::InvalidCertificate(CertificateError::BadSignature)),
        }
    }
}

fn public_key(certificate: &CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
    match x509_parser::parse_x509_certificate(certificate) {
        Ok((_, certificate)) => Ok(certificate.public_key().raw.to_vec().into()),
        Err(_) => Err(Error::InvalidCertificate(CertificateError::BadEncoding)),
    }
}
