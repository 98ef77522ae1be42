//! Reading the file.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, named_params};
use tensority_telemetry::Decision;

use crate::counts::{DeviceCounts, SourceCounts};
use crate::error::HistoryError;
use crate::report::{DeviceSpan, DeviceTotal, Report, Run, SourceTotal};
use crate::{schema, tier};

/// Decisions of a report at most.
const MOST_DECISIONS: u64 = 500;

/// The sums of the rows of one device in a group of rows, in the order of [`DeviceCounts`].
const SUMS: &str = "
sum(healthy_seconds), sum(hashes), sum(valid), sum(valid_hashes), sum(hardware_errors), sum(duplicates), sum(stale),
sum(shares_accepted), sum(shares_rejected), sum(restarts), max(temperature_c)";

/// A history that can be asked, also while a miner writes to it.
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    connection: Connection,
}

/// What is asked of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The beginning.
    pub since_unix: u64,
    /// The end, most often now.
    pub until_unix: u64,
    /// Now, by which old spans are known to be gone.
    pub now_unix: u64,
    /// The name or id of one device; without it all.
    pub device: Option<String>,
    /// The spans at most.
    pub most_spans: u64,
}

impl Archive {
    /// Opens the file.
    ///
    /// # Errors
    /// [`Missing`](HistoryError::Missing), [`Foreign`](HistoryError::Foreign), [`Version`](HistoryError::Version) and
    /// [`Database`](HistoryError::Database).
    pub fn open(path: &Path) -> Result<Self, HistoryError> {
        Ok(Self {
            path: path.to_owned(),
            connection: schema::readable(path)?,
        })
    }

    /// What is known of a time. A device that is not known did nothing.
    ///
    /// # Errors
    /// [`Database`](HistoryError::Database).
    pub fn report(&self, query: &Query) -> Result<Report, HistoryError> {
        let read = self.read(query);
        read.map_err(schema::database("read", &self.path))
    }

    fn read(&self, query: &Query) -> rusqlite::Result<Report> {
        let seconds = query.until_unix.saturating_sub(query.since_unix);
        let age = query.now_unix.saturating_sub(query.since_unix);
        let (step, tier) = tier::step(seconds, age, query.most_spans);
        let since = query.since_unix - query.since_unix % step;
        // All of it is of one moment, though a miner goes on to write.
        let _moment = self.connection.unchecked_transaction()?;
        let time = Time {
            connection: &self.connection,
            tier: tier.span,
            step,
            since,
            until: query.until_unix,
            device: query.device.as_deref(),
        };
        Ok(Report {
            since_unix: since,
            until_unix: query.until_unix,
            span_seconds: step,
            runs: time.runs()?,
            spans: time.spans()?,
            devices: time.devices()?,
            sources: time.sources()?,
            decisions: time.decisions()?,
        })
    }
}

/// The rows of a time.
struct Time<'a> {
    connection: &'a Connection,
    tier: u64,
    step: u64,
    since: u64,
    until: u64,
    device: Option<&'a str>,
}

impl Time<'_> {
    fn runs(&self) -> rusqlite::Result<Vec<Run>> {
        let mut rows = self.connection.prepare(
            "SELECT started_unix, ended_unix FROM run
             WHERE ended_unix >= :since AND started_unix < :until ORDER BY started_unix",
        )?;
        let rows = rows.query_map(
            named_params! { ":since": self.since, ":until": self.until },
            |row| {
                Ok(Run {
                    started_unix: row.get(0)?,
                    ended_unix: row.get(1)?,
                })
            },
        )?;
        rows.collect()
    }

    fn spans(&self) -> rusqlite::Result<Vec<DeviceSpan>> {
        // Devices hash side by side: the time of all is that of the one that was there longest.
        let mut rows = self.connection.prepare(&format!(
            "WITH side_by_side AS (
               SELECT start_unix, max(seconds) AS seconds, sum(healthy_seconds) AS healthy_seconds,
                 sum(hashes) AS hashes, sum(valid) AS valid, sum(valid_hashes) AS valid_hashes,
                 sum(hardware_errors) AS hardware_errors, sum(duplicates) AS duplicates, sum(stale) AS stale,
                 sum(shares_accepted) AS shares_accepted, sum(shares_rejected) AS shares_rejected,
                 sum(restarts) AS restarts, max(temperature_c) AS temperature_c
               FROM device_span JOIN device ON number = device
               WHERE tier = :tier AND start_unix >= :since AND start_unix < :until
                 AND (:device IS NULL OR :device IN (id, name))
               GROUP BY start_unix)
             SELECT start_unix - start_unix % :step AS start, sum(seconds), {SUMS}
             FROM side_by_side GROUP BY start ORDER BY start"
        ))?;
        let rows = rows.query_map(
            named_params! { ":tier": self.tier, ":since": self.since, ":until": self.until,
            ":device": self.device, ":step": self.step },
            |row| Ok(DeviceSpan::new(row.get(0)?, counts(row, 1)?)),
        )?;
        rows.collect()
    }

    fn devices(&self) -> rusqlite::Result<Vec<DeviceTotal>> {
        let mut rows = self.connection.prepare(&format!(
            "SELECT id, name, sum(seconds), {SUMS}
             FROM device_span JOIN device ON number = device
             WHERE tier = :tier AND start_unix >= :since AND start_unix < :until
               AND (:device IS NULL OR :device IN (id, name))
             GROUP BY device ORDER BY device"
        ))?;
        let rows = rows.query_map(
            named_params! { ":tier": self.tier, ":since": self.since, ":until": self.until,
            ":device": self.device },
            |row| {
                Ok(DeviceTotal {
                    id: row.get(0)?,
                    name: row.get(1)?,
                    total: DeviceSpan::new(self.since, counts(row, 2)?),
                })
            },
        )?;
        rows.collect()
    }

    fn sources(&self) -> rusqlite::Result<Vec<SourceTotal>> {
        let mut rows = self.connection.prepare(
            "SELECT name, sum(seconds), sum(active_seconds), sum(jobs), sum(accepted), sum(accepted_hashes),
               sum(rejected), sum(stale), sum(unanswered), sum(not_submitted)
             FROM source_span JOIN source ON number = source
             WHERE tier = :tier AND start_unix >= :since AND start_unix < :until
             GROUP BY source ORDER BY source",
        )?;
        let rows = rows.query_map(
            named_params! { ":tier": self.tier, ":since": self.since, ":until": self.until },
            |row| {
                let counts = SourceCounts {
                    seconds: row.get(1)?,
                    active_seconds: row.get(2)?,
                    jobs: row.get(3)?,
                    accepted: row.get(4)?,
                    accepted_hashes: row.get(5)?,
                    rejected: row.get(6)?,
                    stale: row.get(7)?,
                    unanswered: row.get(8)?,
                    not_submitted: row.get(9)?,
                };
                Ok(SourceTotal::new(row.get(0)?, counts))
            },
        )?;
        rows.collect()
    }

    fn decisions(&self) -> rusqlite::Result<Vec<Decision>> {
        let mut rows = self.connection.prepare(
            "SELECT at_unix, about, action, reason FROM (
               SELECT rowid AS number, * FROM decision WHERE at_unix >= :since AND at_unix < :until
                 AND (:device IS NULL OR about = :device
                   OR about = (SELECT name FROM device WHERE id = :device))
               ORDER BY rowid DESC LIMIT :most)
             ORDER BY number",
        )?;
        let rows = rows.query_map(
            named_params! { ":since": self.since, ":until": self.until, ":device": self.device,
            ":most": MOST_DECISIONS },
            |row| {
                Ok(Decision {
                    at_unix: row.get(0)?,
                    about: row.get(1)?,
                    action: row.get(2)?,
                    reason: row.get(3)?,
                })
            },
        )?;
        rows.collect()
    }
}

/// The time that a miner ran and the [`SUMS`], which begin at a column.
fn counts(row: &Row, first: usize) -> rusqlite::Result<DeviceCounts> {
    Ok(DeviceCounts {
        seconds: row.get(first)?,
        healthy_seconds: row.get(first + 1)?,
        hashes: row.get(first + 2)?,
        valid: row.get(first + 3)?,
        valid_hashes: row.get(first + 4)?,
        hardware_errors: row.get(first + 5)?,
        duplicates: row.get(first + 6)?,
        stale: row.get(first + 7)?,
        shares_accepted: row.get(first + 8)?,
        shares_rejected: row.get(first + 9)?,
        restarts: row.get(first + 10)?,
        temperature_c: row.get(first + 11)?,
    })
}
