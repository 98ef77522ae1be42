//! Conformance of a running [`Device`], as claims.
//!
//! The same claims hold for the processor, for a board whose chip is a software model, for a
//! simulated board and for a real one. The tests of this crate check the first two, and a board on
//! a real port where one is named; the simulator's tests check theirs.
//!
//! The hash comes from [`tensority::fast`], which is held against the reference elsewhere. A slow
//! device is asked for few hashes: some 60 in all, and four matrix lists.

mod claims;
mod examiner;
mod waking;

use std::time::Duration;

use claims::*;
use waking::*;

use crate::device::{Device, DeviceError};

pub use examiner::Examiner;

/// Why a device does not conform.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub enum Broken {
    /// It did not do what it was asked.
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error("{what}: expected {expected}, found {found}")]
    Differs {
        what: String,
        expected: String,
        found: String,
    },
    #[error("waited {patience:?} for {awaited}")]
    Late { awaited: String, patience: Duration },
}

/// A claim that does not hold.
#[derive(Debug, thiserror::Error)]
#[error("{claim}: {broken}")]
#[expect(missing_docs, reason = "the messages say what the rest is")]
pub struct Failure {
    pub claim: &'static str,
    pub broken: Broken,
}

/// A claim about a device.
pub type Claim = fn(&mut Examiner<'_>) -> Result<(), Broken>;

macro_rules! claims {
    ($($claim:ident),* $(,)?) => { &[$((stringify!($claim), $claim as Claim)),*] };
}

/// All claims, in an order in which seeds change seldom.
pub const CLAIMS: &[(&str, Claim)] = claims![
    the_self_test_passes,
    a_raw_hash_equals_the_published_one,
    a_range_reports_just_what_meets_the_target,
    work_is_taken_after_a_reset,
    hashes_are_counted,
    a_range_waits_behind_another,
    no_more_ranges_wait_than_the_device_says,
    what_is_aborted_is_told_and_hashed_without_a_gap,
    what_is_replaced_is_told_and_hashed_without_a_gap,
    the_self_test_waits_for_no_range,
    impossible_ranges_are_refused,
    the_last_nonce_there_is_can_be_tried,
    a_wake_ends_a_wait_at_once,
    a_wake_that_nobody_waits_for_ends_the_next_wait,
    a_wake_harms_no_request,
    each_job_is_hashed_with_its_own_seed,
];

/// Checks all [`CLAIMS`]. No single notice may take longer than `patience`: a matrix list is the
/// longest wait.
///
/// # Errors
/// The first claim that does not hold.
pub fn check(device: &mut dyn Device, patience: Duration) -> Result<(), Failure> {
    let mut examiner = Examiner::new(device, patience);
    for (name, claim) in CLAIMS {
        let outcome = claim(&mut examiner).and_then(|()| examiner.expect_quiet());
        outcome.map_err(|broken| Failure {
            claim: name,
            broken,
        })?;
    }
    Ok(())
}
