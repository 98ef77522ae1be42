//! The program `tensority-sim board`: chip and firmware behind a port that the host opens like any.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tensority_device::board::Board;
use tensority_device::conformance::check;
use tensority_device::device::Device;
use tensority_device::port::{BAUD, Port};
use tensority_device::simulated::start_program;

const PROGRAM: &str = env!("CARGO_BIN_EXE_tensority-sim");

#[test]
fn a_simulated_board_does_what_every_device_must() {
    let port = start_program(Path::new(PROGRAM), &[]);
    let mut board = Board::open(port.expect("a board")).expect("it answers");
    let patience = Duration::from_secs(120);
    check(&mut board, patience).unwrap_or_else(|failure| panic!("{failure}"));
}

/// A board with a link, which is ended by a signal.
struct Linked {
    program: Child,
    link: PathBuf,
}

impl Linked {
    fn start(folder: &Path, serial: &str) -> Self {
        let link = folder.join(serial);
        let mut program = Command::new(PROGRAM)
            .args(["board", "--serial", serial, "--link"])
            .arg(&link)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        // It says where the board is, once there is a link.
        let mut output = BufReader::new(program.stdout.take().expect("a pipe"));
        let (sender, said) = mpsc::channel();
        thread::spawn(move || sender.send(output.read_line(&mut String::new())));
        let said = said.recv_timeout(Duration::from_secs(300));
        assert!(matches!(said, Ok(Ok(1..))) && link.exists(), "no link");
        Self { program, link }
    }

    fn open(&self) -> Board<Port> {
        let port = Port::open(&self.link, BAUD).expect("the port opens");
        Board::open(port).expect("the board answers")
    }

    fn end(mut self) {
        let pid = self.program.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.expect("kill runs").success());
        let status = self.program.wait().expect("it ends");
        assert_eq!(status.code(), Some(0));
        assert!(
            std::fs::symlink_metadata(&self.link).is_err(),
            "the link stays"
        );
    }
}

#[test]
fn boards_run_side_by_side_are_opened_again_and_end_cleanly() {
    let folder = tempfile::tempdir().expect("a folder");
    let boards = ["17", "4711"].map(|serial| Linked::start(folder.path(), serial));
    for _ in 0..2 {
        let open: Vec<_> = boards.iter().map(Linked::open).collect();
        let serials = open.iter().map(|board| board.description().serial);
        assert_eq!(serials.collect::<Vec<_>>(), [Some(17), Some(4711)]);
        assert!(
            Port::open(&boards[0].link, BAUD).is_err(),
            "one program has it"
        );
    }
    for board in boards {
        board.end();
    }
}

#[test]
fn a_board_without_firmware_says_how_to_build_it() {
    let output = Command::new(PROGRAM)
        .args(["board", "--firmware", "/nowhere/firmware.bin"])
        .output()
        .expect("the program starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(66), "{error}");
    assert!(error.contains("cargo xtask firmware"), "{error}");
}
