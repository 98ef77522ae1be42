//! Hotplug of ports, without polling.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use rustix::fd::OwnedFd;
use rustix::fs::inotify::{self, CreateFlags, Reader, WatchFlags};
use rustix::io::Errno;

use crate::deadline::deadline;
use crate::wake_fd::{Ready, WakeFd};
use crate::waker::Waker;

const FOLDER: &str = "/dev";
const PREFIX: &[u8] = b"tty";
/// Time between two looks where the system does not tell of changes.
const INTERVAL: Duration = Duration::from_secs(1);

/// Watches the serial ports of this machine.
pub struct Hotplug {
    watch: Watch,
    wakes: WakeFd,
}

enum Watch {
    /// The system tells.
    Told(OwnedFd),
    /// It does not: what was there at the last look, with mode and group.
    Looked(PathBuf, BTreeSet<(OsString, u32, u32)>),
}

impl Hotplug {
    /// Watches from now on.
    pub fn new() -> io::Result<Self> {
        let folder = Path::new(FOLDER);
        // The system watches for a limited number of programs.
        let watch = told(folder).unwrap_or_else(|_| looked(folder));
        Ok(Self {
            watch,
            wakes: WakeFd::new()?,
        })
    }

    /// What ends the wait of [`Self::changed`], from any thread.
    pub fn waker(&self) -> Waker {
        self.wakes.waker()
    }

    /// Waits until a port came, went or may be opened by others than before; false if `patience` is
    /// over or a wake ended the wait. A port that is plugged in may be told twice: it comes, and a
    /// moment later is given to its group.
    pub fn changed(&mut self, patience: Duration) -> io::Result<bool> {
        let deadline = deadline(patience);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match &mut self.watch {
                Watch::Told(events) => match self.wakes.wait_beside(&*events, left)? {
                    Ready::File if any_port(events)? => return Ok(true),
                    Ready::File => {}
                    Ready::Woken | Ready::Nothing => return Ok(false),
                },
                Watch::Looked(folder, before) => {
                    let woken = self.wakes.wait(left.min(INTERVAL))?;
                    let now = look(folder);
                    if *before != now {
                        *before = now;
                        return Ok(true);
                    }
                    if woken || left <= INTERVAL {
                        return Ok(false);
                    }
                }
            }
        }
    }
}

fn told(folder: &Path) -> Result<Watch, Errno> {
    let events = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
    let flags = WatchFlags::CREATE
        | WatchFlags::DELETE
        | WatchFlags::MOVED_FROM
        | WatchFlags::MOVED_TO
        | WatchFlags::ATTRIB;
    inotify::add_watch(&events, folder, flags)?;
    Ok(Watch::Told(events))
}

fn looked(folder: &Path) -> Watch {
    Watch::Looked(folder.to_owned(), look(folder))
}

/// Takes all events; whether one is of a port.
fn any_port(events: &OwnedFd) -> Result<bool, Errno> {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = Reader::new(events, &mut buffer);
    let mut any = false;
    loop {
        match reader.next() {
            // Without a name: events were lost.
            Ok(event) => {
                any |= event
                    .file_name()
                    .is_none_or(|name| is_port(name.to_bytes()))
            }
            Err(Errno::AGAIN) => return Ok(any),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
}

fn look(folder: &Path) -> BTreeSet<(OsString, u32, u32)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ports = entries.filter(|entry| is_port(entry.file_name().as_encoded_bytes()));
    let known = ports.filter_map(|entry| {
        let metadata = entry.metadata().ok()?;
        Some((entry.file_name(), metadata.mode(), metadata.gid()))
    });
    known.collect()
}

fn is_port(name: &[u8]) -> bool {
    name.starts_with(PREFIX)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn ports_that_come_go_and_are_given_away_are_told_and_other_files_are_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let watches = [told(folder.path()).expect("a watch"), looked(folder.path())];
        for watch in watches {
            let mut hotplug = Hotplug {
                watch,
                wakes: WakeFd::new().expect("an eventfd"),
            };
            let mut changed = |patience| hotplug.changed(patience).expect("a watch");
            let port = folder.path().join("ttyUSB0");
            assert!(!changed(Duration::ZERO));
            fs::write(&port, "").expect("written");
            assert!(changed(LONG));
            assert!(!changed(Duration::ZERO), "all of it was told");
            fs::set_permissions(&port, fs::Permissions::from_mode(0o600)).expect("allowed");
            assert!(changed(LONG));
            fs::write(folder.path().join("sda"), "").expect("written");
            assert!(!changed(Duration::ZERO), "no port");
            fs::remove_file(&port).expect("removed");
            fs::remove_file(folder.path().join("sda")).expect("removed");
            assert!(changed(LONG));
        }
    }

    #[test]
    fn a_wake_ends_the_wait_and_the_machine_can_be_watched() {
        let mut hotplug = Hotplug::new().expect("a watch");
        let waker = hotplug.waker();
        let begin = Instant::now();
        let other = thread::spawn(move || {
            // Most likely the wait has begun by then; the claim holds if not.
            thread::sleep(Duration::from_millis(10));
            waker.wake();
        });
        // Something may be plugged in meanwhile.
        while hotplug.changed(LONG).expect("a watch") {}
        assert!(begin.elapsed() < LONG);
        other.join().expect("it rang");
    }
}
