//! A small campaign that agrees, and every way in which it could not.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};
use tensority::BlockHeader;

use super::{Checked, End, Ledger, Life, POOL_HEIGHTS, Who};

const MINER: Who = Who::Miner(0);
const POOL: Who = Who::Pool(0);

fn header(nonce: u64) -> BlockHeader {
    BlockHeader {
        height: POOL_HEIGHTS + 1,
        nonce,
        ..BlockHeader::default()
    }
}

/// The lines of a share that was found and accepted.
fn lines(nonce: u64) -> Vec<(Who, Value)> {
    let height = POOL_HEIGHTS + 1;
    let block_hash = hex::encode(header(nonce).hash());
    vec![
        (
            MINER,
            json!({ "event": "found", "height": height, "nonce": nonce, "result": "valid" }),
        ),
        (
            POOL,
            json!({ "event": "accepted", "height": height, "nonce": nonce }),
        ),
        (
            MINER,
            json!({
                "event": "share", "height": height, "nonce": nonce, "result": "accepted", "source": "pool-0",
                "block_hash": block_hash, "reason": null,
            }),
        ),
    ]
}

fn summary() -> (Who, Value) {
    let shares = json!({
        "accepted": 2, "rejected": {}, "stale": 0, "unanswered": 0, "not_submitted": 0, "pending": 0, "waiting": 0,
    });
    let nonces = json!({
        "valid": 2, "hardware_errors": 0, "duplicates": 0, "stale": 0, "unverified": 0,
    });
    let state = json!({
        "sources": [{ "name": "pool-0", "shares": shares }],
        "devices": [{ "name": "board-0", "losses": { "good": 0.75, "slow": 0.25 } }],
        "total": { "nonces": nonces, "losses": { "good": 1.0 } },
        "lifetime": { "shares_accepted": 7 },
    });
    (MINER, json!({ "event": "summary", "state": state }))
}

fn receipt(nonce: u64, answer: &str) -> String {
    let header = hex::encode(header(nonce).serialize().expect("small integers"));
    let zeros = hex::encode([0; 32]);
    let receipt = json!({
        "entry": "share", "at_unix": 1, "source": "pool-0", "header": header, "seed": zeros, "target": zeros,
        "answer": answer,
    });
    format!("{receipt}\n")
}

/// A campaign of two shares.
struct Campaign {
    lines: Vec<(Who, Value)>,
    receipts: String,
    end: End,
    totals: [u64; 2],
    made: Vec<u64>,
}

impl Campaign {
    fn new() -> Self {
        Self {
            lines: [lines(1), lines(2), vec![summary()]].concat(),
            receipts: receipt(1, "accepted") + &receipt(2, "accepted"),
            end: End::Exited(Some(0)),
            totals: [5, 7],
            made: vec![1, 2],
        }
    }

    fn checked(self) -> Checked {
        let mut ledger = Ledger::new(2);
        let totals = |count: u64| Some(json!({ "lifetime": { "shares_accepted": count } }));
        ledger.lives.push(Life {
            totals: self.totals.map(totals),
            ..Life::default()
        });
        for (who, line) in self.lines {
            ledger.take(Duration::from_secs(100), who, &line.to_string());
        }
        ledger.lives[0].end = Some((Duration::from_secs(100), self.end));
        ledger.take_receipts(self.receipts.as_bytes());
        let made = self
            .made
            .iter()
            .map(|nonce| (header(*nonce).hash(), [0; 32]));
        ledger.check((&made.collect::<HashMap<_, _>>(), 2))
    }
}

#[test]
fn what_agrees_agrees() {
    let checked = Campaign::new().checked();
    assert_eq!(checked.violations, [""; 0]);
    let reckoning = checked.reckoning;
    assert_eq!(
        (reckoning.shares["accepted"], reckoning.accepted_by_sources),
        (2, 2)
    );
    assert_eq!(
        (reckoning.lost, reckoning.twice, reckoning.wrong),
        (0, 0, 0)
    );
}

/// Spoils a campaign; the words that a violation must have.
type Spoil = fn(&mut Campaign);

#[test]
fn whatever_does_not_agree_is_found() {
    let spoils: [(&str, Spoil); 13] = [
        ("lost", |it| drop(it.lines.remove(5))),
        ("never verified", |it| drop(it.lines.remove(3))),
        ("by no pool", |it| drop(it.lines.remove(4))),
        ("twice", |it| {
            let again = it.lines[1].clone();
            it.lines.push(again);
        }),
        ("and accepted before", |it| {
            let again = it.lines[2].clone();
            it.lines.push(again);
        }),
        ("rejected by the miner", |it| {
            it.lines[2].1["result"] = json!("rejected")
        }),
        ("unknown to the miner", |it| {
            it.lines.push((
                POOL,
                json!({ "event": "accepted", "height": POOL_HEIGHTS + 1, "nonce": 3 }),
            ));
        }),
        ("Low Difficulty", |it| {
            it.lines.push((
                POOL,
                json!({ "event": "rejected", "code": 23, "reason": "Low Difficulty Share" }),
            ));
        }),
        ("no board made", |it| it.made.truncate(1)),
        ("one by one", |it| {
            it.lines[6].1["state"]["sources"][0]["shares"]["accepted"] = json!(3)
        }),
        ("the losses make", |it| {
            it.lines[6].1["state"]["devices"][0]["losses"]["good"] = json!(0.7)
        }),
        ("the state file", |it| it.totals[1] = 8),
        ("without a summary", |it| drop(it.lines.pop())),
    ];
    for (words, spoil) in spoils {
        let mut campaign = Campaign::new();
        spoil(&mut campaign);
        let violations = campaign.checked().violations;
        let named = violations.iter().any(|violation| violation.contains(words));
        assert!(named, "no {words:?} in {violations:?}");
    }
}

#[test]
fn receipts_are_held_against_what_was_said() {
    let violations = |receipts: String| {
        let campaign = Campaign {
            receipts,
            ..Campaign::new()
        };
        campaign.checked().violations
    };
    let (first, second) = (receipt(1, "accepted"), receipt(2, "accepted"));
    assert!(violations(first.clone() + &second).is_empty());
    assert!(violations(first.clone())[0].contains("none of a share"));
    assert!(violations(first.clone() + &second + &first)[0].contains("again"));
    assert!(violations(first + &receipt(2, "stale"))[0].contains("said was accepted"));
}

#[test]
fn what_is_in_flight_at_a_kill_is_counted_and_bounded() {
    let killed = |shares: u64| {
        let mut campaign = Campaign::new();
        campaign.end = End::Killed;
        // Found, and no word of what became of them; one of them the pool has.
        let found = (3..3 + shares).map(|nonce| lines(nonce)[0].clone());
        campaign.lines.extend(found);
        campaign.lines.push(lines(3)[1].clone());
        campaign.lines.remove(6);
        campaign.checked()
    };
    let checked = killed(20);
    assert_eq!(checked.violations, [""; 0]);
    let reckoning = checked.reckoning;
    assert_eq!(
        (
            reckoning.in_flight_at_kills,
            reckoning.in_flight_and_accepted
        ),
        (20, 1)
    );
    let checked = killed(1000);
    assert_eq!(checked.violations.len(), 1, "{:?}", checked.violations);
    assert_eq!(checked.reckoning.lost, 1000 - 2 * 264);
}
