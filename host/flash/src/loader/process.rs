//! A process whose output is read while it runs, and which is ended when it is quiet for too long.

use std::io::{ErrorKind, Read, pipe};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::LoaderError;

/// Longest time without a word. A slow cable takes a minute for one per cent.
const SILENCE: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub struct Ended {
    pub well: bool,
    /// All that it printed, with an end of line for every return of the carriage.
    pub text: String,
}

/// Runs a program in a folder; `progress` is told whole per cents whenever they change.
pub fn run(
    program: &str,
    arguments: &[String],
    folder: &Path,
    progress: &mut dyn FnMut(u8),
) -> Result<Ended, LoaderError> {
    // One pipe for both: what is going on and that it failed are written to one each.
    let (output, writer) = pipe()?;
    let child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn();
    let mut child = Reaped(child.map_err(|error| match error.kind() {
        ErrorKind::NotFound => LoaderError::Missing,
        _ => LoaderError::Process(error),
    })?);
    let (pieces, received) = sync_channel(16);
    forward(output, pieces);
    let mut text = String::new();
    let mut told = None;
    loop {
        match received.recv_timeout(SILENCE) {
            Ok(piece) => {
                text.push_str(&piece.replace('\r', "\n"));
                let now = percent(&text);
                if now.is_some() && now != told {
                    told = now;
                    progress(now.unwrap_or_default());
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                let seconds = SILENCE.as_secs();
                return Err(LoaderError::Silent { seconds });
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let status = child.0.wait()?;
    Ok(Ended {
        well: status.success(),
        text,
    })
}

/// A process that does not outlive its owner.
struct Reaped(Child);

impl Drop for Reaped {
    fn drop(&mut self) {
        // It has ended already unless it was quiet for too long.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Passes on what is read, until there is no more.
fn forward(mut output: impl Read + Send + 'static, pieces: SyncSender<String>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = output.read(&mut buffer) {
            let piece = String::from_utf8_lossy(&buffer[..count]).into_owned();
            if pieces.send(piece).is_err() {
                return;
            }
        }
    });
}

/// The per cents that were told last.
fn percent(text: &str) -> Option<u8> {
    let before = &text[..text.rfind('%')?];
    let number = before.rsplit(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let number: f32 = number.into_iter().next()?.parse().ok()?;
    Some(number as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_per_cents_count() {
        assert_eq!(
            percent("Erasing: [==] 10.00%\nErasing: [===] 12.50%\nDo"),
            Some(12)
        );
        assert_eq!(percent("Loading: [=====] 100.00%"), Some(100));
        assert_eq!(percent("nothing"), None);
    }

    #[test]
    fn output_of_both_kinds_and_the_end_are_told() {
        let folder = Path::new("/");
        let script = String::from("echo out; echo err >&2; printf '50%%\\r'; exit 3");
        let mut told = Vec::new();
        let run = run("sh", &["-c".into(), script], folder, &mut |now| {
            told.push(now)
        });
        let ended = run.unwrap();
        assert!(!ended.well);
        assert_eq!(ended.text, "out\nerr\n50%\n");
        assert_eq!(told, [50]);
    }

    #[test]
    fn a_program_that_is_not_there_is_told_with_how_to_install_it() {
        let error = run("not-openFPGALoader", &[], Path::new("/"), &mut |_| {}).unwrap_err();
        assert!(
            error.to_string().contains("apt-get install openfpgaloader"),
            "{error}"
        );
    }
}
