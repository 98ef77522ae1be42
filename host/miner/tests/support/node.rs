//! Development nodes as sources, good ones and one whose answers are twisted.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use tensority_devnet::node::api::{self, Reply};
use tensority_devnet::node::{Node, Running, Settings};
use tensority_miner::miner::{Source, StartSource};
use tensority_source::Tell;

/// Bits that one hash in four meets.
pub const BITS: u64 = 0x2000_0000_003f_ffff;

/// What the node was asked to take, and whether it did.
pub type Submits = Arc<Mutex<Vec<api::Event>>>;

/// What becomes of the answer of a real node; asked for each request with its path.
pub type Twist = Box<dyn FnMut(&str, Reply) -> Reply + Send>;

/// A node whose clock gains a second whenever it is looked at: blocks of the same second would be
/// refused.
pub fn node() -> Arc<Node> {
    node_with_clock(1)
}

/// A node whose clock gains a second after so many looks.
pub fn node_with_clock(looks_in_a_second: u64) -> Arc<Node> {
    let looks = AtomicU64::new(1_700_000_000 * looks_in_a_second);
    let settings = Settings {
        bits: BITS,
        clock: Box::new(move || looks.fetch_add(1, Ordering::Relaxed) / looks_in_a_second),
        ..Settings::default()
    };
    Arc::new(Node::new(settings).expect("good bits"))
}

/// Any free port.
pub fn any_port() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// The address of nobody.
pub fn nobody() -> SocketAddr {
    let listener = TcpListener::bind(any_port()).expect("a free port");
    listener.local_addr().expect("an address")
}

/// Serves a node, and notes what is submitted.
pub fn serve(node: &Arc<Node>, address: SocketAddr) -> (Running, Submits) {
    let submits = Submits::default();
    let notes = Arc::clone(&submits);
    let note = move |event| notes.lock().expect("no panic").push(event);
    let server = tensority_devnet::node::serve(address, Arc::clone(node), note);
    (server.expect("a free port"), submits)
}

/// The node at an address as a source that is asked often, also while it is away.
pub fn source(address: SocketAddr) -> StartSource {
    let address = format!("http://{address}").parse().expect("a URL");
    let mut settings = tensority_source::Settings::new(address);
    settings.poll_interval = Duration::from_millis(20);
    settings.limits.longest_wait = Duration::from_millis(200);
    start(settings)
}

/// A source with these settings.
pub fn start(settings: tensority_source::Settings) -> StartSource {
    Box::new(move |tell: Tell| {
        let handle = tensority_source::start(settings.clone(), tell);
        let handle = handle.map_err(|error| error.to_string())?;
        Ok(Box::new(handle) as Box<dyn Source>)
    })
}

/// Serves a node whose answers are twisted, until the test's process ends.
pub fn serve_twisted(node: Arc<Node>, mut twist: Twist) -> SocketAddr {
    let listener = TcpListener::bind(any_port()).expect("a free port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that went away is none of the node's business.
            let _ = stream.and_then(|stream| answer(stream, &node, &mut twist));
        }
    });
    address
}

fn answer(mut stream: TcpStream, node: &Node, twist: &mut Twist) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut request = String::new();
    reader.read_line(&mut request)?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let (reply, _) = api::answer(node, &path, &body);
    let Reply::Http { status, body } = twist(&path, reply) else {
        return Ok(());
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
