//! A source at a pool that is good or misbehaves.

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::num::NonZero;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use support::Source;
use tensority_devnet::pool::{
    Field, Garbage, Misbehaviour, Named, Oddity, Pool, Running, Tls, serve,
};
use tensority_source::{Answer, Event, Reason, Settings, StartError, Template, start};

/// A pool for which every hash is a share, without any work.
fn pool(edit: impl FnOnce(&mut tensority_devnet::pool::Settings)) -> (Arc<Pool>, Running) {
    let mut settings = tensority_devnet::pool::Settings {
        difficulty: NonZero::new(5).unwrap(),
        hash: Box::new(|_, _| {
            // Meets the share target and not that of a block.
            let mut hash = [0; 32];
            hash[31] = 0x30;
            hash
        }),
        ..tensority_devnet::pool::Settings::default()
    };
    edit(&mut settings);
    let pool = Arc::new(Pool::new(settings));
    let address = "127.0.0.1:0".parse().unwrap();
    let running = serve(address, Arc::clone(&pool), |_| {}).unwrap();
    (pool, running)
}

fn misbehaving(fault: Misbehaviour) -> (Arc<Pool>, Running) {
    pool(|settings| settings.misbehave = vec![fault])
}

/// Settings in which all waits are short.
fn settings(scheme: &str, running: &Running) -> Settings {
    let port = running.local_addr().port();
    let address = format!("{scheme}://localhost:{port}");
    short(Settings::new(address.parse().unwrap()))
}

fn short(mut settings: Settings) -> Settings {
    settings.user = "account.worker".to_owned();
    settings.limits.login = Duration::from_secs(2);
    settings.limits.first_wait = Duration::from_millis(10);
    settings.limits.longest_wait = Duration::from_millis(50);
    settings
}

fn source(running: &Running) -> Source {
    Source::start(settings("stratum+tcp", running))
}

fn odds(events: &[Event]) -> Vec<&str> {
    fn odd(event: &Event) -> Option<&str> {
        match event {
            Event::Odd(reason) => Some(&reason.word),
            _ => None,
        }
    }
    events.iter().filter_map(odd).collect()
}

fn accepts_shares(source: &mut Source, work: &Template) {
    for number in 1..=3 {
        let nonce = work.first_nonce.unwrap() + 0xab_cdef + number;
        assert_eq!(source.answer(number, work, nonce), Answer::Accepted);
    }
}

#[test]
fn shares_are_accepted_and_a_block_brings_other_work() {
    let (pool, running) = pool(|_| {});
    let mut source = source(&running);
    let work = source.work();
    assert!(matches!(source.told[..], [Event::Up, Event::Template(_)]));
    assert_eq!(work.header.height, pool.template().unwrap().header.height);
    assert_eq!((work.nonces, work.replace), (1 << 45, true));
    accepts_shares(&mut source, &work);
    pool.new_block();
    let next = source.work();
    assert!(next.replace && next.header.height == work.header.height + 1);
    assert_eq!(source.answer(9, &work, 1), Answer::NotSent);
    assert_eq!(odds(&source.stop()), [""; 0]);
}

#[test]
fn a_share_goes_out_at_once() {
    let (_pool, running) = pool(|_| {});
    let mut source = source(&running);
    let work = source.work();
    let start = Instant::now();
    for number in 1..=100 {
        assert_eq!(source.answer(number, &work, number), Answer::Accepted);
    }
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn each_oddity_of_other_pools_is_understood() {
    for &oddity in Oddity::ALL {
        let (_pool, running) = misbehaving(Misbehaviour::OddReplies(Some(oddity)));
        let mut source = source(&running);
        let work = source.work();
        accepts_shares(&mut source, &work);
        let down = |event: &Event| matches!(event, Event::Down(_) | Event::Invalidated);
        assert!(
            !source.told().iter().any(down),
            "{oddity:?}: {:?}",
            source.told
        );
    }
}

#[test]
fn lines_may_come_in_pieces_late_or_without_an_end() {
    for fault in [
        Misbehaviour::NoNewline,
        Misbehaviour::Split,
        Misbehaviour::Late(Duration::from_millis(50)),
    ] {
        let (_pool, running) = misbehaving(fault);
        let mut source = source(&running);
        let work = source.work();
        accepts_shares(&mut source, &work);
        assert_eq!(odds(&source.stop()), [""; 0], "{fault:?}");
    }
}

#[test]
fn nonsense_between_the_lines_is_told_and_passed_over() {
    for garbage in [
        Garbage::NotJson,
        Garbage::BrokenJson,
        Garbage::WrongTypes,
        Garbage::GreatIntegers,
        Garbage::NotUtf8,
        Garbage::HugeLine,
    ] {
        let (_pool, running) = misbehaving(Misbehaviour::Garbage(Some(garbage)));
        let mut source = source(&running);
        let work = source.work();
        accepts_shares(&mut source, &work);
        assert_eq!(
            odds(source.told()).len(),
            1,
            "{garbage:?}: {:?}",
            source.told
        );
    }
}

#[test]
fn half_a_message_is_the_end_of_a_connection_and_not_of_the_source() {
    let half = Misbehaviour::Garbage(Some(Garbage::HalfMessage));
    let (pool, running) = misbehaving(half);
    let mut source = source(&running);
    source.down();
    source.down();
    pool.misbehave(&[]);
    let work = source.work();
    accepts_shares(&mut source, &work);
}

#[test]
fn a_storm_of_jobs_leaves_shares_their_way() {
    let (_pool, running) = misbehaving(Misbehaviour::JobStorm(1000));
    let mut source = source(&running);
    source.work();
    for number in 1..=5 {
        let work = source.work();
        assert!(!work.replace);
        assert_eq!(source.answer(number, &work, number), Answer::Accepted);
    }
}

#[test]
fn a_job_in_the_wrong_order_of_bytes_is_another_job() {
    let (pool, running) = misbehaving(Misbehaviour::WrongEndian(Field::Height));
    let mut source = source(&running);
    let work = source.work();
    let template = pool.template().unwrap();
    assert_ne!(work.header.hash(), template.header.hash());
    assert_eq!(work.header.height, template.header.height.swap_bytes());
}

#[test]
fn a_closed_login_says_what_it_may_mean() {
    for fault in [Misbehaviour::Ban, Misbehaviour::NoTemplate] {
        let (pool, running) = misbehaving(fault);
        let mut source = source(&running);
        let reason = source.down();
        assert_eq!(reason.word, "closed_at_login");
        assert!(reason.text.contains("banned"), "{reason:?}");
        pool.misbehave(&[]);
        source.work();
    }
}

#[test]
fn a_rejected_share_has_its_reason() {
    let (_pool, running) = misbehaving(Misbehaviour::Reject(100));
    let mut source = source(&running);
    let work = source.work();
    let answer = source.answer(1, &work, 1);
    assert!(matches!(answer, Answer::Rejected(reason) if reason.word == "low_difficulty"));
}

/// How long the pools of the next test know a session, and how long the source lets itself be refused.
const KNOWN: Duration = Duration::from_millis(500);
const REFUSED: Duration = Duration::from_millis(300);

#[test]
fn a_session_that_the_pool_has_forgotten_is_begun_again() {
    for fault in [
        Misbehaviour::ForgetJobs(KNOWN),
        Misbehaviour::ForgetLogin(KNOWN),
    ] {
        let (pool, running) = misbehaving(fault);
        let mut settings = settings("stratum+tcp", &running);
        settings.limits.refusals = REFUSED;
        let mut source = Source::start(settings);
        let mut work = source.work();
        let mut number = 0;
        for _ in 0..2 {
            number += 1;
            assert_eq!(source.answer(number, &work, number), Answer::Accepted);
            thread::sleep(KNOWN);
            // That there is a new block before them does not explain refusals.
            pool.new_block();
            work = source.work();
            for _ in 0..3 {
                number += 1;
                let answer = source.answer(number, &work, number);
                assert!(matches!(answer, Answer::Stale(_) | Answer::Rejected(_)));
            }
            source.invalidated();
            assert_eq!(source.down().word, "forgotten");
            work = source.work();
        }
    }
}

#[test]
fn a_new_connection_has_new_work() {
    let (_pool, running) = misbehaving(Misbehaviour::Disconnect(Duration::from_millis(200)));
    let mut source = source(&running);
    let work = source.work();
    source.invalidated();
    assert_eq!(source.down().word, "closed");
    assert_eq!(source.answer(1, &work, 1), Answer::NotSent);
    assert!(source.work().replace);
}

#[test]
fn silence_is_noticed_at_the_login_and_after_a_share() {
    let (pool, running) = misbehaving(Misbehaviour::Silent(Duration::ZERO));
    let mut settings = settings("stratum+tcp", &running);
    settings.limits.login = Duration::from_millis(300);
    settings.limits.submit = Duration::from_millis(300);
    let mut source = Source::start(settings);
    assert_eq!(source.down().word, "timed_out");
    pool.misbehave(&[]);
    let work = source.work();
    pool.misbehave(&[Misbehaviour::Silent(Duration::ZERO)]);
    let answer = source.answer(1, &work, 1);
    assert!(matches!(answer, Answer::Unanswered(reason) if reason.word == "silent"));
    source.invalidated();
    assert_eq!(source.down().word, "silent");
}

#[test]
fn a_pool_that_says_nothing_for_long_is_left() {
    let (pool, running) = pool(|_| {});
    let mut settings = settings("stratum+tcp", &running);
    settings.limits.silence = Duration::from_millis(300);
    let mut source = Source::start(settings);
    source.work();
    pool.misbehave(&[Misbehaviour::Silent(Duration::ZERO)]);
    assert_eq!(source.down().word, "silent");
    pool.misbehave(&[]);
    assert!(source.work().replace);
}

#[test]
fn the_end_is_quick_and_answers_what_is_open() {
    let (pool, running) = pool(|_| {});
    let mut source = source(&running);
    let work = source.work();
    pool.misbehave(&[Misbehaviour::Silent(Duration::ZERO)]);
    source.submit(1, &work, 1);
    source.submit(2, &work, 2);
    // A silent pool does not tell that it has them.
    thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    let told = source.stop();
    assert!(start.elapsed() < Duration::from_secs(1));
    let answers = told.iter().filter_map(|event| match event {
        Event::Answered { share, answer, .. } => Some((share, answer)),
        _ => None,
    });
    for (answer, number) in answers.zip(1..=2) {
        assert!(
            matches!(answer, (share, Answer::Unanswered(reason))
                if *share == number && reason.word == "stopped"),
            "{answer:?}"
        );
    }
    assert!(matches!(
        told.last(),
        Some(Event::Answered { share: 2, .. })
    ));
    let start = Instant::now();
    while pool.session_count() > 0 {
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "it stays connected"
        );
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn nobody_to_connect_to_is_told_each_time_it_is_tried() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let address = format!("stratum+tcp://127.0.0.1:{port}").parse().unwrap();
    let mut source = Source::start(short(Settings::new(address)));
    assert_eq!(source.down().word, "unreachable");
    assert_eq!(source.down().word, "unreachable");
}

/// A certificate for localhost with its key.
fn certificate() -> (String, Tls) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let pem = made.cert.pem();
    let key = made.signing_key.serialize_pem();
    let tls = Tls::from_pem(pem.as_bytes(), key.as_bytes()).unwrap();
    (pem, tls)
}

#[test]
fn over_tls_shares_are_accepted_of_a_certificate_that_is_trusted() {
    let (pem, tls) = certificate();
    let (pool, running) = pool(|settings| settings.tls = Some(tls));
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pem.as_bytes()).unwrap();
    let mut settings = settings("stratum+ssl", &running);
    settings.ca_file = Some(file.path().to_owned());
    let mut source = Source::start(settings);
    let work = source.work();
    accepts_shares(&mut source, &work);
    pool.new_block();
    assert!(source.work().replace);
}

#[test]
fn over_tls_what_is_wrong_is_said() {
    let (_, tls) = certificate();
    let (_pool, running) = pool(|settings| settings.tls = Some(tls));
    let unknown = Source::start(settings("stratum+ssl", &running)).down();
    assert_eq!(unknown.word, "tls");
    assert!(unknown.text.contains("`ca_file`"), "{unknown:?}");
    let (_pool, running) = self::pool(|_| {});
    let plain = Source::start(settings("stratum+ssl", &running)).down();
    // The pool closes at the first bytes of TLS, which are no line to it, or waits for the end of the line.
    assert!(
        plain.word == "tls" && plain.text.contains("stratum+tcp://"),
        "{plain:?}"
    );
}

#[test]
fn a_server_of_something_else_is_named_over_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("stratum+ssl://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // Until the client hangs up.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let mut source = Source::start(short(Settings::new(address.parse().unwrap())));
    let reason = source.down();
    assert!(reason.text.contains("does not speak TLS"), "{reason:?}");
    drop(source);
    server.join().unwrap();
}

/// Why a source is down at a server that says this as soon as somebody connects.
fn down_at(says: &'static [u8]) -> Reason {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("stratum+tcp://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(says).unwrap();
        // Until the client hangs up.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let mut source = Source::start(short(Settings::new(address.parse().unwrap())));
    let reason = source.down();
    drop(source);
    server.join().unwrap();
    reason
}

#[test]
fn a_server_that_speaks_something_else_is_told_with_what_to_do() {
    let tls = down_at(b"\x15\x03\x01\x00\x02\x02\x46");
    assert!(
        tls.word == "tls" && tls.text.contains("stratum+ssl://"),
        "{tls:?}"
    );
    let http = down_at(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    assert!(
        http.word == "http" && http.text.contains("http://HOST:PORT"),
        "{http:?}"
    );
}

#[test]
fn a_source_that_cannot_start_says_why() {
    let why = |address: &str, ca_file: Option<&str>| {
        let mut settings = Settings::new(address.parse().unwrap());
        settings.ca_file = ca_file.map(Into::into);
        start(settings, Box::new(|_| {})).err()
    };
    let missing = why("stratum+ssl://pool:1", Some("/no/such/file"));
    assert!(matches!(missing, Some(StartError::CaFile { .. })));
    let empty = why("https://node", Some("/dev/null"));
    assert!(matches!(empty, Some(StartError::Certificate { .. })));
    let name = why("stratum+ssl://a_b..c:1", None);
    assert!(matches!(name, Some(StartError::HostName(_))), "{name:?}");
}
