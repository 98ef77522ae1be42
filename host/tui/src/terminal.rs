//! The terminal: taken, drawn on, given back.

use std::io::{self, IsTerminal, Write, stdin, stdout};
use std::panic;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Whether the terminal is ours. Changes only while standard output is locked.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether standard input, output and error are a terminal that can be drawn on.
pub fn is_possible() -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
    let all = stdin().is_terminal() && stdout().is_terminal() && io::stderr().is_terminal();
    all && !dumb
}

/// Takes the terminal until [`restore`], which a panic anywhere calls as well.
pub fn take() -> io::Result<()> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            restore();
            next(panic);
        }));
    });
    let mut output = stdout().lock();
    if TAKEN.swap(true, Ordering::SeqCst) {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    let taken = enable_raw_mode().and_then(|()| execute!(output, EnterAlternateScreen, Hide));
    if taken.is_err() {
        restore();
    }
    taken
}

/// Gives the terminal back as it was, if a view has it: the view ends, and what is written from now
/// on is seen. To be called before the process ends in a way that drops nothing.
pub fn restore() {
    let mut output = stdout().lock();
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Where the terminal is gone nothing is left to be done.
        let _ = execute!(output, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// Whether the terminal is ours.
pub fn is_taken() -> bool {
    TAKEN.load(Ordering::SeqCst)
}

/// Waits for keys and adds their bytes. None for as long as `patience` is no error; the end of the
/// terminal is one.
///
/// This is not left to crossterm: it turns for ever once the terminal is gone, and stands still after
/// half a key.
pub fn read(bytes: &mut Vec<u8>, patience: Duration) -> io::Result<()> {
    let stdin = stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&patience)) {
        Ok(0) | Err(Errno::INTR) => return Ok(()),
        Ok(_) => {}
        Err(error) => return Err(error.into()),
    }
    let mut piece = [0; 1024];
    match rustix::io::read(&stdin, &mut piece) {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(length) => {
            bytes.extend(&piece[..length]);
            Ok(())
        }
        Err(Errno::INTR | Errno::AGAIN) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Standard output, written to when a frame is whole and only while the terminal is ours.
#[derive(Debug, Default)]
pub struct Screen {
    frame: Vec<u8>,
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut output = stdout().lock();
        let frame = std::mem::take(&mut self.frame);
        if is_taken() {
            output.write_all(&frame)?;
            output.flush()?;
        }
        Ok(())
    }
}
