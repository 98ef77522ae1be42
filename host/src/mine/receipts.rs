//! Receipts of a run: what sources answer to shares, and the work that was done for them, in a file.
//!
//! The sources are watched from outside: their templates and answers pass by here, and so do the shares for them.
//! A thread of its own writes, so that no disk keeps anyone waiting; what cannot be written is said, and mining goes
//! on.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use tensority::BlockHeader;
use tensority_miner::miner::{Source, StartSource};
use tensority_miner::unix_now;
use tensority_payment::receipt::{Credit, Entry, Receipt, Work};
use tensority_source::{Answer, Event, Pace, Share, Tell, Template};
use tensority_telemetry::State;

/// The templates of a source that shares may still be of.
const TEMPLATES: usize = 64;
/// Seconds of work in a line.
const WORK_SECONDS: u64 = 60;

/// A file of receipts that is being written.
pub struct Receipts {
    /// Nothing ends the writer: threads of sources may hold a sender for a while yet.
    entries: mpsc::Sender<Option<Entry>>,
    writer: JoinHandle<()>,
    /// What could not be written, to be said once.
    fault: Arc<Mutex<Option<String>>>,
    meter: Meter,
}

impl Receipts {
    /// Opens a file, or makes it, and starts to write behind what it holds. A last line that a crash left without its
    /// end is cut off.
    ///
    /// # Errors
    /// Why there will be no receipts, as one line.
    pub fn open(path: &Path) -> Result<Self, String> {
        let failed = |reason: &dyn std::fmt::Display| {
            let path = path.display();
            format!("cannot keep receipts in {path}: {reason}; mining goes on without them")
        };
        let mut file = ReceiptsFile::open(path).map_err(|error| failed(&error))?;
        let (entries, incoming) = mpsc::channel::<Option<Entry>>();
        let fault = Arc::<Mutex<Option<String>>>::default();
        let told = Arc::clone(&fault);
        let write = move || {
            let mut well = true;
            while let Ok(Some(entry)) = incoming.recv() {
                let written = file.append(&entry);
                if let (Err(error), true) = (&written, well) {
                    let path = file.path.display();
                    *lock(&told) = Some(format!(
                        "cannot write receipts to {path}: {error}; mining goes on"
                    ));
                }
                well = written.is_ok();
            }
        };
        let writer = thread::Builder::new()
            .name("receipts".to_owned())
            .spawn(write);
        Ok(Self {
            entries,
            writer: writer.map_err(|error| failed(&error))?,
            fault,
            meter: Meter::default(),
        })
    }

    /// A source whose shares get receipts.
    pub fn watch(&self, name: &str, start: StartSource) -> StartSource {
        let (name, entries) = (name.to_owned(), self.entries.clone());
        Box::new(move |mut tell: Tell| {
            let known = Arc::<Mutex<Known>>::default();
            let (heard, entries, source) = (Arc::clone(&known), entries.clone(), name.clone());
            let tell: Tell = Box::new(move |event| {
                let entry = lock(&heard).hear(&source, &event);
                if let Some(entry) = entry {
                    // The writer ends with the run only.
                    let _ = entries.send(Some(entry));
                }
                tell(event);
            });
            let inner = start(tell)?;
            Ok(Box::new(Watched { inner, known }) as Box<dyn Source>)
        })
    }

    /// Counts the work since the last state, and says what could not be written since then.
    pub fn publish(&mut self, state: &State) -> Option<String> {
        for entry in self.meter.count(state) {
            // The writer ends with the run only.
            let _ = self.entries.send(Some(entry));
        }
        lock(&self.fault).take()
    }

    /// Writes what is left. All sources must have ended.
    pub fn end(mut self) -> Option<String> {
        for entry in self.meter.rest() {
            let _ = self.entries.send(Some(entry));
        }
        let _ = self.entries.send(None);
        let _ = self.writer.join();
        lock(&self.fault).take()
    }
}

/// A source and what was heard of it.
struct Watched {
    inner: Box<dyn Source>,
    known: Arc<Mutex<Known>>,
}

impl Source for Watched {
    fn submit(&self, share: Share) {
        lock(&self.known).submit(&share);
        self.inner.submit(share);
    }

    fn pace(&self, pace: Pace) {
        self.inner.pace(pace);
    }
}

/// What receipts are made of.
#[derive(Default)]
struct Known {
    /// The latest last.
    templates: VecDeque<Template>,
    /// Shares without an answer, by their numbers, with their templates.
    shares: BTreeMap<u64, (BlockHeader, Template)>,
}

impl Known {
    fn submit(&mut self, share: &Share) {
        let header = BlockHeader {
            nonce: 0,
            ..share.header.clone()
        };
        let mut templates = self.templates.iter().rev();
        if let Some(template) = templates.find(|template| template.header == header) {
            let known = (share.header.clone(), template.clone());
            self.shares.insert(share.number, known);
        }
    }

    fn hear(&mut self, source: &str, event: &Event) -> Option<Entry> {
        match event {
            Event::Template(template) => {
                if self.templates.len() == TEMPLATES {
                    self.templates.pop_front();
                }
                self.templates.push_back(template.clone());
                None
            }
            Event::Answered { share, answer, .. } => {
                let (header, template) = self.shares.remove(share)?;
                Some(Entry::Share(Receipt {
                    at_unix: unix_now(),
                    source: source.to_owned(),
                    header: header.serialize().ok()?,
                    seed: template.seed,
                    target: template.target.to_le_bytes(),
                    answer: credit(answer),
                }))
            }
            _ => None,
        }
    }
}

fn credit(answer: &Answer) -> Credit {
    match answer {
        Answer::Accepted => Credit::Accepted,
        Answer::Stale(_) => Credit::Stale,
        Answer::Rejected(_) => Credit::Rejected,
        Answer::Unanswered(_) => Credit::Unanswered,
        Answer::NotSent => Credit::NotSent,
    }
}

/// The work since the last line, by source.
#[derive(Default)]
struct Meter {
    /// The hashes of all devices in the last state.
    hashes: u64,
    /// When the next line is due.
    due: u64,
    works: BTreeMap<String, Work>,
}

impl Meter {
    /// Counts new hashes for the source of the job, by its difficulty of a share; the lines that are due.
    fn count(&mut self, state: &State) -> Vec<Entry> {
        let now = unix_now();
        let hashes = state.devices.iter().map(|device| device.hashes).sum();
        let new = u64::saturating_sub(hashes, self.hashes);
        self.hashes = hashes;
        if let Some(job) = state.job.as_ref().filter(|job| job.share_difficulty > 0.0) {
            let work = self.works.entry(job.source.clone());
            let work = work.or_insert_with(|| Work {
                at_unix: now,
                source: job.source.clone(),
                hashes: 0,
                expected_shares: 0.0,
            });
            work.at_unix = now;
            work.hashes += new;
            work.expected_shares += new as f64 / job.share_difficulty;
        }
        if self.due == 0 {
            self.due = now + WORK_SECONDS;
        }
        if now < self.due {
            return Vec::new();
        }
        self.due = now + WORK_SECONDS;
        self.rest()
    }

    fn rest(&mut self) -> Vec<Entry> {
        let works = std::mem::take(&mut self.works).into_values();
        works
            .filter(|work| work.hashes > 0)
            .map(Entry::Work)
            .collect()
    }
}

/// The file, which is locked until it is dropped.
struct ReceiptsFile {
    path: PathBuf,
    file: File,
    /// The bytes of all whole lines.
    length: u64,
}

impl ReceiptsFile {
    fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let options = options.read(true).append(true).create(true);
        let mut file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is no file"));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::other("another miner has the file"));
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n');
        let whole = whole.map_or(0, |end| end + 1);
        // Each line begins like this; another file is left as it is.
        const BEGINNING: &[u8] = br#"{"entry":""#;
        let is_ours = |line: &[u8]| {
            line.iter()
                .zip(BEGINNING)
                .all(|(found, ours)| found == ours)
        };
        if !is_ours(&bytes) || !is_ours(&bytes[whole..]) {
            return Err(io::Error::other("it holds something else than receipts"));
        }
        let length = whole as u64;
        file.set_len(length)?;
        let path = path.to_owned();
        Ok(Self { path, file, length })
    }

    /// Adds a line, which is on the disk when this returns; what an earlier failure left of one gives way.
    fn append(&mut self, entry: &Entry) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.file.set_len(self.length)?;
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.length += line.len() as u64;
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
