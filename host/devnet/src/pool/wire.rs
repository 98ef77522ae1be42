//! A socket that never waits, with or without TLS.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};

use rustls::ServerConnection;

use crate::pool::tls::Tls;

/// How much is read at a time, in bytes.
const CHUNK: usize = 16 << 10;

/// One end of a connection, and what it has not taken yet.
pub struct Wire {
    stream: TcpStream,
    tls: Option<Box<ServerConnection>>,
    unsent: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// Something, or nothing for now.
    Open,
    End,
}

impl Wire {
    /// Takes a connection over.
    ///
    /// # Errors
    /// Those of the socket, or of TLS if there is to be any.
    pub fn new(stream: TcpStream, tls: Option<&Tls>) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        let tls = tls.map(|tls| tls.accept().map(Box::new).map_err(io::Error::other));
        Ok(Self {
            stream,
            tls: tls.transpose()?,
            unsent: Vec::new(),
        })
    }

    pub fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Reads what there is, up to some 16 KiB.
    ///
    /// # Errors
    /// Those of the socket and of TLS.
    pub fn receive(&mut self, inbox: &mut Vec<u8>) -> io::Result<Received> {
        let mut chunk = [0; CHUNK];
        let Some(tls) = &mut self.tls else {
            return match waited(self.stream.read(&mut chunk))? {
                Some(0) => Ok(Received::End),
                Some(read) => {
                    inbox.extend(&chunk[..read]);
                    Ok(Received::Open)
                }
                None => Ok(Received::Open),
            };
        };
        let end = waited(tls.read_tls(&mut self.stream))? == Some(0);
        if let Err(error) = tls.process_new_packets() {
            // The miner is told what was wrong, if it still listens.
            let _ = tls.write_tls(&mut self.stream);
            return Err(io::Error::other(error));
        }
        loop {
            match waited(tls.reader().read(&mut chunk))? {
                Some(0) => return Ok(Received::End),
                Some(read) => inbox.extend(&chunk[..read]),
                None if end => return Ok(Received::End),
                None => return Ok(Received::Open),
            }
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.unsent.extend(bytes);
    }

    /// The number of bytes that the socket has not taken yet.
    pub fn unsent(&self) -> usize {
        self.unsent.len()
    }

    /// Whether there is something to write, of ours or of TLS.
    pub fn wants_write(&self) -> bool {
        !self.unsent.is_empty() || self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Writes what the socket takes.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn flush(&mut self) -> io::Result<()> {
        let Self {
            stream,
            tls,
            unsent,
        } = self;
        let Some(tls) = tls else {
            while !unsent.is_empty() {
                match waited(stream.write(unsent))? {
                    Some(written) => drop(unsent.drain(..written)),
                    None => break,
                }
            }
            return Ok(());
        };
        loop {
            // TLS takes what it has room for.
            let taken = tls.writer().write(unsent)?;
            unsent.drain(..taken);
            while tls.wants_write() {
                if waited(tls.write_tls(stream))?.is_none() {
                    return Ok(());
                }
            }
            if taken == 0 {
                return Ok(());
            }
        }
    }

    /// Says that nothing more comes.
    pub fn end(&mut self) {
        // A miner that is gone need not be told.
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
        }
        let _ = self.flush();
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}

/// The outcome, or nothing if it has to be waited for.
fn waited(outcome: io::Result<usize>) -> io::Result<Option<usize>> {
    match outcome {
        Ok(count) => Ok(Some(count)),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
