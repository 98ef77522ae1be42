//! Errors of requests.

use std::{io, time::Duration};

use tensority_protocol::{
    VERSIONS,
    messages::{Refusal, Refused},
};

use crate::device::DeviceError;

/// Why a request was not answered as it should.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum LinkError {
    #[error("the device is gone ({0})")]
    Gone(#[from] io::Error),
    #[error("no answer to {request} within {waited:?}, asked {attempts} times")]
    Silent {
        request: &'static str,
        waited: Duration,
        attempts: u32,
    },
    #[error("{request} refused: {}", reason(refused))]
    Refused {
        request: &'static str,
        refused: Refused,
    },
    /// The answer is none to this request.
    #[error(
        "expected the answer 0x{expected:02x} to {request}, found 0x{kind:02x} with {bytes} bytes"
    )]
    Unexpected {
        request: &'static str,
        expected: u8,
        kind: u8,
        /// Bytes of payload that came.
        bytes: usize,
    },
}

impl LinkError {
    /// Whether the device refused for this reason.
    pub fn is_refusal(&self, refusal: Refusal) -> bool {
        matches!(self, Self::Refused { refused, .. } if refused.code == refusal as u8)
    }

    /// The same of the device with this name.
    pub fn of(self, name: &str) -> DeviceError {
        let name = name.to_owned();
        match self {
            Self::Gone(error) => DeviceError::Gone {
                name,
                reason: error.to_string(),
            },
            Self::Silent {
                request,
                waited,
                attempts,
            } => DeviceError::Silent {
                name,
                request,
                waited,
                attempts,
            },
            Self::Refused { request, refused } => DeviceError::Refused {
                name,
                request,
                reason: reason(&refused),
            },
            Self::Unexpected {
                request,
                expected,
                kind,
                bytes,
            } => DeviceError::Unexpected {
                name,
                expected: format!("the answer 0x{expected:02x} to {request}"),
                found: format!("0x{kind:02x} with {bytes} bytes"),
            },
        }
    }
}

fn reason(refused: &Refused) -> String {
    let Refused {
        code,
        protocol_low,
        protocol_high,
        ..
    } = refused;
    match Refusal::try_from(*code) {
        Ok(refusal @ Refusal::Version) => {
            let versions = version_reason(*protocol_low, *protocol_high);
            format!("{}: {versions}", refusal.about())
        }
        Ok(refusal) => refusal.about().into(),
        Err(_) => format!("reason {code}, which this program does not know"),
    }
}

/// What to say when there is no version that both speak.
pub(crate) fn version_reason(low: u8, high: u8) -> String {
    let (oldest, newest) = (VERSIONS.start(), VERSIONS.end());
    let older = if high < *oldest {
        "the device's firmware"
    } else {
        "this program"
    };
    format!("versions {low} to {high} there, {oldest} to {newest} here; update {older}")
}
