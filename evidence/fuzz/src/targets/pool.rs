//! Stratum: what a pool says to the miner, and what a miner says to the development pool.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use tensority_devnet::pool::{CloseReason, Pool, Settings as PoolSettings};
use tensority_source::decoders::pool_session;
use tensority_source::{Answer, Event, Settings};
use testvectors::StratumEvent;

use super::is_plain_line;
use crate::Target;

pub const SESSION: Target = Target {
    name: "pool-session",
    about: "a pool's side of a connection, by the miner",
    claims: "the same comes of it in pieces and whole; templates can be mined; each share is answered once; what is told \
             of oddities is a line; what is said to the pool is JSON lines",
    longest: 16 << 10,
    memory_per_byte: 512,
    seeds: || {
        recorded(|event| match event {
            StratumEvent::Pool(line) => Some(line + "\n"),
            _ => None,
        })
    },
    check: session,
};

pub const SERVER: Target = Target {
    name: "pool-requests",
    about: "a miner's side of a connection, by the development pool",
    claims: "each line is answered or ends the connection with a reason",
    longest: 4096,
    memory_per_byte: 512,
    seeds: || {
        recorded(|event| match event {
            StratumEvent::Miner(bytes) => Some(bytes),
            _ => None,
        })
    },
    check: server,
};

/// What one side said in each recorded connection.
fn recorded(side: impl Fn(StratumEvent) -> Option<String>) -> Vec<Vec<u8>> {
    let captures = testvectors::stratum_captures();
    let said = captures.into_iter().map(|capture| {
        let events = capture.steps.into_iter().map(|step| step.event);
        events.filter_map(&side).collect::<String>().into_bytes()
    });
    said.filter(|said| !said.is_empty()).collect()
}

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| {
    let address = "stratum+tcp://pool.example:3333".parse();
    let mut settings = Settings::new(address.expect("an address"));
    settings.user = "account.worker".to_owned();
    settings
});

fn session(bytes: &[u8]) {
    let (events, said) = pool_session(&SETTINGS, &[bytes]);
    let pieces: Vec<_> = bytes.chunks(7).collect();
    let (in_pieces, said_in_pieces) = pool_session(&SETTINGS, &pieces);
    assert_eq!(without_times(events.clone()), without_times(in_pieces));
    assert_eq!(said, said_in_pieces);
    let said = String::from_utf8(said).expect("UTF-8");
    for line in said.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("JSON");
    }
    let mut answered = Vec::new();
    let mut shares = 0;
    for event in events {
        match event {
            Event::Template(template) => {
                shares += 1;
                let first = template.first_nonce.expect("a pool gives nonces");
                assert!(template.nonces > 0 && first + template.nonces <= 1 << 63);
                assert_eq!(template.header.nonce, 0);
                template.header.serialize().expect("a header");
            }
            Event::Answered { share, answer, .. } => {
                answered.push(share);
                if let Answer::Stale(reason)
                | Answer::Rejected(reason)
                | Answer::Unanswered(reason) = answer
                {
                    assert!(is_plain_line(&reason.text), "{:?}", reason.text);
                }
            }
            Event::Odd(reason) | Event::Down(reason) => {
                assert!(is_plain_line(&reason.text), "{:?}", reason.text);
            }
            Event::Up | Event::Invalidated => {}
        }
    }
    assert_eq!(answered.len(), shares);
    answered.sort_unstable();
    answered.dedup();
    assert_eq!(answered.len(), shares, "an answer twice");
}

fn without_times(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let Event::Answered { took, .. } = event {
            *took = Duration::ZERO;
        }
    }
    events
}

fn server(bytes: &[u8]) {
    let settings = PoolSettings {
        hash: Box::new(|header_hash, _| *header_hash),
        ..PoolSettings::default()
    };
    let pool = Arc::new(Pool::new(settings));
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().count();
    let (messages, close) = tensority_devnet::decoders::pool_session(&pool, text.lines());
    // A login has an answer and a job; a block that is found has a job for everybody.
    assert!(
        messages <= 3 * lines,
        "{messages} messages for {lines} lines"
    );
    assert!(close.is_some() || messages >= lines);
    assert!(!matches!(close, Some(CloseReason::Broken(_))));
}
