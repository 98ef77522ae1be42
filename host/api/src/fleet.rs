//! The API of fleet tools: one request over TCP, one reply with a zero byte behind it, and the
//! connection is closed. It follows version 3.7 of what cgminer has, and can only be read.

mod reply;
pub(crate) mod request;
mod sections;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use request::Request;
use tensority_telemetry::State;
use tensority_telemetry::published::Published;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{self, Instant};

/// The longest request that is read.
const MAX_REQUEST_BYTES: usize = 4096;
/// How long a request may take to come.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// A text ends when nothing came for so long: many tools send no end of it.
const PAUSE: Duration = Duration::from_millis(250);
/// How long a reply may take to go.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);
/// How much is read of what a client sends beyond its request, so that it gets its reply.
const MAX_DRAIN_BYTES: u64 = 64 * 1024;
/// How long that is done.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(500);

pub async fn serve(mut stream: TcpStream, published: Arc<Published>) {
    let request = read(&mut stream).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let reply = answer(
        &request,
        &published.state(),
        now.unwrap_or_default().as_secs(),
    );
    let write = async {
        stream.write_all(reply.as_bytes()).await?;
        stream.shutdown().await
    };
    if let Ok(Ok(())) = time::timeout(WRITE_TIMEOUT, write).await {
        let mut rest = stream.take(MAX_DRAIN_BYTES);
        let mut nowhere = tokio::io::sink();
        let drain = tokio::io::copy(&mut rest, &mut nowhere);
        // The reply has gone; what the client does now is its own affair.
        let _ = time::timeout(DRAIN_TIMEOUT, drain).await;
    }
}

/// What a client sends until its request is whole, too long, or does not go on.
async fn read(stream: &mut TcpStream) -> Vec<u8> {
    let deadline = Instant::now() + READ_TIMEOUT;
    let mut bytes = Vec::new();
    while bytes.len() < MAX_REQUEST_BYTES && !request::is_whole(&bytes) {
        let mut part = [0; MAX_REQUEST_BYTES];
        let until = match bytes.first() {
            None | Some(b'{') => deadline,
            Some(_) => deadline.min(Instant::now() + PAUSE),
        };
        match time::timeout_at(until, stream.read(&mut part)).await {
            Ok(Ok(length @ 1..)) => bytes.extend_from_slice(&part[..length]),
            _ => break,
        }
    }
    bytes
}

/// The reply to a request at a time in seconds since 1970.
pub(crate) fn answer(request: &[u8], state: &State, now: u64) -> String {
    let program = format!("{} {}", state.program.name, state.program.version);
    let writer = reply::Writer {
        when: now,
        description: program.trim(),
        json: request.first() == Some(&b'{'),
    };
    match request::parse(request) {
        Ok(Request::One(command)) => writer.one(&sections::reply(&command, state, now)),
        Ok(Request::Several(commands)) => {
            let mut replies = Vec::new();
            for command in commands {
                let reply = sections::reply(&command, state, now);
                replies.push((command, reply));
            }
            writer.several(&replies)
        }
        Err(reply) => writer.one(&reply),
    }
}
