//! Run of a tool: its lines into a log and to a listener, and an end on request.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::error::Error;

/// Time between two looks at the request to end.
const LOOK: Duration = Duration::from_millis(100);

/// The end of a run.
#[derive(Debug)]
pub enum End {
    /// The tool ended by itself.
    Exit(ExitStatus),
    /// It was ended, on request or by the listener.
    Cancelled,
}

/// Runs `command`, writes all that it says into `log`, and gives each line to `listen`. Ends it when `cancelled`
/// says so or the listener breaks.
pub fn run(
    command: &mut Command,
    log: &Path,
    cancelled: &dyn Fn() -> bool,
    listen: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<End, Error> {
    let program = command.get_program().to_os_string();
    let mut file = BufWriter::new(File::create(log).map_err(Error::file("write", log))?);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::file("run", Path::new(&program)))?;
    let (sender, lines) = channel();
    for stream in [
        child
            .stdout
            .take()
            .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        child
            .stderr
            .take()
            .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
    ] {
        let sender = sender.clone();
        thread::spawn(move || stream.map(|stream| forward(stream, &sender)));
    }
    drop(sender);
    let mut broken = false;
    loop {
        if broken || cancelled() {
            // It may have ended by itself in the meantime.
            let _ = child.kill();
            let _ = child.wait();
            return Ok(End::Cancelled);
        }
        match lines.recv_timeout(LOOK) {
            Ok(line) => {
                writeln!(file, "{line}").map_err(Error::file("write", log))?;
                broken = listen(&line).is_break();
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    file.flush().map_err(Error::file("write", log))?;
    let status = child
        .wait()
        .map_err(Error::file("run", Path::new(&program)))?;
    Ok(End::Exit(status))
}

/// Sends the lines of a stream, until it or the receiver ends.
fn forward(stream: impl Read, sender: &Sender<String>) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader
        .read_until(b'\n', &mut line)
        .is_ok_and(|count| count > 0)
    {
        let text = String::from_utf8_lossy(&line).trim_end().to_string();
        if sender.send(text).is_err() {
            return;
        }
        line.clear();
    }
}

/// The first error in a tool's log, or the last line.
pub fn reason(log: &Path) -> String {
    let text = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| line.to_lowercase().contains("error: "));
    let line = error.or(lines().next_back()).unwrap_or("nothing said");
    line.replace("ERROR: ", "")
        .replace("Error: ", "")
        .trim_end_matches('.')
        .to_string()
}
