//! Run of a tool: its lines into a log and to a listener, and an end on request.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::ops::ControlFlow;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

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

/// A tool under way, in a process group of its own. However its run ends, nothing of it is left: what it started
/// ends with it.
struct Tool(Child);

impl Drop for Tool {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            // It may end by itself in the meantime.
            let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
            let _ = self.0.wait();
        }
    }
}

/// Runs `command`, writes all that it says into `log`, and gives each line to `listen`. Ends it, with what it started,
/// when `cancelled` says so or the listener breaks.
///
/// # Errors
/// If it cannot be started, or the log cannot be written.
pub fn run(
    command: &mut Command,
    log: &Path,
    cancelled: &dyn Fn() -> bool,
    listen: &mut dyn FnMut(&str) -> ControlFlow<()>,
) -> Result<End, Error> {
    let program = command.get_program().to_os_string();
    let mut file = BufWriter::new(File::create(log).map_err(Error::file("write", log))?);
    let child = command
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::file("run", Path::new(&program)))?;
    let mut tool = Tool(child);
    let (sender, lines) = channel();
    for stream in [
        tool.0
            .stdout
            .take()
            .map(|stream| Box::new(stream) as Box<dyn Read + Send>),
        tool.0
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
    let status = tool
        .0
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

#[cfg(test)]
mod tests {
    use rustix::process::test_kill_process;

    use super::*;

    /// Runs a shell that starts another program and tells its number, and gives the number and what came of the run.
    fn run_with_a_grandchild(log: &Path) -> (Pid, Result<End, Error>) {
        let mut number = None;
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo $!; for i in 1 2 3; do head -c 9000 /dev/zero | tr '\\0' x; echo; done; wait"]);
        let ended = run(&mut command, log, &|| false, &mut |line| {
            match line.parse().ok().and_then(Pid::from_raw) {
                Some(found) => number = Some(found),
                // The first line of another kind.
                None => return ControlFlow::Break(()),
            }
            ControlFlow::Continue(())
        });
        (number.expect("the number comes first"), ended)
    }

    /// That a program is gone, or is gone as soon as the system has taken it away.
    fn assert_gone(program: Pid) {
        for _ in 0..1000 {
            let path = format!("/proc/{}/stat", program.as_raw_nonzero());
            let state = std::fs::read_to_string(path).unwrap_or_default();
            let is_zombie = state
                .rsplit(')')
                .next()
                .is_some_and(|rest| rest.starts_with(" Z"));
            if test_kill_process(program).is_err() || is_zombie {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("it runs on");
    }

    #[test]
    fn what_a_tool_started_ends_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (grandchild, ended) = run_with_a_grandchild(&folder.path().join("log"));
        assert!(matches!(ended, Ok(End::Cancelled)));
        assert_gone(grandchild);
    }

    #[test]
    fn a_log_that_cannot_be_written_ends_the_tool() {
        let (grandchild, ended) = run_with_a_grandchild(Path::new("/dev/full"));
        assert!(ended.is_err());
        assert_gone(grandchild);
    }
}
