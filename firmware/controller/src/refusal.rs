//! Refusals: the code, and the number that was found.

use tensority_protocol::VERSIONS;
use tensority_protocol::layout::PayloadError;
use tensority_protocol::messages::{Refusal, Refused};

/// A refusal with what was found instead of what was expected.
#[derive(Clone, Copy)]
pub struct Refuse {
    code: Refusal,
    found: u32,
}

impl Refuse {
    /// With the number that shows why.
    pub const fn new(code: Refusal, found: u32) -> Self {
        Self { code, found }
    }

    /// Where no number shows it.
    pub const fn only(code: Refusal) -> Self {
        Self::new(code, 0)
    }

    /// The answer to a request of this kind.
    pub fn to(self, kind: u8) -> Refused {
        // Neither a version nor a kind that is not known says what was asked.
        let kind = match self.code {
            Refusal::Version | Refusal::Unknown => 0,
            _ => kind,
        };
        Refused {
            code: self.code as u8,
            kind,
            protocol_low: *VERSIONS.start(),
            protocol_high: *VERSIONS.end(),
            found: self.found,
        }
    }
}

impl From<PayloadError> for Refuse {
    fn from(error: PayloadError) -> Self {
        match error {
            PayloadError::Unknown(kind) => Self::new(Refusal::Unknown, u32::from(kind)),
            PayloadError::Short { found, .. } => Self::new(Refusal::Short, found as u32),
        }
    }
}
