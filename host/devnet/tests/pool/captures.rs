//! Replays what a real pool was recorded to say.
//!
//! The pool is given the recorded templates and hashes in earnest. Its job ids are its own: they are
//! exchanged, and nothing else. What it says must then be equal to the last byte.

use std::collections::{HashMap, VecDeque};
use std::num::NonZero;
use std::sync::Mutex;

use serde_json::Value;
use tensority::BlockHeader;
use tensority_devnet::pool::{Chain, Event, Settings, Template};
use testvectors::{StratumCapture, StratumEvent, stratum_captures};

use crate::common::{Miner, Served};

/// The nonce of a block that the recorded pool keeps back, since it reckons its target wrongly.
const KEPT_BACK: u64 = 0x45;

/// The templates of a capture, one after the other.
struct Recorded(Mutex<VecDeque<Template>>);

impl Recorded {
    fn new(capture: &StratumCapture) -> Self {
        let mut templates = VecDeque::new();
        for step in &capture.steps {
            if let StratumEvent::Pool(line) = &step.event
                && let Some(template) = template_in(line)
                && !templates.contains(&template)
            {
                templates.push_back(template);
            }
        }
        Self(Mutex::new(templates))
    }
}

impl Chain for Recorded {
    fn template(&self) -> Option<Template> {
        self.0.lock().unwrap().front().cloned()
    }

    fn submit(&self, header: &BlockHeader) -> Result<(), String> {
        if header.nonce == KEPT_BACK {
            return Err("kept back".to_owned());
        }
        self.advance();
        Ok(())
    }

    fn advance(&self) {
        self.0.lock().unwrap().pop_front();
    }
}

/// The job in a line.
fn job_in(line: &str) -> Option<Value> {
    let line: Value = serde_json::from_str(line).expect("JSON");
    let job = line.pointer("/result/job").or_else(|| line.get("params"));
    job.cloned()
}

fn template_in(line: &str) -> Option<Template> {
    let job = job_in(line)?;
    let hash = |name: &str| {
        let mut hash = [0; 32];
        hex::decode_to_slice(job[name].as_str().expect(name), &mut hash).expect(name);
        hash
    };
    let integer = |name: &str| {
        let mut bytes = [0; 8];
        hex::decode_to_slice(job[name].as_str().expect(name), &mut bytes).expect(name);
        u64::from_le_bytes(bytes)
    };
    Some(Template {
        header: BlockHeader {
            version: integer("version"),
            height: integer("height"),
            previous_block_hash: hash("previous_block_hash"),
            timestamp: integer("timestamp"),
            transaction_merkle_root: hash("transactions_merkle_root"),
            transaction_status_hash: hash("transaction_status_hash"),
            bits: integer("bits"),
            nonce: 0,
        },
        seed: hash("seed"),
    })
}

/// Replays a capture and returns what the pool told of it.
#[track_caller]
fn replay(capture: &StratumCapture, settings: Settings) -> Vec<Event> {
    let served = Served::new(Settings {
        chain: Box::new(Recorded::new(capture)),
        ..settings
    });
    let mut miners: HashMap<&str, Miner> = HashMap::new();
    // Recorded job ids, with ours.
    let mut ids: Vec<(String, String)> = Vec::new();
    for step in &capture.steps {
        let session = step.session.as_str();
        let name = format!("{}, session {session}", capture.name);
        let mut miner = miners.remove(session).unwrap_or_else(|| served.connect());
        match &step.event {
            StratumEvent::Miner(bytes) => {
                let exchange =
                    |text: String, (theirs, ours): &(String, String)| text.replace(theirs, ours);
                let bytes = ids.iter().fold(bytes.clone(), exchange);
                miner.write(bytes.as_bytes());
            }
            StratumEvent::Pool(line) => {
                let mut found = miner.line();
                if let (Some(theirs), Some(ours)) = (job_in(line), job_in(&found)) {
                    let [theirs, ours] = [theirs, ours].map(|job| job["job_id"].clone());
                    let [theirs, ours] = [&theirs, &ours].map(|id| id.as_str().expect("a text"));
                    ours.parse::<u64>().expect("an integer of 64 bits");
                    found = found.replace(ours, theirs);
                    ids.push((theirs.to_owned(), ours.to_owned()));
                }
                assert_eq!(&found, line, "{name}");
            }
            StratumEvent::Closed => {
                assert_eq!(miner.closed(), "", "{name}");
                continue;
            }
            StratumEvent::Silence => miner.quiet(),
        }
        miners.insert(session, miner);
    }
    drop(miners);
    let mut events = Vec::new();
    while served.pool.session_count() > 0 || !matches!(events.last(), Some(Event::Closed { .. })) {
        events.push(served.event(|event| Some(event.clone())));
    }
    events
}

fn capture(name: &str) -> StratumCapture {
    let mut captures = stratum_captures().into_iter();
    captures.find(|capture| capture.name == name).expect(name)
}

#[test]
fn every_capture_is_what_this_pool_says() {
    let captures = stratum_captures();
    assert_eq!(captures.len(), 15);
    for capture in captures {
        replay(&capture, Settings::default());
    }
}

#[test]
fn this_pool_does_not_keep_the_block_back_that_the_recorded_one_did() {
    let capture = capture("block-that-is-kept-back");
    let events = replay(&capture, Settings::default());
    let kept_back = |event: &Event| matches!(event, Event::BlockRefused { reason, .. } if reason == "kept back");
    assert!(events.iter().any(kept_back), "{events:?}");
}

#[test]
#[should_panic(expected = "login-and-shares, session B")]
fn a_pool_of_another_difficulty_is_noticed() {
    let settings = Settings {
        difficulty: NonZero::new(6).unwrap(),
        ..Settings::default()
    };
    replay(&capture("login-and-shares"), settings);
}

#[test]
#[should_panic(expected = "login-without-id, session K")]
fn an_id_in_another_form_is_noticed() {
    let settings = Settings {
        misbehave: vec!["odd-replies=text-ids".parse().unwrap()],
        ..Settings::default()
    };
    replay(&capture("login-without-id"), settings);
}
