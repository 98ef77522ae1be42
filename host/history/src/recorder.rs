//! From states to minutes: counts what came since the last minute, and has a thread write it.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tensority_telemetry::device::{self, Device};
use tensority_telemetry::source::{self, Source};
use tensority_telemetry::{Decision, State};

use crate::counts::{DeviceCounts, SourceCounts};
use crate::error::HistoryError;
use crate::tier::TIERS;
use crate::writer::{Batch, Writer};

/// Minutes that wait for a disk that is slow or full.
const MOST_WAITING: usize = 60;

/// Writes the history of a running miner. No disk keeps anyone waiting: a thread of its own writes.
#[derive(Debug)]
pub struct Recorder {
    minutes: Minutes,
    /// Ends the thread when it is gone.
    batches: Option<mpsc::SyncSender<Batch>>,
    faults: mpsc::Receiver<HistoryError>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Opens the file, or makes it and its folder.
    ///
    /// # Errors
    /// All [`HistoryError`]s but [`Missing`](HistoryError::Missing).
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let mut writer = Writer::open(path)?;
        let (batches, incoming) = mpsc::sync_channel::<Batch>(MOST_WAITING);
        let (tell, faults) = mpsc::channel();
        let write = move || {
            let mut waiting = VecDeque::new();
            let mut is_well = true;
            for batch in incoming {
                waiting.push_back(batch);
                let written = write_all(&mut writer, &mut waiting);
                let was_well = std::mem::replace(&mut is_well, written.is_ok());
                if let (Err(error), true) = (written, was_well) {
                    // The recorder may be gone.
                    let _ = tell.send(error);
                }
            }
        };
        let thread = thread::Builder::new().name("history".to_owned());
        Ok(Self {
            minutes: Minutes::default(),
            batches: Some(batches),
            faults,
            thread: Some(thread.spawn(write).map_err(HistoryError::Thread)?),
        })
    }

    /// Takes a state of now; `since_last` is the time since the one before.
    pub fn observe(&mut self, state: &State, at_unix: u64, since_last: Duration) {
        if self.minutes.are_over(at_unix) {
            self.send();
        }
        self.minutes.add(state, at_unix, since_last);
    }

    /// What could not be written, said once until it can be again.
    pub fn fault(&mut self) -> Option<HistoryError> {
        self.faults.try_recv().ok()
    }

    /// Writes the minute that is not over, and ends; the last fault, if there was one.
    pub fn end(mut self) -> Option<HistoryError> {
        if let Some(batches) = self.batches.take() {
            // A thread that panicked takes nothing; it has said so.
            let _ = batches.send(self.minutes.batch());
        }
        self.join();
        self.faults.try_iter().last()
    }

    fn send(&mut self) {
        let Some(batches) = &self.batches else { return };
        // Counts are of all since the start: what there is no room for goes with the next minute.
        if batches.try_send(self.minutes.batch()).is_ok() {
            self.minutes.begin();
        }
    }

    fn join(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            // Its panic, if there was one, has been printed by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.join();
    }
}

/// Writes what waits, the oldest first; what cannot be written goes on waiting, within limits.
fn write_all(writer: &mut Writer, waiting: &mut VecDeque<Batch>) -> Result<(), HistoryError> {
    while let Some(batch) = waiting.front() {
        if let Err(error) = writer.write(batch) {
            if waiting.len() > MOST_WAITING {
                waiting.pop_front();
            }
            return Err(error);
        }
        waiting.pop_front();
    }
    Ok(())
}

/// The counts of the minute that is not over.
#[derive(Debug, Default)]
struct Minutes {
    /// The latest state's time.
    at_unix: u64,
    started_unix: u64,
    devices: BTreeMap<String, Counted<DeviceCounts>>,
    sources: BTreeMap<String, Counted<SourceCounts>>,
    /// The latest decision that was taken, and those since the last minute.
    last_decision: Option<Decision>,
    decisions: Vec<Decision>,
}

/// A thing with its counts.
#[derive(Debug, Default)]
struct Counted<T> {
    name: String,
    /// All until the end of the last minute.
    before: T,
    /// All until now, with the times of this minute only.
    now: T,
}

impl Minutes {
    /// Whether a state of this time is one of another minute.
    fn are_over(&self, at_unix: u64) -> bool {
        let minute = |unix: u64| unix / TIERS[0].span;
        self.at_unix > 0 && minute(at_unix) != minute(self.at_unix)
    }

    fn add(&mut self, state: &State, at_unix: u64, since_last: Duration) {
        self.at_unix = at_unix;
        self.started_unix = state.started_unix;
        for device in &state.devices {
            self.device(device, since_last.as_secs_f64());
        }
        for source in &state.sources {
            self.source(source, since_last.as_secs_f64());
        }
        let known = self.last_decision.as_ref().and_then(|last| {
            let mut all = state.decisions.iter();
            all.rposition(|decision| decision == last)
        });
        let new = &state.decisions[known.map_or(0, |known| known + 1)..];
        self.decisions.extend_from_slice(new);
        self.last_decision = state.decisions.last().cloned();
    }

    fn device(&mut self, device: &Device, seconds: f64) {
        let counted = self.devices.entry(device.id.clone()).or_default();
        counted.name.clone_from(&device.name);
        let (old, is_healthy) = (counted.now, device.condition == device::Condition::Healthy);
        counted.now = DeviceCounts {
            seconds: old.seconds + seconds,
            healthy_seconds: old.healthy_seconds + if is_healthy { seconds } else { 0.0 },
            temperature_c: match (old.temperature_c, device.temperature_c) {
                (Some(old), Some(new)) => Some(old.max(new)),
                (old, new) => old.or(new),
            },
            ..DeviceCounts::since_start(device)
        };
    }

    fn source(&mut self, source: &Source, seconds: f64) {
        let counted = self.sources.entry(source.name.clone()).or_default();
        let (old, is_active) = (counted.now, source.condition == source::Condition::Active);
        counted.now = SourceCounts {
            seconds: old.seconds + seconds,
            active_seconds: old.active_seconds + if is_active { seconds } else { 0.0 },
            ..SourceCounts::since_start(source)
        };
    }

    /// What was counted in this minute.
    fn batch(&self) -> Batch {
        let devices = self.devices.iter().map(|(id, counted)| {
            let counts = counted.now.after(&counted.before);
            (id.clone(), counted.name.clone(), counts)
        });
        let sources = self.sources.iter();
        let sources =
            sources.map(|(name, counted)| (name.clone(), counted.now.after(&counted.before)));
        Batch {
            started_unix: self.started_unix,
            at_unix: self.at_unix,
            devices: devices.collect(),
            sources: sources.collect(),
            decisions: self.decisions.clone(),
        }
    }

    /// The next minute begins.
    fn begin(&mut self) {
        for counted in self.devices.values_mut() {
            counted.before = counted.now;
            counted.now.seconds = 0.0;
            counted.now.healthy_seconds = 0.0;
            counted.now.temperature_c = None;
        }
        for counted in self.sources.values_mut() {
            counted.before = counted.now;
            counted.now.seconds = 0.0;
            counted.now.active_seconds = 0.0;
        }
        self.decisions.clear();
    }
}
