//! A miner under way, as the program would run it, with its state published and its messages dropped.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tensority_miner::message::Message;
use tensority_miner::miner::{FatalError, Setup, Sink, mine};
use tensority_telemetry::State;
use tensority_telemetry::device::Condition;
use tensority_telemetry::published::Published;

use crate::support::run::Plan;

/// A miner under way.
pub struct Running {
    published: Arc<Published>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), FatalError>>,
}

impl Running {
    /// Starts it.
    pub fn start(plan: Plan) -> Self {
        let published = Arc::<Published>::default();
        let stop = Arc::new(AtomicBool::new(false));
        let setup = Setup {
            settings: plan.settings,
            sources: plan.sources,
            devices: plan.devices,
            rehash: plan.rehash,
            verifiers: NonZero::<usize>::MIN,
            recorder: None,
        };
        let mut sink = ToNobody(Arc::clone(&published));
        let is_stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let (_keep, commands) = mpsc::channel();
            mine(setup, &is_stopped, &commands, &mut sink).map(|_| ())
        });
        Self {
            published,
            stop,
            thread,
        }
    }

    /// Waits until so many devices hash.
    pub fn wait_for_devices(&self, count: usize) {
        let healthy = |state: &State| {
            let devices = state.devices.iter();
            devices
                .filter(|device| device.condition == Condition::Healthy)
                .count()
        };
        let end = Instant::now() + Duration::from_secs(60);
        let mut seen = 0;
        loop {
            let (number, state) = self.published.newer_than(seen, Duration::from_secs(2));
            if healthy(&state) == count {
                return;
            }
            assert!(
                Instant::now() < end,
                "expected {count} devices to hash: {:#?}",
                state.devices
            );
            seen = number;
        }
    }

    /// Ends it; what its summary says.
    pub fn end(self) -> Arc<State> {
        self.stop.store(true, Ordering::SeqCst);
        let outcome = self.thread.join().expect("the loop does not panic");
        outcome.expect("no error");
        self.published.state()
    }
}

struct ToNobody(Arc<Published>);

impl Sink for ToNobody {
    type Error = FatalError;

    fn tell(&mut self, message: &Message) -> Result<(), FatalError> {
        // The line that the program would write.
        std::hint::black_box(message.to_string());
        Ok(())
    }

    fn publish(&mut self, state: State) -> Result<(), FatalError> {
        self.0.publish(state);
        Ok(())
    }
}
