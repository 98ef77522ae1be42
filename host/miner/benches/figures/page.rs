//! A page that is open all the time, in a process of its own, as a browser is.

use std::env;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command};

/// The process that reads.
pub struct Page(Child);

impl Page {
    /// Opens it at a miner's API.
    pub fn open(api: SocketAddr) -> Self {
        let this = env::current_exe().expect("this program");
        let reader = Command::new(this)
            .args([crate::PAGE, &api.to_string()])
            .spawn();
        Self(reader.expect("a process"))
    }

    /// Closes it.
    ///
    /// # Panics
    /// If it was not open until now: then nothing was measured with it.
    pub fn close(mut self) {
        let ended = self.0.try_wait().expect("a process of ours");
        assert!(ended.is_none(), "the page was closed: {ended:?}");
        self.0.kill().expect("it runs");
        self.0.wait().expect("it ends");
    }
}

/// The process: asks for the history once, as the page does, then reads all events. Ends if they do.
pub fn read(api: &str) {
    let history = get(api, "/api/v0/history").and_then(|mut answer| {
        let mut text = String::new();
        answer.read_to_string(&mut text).map(|_| text)
    });
    let history = history.expect("an answer");
    assert!(history.starts_with("HTTP/1.1 200"), "{history}");
    let events = get(api, "/api/v0/events");
    let copied = events.and_then(|mut events| io::copy(&mut events, &mut io::sink()));
    copied.expect("events");
}

fn get(api: &str, path: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(api)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {api}\r\nConnection: close\r\n\r\n"
    )?;
    Ok(stream)
}
