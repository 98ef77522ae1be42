//! Waker, which ends the wait of a thread that listens to a device.

use std::fmt;
use std::sync::Arc;

/// Ends a wait for a device's next notice, from any thread. Clones end the same wait.
///
/// It is remembered: where nobody waits, the next wait ends at once. Several that come before it
/// are one.
#[derive(Clone)]
pub struct Waker(Arc<dyn Fn() + Send + Sync>);

impl Waker {
    /// A waker that does this; it must neither wait nor fail, and may be done after the device is
    /// closed.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(wake))
    }

    /// Ends the wait that is under way, or else the next.
    pub fn wake(&self) {
        (self.0)();
    }
}

impl fmt::Debug for Waker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Waker")
    }
}
