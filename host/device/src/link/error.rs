//! Why a request failed.

use std::{io, time::Duration};

use tensority_protocol::{
    VERSIONS,
    messages::{Refusal, Refused},
};

use crate::device::DeviceError;

/// Why a request was not answered as it should.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The line is broken.
    #[error("the device is gone ({0})")]
    Gone(#[from] io::Error),
    /// Nothing came.
    #[error("no answer to {request} within {waited:?}, asked {attempts} times")]
    Silent {
        /// The request.
        request: &'static str,
        /// Time waited in all.
        waited: Duration,
        /// Times asked.
        attempts: u32,
    },
    /// The device said no.
    #[error("{request} refused: {}", reason(refused))]
    Refused {
        /// The request.
        request: &'static str,
        /// The answer.
        refused: Refused,
    },
    /// The answer is none to this request.
    #[error(
        "expected the answer 0x{expected:02x} to {request}, found 0x{kind:02x} with {bytes} bytes"
    )]
    Unexpected {
        /// The request.
        request: &'static str,
        /// Kind of its answer.
        expected: u8,
        /// Kind of what came.
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
