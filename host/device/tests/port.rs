//! Ports, with a pseudo-terminal whose other end a thread answers.

mod support;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serialport::{SerialPort, TTYPort};
use support::fake::{Fake, IDENTITY, range_of};
use tensority_device::board::Board;
use tensority_device::device::{Device, DeviceError, Kind, Notice, Placement};
use tensority_device::discovery::ListedPort;
use tensority_device::port::{BAUD, Port, PortError};
use tensority_device::probe::{self, Verdict};
use tensority_device::transport::{Sleep, Transport};

/// A fake device on a pseudo-terminal.
struct Terminal {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Terminal {
    fn new() -> Self {
        let (mut master, slave) = TTYPort::pair().expect("a pseudo-terminal");
        let path = slave.name().expect("a path").into();
        master.set_timeout(Duration::from_millis(5)).expect("set");
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut fake = Fake::default();
            let mut buffer = [0; 1024];
            while !stopped.load(Ordering::Relaxed) {
                match master.read(&mut buffer) {
                    Ok(received) => fake.feed(&buffer[..received]),
                    Err(error) if error.kind() == io::ErrorKind::TimedOut => {}
                    // Nobody has the other end open.
                    Err(_) => thread::sleep(Duration::from_millis(1)),
                }
                let said = fake
                    .receive(&mut buffer, Duration::ZERO, Sleep::Deep)
                    .expect("never fails");
                // Nobody hears it while the other end is closed.
                let _ = master.write_all(&buffer[..said]);
            }
        });
        Self {
            path,
            stop,
            thread: Some(thread),
        }
    }

    fn open(&self) -> Port {
        Port::open(&self.path, BAUD).expect("a port")
    }

    fn unplug(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the device ends");
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.unplug();
    }
}

fn range_done<T: Transport>(board: &mut Board<T>, range: u32) -> bool {
    board
        .begin(&range_of(1, range), Placement::Behind)
        .expect("taken");
    let notices = std::iter::from_fn(|| board.notice(Duration::from_secs(5)).expect("a line"));
    notices
        .take(2)
        .any(|notice| matches!(notice, Notice::RangeDone { range: done, .. } if done.0 == range))
}

#[test]
fn a_board_answers_on_a_pseudo_terminal() {
    let terminal = Terminal::new();
    let mut board = Board::open(terminal.open()).expect("a board");
    assert_eq!(Path::new(&board.description().name), terminal.path);
    assert_eq!(board.identity(), &IDENTITY);
    // A pseudo-terminal is a simulated board's, whose clock promises nothing.
    let description = board.description();
    assert_eq!(
        (description.kind, description.expected_rate),
        (Kind::Simulated, None)
    );
    assert!(range_done(&mut board, 1));
}

#[test]
fn a_port_is_opened_once_by_path_link_and_administrator() {
    let terminal = Terminal::new();
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("board");
    std::os::unix::fs::symlink(&terminal.path, &link).expect("linked");
    let port = terminal.open();
    // Twice: who fails leaves the port as it was.
    for path in [&terminal.path, &link, &terminal.path] {
        let error = Port::open(path, BAUD).err().expect("in use");
        assert!(matches!(error, PortError::Busy { .. }), "{error}");
    }
    drop(port);
    Port::open(&link, BAUD).expect("a port");
}

#[test]
fn a_board_is_found_by_its_serial_number_and_ports_in_use_are_passed_over() {
    let (busy, terminal) = (Terminal::new(), Terminal::new());
    let in_use = busy.open();
    let paths = [&busy.path, &terminal.path].map(|path| path.display().to_string());
    let ports = paths.clone().map(|path| ListedPort {
        path,
        usb: None,
        usb_serial: None,
        inode: None,
    });
    let board = probe::find(ports.to_vec(), IDENTITY.serial, BAUD).expect("a board");
    assert_eq!(board.description().port.as_ref(), Some(&paths[1]));
    drop(board);
    let error = probe::find(ports.to_vec(), 1, BAUD)
        .err()
        .expect("no such board");
    assert_eq!((error.asked, &error.closed[..]), (1, &paths[..1]));
    assert_eq!(
        error.to_string(),
        format!(
            "no board with the serial number 0000000000000001 at the 1 ports that could be asked; \
             in use or not to be opened: {}; `tensority devices` tells who is where",
            paths[0]
        )
    );
    drop(in_use);
}

#[test]
fn a_wake_ends_a_light_sleep_only_and_waits_for_it() {
    let terminal = Terminal::new();
    let mut port = terminal.open();
    let waker = port.waker();
    waker.wake();
    let mut sleep = |patience, sleep| {
        let begin = Instant::now();
        let received = port.receive(&mut [0; 16], patience, sleep);
        assert_eq!(received.expect("a line"), 0);
        begin.elapsed()
    };
    let (short, long) = (Duration::from_millis(30), Duration::from_secs(60));
    assert!(sleep(short, Sleep::Deep) >= short);
    assert!(sleep(long, Sleep::Light) < long);
    assert!(sleep(short, Sleep::Light) >= short, "it woke once");
}

#[test]
fn an_unplugged_port_is_gone_in_every_sleep_and_takes_nothing() {
    let mut terminal = Terminal::new();
    let mut port = terminal.open();
    terminal.unplug();
    for sleep in [Sleep::Light, Sleep::Deep] {
        for _ in 0..2 {
            let received = port.receive(&mut [0; 16], Duration::from_secs(60), sleep);
            received.expect_err("gone");
        }
    }
    port.send(&[0]).expect_err("gone");
}

#[test]
fn a_wait_for_ever_ends_with_a_wake() {
    let terminal = Terminal::new();
    let mut board = Board::open(terminal.open()).expect("a board");
    let waker = board.waker();
    let other = thread::spawn(move || {
        // Most likely the wait has begun by then; the claim holds if not.
        thread::sleep(Duration::from_millis(20));
        waker.wake();
    });
    assert_eq!(board.notice(Duration::MAX).expect("a line"), None);
    other.join().expect("it woke");
}

#[test]
fn a_host_that_was_cut_off_can_come_back() {
    let terminal = Terminal::new();
    let mut board = Board::open(terminal.open()).expect("a board");
    // Work whose events nobody takes, and half a frame.
    board
        .begin(&range_of(1, 1), Placement::Behind)
        .expect("taken");
    board.transport_mut().send(&[40, 1, 2, 3]).expect("sent");
    drop(board);
    let mut board = Board::open(terminal.open()).expect("a board");
    assert!(range_done(&mut board, 2));
}

#[test]
fn an_unplugged_port_is_gone() {
    let mut terminal = Terminal::new();
    let mut board = Board::open(terminal.open()).expect("a board");
    terminal.unplug();
    let error = board.notice(Duration::from_secs(5)).expect_err("gone");
    assert!(matches!(error, DeviceError::Gone { .. }), "{error}");
}

#[test]
fn nothing_comes_of_a_quiet_port_within_the_patience() {
    let terminal = Terminal::new();
    let mut port = terminal.open();
    let begin = Instant::now();
    let received = port.receive(&mut [0; 16], Duration::from_millis(30), Sleep::Deep);
    assert_eq!(received.expect("a line"), 0);
    assert!(begin.elapsed() >= Duration::from_millis(30));
}

#[test]
fn a_probe_tells_who_is_there_and_whether_it_hashes_right() {
    let terminal = Terminal::new();
    let quick = probe::probe(&terminal.path, probe::BRIEF, true).expect("a board");
    assert_eq!(
        (quick.identity, quick.known_answer),
        (IDENTITY, Verdict::NotAsked)
    );
    // The fake does not hash.
    let asked = probe::probe(&terminal.path, probe::BRIEF, false).expect("a board");
    assert_eq!(
        asked.known_answer,
        Verdict::Wrong(support::fake::hash_of(0))
    );
}
