//! A node that answers as a test wants.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
};
use tensority_node::{
    Node,
    api::{self, Reply},
};

/// What becomes of the answer of a real node; asked for each request with its path.
pub type Twist = Box<dyn FnMut(&str, Reply) -> Reply + Send>;

/// Serves a node whose answers are twisted, until the test's process ends.
pub fn serve_twisted(node: Arc<Node>, mut twist: Twist) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that went away is none of the node's business.
            let _ = answer(stream.unwrap(), &node, &mut twist);
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
