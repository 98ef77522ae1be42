//! What an error of TLS means, and what to do about it.

use std::sync::Arc;

use rustls::{CertificateError, Error, OtherError};

use super::fingerprint::Fingerprint;

/// Why a certificate is refused.
#[derive(Debug)]
pub enum Refusal {
    /// No root vouches for it, for this reason.
    NotVouchedFor(Error),
    /// It is not the one that was named.
    Other(Fingerprint),
}

impl Refusal {
    /// As an error of the handshake, in which [`explain`] finds it.
    pub fn of(self, shown: Fingerprint) -> Error {
        let refused = Refused {
            text: self.text(shown),
        };
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused))))
    }

    fn text(&self, shown: Fingerprint) -> String {
        let pin = format!(
            "name it with `ca_file`, or write certificate_sha256 = \"{shown}\", if that is the server's"
        );
        match self {
            Self::Other(expected) => format!(
                "shows a certificate with the SHA-256 {shown}, expected {expected}; if the server was given \
                 another one, correct `certificate_sha256`"
            ),
            Self::NotVouchedFor(Error::InvalidCertificate(reason)) => not_vouched_for(reason, &pin),
            Self::NotVouchedFor(error) => {
                format!("shows a certificate that is not accepted ({error}); {pin}")
            }
        }
    }
}

fn not_vouched_for(reason: &CertificateError, pin: &str) -> String {
    match reason {
        CertificateError::UnknownIssuer => format!(
            "shows a certificate of an unknown issuer; name its root certificate with `ca_file`, or {pin}"
        ),
        CertificateError::NotValidForNameContext { presented, .. } => format!(
            "shows a certificate of another host ({}); use the name that it is for, or {pin}",
            match presented.join(", ") {
                names if names.is_empty() => "it has no name".to_owned(),
                names => names,
            }
        ),
        CertificateError::NotValidForName => {
            format!("shows a certificate of another host; use the name that it is for, or {pin}")
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => format!(
            "shows a certificate that is not valid any more ({}); check this machine's clock; if it is \
             right, have the certificate renewed, or {pin}",
            Error::from(reason.clone())
        ),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => format!(
            "shows a certificate that is not valid yet ({}); check this machine's clock",
            Error::from(reason.clone())
        ),
        CertificateError::Other(OtherError(error)) => match error.downcast_ref::<webpki::Error>() {
            Some(webpki::Error::UnsupportedCertVersion) => {
                format!("shows a certificate of version 1, which no root can vouch for; {pin}")
            }
            Some(webpki::Error::CaUsedAsEndEntity) => format!(
                "shows a root certificate as its own, as `openssl req -x509` makes them; {pin}"
            ),
            _ => format!("shows a certificate that is not accepted ({error}); {pin}"),
        },
        _ => format!("shows a certificate that is not accepted ({reason}); {pin}"),
    }
}

/// A refusal in words.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct Refused {
    text: String,
}

/// What an error of TLS means, and what to do about it.
pub fn explain(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(error)))
            if error.is::<Refused>() =>
        {
            error.to_string()
        }
        Error::InvalidCertificate(CertificateError::BadSignature) => {
            "shows a certificate and does not have its key; look for what sits in between"
                .to_owned()
        }
        Error::InvalidCertificate(reason) => {
            format!("shows a certificate that is not accepted ({reason})")
        }
        Error::InvalidMessage(_) => {
            "does not speak TLS; is it an address without TLS (http://, stratum+tcp://)?".to_owned()
        }
        _ => format!("does not agree on TLS ({error})"),
    }
}
