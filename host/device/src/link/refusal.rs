//! Reasons of refusals, for people.

use tensority_protocol::VERSIONS;
use tensority_protocol::messages::{Refusal, Refused};

/// What the device says by a refusal.
pub fn reason(refused: &Refused) -> String {
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
pub fn version_reason(low: u8, high: u8) -> String {
    let (oldest, newest) = (VERSIONS.start(), VERSIONS.end());
    let older = if high < *oldest {
        "the device's firmware"
    } else {
        "this program"
    };
    format!("versions {low} to {high} there, {oldest} to {newest} here; update {older}")
}
