//! The view in a process of its own, on a terminal of its own.

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tensority_tui::View;

const PATIENCE: Duration = Duration::from_secs(20);
const ENTER: &str = "\x1b[?1049h";
const LEAVE: &str = "\x1b[?1049l";
/// What the process does when a person asks for it.
const PANIC: &str = "TENSORITY_VIEW_TEST_PANICS";
const NOW: i32 = 99;

/// The process of the tests below.
#[test]
#[ignore = "is run by the other tests, on a terminal"]
fn process() {
    let stop = Arc::<AtomicBool>::default();
    let (commands, _asked) = mpsc::channel();
    let now = || std::process::exit(NOW);
    let view = View::start(Arc::default(), commands, Arc::clone(&stop), now).unwrap();
    while view.is_open() {
        view.log("still here".to_owned());
        if stop.load(Ordering::SeqCst) && std::env::var_os(PANIC).is_some() {
            let panicked = thread::spawn(|| panic!("on purpose")).join();
            assert!(panicked.is_err());
        }
        // The pace of its log.
        thread::sleep(Duration::from_millis(10));
    }
}

/// The process, and the end of its terminal where a person sits.
struct Person {
    process: Child,
    terminal: File,
    seen: String,
}

impl Person {
    fn new(environment: &[(&str, &str)]) -> Self {
        Self::at(environment, [24, 80])
    }

    /// At a terminal of so many rows and columns.
    fn at(environment: &[(&str, &str)], [ws_row, ws_col]: [u16; 2]) -> Self {
        let terminal =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let size = Winsize {
            ws_row,
            ws_col,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).unwrap();
        let path = ptsname(&terminal, Vec::new()).unwrap();
        let end = || {
            File::options()
                .read(true)
                .write(true)
                .open(path.to_str().unwrap())
        };
        let end = || Stdio::from(end().unwrap());
        let process = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "process", "--nocapture"])
            .env("TERM", "xterm")
            .envs(environment.iter().copied())
            .stdin(end())
            .stdout(end())
            .stderr(end())
            .spawn()
            .unwrap();
        let mut person = Self {
            process,
            terminal: File::from(terminal),
            seen: String::new(),
        };
        person.wait_for(ENTER);
        person
    }

    fn wait_for(&mut self, expected: &str) {
        let end = Instant::now() + PATIENCE;
        let mut piece = [0; 4096];
        while !self.seen.contains(expected) {
            let patience = Timespec::try_from(end.saturating_duration_since(Instant::now()));
            let mut fds = [PollFd::new(&self.terminal, PollFlags::IN)];
            let ready = poll(&mut fds, Some(&patience.unwrap())).unwrap();
            assert!(
                ready > 0 && Instant::now() < end,
                "no {expected:?} in {:?}",
                self.seen
            );
            let length = self.terminal.read(&mut piece).unwrap();
            self.seen += &String::from_utf8_lossy(&piece[..length]);
        }
    }

    fn press(&mut self, keys: &str) {
        self.terminal.write_all(keys.as_bytes()).unwrap();
    }
}

fn end_of(mut process: Child) -> ExitStatus {
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || sender.send(process.wait()));
    let status = ended.recv_timeout(PATIENCE);
    status.expect("the process did not end").unwrap()
}

#[test]
fn a_second_q_restores_the_terminal_and_ends_at_once() {
    let mut person = Person::new(&[]);
    person.press("q");
    person.wait_for("Ending;");
    assert!(!person.seen.contains(LEAVE));
    person.press("\x03");
    person.wait_for(LEAVE);
    assert_eq!(end_of(person.process).code(), Some(NOW));
}

#[test]
fn a_panic_anywhere_is_told_on_the_restored_terminal() {
    let mut person = Person::new(&[(PANIC, "1")]);
    person.press("q");
    person.wait_for("on purpose");
    let (before, after) = person.seen.split_once(LEAVE).unwrap();
    assert!(!before.contains("on purpose") && after.contains("on purpose"));
    assert!(!after.contains(ENTER));
}

#[test]
fn a_terminal_that_does_not_know_its_size_is_drawn_on() {
    let mut person = Person::at(&[], [0, 0]);
    person.wait_for("still");
    person.press("q");
    person.wait_for("Ending;");
}

#[test]
fn half_a_key_does_not_stop_the_view() {
    let mut person = Person::new(&[]);
    person.press("\x1b[");
    // Longer than the view waits for the rest of a key.
    thread::sleep(Duration::from_millis(300));
    person.press("Bqq");
    person.wait_for(LEAVE);
    assert_eq!(end_of(person.process).code(), Some(NOW));
}

#[test]
fn the_view_ends_when_the_terminal_goes_away() {
    let person = Person::new(&[]);
    drop(person.terminal);
    end_of(person.process);
}
