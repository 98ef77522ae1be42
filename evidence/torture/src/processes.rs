//! Processes whose lines go to the ledger, and what can be done to them.

use std::fs::OpenOptions;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::ledger::Who;

/// A line of a process, and when it came.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Line {
    pub at: Instant,
    pub who: Who,
    pub text: String,
}

/// A process, which is killed with this value.
#[derive(Debug)]
pub struct Process {
    child: Child,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts it; what it says on standard error is added to a file.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(
        command: &mut Command,
        who: Who,
        log: &Path,
        lines: &Sender<Line>,
    ) -> io::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(log)?;
        // What a terminal sends to the campaign is for the campaign alone.
        let mut child = command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let output = child.stdout.take().expect("it is piped");
        let lines = lines.clone();
        let reader = thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                let (at, text) = (Instant::now(), line.unwrap_or_default());
                // The last line of one that was killed can be torn.
                if text.ends_with('}') && lines.send(Line { at, who, text }).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            reader: Some(reader),
        })
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let process = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(process) = process {
            // It may have ended by itself, which its end tells.
            let _ = kill_process(process, signal);
        }
    }

    /// Whether it has ended by itself.
    ///
    /// # Errors
    /// What the system says.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// Waits for its end; kills it when the patience is over, for which there is no status.
    ///
    /// # Errors
    /// What the system says.
    pub fn wait(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if let Some(status) = self.ended()? {
                self.read_all();
                return Ok(Some(status));
            }
            thread::sleep(Duration::from_millis(5));
        }
        self.kill()?;
        Ok(None)
    }

    /// Kills it, as kill -9 does; all of its lines have been sent on when this returns.
    ///
    /// # Errors
    /// What the system says.
    pub fn kill(&mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        self.read_all();
        Ok(())
    }

    fn read_all(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("it only reads");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.kill();
    }
}
