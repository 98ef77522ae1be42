//! The tables of the file, and how it is opened.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::HistoryError;

/// Marks the file as ours, for programs such as file(1): `Tens` in ASCII.
const APPLICATION: i32 = i32::from_be_bytes(*b"Tens");

/// The version of the tables.
const VERSION: i32 = 1;

/// How long one who writes waits for one who reads, and the other way round.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Times are seconds since 1970. `tier` is the length of the span, in seconds.
const TABLES: &str = "
CREATE TABLE run (
  started_unix INTEGER PRIMARY KEY,
  ended_unix INTEGER NOT NULL
) STRICT;
CREATE TABLE device (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
) STRICT;
CREATE TABLE device_span (
  tier INTEGER NOT NULL,
  device INTEGER NOT NULL REFERENCES device,
  start_unix INTEGER NOT NULL,
  seconds REAL NOT NULL,
  healthy_seconds REAL NOT NULL,
  hashes INTEGER NOT NULL,
  valid INTEGER NOT NULL,
  valid_hashes REAL NOT NULL,
  hardware_errors INTEGER NOT NULL,
  duplicates INTEGER NOT NULL,
  stale INTEGER NOT NULL,
  shares_accepted INTEGER NOT NULL,
  shares_rejected INTEGER NOT NULL,
  restarts INTEGER NOT NULL,
  temperature_c REAL,
  PRIMARY KEY (tier, device, start_unix)
) STRICT, WITHOUT ROWID;
CREATE TABLE source (
  number INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE source_span (
  tier INTEGER NOT NULL,
  source INTEGER NOT NULL REFERENCES source,
  start_unix INTEGER NOT NULL,
  seconds REAL NOT NULL,
  active_seconds REAL NOT NULL,
  jobs INTEGER NOT NULL,
  accepted INTEGER NOT NULL,
  accepted_hashes REAL NOT NULL,
  rejected INTEGER NOT NULL,
  stale INTEGER NOT NULL,
  unanswered INTEGER NOT NULL,
  not_submitted INTEGER NOT NULL,
  PRIMARY KEY (tier, source, start_unix)
) STRICT, WITHOUT ROWID;
CREATE TABLE decision (
  at_unix INTEGER NOT NULL,
  about TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX decision_at ON decision (at_unix);
";

/// Opens the file to write to it, and makes it if there is none.
pub fn writable(path: &Path) -> Result<Connection, HistoryError> {
    let connection = Connection::open(path).map_err(database("open", path))?;
    let prepare = || -> rusqlite::Result<()> {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // What is committed survives the end of the program in any case, and that of the machine but for its last
        // seconds.
        connection.pragma_update(None, "synchronous", "normal")?;
        // In KiB, with the minus: half a megabyte is enough for rows that come in order.
        connection.pragma_update(None, "cache_size", -512)
    };
    prepare().map_err(refused(path))?;
    if is_empty(&connection).map_err(refused(path))? {
        let make = || -> rusqlite::Result<()> {
            let all = connection.unchecked_transaction()?;
            all.execute_batch(TABLES)?;
            all.pragma_update(None, "application_id", APPLICATION)?;
            all.pragma_update(None, "user_version", VERSION)?;
            all.commit()
        };
        make().map_err(database("make", path))?;
    }
    check(&connection, path)?;
    Ok(connection)
}

/// Opens the file to read from it, also while a miner writes to it.
pub fn readable(path: &Path) -> Result<Connection, HistoryError> {
    // SQLite does not say why a file cannot be opened.
    File::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => HistoryError::Missing(path.to_owned()),
        _ => HistoryError::Io {
            action: "open",
            path: path.to_owned(),
            source,
        },
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(database("open", path))?;
    let waits = connection.busy_timeout(BUSY_TIMEOUT);
    waits.map_err(database("open", path))?;
    check(&connection, path)?;
    Ok(connection)
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let tables = "SELECT count(*) FROM sqlite_schema";
    connection.query_row(tables, [], |row| Ok(row.get::<_, i64>(0)? == 0))
}

fn check(connection: &Connection, path: &Path) -> Result<(), HistoryError> {
    let number = |name| {
        let number = connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        number.map_err(refused(path))
    };
    if number("application_id")? != APPLICATION {
        let (path, found) = (path.to_owned(), "a database of another program".to_owned());
        return Err(HistoryError::Foreign { path, found });
    }
    match number("user_version")? {
        VERSION => Ok(()),
        found => Err(HistoryError::Version {
            path: path.to_owned(),
            known: VERSION,
            found,
        }),
    }
}

/// The error for what SQLite says when it sees the content for the first time.
fn refused(path: &Path) -> impl Fn(rusqlite::Error) -> HistoryError {
    move |source| match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => HistoryError::Foreign {
            path: path.to_owned(),
            found: "no whole database".to_owned(),
        },
        _ => database("open", path)(source),
    }
}

/// The error of SQLite with what was tried.
pub fn database(action: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> HistoryError {
    let path = path.to_owned();
    move |source| HistoryError::Database {
        action,
        path,
        source,
    }
}
