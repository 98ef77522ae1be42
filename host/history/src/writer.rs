//! Writing to the file: a minute of everything, as one transaction.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, params};
use tensority_telemetry::Decision;

use crate::counts::{DeviceCounts, SourceCounts};
use crate::error::HistoryError;
use crate::schema;
use crate::tier::TIERS;

/// Decisions that are kept.
const MOST_DECISIONS: i64 = 10_000;

/// How often what is too old is dropped, in seconds.
const PRUNE_INTERVAL: u64 = 3600;

/// What there is to write.
#[derive(Debug, Default)]
pub struct Batch {
    /// When the miner started, which names its run.
    pub started_unix: u64,
    /// Now.
    pub at_unix: u64,
    /// The devices by id and name.
    pub devices: Vec<(String, String, DeviceCounts)>,
    /// The sources by name.
    pub sources: Vec<(String, SourceCounts)>,
    pub decisions: Vec<Decision>,
}

/// A file that is this miner's until it is dropped.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    connection: Connection,
    /// When old spans are looked for again.
    next_prune_unix: u64,
    /// Locked.
    _lock: File,
}

impl Writer {
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        let io = |action, path: &Path| {
            let path = path.to_owned();
            move |source| HistoryError::Io {
                action,
                path,
                source,
            }
        };
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        if let Some(folder) = folder {
            fs::create_dir_all(folder).map_err(io("make the folder", folder))?;
        }
        let mut name = path.as_os_str().to_owned();
        name.push(".lock");
        let name = PathBuf::from(name);
        let mut options = File::options();
        let options = options.write(true).create(true).truncate(false);
        let lock = options.open(&name).map_err(io("open", &name))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HistoryError::InUse(path.to_owned())),
            Err(TryLockError::Error(error)) => return Err(io("lock", &name)(error)),
        }
        Ok(Self {
            path: path.to_owned(),
            connection: schema::writable(path)?,
            next_prune_unix: 0,
            _lock: lock,
        })
    }

    /// Adds to what there is; all of it or, if that fails, nothing.
    pub fn write(&mut self, batch: &Batch) -> Result<(), HistoryError> {
        let prune = batch.at_unix >= self.next_prune_unix;
        let write = |connection: &mut Connection| -> rusqlite::Result<()> {
            let all = connection.transaction()?;
            add(&all, batch)?;
            if prune {
                drop_old(&all, batch.at_unix)?;
            }
            all.commit()
        };
        let written = write(&mut self.connection);
        written.map_err(schema::database("write to", &self.path))?;
        if prune {
            self.next_prune_unix = batch.at_unix + PRUNE_INTERVAL;
        }
        Ok(())
    }
}

fn add(all: &Transaction, batch: &Batch) -> rusqlite::Result<()> {
    all.prepare_cached(
        "INSERT INTO run (started_unix, ended_unix) VALUES (?1, ?2)
         ON CONFLICT DO UPDATE SET ended_unix = max(ended_unix, excluded.ended_unix)",
    )?
    .execute(params![batch.started_unix, batch.at_unix])?;
    for (id, name, counts) in &batch.devices {
        let mut number = all.prepare_cached(
            "INSERT INTO device (id, name) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING number",
        )?;
        let number = number.query_row(params![id, name], |row| row.get::<_, i64>(0))?;
        add_device(all, number, batch.at_unix, counts)?;
    }
    for (name, counts) in &batch.sources {
        let mut number = all.prepare_cached(
            "INSERT INTO source (name) VALUES (?1)
             ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING number",
        )?;
        let number = number.query_row(params![name], |row| row.get::<_, i64>(0))?;
        add_source(all, number, batch.at_unix, counts)?;
    }
    let mut decide = all.prepare_cached("INSERT INTO decision VALUES (?1, ?2, ?3, ?4)")?;
    for decision in &batch.decisions {
        decide.execute(params![
            decision.at_unix,
            decision.about,
            decision.action,
            decision.reason
        ])?;
    }
    Ok(())
}

fn add_device(
    all: &Transaction,
    device: i64,
    at_unix: u64,
    counts: &DeviceCounts,
) -> rusqlite::Result<()> {
    let mut add = all.prepare_cached(
        "INSERT INTO device_span VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
         ON CONFLICT DO UPDATE SET
           seconds = seconds + excluded.seconds,
           healthy_seconds = healthy_seconds + excluded.healthy_seconds,
           hashes = hashes + excluded.hashes,
           valid = valid + excluded.valid,
           valid_hashes = valid_hashes + excluded.valid_hashes,
           hardware_errors = hardware_errors + excluded.hardware_errors,
           duplicates = duplicates + excluded.duplicates,
           stale = stale + excluded.stale,
           shares_accepted = shares_accepted + excluded.shares_accepted,
           shares_rejected = shares_rejected + excluded.shares_rejected,
           restarts = restarts + excluded.restarts,
           temperature_c = max(ifnull(temperature_c, excluded.temperature_c),
                               ifnull(excluded.temperature_c, temperature_c))",
    )?;
    for tier in TIERS {
        add.execute(params![
            tier.span,
            device,
            start(at_unix, tier.span),
            counts.seconds,
            counts.healthy_seconds,
            counts.hashes,
            counts.valid,
            counts.valid_hashes,
            counts.hardware_errors,
            counts.duplicates,
            counts.stale,
            counts.shares_accepted,
            counts.shares_rejected,
            counts.restarts,
            counts.temperature_c
        ])?;
    }
    Ok(())
}

fn add_source(
    all: &Transaction,
    source: i64,
    at_unix: u64,
    counts: &SourceCounts,
) -> rusqlite::Result<()> {
    let mut add = all.prepare_cached(
        "INSERT INTO source_span VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT DO UPDATE SET
           seconds = seconds + excluded.seconds,
           active_seconds = active_seconds + excluded.active_seconds,
           jobs = jobs + excluded.jobs,
           accepted = accepted + excluded.accepted,
           accepted_hashes = accepted_hashes + excluded.accepted_hashes,
           rejected = rejected + excluded.rejected,
           stale = stale + excluded.stale,
           unanswered = unanswered + excluded.unanswered,
           not_submitted = not_submitted + excluded.not_submitted",
    )?;
    for tier in TIERS {
        add.execute(params![
            tier.span,
            source,
            start(at_unix, tier.span),
            counts.seconds,
            counts.active_seconds,
            counts.jobs,
            counts.accepted,
            counts.accepted_hashes,
            counts.rejected,
            counts.stale,
            counts.unanswered,
            counts.not_submitted
        ])?;
    }
    Ok(())
}

/// Drops spans that are kept no longer, by device and source, as the tables are sorted.
fn drop_old(all: &Transaction, at_unix: u64) -> rusqlite::Result<()> {
    for (names, spans, column) in [
        ("device", "device_span", "device"),
        ("source", "source_span", "source"),
    ] {
        let numbers = {
            let mut numbers = all.prepare(&format!("SELECT number FROM {names}"))?;
            let numbers = numbers.query_map([], |row| row.get::<_, i64>(0))?;
            numbers.collect::<rusqlite::Result<Vec<_>>>()?
        };
        let mut delete = all.prepare(&format!(
            "DELETE FROM {spans} WHERE tier = ?1 AND {column} = ?2 AND start_unix < ?3"
        ))?;
        for number in numbers {
            for tier in TIERS {
                delete.execute(params![
                    tier.span,
                    number,
                    at_unix.saturating_sub(tier.kept)
                ])?;
            }
        }
    }
    all.execute(
        "DELETE FROM decision WHERE rowid <= (SELECT max(rowid) FROM decision) - ?1",
        [MOST_DECISIONS],
    )?;
    let oldest = at_unix.saturating_sub(TIERS[TIERS.len() - 1].kept);
    all.execute("DELETE FROM run WHERE ended_unix < ?1", [oldest])?;
    Ok(())
}

/// The beginning of the span that holds a time.
fn start(at_unix: u64, span: u64) -> u64 {
    at_unix - at_unix % span
}

#[cfg(test)]
mod tests {
    use std::env;
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Command, Stdio};

    use super::*;
    use crate::archive::{Archive, Query};

    const FILE: &str = "TENSORITY_TEST_HISTORY";
    /// The beginning of a day.
    const START: u64 = 1_800_057_600;
    const DAY: u64 = 86_400;

    /// A minute in which a device made ten hashes a second.
    fn minute(at_unix: u64) -> Batch {
        let counts = DeviceCounts {
            seconds: 60.0,
            hashes: 600,
            ..DeviceCounts::default()
        };
        Batch {
            started_unix: START,
            at_unix,
            devices: vec![("a".into(), "a".into(), counts)],
            ..Batch::default()
        }
    }

    #[test]
    fn old_spans_are_dropped_and_their_sums_stay_in_the_coarser_ones() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let mut writer = Writer::open(&path).unwrap();
        let end = START + 3 * DAY;
        for at_unix in (START..end).step_by(60) {
            writer.write(&minute(at_unix)).unwrap();
        }
        let archive = Archive::open(&path).unwrap();
        let hour = |since_unix| {
            let query = Query {
                since_unix,
                until_unix: since_unix + 3600,
                now_unix: end,
                device: None,
                most_spans: 360,
            };
            let report = archive.report(&query).unwrap();
            let hashes: Vec<_> = report.spans.iter().map(|span| span.counts.hashes).collect();
            (report.span_seconds, hashes)
        };
        assert_eq!(hour(end - 3600), (60, vec![600; 60]));
        assert_eq!(
            hour(START + 3600),
            (600, vec![6000; 6]),
            "the minutes are gone"
        );
        let rows = |tier: u64| -> u64 {
            let rows = "SELECT count(*) FROM device_span WHERE tier = ?1";
            let rows = writer.connection.query_row(rows, [tier], |row| row.get(0));
            rows.unwrap()
        };
        let kept = TIERS[0].kept / 60;
        assert!(
            (kept..=kept + PRUNE_INTERVAL / 60).contains(&rows(60)),
            "{}",
            rows(60)
        );
        assert_eq!([rows(600), rows(3600), rows(DAY)], [3 * 144, 3 * 24, 3]);
    }

    /// Writes minutes until it is killed, and says the number of each that is written.
    #[test]
    #[ignore = "the process that the test below kills"]
    fn write_for_ever() {
        let Some(path) = env::var_os(FILE) else {
            panic!("expected {FILE}");
        };
        let mut writer = Writer::open(Path::new(&path)).unwrap();
        for number in 0.. {
            writer.write(&minute(START + number * 60)).unwrap();
            let mut output = std::io::stdout();
            writeln!(output, "written {number}").unwrap();
            output.flush().unwrap();
        }
    }

    #[test]
    fn what_was_written_before_the_writer_is_killed_is_there_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        for minutes in [1, 7, 40, 200] {
            let path = folder.path().join(format!("{minutes}.db"));
            let mut child = Command::new(env::current_exe().unwrap())
                .args([
                    "--ignored",
                    "--nocapture",
                    "--exact",
                    "writer::tests::write_for_ever",
                ])
                .env(FILE, &path)
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let written = lines
                .map_while(Result::ok)
                .filter(|line| line.contains("written"));
            assert_eq!(written.take(minutes).count(), minutes);
            child.kill().unwrap();
            child.wait().unwrap();
            let query = Query {
                since_unix: START,
                until_unix: u64::MAX >> 1,
                now_unix: START,
                device: None,
                most_spans: 360,
            };
            let report = Archive::open(&path).unwrap().report(&query).unwrap();
            assert!(report.devices[0].total.counts.hashes >= 600 * minutes as u64);
            let whole = Connection::open(&path).unwrap();
            let whole: String = whole
                .query_row("PRAGMA integrity_check", [], |row| row.get(0))
                .unwrap();
            assert_eq!(whole, "ok");
        }
    }
}
