//! The stop flag, set by a signal.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag;
use tensority_command::ending_signals;

/// A flag that the first of the signals to end sets; after it, they do what they do by default.
pub fn at_signals() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in ending_signals() {
        flag::register_conditional_default(signal, Arc::clone(&stop))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Ends at once, as the second signal does.
pub fn now() {
    // Where even that fails, the first way to end is still under way.
    let _ = signal_hook::low_level::emulate_default_handler(SIGINT);
}
