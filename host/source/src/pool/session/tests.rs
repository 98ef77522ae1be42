mod recorded;

use std::sync::mpsc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use testvectors::{StratumEvent, stratum_captures};

use super::*;
use crate::pool::frame::Framer;
use crate::pool::job::tests::{job, job_with};

/// A reporter and what it tells.
fn reporter() -> (Reporter, mpsc::Receiver<Event>) {
    let (sender, events) = mpsc::channel();
    let tell = move |event| sender.send(event).unwrap();
    (Reporter::new(Box::new(tell)), events)
}

fn settings(user: &str) -> Settings {
    let mut settings = Settings::new("stratum+tcp://pool:1".parse().unwrap());
    settings.user = user.to_owned();
    settings
}

fn object(json: &Value) -> Frame {
    Frame::Object(json.to_string().into_bytes())
}

fn notification(job: &Value) -> Frame {
    object(&json!({"jsonrpc": "2.0", "method": "job", "params": job}))
}

fn login(job: &Value) -> Frame {
    object(&json!({"id": 1, "result": {"id": "me", "job": job, "status": "OK"}, "error": null}))
}

/// Says frames to a new session that began at `now`, and then what `then` does.
fn after<T>(
    frames: Vec<Frame>,
    now: Instant,
    then: impl FnOnce(&mut Session<'_>) -> T,
) -> (T, Vec<Event>) {
    let (reporter, events) = reporter();
    let settings = settings("me");
    let mut session = Session::new(&settings, &reporter, now);
    for frame in frames {
        session.take(frame, now).unwrap();
    }
    let result = then(&mut session);
    (result, events.try_iter().collect())
}

fn told(frames: Vec<Frame>) -> Vec<Event> {
    after(frames, Instant::now(), |_| ()).1
}

fn works(events: &[Event]) -> Vec<&Template> {
    fn work(event: &Event) -> Option<&Template> {
        match event {
            Event::Template(work) => Some(work),
            _ => None,
        }
    }
    events.iter().filter_map(work).collect()
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

/// A share of a job.
fn share(number: u64, job: &Value, nonce: u64) -> Share {
    let job = Job::read(&job.to_string()).unwrap();
    Share {
        number,
        template: Some(job.id),
        header: BlockHeader {
            nonce,
            ..job.header
        },
    }
}

#[test]
fn the_job_of_the_login_comes_twice_and_is_told_once() {
    let events = told(vec![login(&job()), notification(&job())]);
    let [Event::Up, Event::Template(work)] = &events[..] else {
        panic!("{events:?}");
    };
    assert_eq!(work.id.as_deref(), Some("16536954303352688513"));
    assert_eq!(work.first_nonce, Some(0x0001_2000_0000_0000));
    assert_eq!((work.nonces, work.replace), (1 << 45, true));
}

#[test]
fn a_job_of_the_same_block_updates_and_of_another_replaces() {
    let first = job();
    let second = job_with("job_id", "2");
    let mut third = job_with("job_id", "3");
    third["previous_block_hash"] = "77".repeat(32).into();
    let mut fourth = third.clone();
    fourth["height"] = "0702000000000000".into();
    let frames = [&first, &second, &third, &fourth].map(notification);
    let events = told(frames.into());
    let replaces: Vec<_> = works(&events).iter().map(|work| work.replace).collect();
    assert_eq!(replaces, [true, false, true, true]);
}

#[test]
fn shares_are_handed_in_for_good_jobs_only() {
    let second = job_with("job_id", "2");
    let mut third = job_with("job_id", "3");
    third["height"] = "0702000000000000".into();
    let now = Instant::now();
    let frames = vec![login(&job()), notification(&second)];
    let ((), events) = after(frames, now, |session| {
        let reporter = session.reporter;
        for number in 1..=5 {
            reporter.expect(number);
        }
        let line = session.submit(&share(1, &job(), 0xabcd), now).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert!(line.contains(r#""nonce":"000000000000abcd""#), "{line}");
        assert!(
            line.contains(r#""id":"me","job_id":"16536954303352688513""#),
            "{line}"
        );
        assert!(session.submit(&share(2, &second, 1 << 63), now).is_none());
        session.take(notification(&third), now).unwrap();
        assert!(session.submit(&share(3, &second, 1), now).is_none());
        // A number that names another job by now.
        let other = job_with("timestamp", "919d026b01000000");
        assert!(session.submit(&share(4, &other, 1), now).is_none());
        assert!(session.submit(&share(5, &third, 1), now).is_some());
    });
    let answers: Vec<_> = events
        .into_iter()
        .filter_map(|event| match event {
            Event::Answered { share, answer, .. } => Some((share, answer)),
            _ => None,
        })
        .collect();
    assert!(matches!(&answers[0], (2, Answer::Rejected(reason)) if reason.word == "unfit"));
    let rest = [(3, Answer::NotSent), (4, Answer::NotSent)];
    assert_eq!(answers[1..], rest);
}

#[test]
fn a_job_named_by_a_number_is_submitted_with_that_number() {
    let json = job().to_string();
    let json = json.replace("\"16536954303352688513\"", "18446744073709551617");
    let frame = format!("{{\"method\":\"job\",\"params\":{json}}}");
    let now = Instant::now();
    let work = Job::read(&json).unwrap();
    let frames = vec![Frame::Object(frame.into_bytes())];
    let (line, _) = after(frames, now, |session| {
        let share = Share {
            number: 1,
            template: Some(work.id),
            header: work.header,
        };
        session.submit(&share, now).unwrap()
    });
    let line = String::from_utf8(line).unwrap();
    assert!(line.contains(r#""job_id":18446744073709551617,"#), "{line}");
}

/// The answers to three shares when a pool replies so.
fn answers(replies: &[Value]) -> Vec<(u64, Answer)> {
    let now = Instant::now();
    let ((), events) = after(vec![login(&job())], now, |session| {
        for number in [11, 12, 13] {
            session.reporter.expect(number);
            session.submit(&share(number, &job(), number), now).unwrap();
        }
        for reply in replies {
            session.take(object(reply), now).unwrap();
        }
    });
    let answer = |event| match event {
        Event::Answered { share, answer, .. } => Some((share, answer)),
        _ => None,
    };
    events.into_iter().filter_map(answer).collect()
}

#[test]
fn replies_come_in_any_order_and_with_ids_of_other_kinds() {
    let bad = json!({"code": -1, "message": "Block expired"});
    let replies = [
        json!({"id": 99, "result": true}),
        json!({"id": "4", "result": true}),
        json!({"id": 2, "result": null, "error": bad}),
        json!({"id": 3, "result": {"status": "OK"}, "error": null}),
        json!({"id": 3, "result": null, "error": bad}),
    ];
    let answers = answers(&replies);
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0], (13, Answer::Accepted));
    assert!(matches!(&answers[1], (11, Answer::Stale(_))));
    assert_eq!(answers[2], (12, Answer::Accepted));
}

#[test]
fn replies_without_ids_come_in_the_order_of_the_shares() {
    let bad = json!({"code": 23, "message": "Low Difficulty Share"});
    let replies = [
        json!({"id": null, "result": true}),
        json!({"id": 1, "result": null, "error": bad}),
        json!({"result": true}),
    ];
    let answers = answers(&replies);
    assert_eq!(answers[0], (11, Answer::Accepted));
    assert!(
        matches!(&answers[1], (12, Answer::Rejected(reason)) if reason.word == "low_difficulty")
    );
    assert_eq!(answers[2], (13, Answer::Accepted));
}

#[test]
fn oddities_are_told_once_each_and_change_nothing() {
    let mut frames = vec![login(&job())];
    for _ in 0..3 {
        frames.extend([
            object(&json!({"method": "mining.set_difficulty", "params": [1]})),
            object(&json!({"method": "job", "params": 1})),
            object(&json!({"id": 77, "result": true})),
            object(&json!({"id": "x", "error": {"code": 1, "message": "x"}})),
            Frame::Junk("hello".to_owned()),
            Frame::Object(b"{]}".to_vec()),
            notification(&job_with("target", "00000000")),
        ]);
    }
    let events = told(frames);
    let words = [
        "unknown_method",
        "bad_job",
        "unexpected_answer",
        "malformed",
        "zero_target",
    ];
    assert_eq!(odds(&events), words);
    assert_eq!(works(&events).len(), 1);
    assert!(!events.contains(&Event::Invalidated));
}

#[test]
fn a_bad_job_of_another_block_ends_the_work() {
    let mut bad = job_with("bits", "0000000000000000");
    bad["previous_block_hash"] = "77".repeat(32).into();
    let events = told(vec![
        login(&job()),
        notification(&bad),
        notification(&job()),
    ]);
    assert!(matches!(
        &events[1..],
        [Event::Template(_), Event::Odd(_), Event::Invalidated, Event::Template(work)] if work.replace
    ));
}

#[test]
fn a_first_nonce_that_no_block_holds_is_cut() {
    for (text, first, nonces) in [
        ("0500000000000080", 5, 1 << 45),
        ("ffffffffffffff7f", varint63::MAX, 1),
        ("ffffffffffffffff", varint63::MAX, 1),
    ] {
        let events = told(vec![login(&job_with("nonce", text))]);
        let work = works(&events)[0];
        assert_eq!((work.first_nonce, work.nonces), (Some(first), nonces));
        assert_eq!(odds(&events).is_empty(), text.ends_with("7f"));
    }
}

#[test]
fn a_login_that_is_refused_says_why() {
    for reply in [
        json!({"id": 1, "result": null, "error": {"code": 40, "message": "Multiple Authorization"}}),
        json!({"id": null, "result": false, "error": "Multiple Authorization"}),
    ] {
        let now = Instant::now();
        let (refused, events) = after(vec![], now, |session| session.take(object(&reply), now));
        let reason = refused.unwrap_err();
        assert_eq!(reason.word, "unauthorized");
        assert!(reason.text.contains("Multiple Authorization"), "{reason:?}");
        assert!(events.is_empty());
    }
    let now = Instant::now();
    let (too_long, _) = after(vec![], now, |session| session.take(Frame::TooLong, now));
    assert_eq!(too_long.unwrap_err().word, "too_long");
}

#[test]
fn each_silence_has_its_limit_and_its_name() {
    let start = Instant::now();
    let seconds = Duration::from_secs;
    let limits = settings("").limits;
    let word = |session: &mut Session<'_>, due: Duration| {
        assert_eq!(session.deadline(), start + due);
        assert_eq!(session.check(start + due - seconds(1)), Ok(()));
        session.check(start + due).unwrap_err().word
    };
    let (silent, _) = after(vec![], start, |session| word(session, limits.login));
    assert_eq!(silent, "timed_out");
    let no_job = object(&json!({"id": 1, "result": true}));
    let (silent, _) = after(vec![no_job], start, |session| word(session, limits.submit));
    assert_eq!(silent, "no_work");
    let (silent, _) = after(vec![login(&job())], start, |session| {
        word(session, limits.silence)
    });
    assert_eq!(silent, "silent");
    let (silent, _) = after(vec![login(&job())], start, |session| {
        session.submit(&share(1, &job(), 1), start).unwrap();
        let later = start + seconds(30);
        session.submit(&share(2, &job(), 2), later).unwrap();
        let first = word(session, limits.submit);
        session
            .take(object(&json!({"id": 2, "result": true})), later)
            .unwrap();
        [first, word(session, seconds(30) + limits.submit)]
    });
    assert_eq!(silent, ["silent", "silent"]);
}

#[test]
fn the_end_answers_all_shares_and_invalidates_all_work() {
    let (reporter, events) = reporter();
    let (settings, now) = (settings("me"), Instant::now());
    let mut session = Session::new(&settings, &reporter, now);
    session.take(login(&job()), now).unwrap();
    reporter.expect(1);
    session.submit(&share(1, &job(), 1), now).unwrap();
    let reason = Reason::new("closed", "x");
    session.end(reason.clone());
    let events: Vec<_> = events.try_iter().skip(2).collect();
    assert!(matches!(
        &events[..],
        [
            Event::Answered { share: 1, answer: Answer::Unanswered(_), .. },
            Event::Invalidated,
            Event::Down(down),
        ] if *down == reason
    ));
}

#[test]
fn a_storm_of_jobs_is_not_kept() {
    let now = Instant::now();
    let jobs = (0..1000).map(|id| notification(&job_with("job_id", id.to_string())));
    let (kept, events) = after(jobs.collect(), now, |session| session.jobs.len());
    assert_eq!(kept, MAX_JOBS);
    assert_eq!(works(&events).len(), 1000);
}

#[test]
fn no_transcript_mutated_in_any_way_makes_it_panic_or_grow() {
    let lines: Vec<String> = stratum_captures()
        .into_iter()
        .flat_map(|capture| capture.steps)
        .filter_map(|step| match step.event {
            StratumEvent::Pool(line) => Some(line),
            _ => None,
        })
        .collect();
    let transcript = lines.join("\n").into_bytes();
    let seed = testvectors::seed();
    let mut random = StdRng::seed_from_u64(seed);
    let (mut works, mut odd) = (0, 0);
    for _ in 0..300 {
        let mut bytes = transcript.clone();
        for _ in 0..random.random_range(0..40) {
            let at = random.random_range(0..bytes.len());
            match random.random_range(0..4) {
                0 => bytes[at] = random.random(),
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"{}\"\\\n09f"[random.random_range(0..8)]),
                _ => bytes.truncate(at.max(100)),
            }
        }
        let now = Instant::now();
        let ((), events) = after(vec![], now, |session| {
            let mut framer = Framer::default();
            let frames = bytes.chunks(random.random_range(1..5000));
            for frame in frames.flat_map(|chunk| framer.push(chunk)) {
                // The end of a connection is the beginning of the next.
                let _ = session.take(frame, now);
            }
            assert!(session.jobs.len() <= MAX_JOBS && session.told.len() < 10);
        });
        works += self::works(&events).len();
        odd += odds(&events).len();
    }
    assert!(works > 300 && odd > 100, "{works} {odd}");
}
