//! A miner under way, as the program would run it: its messages are dropped, its states go into a history and to
//! an open page.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tensority_api::Settings;
use tensority_history::Recorder;
use tensority_miner::message::Message;
use tensority_miner::miner::{FatalError, Setup, Sink, mine};
use tensority_miner::unix_now;
use tensority_telemetry::State;
use tensority_telemetry::device::Condition;
use tensority_telemetry::published::Published;

use crate::page::Page;
use crate::support::run::Plan;

/// A miner under way.
pub struct Running {
    published: Arc<Published>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), FatalError>>,
    page: Page,
    _api: tensority_api::Running,
    _folder: TempDir,
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
        let folder = tempfile::tempdir().expect("a folder");
        let history = folder.path().join("history.db");
        let mut sink = Kept {
            published: Arc::clone(&published),
            history: Recorder::open(&history).expect("a history"),
            last: Instant::now(),
        };
        let (sender, commands) = mpsc::channel();
        let settings = Settings {
            listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            history: Some(history),
            ..Settings::default()
        };
        let api = tensority_api::start(settings, Arc::clone(&published), sender);
        let api = api.expect("a free port");
        let page = Page::open(api.addr().expect("an address"));
        let is_stopped = Arc::clone(&stop);
        let thread =
            thread::spawn(move || mine(setup, &is_stopped, &commands, &mut sink).map(|_| ()));
        Self {
            published,
            stop,
            thread,
            page,
            _api: api,
            _folder: folder,
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
        self.page.close();
        self.stop.store(true, Ordering::SeqCst);
        let outcome = self.thread.join().expect("the loop does not panic");
        outcome.expect("no error");
        self.published.state()
    }
}

struct Kept {
    published: Arc<Published>,
    history: Recorder,
    /// When the last state came.
    last: Instant,
}

impl Sink for Kept {
    type Error = FatalError;

    fn tell(&mut self, message: &Message) -> Result<(), FatalError> {
        // The line that the program would write.
        std::hint::black_box(message.to_string());
        Ok(())
    }

    fn publish(&mut self, state: State) -> Result<(), FatalError> {
        let since = self.last.elapsed();
        self.last += since;
        self.history.observe(&state, unix_now(), since);
        assert!(self.history.fault().is_none(), "the history is written");
        self.published.publish(state);
        Ok(())
    }
}
