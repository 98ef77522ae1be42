//! Signals that ask a command to end.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::{Failure, Program};

/// SIGINT, SIGTERM, and SIGHUP, which comes when the terminal goes. A hang-up that is ignored from the
/// beginning, as under `nohup`, stays so.
pub fn ending_signals() -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut signals = vec![SIGINT, SIGTERM];
    signals.extend((!is_ignored(&status, SIGHUP)).then_some(SIGHUP));
    signals
}

/// Has each of the [`ending_signals`] set `stop`.
///
/// # Errors
/// If the system lets none be caught.
pub fn stop_at_signals<P: Program>(stop: &Arc<AtomicBool>) -> Result<(), Failure<P>> {
    for signal in ending_signals() {
        flag::register(signal, Arc::clone(stop))
            .map_err(|error| Failure::software(format!("cannot catch signals: {error}")))?;
    }
    Ok(())
}

/// Whether a process ignores a signal, by its `/proc/PID/status`.
fn is_ignored(status: &str, signal: i32) -> bool {
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hang_up_that_nohup_ignores_is_no_end() {
        let status = |mask: &str| format!("Name:\tx\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
        assert!(is_ignored(&status("0000000000001001"), SIGHUP));
        assert!(!is_ignored(&status("0000000000001000"), SIGHUP));
        assert!(!is_ignored("", SIGHUP));
    }
}
