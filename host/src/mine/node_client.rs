//! A Bytom node over HTTP.

use super::{
    answer::{self, NodeError},
    job::Template,
};
use std::{fmt, io, str::FromStr, time::Duration};
use tensority::BlockHeader;
use ureq::{
    Agent,
    http::{StatusCode, Uri},
};

/// How long a node may take for an answer. It verifies a submit, for seconds on a slow machine,
/// before it answers that or anything else.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long it may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest answer that is read. Work takes less than a thousandth of it.
const MAX_BODY_BYTES: u64 = 1 << 20;

/// Where a node is: `http://HOST:PORT`, with `ID:SECRET@` in front of the host if it asks for an
/// access token. It shows itself without the token.
#[derive(Clone, PartialEq, Eq)]
pub struct NodeUrl {
    base: String,
    host: String,
}

impl FromStr for NodeUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = |reason: &str| Err(format!("expected http://HOST:PORT of a node, {reason}"));
        let Ok(uri) = text.parse::<Uri>() else {
            return bad("found what is no URL");
        };
        match uri.scheme_str() {
            Some("http") => {}
            Some(scheme) => {
                return bad(&format!(
                    "found the scheme `{scheme}`, which is not spoken yet"
                ));
            }
            None => return bad("found no scheme; put `http://` in front"),
        }
        if uri.host().is_none_or(str::is_empty) {
            return bad("found no host");
        }
        if uri.query().is_some() {
            return bad("found a query");
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let path = uri.path().trim_end_matches('/');
        let host = authority.rsplit('@').next().unwrap_or_default();
        Ok(Self {
            base: format!("http://{authority}{path}"),
            host: format!("http://{host}{path}"),
        })
    }
}

impl fmt::Display for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)
    }
}

/// Keeps the secret.
impl fmt::Debug for NodeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A client of a node. Clones share their connections.
#[derive(Clone)]
pub struct NodeClient {
    agent: Agent,
    url: NodeUrl,
}

impl NodeClient {
    /// A client that has not connected yet. It goes through no proxy and follows no redirection.
    pub fn new(url: NodeUrl) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_global(Some(TIMEOUT))
            .user_agent(concat!("tensority/", env!("CARGO_PKG_VERSION")));
        Self {
            agent: config.build().into(),
            url,
        }
    }

    /// What the next block is to be.
    ///
    /// # Errors
    ///
    /// All of [`NodeError`].
    pub fn get_work(&self) -> Result<Template, NodeError> {
        let (status, body) = self.post("/get-work-json", b"")?;
        answer::get_work(status, &body)
    }

    /// Hands in a header, whose nonce must be below 2^63: Bytom's node gives out no work for a while
    /// after one that is not.
    ///
    /// # Errors
    ///
    /// All of [`NodeError`].
    pub fn submit_work(&self, header: &BlockHeader) -> Result<(), NodeError> {
        let (status, body) = self.post("/submit-work-json", &answer::submit_work_body(header))?;
        answer::submit_work(status, &body)
    }

    fn post(&self, path: &str, body: &[u8]) -> Result<(u16, Vec<u8>), NodeError> {
        let url = format!("{}{path}", self.url.base);
        let request = self.agent.post(url).content_type("application/json");
        let mut response = request.send(body).map_err(no_answer)?;
        let status: StatusCode = response.status();
        let body = response.body_mut().with_config().limit(MAX_BODY_BYTES);
        Ok((status.as_u16(), body.read_to_vec().map_err(no_answer)?))
    }
}

fn no_answer(error: ureq::Error) -> NodeError {
    use io::ErrorKind;
    match &error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            NodeError::Unreachable(error.to_string())
        }
        ureq::Error::Timeout(_) => NodeError::TimedOut(TIMEOUT),
        ureq::Error::Io(reason) => match reason.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                NodeError::Closed(reason.to_string())
            }
            _ => NodeError::Unreachable(reason.to_string()),
        },
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => {
            NodeError::Unreachable(error.to_string())
        }
        _ => NodeError::Unexpected {
            expected: "an answer over HTTP",
            found: error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{BufRead, BufReader, Read, Write},
        net::{TcpListener, TcpStream},
        thread,
    };

    fn client(port: u16) -> NodeClient {
        NodeClient::new(format!("http://127.0.0.1:{port}/").parse().unwrap())
    }

    /// What a client makes of an answer, and the request that it sent.
    fn exchange(answer: &'static [u8]) -> (Result<Template, NodeError>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let head = read_head(&stream);
            stream.write_all(answer).unwrap();
            head
        });
        let result = client(port).get_work();
        (result, server.join().unwrap())
    }

    fn read_head(stream: &TcpStream) -> String {
        let lines = BufReader::new(stream).lines().map(Result::unwrap);
        let lines: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        lines.join("\n")
    }

    #[test]
    fn asks_by_post_with_a_body_of_known_length() {
        let (_, head) = exchange(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assert!(head.starts_with("POST /get-work-json HTTP/1.1"), "{head}");
        let head = head.to_lowercase();
        assert!(head.contains("content-length: 0"), "{head}");
        assert!(head.contains("user-agent: tensority/"), "{head}");
    }

    #[test]
    fn tells_the_ways_to_give_no_answer_apart() {
        let result = |answer| exchange(answer).0.unwrap_err();
        let empty = result(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(empty, NodeError::Empty);
        assert_eq!(result(b"").name(), "closed");
        let cut_short = result(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{");
        assert_eq!(cut_short.name(), "closed");
        assert_eq!(result(b"SSH-2.0-server\r\n").name(), "unexpected");
        let moved = result(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(moved.name(), "http_status");
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().port()
        };
        assert_eq!(client(port).get_work().unwrap_err().name(), "unreachable");
    }

    #[test]
    fn an_endless_answer_is_not_read_to_its_end() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n";
            stream.write_all(head).unwrap();
            // Ends when the client hangs up.
            io::copy(&mut io::repeat(b' ').take(1_000_000_000), &mut stream).unwrap_err();
        });
        assert_eq!(client(port).get_work().unwrap_err().name(), "unexpected");
        server.join().unwrap();
    }

    #[test]
    fn a_url_is_that_of_a_node_or_refused() {
        let show = |text: &str| text.parse::<NodeUrl>().map(|url| url.to_string());
        let node = "http://10.0.0.1:9888";
        assert_eq!(show(node).as_deref(), Ok(node));
        assert_eq!(show("http://10.0.0.1:9888/").as_deref(), Ok(node));
        assert_eq!(
            show("http://[::1]:9888/x/").as_deref(),
            Ok("http://[::1]:9888/x")
        );
        for (bad, word) in [
            ("stratum+tcp://pool:1", "`stratum+tcp`"),
            ("https://node", "`https`"),
            ("10.0.0.1:9888", "http://"),
            ("", "no URL"),
            ("http://", "no URL"),
            ("http://node/?x=1", "query"),
        ] {
            let reason = show(bad).unwrap_err();
            assert!(reason.contains(word), "{bad}: {reason}");
        }
    }

    #[test]
    fn a_token_is_sent_and_never_shown() {
        let url: NodeUrl = "http://miner:secret@127.0.0.1:1".parse().unwrap();
        assert_eq!(
            format!("{url} {url:?}"),
            "http://127.0.0.1:1 http://127.0.0.1:1"
        );
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || read_head(&listener.accept().unwrap().0));
        let url = format!("http://miner:secret@{address}").parse().unwrap();
        NodeClient::new(url).get_work().unwrap_err();
        let head = server.join().unwrap();
        assert!(head.contains("Basic bWluZXI6c2VjcmV0"), "{head}");
    }
}
