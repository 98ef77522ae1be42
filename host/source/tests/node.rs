//! A source at a node.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use support::Source;
use tensority::Target;
use tensority::fast::{Backend, Hasher, MatrixLists};
use tensority_devnet::node::Node;
use tensority_devnet::node::api::{self, Reply};
use tensority_source::{Answer, Event, NodeForm, Pace, Settings, Template};

/// What becomes of the answer of a real node; asked for each request with its path.
type Twist = Box<dyn FnMut(&str, Reply) -> Reply + Send>;

/// Serves a node whose answers are twisted, each connection by a thread, until the test's process
/// ends.
fn serve(node: Arc<Node>, twist: Twist) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().unwrap();
    let twist = Arc::new(Mutex::new(twist));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (node, twist) = (Arc::clone(&node), Arc::clone(&twist));
            // A client that went away is none of the node's business.
            thread::spawn(move || answer(stream.unwrap(), &node, &twist));
        }
    });
    address
}

fn answer(mut stream: TcpStream, node: &Node, twist: &Mutex<Twist>) -> std::io::Result<()> {
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
    let Reply::Http { status, body } = twist.lock().unwrap()(&path, reply) else {
        return Ok(());
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

fn http(status: u16, body: &str) -> Reply {
    let body = body.to_owned();
    Reply::Http { status, body }
}

fn node() -> Arc<Node> {
    Arc::new(Node::new(tensority_devnet::node::Settings::default()).unwrap())
}

fn settings(address: SocketAddr) -> Settings {
    let mut settings = Settings::new(format!("http://{address}").parse().unwrap());
    settings.poll_interval = Duration::from_millis(5);
    settings.limits.first_wait = Duration::from_millis(5);
    settings.limits.longest_wait = Duration::from_millis(20);
    settings
}

fn source(twist: Twist) -> (Arc<Node>, Source) {
    let node = node();
    let address = serve(Arc::clone(&node), twist);
    (node, Source::start(settings(address)))
}

/// A nonce that meets the target.
fn find(work: &Template) -> u64 {
    let list = MatrixLists::new(Backend::fastest(), 1.try_into().unwrap()).get(&work.seed);
    let mut header = work.header.clone();
    (0..)
        .find(|&nonce| {
            header.nonce = nonce;
            let hash = Hasher::new().hash(&header.hash(), &list);
            work.target.is_met_by(&hash)
        })
        .expect("one of so many")
}

#[test]
fn blocks_are_accepted_in_both_forms() {
    for form in [NodeForm::Json, NodeForm::Hex] {
        let node = node();
        let address = serve(Arc::clone(&node), Box::new(|_, reply| reply));
        let mut settings = settings(address);
        settings.form = form;
        let mut source = Source::start(settings);
        let work = source.work();
        assert!(matches!(source.told[..], [Event::Up, Event::Template(_)]));
        assert!(work.replace && work.first_nonce.is_none() && work.nonces == 1 << 63);
        assert_eq!(source.answer(1, &work, find(&work)), Answer::Accepted);
        let next = source.work_at(2);
        assert!(next.replace);
        assert_eq!(source.answer(2, &work, 1), Answer::NotSent);
        assert_eq!(node.height(), 1);
    }
}

#[test]
fn a_block_of_another_miner_makes_ours_stale() {
    let hidden = Arc::new(Mutex::new(None::<String>));
    let kept = Arc::clone(&hidden);
    let twist = move |path: &str, reply| match (path, &*kept.lock().unwrap()) {
        ("/get-work-json", Some(old)) => http(200, old),
        _ => reply,
    };
    let (node, mut source) = source(Box::new(twist));
    let work = source.work();
    let nonce = find(&work);
    let (reply, _) = api::answer(&node, "/get-work-json", b"");
    let Reply::Http { body, .. } = reply else {
        panic!("no answer");
    };
    *hidden.lock().unwrap() = Some(body);
    let submission = tensority_devnet::node::Submission {
        previous_block_hash: work.header.previous_block_hash,
        timestamp: work.header.timestamp,
        nonce,
    };
    node.submit(&submission).unwrap();
    let answer = source.answer(1, &work, nonce);
    assert!(matches!(answer, Answer::Stale(reason) if reason.word == "stale"));
    source.invalidated();
    *hidden.lock().unwrap() = None;
    source.work_at(2);
}

#[test]
fn a_wrong_nonce_is_rejected_and_one_that_no_block_holds_is_not_sent() {
    let (node, mut source) = source(Box::new(|_, reply| reply));
    let work = source.work();
    let wrong = (0..).find(|&nonce| nonce != find(&work)).unwrap();
    let answer = source.answer(1, &work, wrong);
    assert!(matches!(answer, Answer::Rejected(reason) if reason.word == "proof_of_work"));
    let answer = source.answer(2, &work, 1 << 63);
    assert!(matches!(answer, Answer::Rejected(reason) if reason.word == "unfit"));
    assert_eq!(node.height(), 0);
}

#[test]
fn every_odd_answer_is_named_once_and_waited_out() {
    let odd = [
        http(200, ""),
        http(200, ""),
        http(500, r#"{"detail":"not Found"}"#),
        http(302, ""),
        http(200, "<html>"),
        Reply::Closed,
        http(
            200,
            r#"{"status":"fail","error_detail":"no block is ready for mining"}"#,
        ),
        http(401, r#"{"detail":"no token"}"#),
    ];
    let mut odd = odd.into_iter();
    let twist = move |path: &str, reply| match path {
        "/get-work-json" => odd.next().unwrap_or(reply),
        _ => reply,
    };
    let (_node, mut source) = source(Box::new(twist));
    source.work();
    let words: Vec<_> = source
        .told
        .iter()
        .map(|event| match event {
            Event::Down(reason) => &*reason.word,
            Event::Up => "up",
            Event::Template(_) => "work",
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        "empty",
        "http_status",
        "unexpected",
        "closed",
        "not_ready",
        "unauthorized",
        "up",
        "work",
    ];
    assert_eq!(words, expected);
}

#[test]
fn a_slow_submit_holds_no_question_for_work_up() {
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let node = node();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (node, count) = (Arc::clone(&node), Arc::clone(&count));
            thread::spawn(move || {
                let stream = stream.unwrap();
                let mut first = [0; 16];
                stream.peek(&mut first).unwrap();
                if first.starts_with(b"POST /submit") {
                    // How slow this node is.
                    thread::sleep(Duration::from_millis(500));
                } else {
                    *count.lock().unwrap() += 1;
                }
                answer(stream, &node, &Mutex::new(Box::new(|_, reply| reply)))
            });
        }
    });
    let mut source = Source::start(settings(address));
    let work = source.work();
    let nonce = find(&work);
    let before = *asked.lock().unwrap();
    assert_eq!(source.answer(1, &work, nonce), Answer::Accepted);
    let during = *asked.lock().unwrap() - before;
    assert!(during > 10, "{during}");
}

#[test]
fn a_node_that_hangs_over_our_block_is_down_and_asked_later_whether_it_has_it() {
    let hangs = Arc::new(AtomicBool::new(false));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let node = node();
    let (served, hanging) = (Arc::clone(&node), Arc::clone(&hangs));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (node, hangs) = (Arc::clone(&served), Arc::clone(&hanging));
            let twist = move |path: &str, reply| {
                hangs.fetch_or(path.starts_with("/submit"), Ordering::SeqCst);
                while hangs.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(5));
                }
                reply
            };
            let twist = Mutex::new(Box::new(twist) as Twist);
            thread::spawn(move || answer(stream.unwrap(), &node, &twist));
        }
    });
    let mut settings = settings(address);
    settings.limits.work = Duration::from_millis(300);
    settings.limits.submit = Duration::from_secs(1);
    let mut source = Source::start(settings);
    let work = source.work();
    source.submit(1, &work, find(&work));
    assert_eq!(source.down().word, "timed_out");
    // It has our block, and one upon it that is not ours, before it answers again.
    assert_eq!(node.height(), 1);
    mine(&node);
    // The submit that it holds is given up before.
    thread::sleep(Duration::from_millis(1500));
    hangs.store(false, Ordering::SeqCst);
    let answer = source.wait(|event| match event {
        Event::Answered { answer, .. } => Some(answer.clone()),
        _ => None,
    });
    assert_eq!(answer, Answer::Accepted);
}

/// Mines a block at the node itself.
fn mine(node: &Node) {
    let height = node.height();
    while node.height() == height {
        let work = node.work();
        let target = Target::from_bits(work.header.bits).unwrap();
        let previous_block_hash = work.header.previous_block_hash;
        let timestamp = work.header.timestamp;
        let nonce = find(&Template::of_block(work.header, work.seed, target));
        // Its timestamp may be that of the block before.
        let _ = node.submit(&tensority_devnet::node::Submission {
            previous_block_hash,
            timestamp,
            nonce,
        });
    }
}

#[test]
fn a_node_that_stands_by_is_asked_less_often() {
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    let twist = move |_: &str, reply| {
        *count.lock().unwrap() += 1;
        reply
    };
    let (_node, mut source) = source(Box::new(twist));
    source.work();
    source.handle.pace(Pace::Watched);
    // A question that is under way is answered by then.
    thread::sleep(Duration::from_millis(100));
    let before = *asked.lock().unwrap();
    // The time over which questions are counted.
    thread::sleep(Duration::from_millis(300));
    assert_eq!(*asked.lock().unwrap(), before);
    source.handle.pace(Pace::Active);
    thread::sleep(Duration::from_millis(300));
    assert!(*asked.lock().unwrap() > before + 5);
}

#[test]
fn a_node_that_hangs_is_down_and_the_end_does_not_wait_for_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = settings(listener.local_addr().unwrap());
    settings.limits.work = Duration::from_millis(200);
    let mut source = Source::start(settings.clone());
    assert_eq!(source.down().word, "timed_out");
    settings.limits.work = Duration::from_secs(20);
    let source = Source::start(settings);
    let work = Template {
        id: None,
        header: tensority::BlockHeader::default(),
        seed: [0; 32],
        target: tensority::Target::MAX,
        first_nonce: None,
        nonces: 1,
        replace: true,
    };
    source.submit(1, &work, 1);
    source.submit(2, &work, 2);
    // A node that hangs does not tell that it was asked.
    thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    let told = source.stop();
    assert!(start.elapsed() < Duration::from_secs(1));
    // The first waits for an answer of a node that gives none.
    assert!(matches!(
        &told[..],
        [
            Event::Answered {
                share: 1,
                answer: Answer::Unanswered(_),
                ..
            },
            Event::Answered {
                share: 2,
                answer: Answer::NotSent,
                ..
            },
        ]
    ));
}
